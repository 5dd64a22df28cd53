# SPDX-License-Identifier: Apache-2.0
"""The network's rows: both back ends beside a bare veth pair, the kernel's router with nftables and Open vSwitch in
user space, all in turns.  What vpcbox and a router do is compared with like: without translation, and with it."""
import contextlib
import os
import shutil
import tempfile

from . import program
from .loads import ECHO, ROLES, UNITS, Loads, keep_awake
from .network import vpcbox
from .peers import nft, ovs, shown, veth
from .rows_box import build
from .table import Figure, Grid, Heading, Section, Skip, against, middle, number

NAMES = {"bulk": "bulk TCP, one stream", "bulk4": "bulk TCP, four streams", "plain": "TCP without offloads",
         "packets": "64-byte UDP", "rr50": "TCP ping-pong, p50", "rr99": "TCP ping-pong, p99",
         "urr50": "UDP ping-pong, p50", "urr99": "UDP ping-pong, p99", "connections": "new TCP connections"}
# key, peer, goal; a latency's goal is a ceiling.  A path with SNAT has the router with SNAT as its peer.
KERNEL = (("bulk", "nft", 1.0), ("bulk", "veth", 0.9), ("bulk4", "nft", 1.0), ("bulk4", "veth", 0.9),
          ("plain", "nft", 1.6), ("packets", "nft", 1.4), ("rr50", "nft", 0.85), ("rr99", "nft", 1.0), ("urr50", "nft", 0.85),
          ("urr99", "nft", 1.0), ("connections", "nft", 1.3),
          ("bulk", "OVS", 15), ("bulk", "OVS TSO", 2), ("packets", "OVS", 1.1), ("packets", "OVS TSO", 1.1),
          ("rr50", "OVS", 0.35), ("rr50", "OVS TSO", 0.35), ("urr50", "OVS", 0.35), ("urr50", "OVS TSO", 0.35),
          ("connections", "OVS", 2.5), ("connections", "OVS TSO", 2.5))
TAP = (("bulk", "nft", 0.5), ("bulk", "OVS TSO", 1.2), ("packets", "nft", 2), ("rr50", "nft", 1.8),
       ("urr50", "nft", 1.8), ("connections", "nft", 0.55))
OURS = (("kernel", KERNEL, "Kernel flow cache, all rules on"),
        ("kernel SNAT", KERNEL, "Kernel flow cache, all rules on and addresses translated"),
        ("tap", TAP, "TAP back end, all rules on"),
        ("tap SNAT", TAP, "TAP back end, all rules on and addresses translated"))
IDLE, PROGRAM_NS = 0.02, 300  # "about 0" processors; the program's time a hit


def beside(ours, peer):
    return "nft SNAT" if peer == "nft" and ours.endswith("SNAT") else peer


def wanted(name):
    """The keys that a path is measured for."""
    if name == "veth" or name.startswith("nft"):
        return list(NAMES)
    return [key for ours, goals, _ in OURS for key, peer, _ in goals if name in (ours, peer)]


def measure_all(paths, nperf, context, folder):
    """Path's name -> key -> figures, one for each turn; the order is another way round in each second turn."""
    results = {p.name: {} for p in paths}
    for turn in range(context.reps):
        for p in paths[::-1] if turn % 2 else paths:
            loads = Loads(p, nperf, context.seconds, folder + "/stat")
            for key, figure in loads.measure(wanted(p.name)).items():
                results[p.name].setdefault(key, []).append(figure)
    return results


def hit_time(path, nperf, context, folder):
    """Nanoseconds; counting costs time itself, so apart from the rest."""
    loads = Loads(path, nperf, context.seconds, folder + "/stat")
    with program.counted() as ns:
        loads.measure(["bulk", "packets", "rr50"])
    return ns[0]


def compared(results, ours, goals):
    mine = results[ours]
    for key, peer, goal in goals:
        theirs = results.get(beside(ours, peer), {}).get(key)
        if theirs:
            yield against(NAMES[key], UNITS[key], mine[key], beside(ours, peer), theirs, goal, UNITS[key] == "µs")
    yield Figure("new TCP connections that failed", sum(mine["failed"]), "", 0, True)


def every_figure(results):
    def cell(figures, key):
        return number(middle(figures[key])) if key in figures else ""

    # Rates on small virtual machines fall into two heaps from run to run; the time that was spent on each does not.
    costs = {"cost gigabyte": "all processors' time a gigabyte, s", "cost connection": "and a new connection, µs"}
    forwards = {"cpu bulk": "forwarder's processors, bulk TCP", "cpu connections": "and new connections"}
    head = (["path"] + ["%s, %s" % (NAMES[k], UNITS[k]) for k in NAMES] + ["failed"] + list(costs.values())
            + list(forwards.values()))
    rows = []
    for name, r in results.items():
        used = [cell(r, k) if any(r[k]) else "" for k in forwards]
        rows.append([name] + [cell(r, k) for k in NAMES] + [number(sum(r["failed"]))] + [cell(r, k) for k in costs] + used)
    return Grid("Every path's own figures, the middle ones:", head, rows)


def opened(stack, makes, notes):
    paths = []
    for what, make in makes:
        try:
            made = stack.enter_context(make)
            paths += made if isinstance(made, list) else [made]
        except Skip as e:
            notes.append("without %s: %s" % (what, " ".join(str(e).split())))
    return paths


def rows(context, planes):
    if os.geteuid() != 0:
        raise Skip("the peers' namespaces need root")
    for tool in ("nft", "iperf3", "ethtool"):
        if not shutil.which(tool):
            raise Skip(tool + " is not installed: apt-get install nftables iperf3 ethtool")
    notes, ns = [], {}
    with contextlib.ExitStack() as stack:
        d = stack.enter_context(tempfile.TemporaryDirectory())
        nperf = build("nperf", d)
        mine = opened(stack, [(plane, vpcbox(plane, nperf, d + "/stat")) for plane in planes], notes)
        if not mine:
            raise Skip("; ".join(notes))
        peers = opened(stack, (("veth", veth()), ("nft", nft(False)), ("nft SNAT", nft(True)), ("OVS", ovs(False)),
                               ("OVS TSO", ovs(True))), notes)
        for p in mine + peers:
            p.prove(ECHO + ROLES)
        keep_awake(stack, nperf, context)
        results = measure_all(mine + peers, nperf, context, d)
        for p in mine:
            if p.name.startswith("kernel"):
                ns[p.name] = hit_time(p, nperf, context, d)
    for name, goals, title in OURS:
        if name not in results:
            continue
        yield Heading(title)
        yield from compared(results, name, goals)
        if name in ns:
            yield Figure("fabric's processor time on an established flow", middle(results[name]["cpu bulk"]), "processors",
                         IDLE, True)
            yield Figure("the program's time a hit, counting's own included", ns[name], "ns", PROGRAM_NS, True)
    yield from ("  " + n for n in notes)
    yield every_figure(results)
    yield Section("peers", shown(peers))


def network(context):
    return rows(context, ("kernel", "tap"))


def kernel(context):
    return rows(context, ("kernel",))


def tap(context):
    return rows(context, ("tap",))
