# SPDX-License-Identifier: Apache-2.0
"""The kernel's flow cache: two instances of one subnet beside a bare veth pair, a kernel router with nftables and
Open vSwitch, in turns.  Load and peers are rows_net's."""
import contextlib
import ctypes
import json
import os
import subprocess
import tempfile

from .rows_box import build
from .rows_net import BULK, ECHO, Path, keep_awake, namespaces, nft, ovs, sh, started, vpcbox
from .table import Skip, against

SYS_BPF = {"x86_64": 321, "aarch64": 280}
PROG_GET_NEXT_ID, PROG_GET_FD_BY_ID, OBJ_GET_INFO_BY_FD, ENABLE_STATS = 11, 13, 15, 32
RUN_TIME_AT = 192  # of run_time_ns and run_cnt in struct bpf_prog_info


@contextlib.contextmanager
def veth():
    with namespaces("v") as (c, s, _):
        sh("ip", "link", "add", "e0", "netns", c, "type", "veth", "peer", "name", "e0", "netns", s)
        for n, end in ((1, c), (2, s)):
            sh("ip", "-n", end, "addr", "add", "10.93.0.%d/24" % n, "dev", "e0")
            sh("ip", "-n", end, "link", "set", "e0", "mtu", "9001", "up")
        yield Path("veth", "/run/netns/" + c, "/run/netns/" + s, "10.93.0.2")


def bpf(command, attr):
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(SYS_BPF[os.uname().machine], command, attr, len(attr))


def words(*values):
    return ctypes.create_string_buffer(b"".join(v.to_bytes(4, "little") for v in values).ljust(128, b"\0"), 128)


def program_runs():
    """(nanoseconds, runs) of all programs named port_in so far."""
    total = [0, 0]
    last = 0
    while True:
        ask = words(last)
        if bpf(PROG_GET_NEXT_ID, ask) < 0:
            return total
        last = int.from_bytes(ask.raw[4:8], "little")
        fd = bpf(PROG_GET_FD_BY_ID, words(last))
        if fd < 0:
            continue
        info = ctypes.create_string_buffer(232)
        ask = ctypes.create_string_buffer(
            (fd.to_bytes(4, "little") + len(info).to_bytes(4, "little") +
             ctypes.addressof(info).to_bytes(8, "little")).ljust(128, b"\0"), 128)
        if bpf(OBJ_GET_INFO_BY_FD, ask) == 0 and info.raw[64:80].rstrip(b"\0") == b"port_in":
            for i in range(2):
                total[i] += int.from_bytes(info.raw[RUN_TIME_AT + 8 * i:RUN_TIME_AT + 8 * i + 8], "little")
        os.close(fd)


def offloads(path, state):
    for end in (path.client, path.server):
        for device in ("eth0", "e0"):
            subprocess.run(["nsenter", "--net=" + end, "ethtool", "-K", device, "tx", state, "tso", state, "gso", state,
                            "gro", state], capture_output=True)


def measure(path, nperf, seconds, state):
    out = {}

    def perf(mode, *more):
        return [float(w) for w in sh(nperf, mode, "--host", path.address, "--port", str(ECHO), "--secs", str(seconds),
                                     *more, inside=path.client, timeout=seconds + 20).split()]

    def bulk(streams):
        report = sh("iperf3", "-J", "-C", "cubic", "-c", path.address, "-p", str(BULK), "-t", str(seconds), "-P", streams,
                    inside=path.client, timeout=seconds + 20)
        return json.loads(report)["end"]["sum_received"]["bits_per_second"] / 1e9

    with started(nperf, "srv", "--port", str(ECHO), "--stat", state, inside=path.server), \
            started("iperf3", "-s", "-p", str(BULK), inside=path.server):
        sh("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do %s rr --host %s --port %d --secs 0.05 && exit 0; sleep 0.1; done"
           % (nperf, path.address, ECHO), inside=path.client, timeout=30)
        out["bulk"], out["bulk4"] = bulk("1"), bulk("4")
        offloads(path, "off")
        out["plain"] = bulk("1")
        offloads(path, "on")
        out["packets"] = perf("pps", "--stat", state, "--flows", "1")[1]
        rr = perf("rr")
        out["rr50"], out["rr99"] = rr[1] / 1e3, rr[2] / 1e3
        out["connections"] = perf("crr", "--conc", "8")[0]
    return out


GOALS = (("bulk TCP, one stream", "Gbit/s", "bulk", "nft", 1.0, False),
         ("bulk TCP, one stream", "Gbit/s", "bulk", "veth", 0.9, False),
         ("bulk TCP, four streams", "Gbit/s", "bulk4", "nft", 1.0, False),
         ("TCP without offloads", "Gbit/s", "plain", "nft", 1.6, False),
         ("64-byte packets", "packets/s", "packets", "nft", 1.4, False),
         ("64-byte packets", "packets/s", "packets", "OVS", 1.1, False),
         ("TCP ping-pong, p50", "µs", "rr50", "nft", 0.85, True),
         ("TCP ping-pong, p99", "µs", "rr99", "nft", 1.0, True),
         ("TCP ping-pong, p50", "µs", "rr50", "OVS", 0.35, True),
         ("new TCP connections", "connections/s", "connections", "nft", 1.3, False),
         ("bulk TCP, one stream", "Gbit/s", "bulk", "OVS", 2.0, False))


def kernel(context):
    if os.geteuid() != 0:
        raise Skip("the kernel's flow cache needs root")
    results, notes, runs = {}, [], [0, 0]
    with contextlib.ExitStack() as stack:
        d = stack.enter_context(tempfile.TemporaryDirectory())
        nperf = build("nperf", d)
        paths = []
        for make in (lambda: vpcbox("kernel"), veth, nft, ovs):
            try:
                paths.append(stack.enter_context(make()))
            except Skip as e:
                if not paths:
                    raise
                notes.append("a peer is left out: %s" % e)
        keep_awake(stack, nperf, context)
        for _ in range(context.reps):
            for p in paths:
                results.setdefault(p.name, []).append(measure(p, nperf, context.seconds, d + "/" + p.name))
        # Counting costs time itself, so apart from the rest.
        stats = bpf(ENABLE_STATS, words(0))
        if stats >= 0:
            before = program_runs()
            measure(paths[0], nperf, context.seconds, d + "/stats")
            runs = [b - a for a, b in zip(before, program_runs())]
            os.close(stats)
    ours = results["vpcbox"]
    for what, unit, key, peer, goal, at_most in GOALS:
        if peer in results:
            yield against(what + ", kernel", unit, [r[key] for r in ours], peer, [r[key] for r in results[peer]], goal, at_most)
    if runs[1] > 0:
        notes.append("the kernel's program: %.0f ns a frame, statistics' own cost included (goal: 300)" % (runs[0] / runs[1]))
    yield from notes
