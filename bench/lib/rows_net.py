# SPDX-License-Identifier: Apache-2.0
"""The network's row: two instances of one subnet, beside a kernel router with nftables (stateful filter,
masquerade) and Open vSwitch in user space with TSO (connection tracking, source NAT), in turns.

Each path ends in two namespaces.  Load and servers are nperf (nperf.c) and iperf3, the same for all.
Idle processors are kept awake meanwhile: in a virtual machine waking one costs tens of microseconds, which
would drown the paths' own cost."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from .rows_box import build
from .server import Box
from .table import Skip, against

ECHO, BULK = 7000, 7100  # ports
OVS_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


def sh(*words, inside=None, **how):
    prefix = ["nsenter", "--net=" + inside, "--"] if inside else []
    p = subprocess.run(prefix + list(words), capture_output=True, text=True, **how)
    if p.returncode != 0:
        raise Skip("%s: %s" % (" ".join(words)[:120], (p.stderr or p.stdout).strip()[-200:]))
    return p.stdout


class Path:
    """Two namespaces, and the address under which the first reaches the second."""

    def __init__(self, name, client, server, address):
        self.name, self.client, self.server, self.address = name, client, server, address


@contextlib.contextmanager
def started(*words, inside=None):
    prefix = ["nsenter", "--net=" + inside, "--"] if inside else []
    p = subprocess.Popen(prefix + list(words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    try:
        yield p
    finally:
        p.terminate()
        p.wait()


@contextlib.contextmanager
def namespaces(tag):
    """Three: the two ends and the middle."""
    names = ["vb%d-%s-%s" % (os.getpid(), tag, x) for x in "csm"]
    try:
        for n in names:
            sh("ip", "netns", "add", n)
            sh("ip", "-n", n, "link", "set", "lo", "up")
            sh("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1", inside="/run/netns/" + n)
        yield names
    finally:
        for n in names:
            subprocess.run(["ip", "netns", "del", n], capture_output=True)


def pair(end, middle, device):
    sh("ip", "link", "add", "e0", "netns", end, "type", "veth", "peer", "name", device, "netns", middle)
    sh("ip", "-n", end, "link", "set", "e0", "up")
    sh("ip", "-n", middle, "link", "set", device, "up")


RULES = """
table ip f {
 chain fw { type filter hook forward priority 0; policy drop;
  ct state established,related accept
  ct state invalid drop
  iifname "c0" ip saddr 10.91.0.0/24 tcp dport 1-65535 ct state new accept
  iifname "c0" ip saddr 10.91.0.0/24 udp dport 1-65535 ct state new accept
  iifname "c0" icmp type echo-request accept
 }
 chain po { type nat hook postrouting priority 100; policy accept; oifname "s0" masquerade; }
}
"""


@contextlib.contextmanager
def nft():
    with namespaces("n") as (c, s, m):
        for end, device, net in ((c, "c0", 91), (s, "s0", 92)):
            pair(end, m, device)
            sh("ip", "-n", end, "addr", "add", "10.%d.0.2/24" % net, "dev", "e0")
            sh("ip", "-n", m, "addr", "add", "10.%d.0.1/24" % net, "dev", device)
        sh("ip", "-n", c, "route", "add", "default", "via", "10.91.0.1")
        middle = "/run/netns/" + m
        sh("sysctl", "-qw", "net.ipv4.ip_forward=1", inside=middle)
        sh("nft", "-f", "-", inside=middle, input=RULES)
        yield Path("nft", "/run/netns/" + c, "/run/netns/" + s, "10.92.0.2")


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


@contextlib.contextmanager
def ovs():
    if not os.path.exists(OVS_SCHEMA):
        raise Skip("Open vSwitch is not installed: apt-get install openvswitch-switch")
    with contextlib.ExitStack() as stack:
        c, s, m = stack.enter_context(namespaces("o"))
        d = stack.enter_context(tempfile.TemporaryDirectory(prefix="vb-ovs-"))
        middle = "/run/netns/" + m
        for end, device, n in ((c, "c0", 1), (s, "s0", 2)):
            pair(end, m, device)
            sh("ip", "-n", end, "addr", "add", "10.90.0.%d/24" % n, "dev", "e0")
        for k in ("RUNDIR", "LOGDIR", "DBDIR", "SYSCONFDIR"):
            os.environ["OVS_" + k] = d
            stack.callback(os.environ.pop, "OVS_" + k)
        sh("ovsdb-tool", "create", d + "/conf.db", OVS_SCHEMA)
        stack.enter_context(started("ovsdb-server", d + "/conf.db", "--remote=punix:%s/db.sock" % d,
                                    "--unixctl=%s/dbctl" % d, "--no-chdir", "-vconsole:off", inside=middle))
        await_file(d + "/db.sock")

        def vsctl(*words):
            return sh("ovs-vsctl", "--db=unix:%s/db.sock" % d, "--timeout=15", *words)

        vsctl("--no-wait", "init")
        vsctl("--no-wait", "set", "Open_vSwitch", ".", "other_config:userspace-tso-enable=true")
        stack.enter_context(started("ovs-vswitchd", "unix:%s/db.sock" % d, "--unixctl=%s/ctl" % d, "--no-chdir",
                                    "-vconsole:off", "--log-file=%s/log" % d, inside=middle))
        await_file(d + "/ctl")
        vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail-mode=secure")
        ports = {}
        for p in ("c0", "s0"):
            vsctl("add-port", "br0", p, "--", "set", "interface", p, "type=system")
            ports[p] = vsctl("get", "interface", p, "ofport").strip()
        sh("ovs-ofctl", "add-flows", d + "/br0.mgmt", "-", input=FLOWS.format(**ports))
        mac = re.search(r"ether (\S+)", sh("ip", "-n", c, "-o", "link", "show", "e0")).group(1)
        sh("ip", "-n", s, "neigh", "replace", "10.90.0.100", "lladdr", mac, "dev", "e0")
        time.sleep(0.5)
        yield Path("OVS", "/run/netns/" + c, "/run/netns/" + s, "10.90.0.2")


def tag(text, name):
    return re.findall("<%s>([^<]*)</%s>" % (name, name), text)


@contextlib.contextmanager
def vpcbox(dataplane="tap"):
    """Two running instances of one subnet whose group lets everything in."""
    with Box(dataplane) as box:
        vpc = tag(box.ec2("CreateVpc", CidrBlock="10.0.0.0/16"), "vpcId")[0]
        subnet = tag(box.ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24"), "subnetId")[0]
        group = tag(box.ec2("CreateSecurityGroup", VpcId=vpc, GroupName="open", GroupDescription="open"),
                    "groupId")[0]
        box.ec2("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions_1_IpProtocol="-1",
                IpPermissions_1_IpRanges_1_CidrIp="10.0.0.0/16")
        image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        made = box.ec2("RunInstances", ImageId=image, InstanceType="t3.micro", MinCount=2, MaxCount=2,
                       SubnetId=subnet, SecurityGroupId_1=group)
        ids, addresses = tag(made, "instanceId"), []
        for _ in range(200):
            text = box.ec2("DescribeInstances")
            if text.count("<name>running</name>") >= 2:
                break
            time.sleep(0.05)
        for i in ids:
            addresses.append(tag(box.ec2("DescribeInstances", InstanceId_1=i), "privateIpAddress")[0])
        ends = [box.run("netns", i).strip() for i in ids]
        yield Path("vpcbox", ends[0], ends[1], addresses[1])


def measure(path, nperf, seconds, state):
    """bulk Gbit/s, 64-byte packets/s, ping-pong p50 µs, connections/s."""
    out = {}

    def perf(mode, *more):
        for attempt in range(3):  # on a busy machine a connection may come too late
            try:
                words = sh(nperf, mode, "--host", path.address, "--port", str(ECHO), "--secs", str(seconds), *more,
                           inside=path.client, timeout=seconds + 20).split()
                return [float(w) for w in words]
            except Skip:
                if attempt == 2:
                    raise

    with started(nperf, "srv", "--port", str(ECHO), "--stat", state, inside=path.server), \
            started("iperf3", "-s", "-p", str(BULK), inside=path.server):
        for _ in range(50):
            try:
                sh(nperf, "rr", "--host", path.address, "--port", str(ECHO), "--secs", "0.05", inside=path.client,
                   timeout=3)
                break
            except (Skip, subprocess.TimeoutExpired):
                time.sleep(0.1)
        bulk = sh("iperf3", "-J", "-C", "cubic", "-c", path.address, "-p", str(BULK), "-t", str(seconds),
                  inside=path.client, timeout=seconds + 20)
        out["bulk"] = json.loads(bulk)["end"]["sum_received"]["bits_per_second"] / 1e9
        out["packets"] = perf("pps", "--stat", state, "--flows", "1")[1]
        out["pingpong"] = perf("rr")[1] / 1e3
        out["connections"] = perf("crr", "--conc", "8")[0]
    return out


def keep_awake(stack, nperf, context):
    """On a busy machine no processor sleeps, and the spinners would only take what others wait for."""
    for cpu in range(os.cpu_count() if context.others < 0.3 else 0):
        stack.enter_context(started(nperf, "spin", "--cpu", str(cpu)))


def network(context):
    if os.geteuid() != 0:
        raise Skip("the peers' namespaces need root")
    for tool in ("nft", "iperf3"):
        if not shutil.which(tool):
            raise Skip(tool + " is not installed: apt-get install nftables iperf3")
    results = {}
    notes = []
    with contextlib.ExitStack() as stack:
        d = stack.enter_context(tempfile.TemporaryDirectory())
        nperf = build("nperf", d)
        paths = []
        for make in (vpcbox, nft, ovs):
            try:
                paths.append(stack.enter_context(make()))
            except Skip as e:
                if make is vpcbox:
                    raise
                notes.append("network beside %s: skipped: %s" % (make.__name__, e))
        keep_awake(stack, nperf, context)
        for _ in range(context.reps):
            for p in paths:
                results.setdefault(p.name, []).append(measure(p, nperf, context.seconds, d + "/" + p.name))

    def line(what, unit, key, peer, goal, at_most=False):
        if peer in results:
            yield against("%s" % what, unit, [r[key] for r in results["vpcbox"]], peer,
                          [r[key] for r in results[peer]], goal, at_most)

    yield from line("bulk TCP, one stream", "Gbit/s", "bulk", "nft", 0.5)
    yield from line("bulk TCP, one stream", "Gbit/s", "bulk", "OVS", 1.2)
    yield from line("64-byte packets", "packets/s", "packets", "nft", 1.4)
    yield from line("TCP ping-pong, p50", "µs", "pingpong", "nft", 1.9, True)
    yield from line("TCP ping-pong, p50", "µs", "pingpong", "OVS", 0.6, True)
    yield from line("new TCP connections", "connections/s", "connections", "nft", 0.5)
    yield from notes
