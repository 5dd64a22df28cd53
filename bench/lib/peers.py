# SPDX-License-Identifier: Apache-2.0
"""Paths between two network namespaces that are not ours: a bare veth pair, the kernel's router with nftables,
Open vSwitch in user space.  Each is made by commands that are kept as they are given, so that the page shows how a
peer was set up: client, server and router stand for the namespaces, $D for a folder."""
import contextlib
import difflib
import os
import re
import shlex
import subprocess
import tempfile
import time

from .table import Skip

OVS_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
ENDS = ("client", "server", "router")


def sh(*words, inside=None, **how):
    """A command's output; inside: a path to the network namespace that it runs in."""
    prefix = ["nsenter", "--net=" + inside, "--"] if inside else []
    p = subprocess.run(prefix + list(words), capture_output=True, text=True, **how)
    if p.returncode != 0:
        raise Skip("%s: %s" % (" ".join(words)[:120], (p.stderr or p.stdout).strip()[-200:]))
    return p.stdout


@contextlib.contextmanager
def started(*words, inside=None, **how):
    prefix = ["nsenter", "--net=" + inside, "--"] if inside else []
    p = subprocess.Popen(prefix + list(words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL, **how)
    try:
        yield p
    finally:
        p.terminate()
        p.wait()


class Path:
    """Two namespaces, the address under which the first reaches the second, and the one that the second sees
    then.  forwarder: the process that moves packets between them, if there is one.  setup: the commands that
    made it."""

    def __init__(self, name, client, server, address, source, device, forwarder=None, setup=()):
        self.name, self.client, self.server, self.address, self.source = name, client, server, address, source
        self.device, self.forwarder, self.setup = device, forwarder, list(setup)

    def prove(self, port):
        """That addresses are translated as they should be."""
        listen = "import socket; s = socket.socket(2, 2); s.bind(('', %d)); s.settimeout(5); print(flush=True); " \
                 "print(s.recvfrom(9)[1][0])" % port
        send = "import socket; socket.socket(2, 2).sendto(b'x', ('%s', %d))" % (self.address, port)
        with subprocess.Popen(["nsenter", "--net=" + self.server, "python3", "-c", listen], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as p:
            p.stdout.readline()
            sh("python3", "-c", send, inside=self.client)
            seen = p.communicate()[0].strip()
        if seen != self.source:
            raise Skip("%s: the server sees %s, not %s" % (self.name, seen or "nothing", self.source))


class Bed:
    """Three namespaces, and what was done in them."""

    def __init__(self, tag):
        self.real = {e: "vb%d-%s-%s" % (os.getpid(), tag, e[0]) for e in ENDS}
        self.env = dict(os.environ)
        self.stand = {}  # what is another one in each run -> what it is called in lines
        self.lines = []
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        for end in ENDS:
            self.stack.callback(subprocess.run, ["ip", "netns", "del", self.real[end]], capture_output=True)
            self.run("ip", "netns", "add", end)
            self.run("ip", "-n", end, "link", "set", "lo", "up")
            self.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1", at=end)
        return self

    def __exit__(self, *_):
        self.stack.close()

    def words(self, words, at, more=""):
        words = (["ip", "netns", "exec", at] if at else []) + list(words)
        line = " ".join(shlex.quote(w) for w in words) + more
        for value, name in self.stand.items():
            line = line.replace(value, name)
        self.lines.append(line)
        return [self.real.get(w, w) for w in words]

    def run(self, *words, at=None, rules=None):
        words = self.words(words, at, " <<END\n%s\nEND" % rules.strip("\n") if rules else "")
        return sh(*words, input=rules, env=self.env)

    def start(self, *words, at=None):
        return self.stack.enter_context(started(*self.words(words, at, " &"), env=self.env))

    def pair(self, end, middle, device):
        self.run("ip", "link", "add", "e0", "netns", end, "type", "veth", "peer", "name", device, "netns", middle)
        self.run("ip", "-n", end, "link", "set", "e0", "up")
        self.run("ip", "-n", middle, "link", "set", device, "up")

    def path(self, name, address, source, forwarder=None):
        return Path(name, "/run/netns/" + self.real["client"], "/run/netns/" + self.real["server"], address, source,
                    "e0", forwarder, self.lines)


@contextlib.contextmanager
def veth():
    with Bed("v") as bed:
        bed.pair("client", "server", "e0")
        for n, end in ((1, "client"), (2, "server")):
            bed.run("ip", "-n", end, "addr", "add", "10.93.0.%d/24" % n, "dev", "e0")
        yield bed.path("veth", "10.93.0.2", "10.93.0.1")


FILTER = """
table ip f {
 chain fw { type filter hook forward priority 0; policy drop;
  ct state established,related accept
  ct state invalid drop
  iifname "c0" ip saddr 10.91.0.0/24 tcp dport 1-65535 ct state new accept
  iifname "c0" ip saddr 10.91.0.0/24 udp dport 1-65535 ct state new accept
  iifname "c0" icmp type echo-request accept
 }
"""
MASQUERADE = """ chain po { type nat hook postrouting priority 100; policy accept; oifname "s0" masquerade; }
"""


@contextlib.contextmanager
def nft(masquerade):
    with Bed("n" + "m" * masquerade) as bed:
        for end, device, net in (("client", "c0", 91), ("server", "s0", 92)):
            bed.pair(end, "router", device)
            bed.run("ip", "-n", end, "addr", "add", "10.%d.0.2/24" % net, "dev", "e0")
            bed.run("ip", "-n", "router", "addr", "add", "10.%d.0.1/24" % net, "dev", device)
            bed.run("ip", "-n", end, "route", "add", "default", "via", "10.%d.0.1" % net)
        bed.run("sysctl", "-qw", "net.ipv4.ip_forward=1", at="router")
        bed.run("nft", "-f", "-", at="router", rules=FILTER + MASQUERADE * masquerade + "}\n")
        yield bed.path("nft SNAT" if masquerade else "nft", "10.92.0.2", "10.92.0.1" if masquerade else "10.91.0.2")


FLOWS = """
table=0,priority=10,arp actions=NORMAL
table=0,priority=10,ip,ct_state=-trk actions=ct(table=1,nat)
table=1,priority=20,ct_state=+trk+inv actions=drop
table=1,priority=10,ip,in_port={c0},ct_state=+trk+new actions=ct(commit,nat(src=10.90.0.100)),output:{s0}
table=1,priority=10,ip,in_port={c0},ct_state=+trk+est actions=output:{s0}
table=1,priority=10,ip,in_port={s0},ct_state=+trk+est actions=output:{c0}
"""


def await_file(path):
    for _ in range(100):
        if os.path.exists(path):
            return
        time.sleep(0.05)
    raise Skip("no " + path)


def offloads(path, state):
    for end in (path.client, path.server):
        sh("ethtool", "-K", path.device, "tx", state, "tso", state, "gso", state, "gro", state, inside=end)


@contextlib.contextmanager
def ovs(tso):
    """Without TSO Open vSwitch hands on neither unfinished checksums nor super-packets, so the ends make none."""
    if not os.path.exists(OVS_SCHEMA):
        raise Skip("Open vSwitch is not installed: apt-get install openvswitch-switch")
    with tempfile.TemporaryDirectory(prefix="vb-ovs-") as d, Bed("o" + "t" * tso) as bed:
        bed.stand[d] = "$D"
        for k in ("RUNDIR", "LOGDIR", "DBDIR", "SYSCONFDIR"):
            bed.env["OVS_" + k] = d
        bed.lines.append('export OVS_RUNDIR="$D" OVS_LOGDIR="$D" OVS_DBDIR="$D" OVS_SYSCONFDIR="$D"')
        for n, end in ((1, "client"), (2, "server")):
            bed.pair(end, "router", end[0] + "0")
            bed.run("ip", "-n", end, "addr", "add", "10.90.0.%d/24" % n, "dev", "e0")
        bed.run("ovsdb-tool", "create", d + "/conf.db", OVS_SCHEMA)
        bed.start("ovsdb-server", d + "/conf.db", "--remote=punix:%s/db.sock" % d, "--unixctl=%s/dbctl" % d,
                  "--no-chdir", "-vconsole:off", at="router")
        await_file(d + "/db.sock")

        def vsctl(*words):
            return bed.run("ovs-vsctl", "--db=unix:%s/db.sock" % d, "--timeout=15", *words)

        vsctl("--no-wait", "init")
        if tso:
            vsctl("--no-wait", "set", "Open_vSwitch", ".", "other_config:userspace-tso-enable=true")
        switch = bed.start("ovs-vswitchd", "unix:%s/db.sock" % d, "--unixctl=%s/ctl" % d, "--no-chdir",
                           "-vconsole:off", "--log-file=%s/log" % d, at="router")
        await_file(d + "/ctl")
        vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail-mode=secure")
        ports = {}
        for p in ("c0", "s0"):
            vsctl("add-port", "br0", p, "--", "set", "interface", p, "type=system")
            ports[p] = vsctl("get", "interface", p, "ofport").strip()
        bed.run("ovs-ofctl", "add-flows", d + "/br0.mgmt", "-", rules=FLOWS.format(**ports))
        mac = re.search(r"ether (\S+)", bed.run("ip", "-n", "client", "-o", "link", "show", "e0")).group(1)
        bed.stand[mac] = "$MAC"
        bed.run("ip", "-n", "server", "neigh", "replace", "10.90.0.100", "lladdr", mac, "dev", "e0")
        if not tso:
            for end in ENDS[:2]:
                bed.run("ethtool", "-K", "e0", "tx", "off", "tso", "off", "gso", "off", "gro", "off", at=end)
        time.sleep(0.5)
        yield bed.path("OVS TSO" if tso else "OVS", "10.90.0.2", "10.90.0.100", switch.pid)


def shown(paths):
    """How each was set up, for the page.  What all begin with is shown once, and of a path that is nearly
    as an earlier one what differs."""
    common = os.path.commonprefix([p.setup for p in paths]) if len(paths) > 1 else []
    out = ["All begin with\n\n```sh\n%s\n```" % "\n".join(common)] if common else []
    before = []
    for p in paths:
        mine = "\n".join(p.setup[len(common):]).split("\n")
        for name, other in before:
            if difflib.SequenceMatcher(None, other, mine).ratio() > 0.8:
                changed = [line for line in difflib.ndiff(other, mine) if line[0] in "+-"]
                out.append("**%s**, as %s but for\n\n```diff\n%s\n```" % (p.name, name, "\n".join(changed)))
                break
        else:
            out.append("**%s**\n\n```sh\n%s\n```" % (p.name, "\n".join(mine)))
            before.append((p.name, mine))
    return "\n\n".join(out)
