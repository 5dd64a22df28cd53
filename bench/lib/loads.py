# SPDX-License-Identifier: Apache-2.0
"""Loads on a path between two network namespaces: nperf (nperf.c) and iperf3, the same for vpcbox and its peers.
Idle processors are kept awake meanwhile: in a virtual machine waking one costs tens of microseconds, which would
drown the paths' own cost."""
import contextlib
import json
import os
import time

from .peers import offloads, sh, started
from .table import Skip

ECHO, BULK = 7000, 7100  # ports: nperf's, which takes ROLES more, and iperf3's
ROLES = 4
# What a load's figures are in.
UNITS = {"bulk": "Gbit/s", "bulk4": "Gbit/s", "plain": "Gbit/s", "packets": "packets/s", "rr50": "µs", "rr99": "µs",
         "urr50": "µs", "urr99": "µs", "connections": "connections/s"}


def busy_seconds():
    """Of all processors so far, but for what is niced: those that keep them awake."""
    with open("/proc/stat") as f:
        user, _, system, _, _, irq, softirq = map(int, f.readline().split()[1:8])
    return (user + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    with open("/proc/%d/stat" % pid) as f:
        w = f.read().rsplit(")", 1)[1].split()
    return (int(w[11]) + int(w[12])) / os.sysconf("SC_CLK_TCK")


def keep_awake(stack, nperf, context):
    """On a busy machine no processor sleeps, and the spinners would only take what others wait for."""
    for cpu in range(os.cpu_count() if context.others < 0.3 else 0):
        stack.enter_context(started(nperf, "spin", "--cpu", str(cpu)))


class Loads:
    """The loads on one path, for so many seconds each; its servers run inside `with serving()`."""

    def __init__(self, path, nperf, seconds, state):
        self.path, self.nperf, self.seconds, self.state = path, nperf, seconds, state

    def perf(self, mode, *more, seconds=None, attempts=3):
        for attempt in range(attempts):  # on a busy machine an answer may come too late
            try:
                words = sh(self.nperf, mode, "--host", self.path.address, "--port", str(ECHO), "--secs",
                           str(seconds or self.seconds), *more, inside=self.path.client, timeout=self.seconds + 20)
                return [float(w) for w in words.split()]
            except Skip:
                if attempt == attempts - 1:
                    raise
                time.sleep(0.1)

    @contextlib.contextmanager
    def serving(self):
        with started(self.nperf, "srv", "--port", str(ECHO), "--stat", self.state, inside=self.path.server), \
                started("iperf3", "-s", "-p", str(BULK), inside=self.path.server):
            self.perf("rr", seconds=0.05, attempts=50)
            yield

    def tcp(self, streams):
        report = json.loads(sh("iperf3", "-J", "-C", "cubic", "-c", self.path.address, "-p", str(BULK), "-t",
                               str(self.seconds), "-P", str(streams), inside=self.path.client,
                               timeout=self.seconds + 20))
        if "sum_received" not in report["end"]:
            raise Skip("%s: iperf3 with %d streams: %s" % (self.path.name, streams, report.get("error", "no figure")))
        return report["end"]["sum_received"]["bits_per_second"] / 1e9

    def bulk(self):
        return {"bulk": self.tcp(1)}

    def bulk4(self):
        return {"bulk4": self.tcp(4)}

    def plain(self):
        offloads(self.path, "off")
        try:
            return {"plain": self.tcp(1)}
        finally:
            offloads(self.path, "on")

    def packets(self):
        return {"packets": self.perf("pps", "--stat", self.state, "--flows", "1")[1]}

    def rr(self):
        p50, p99 = self.perf("rr")[1:3]
        return {"rr50": p50 / 1e3, "rr99": p99 / 1e3}

    def urr(self):
        p50, p99 = self.perf("rr", "--proto", "udp")[1:3]
        return {"urr50": p50 / 1e3, "urr99": p99 / 1e3}

    def connections(self):
        rate, failed = self.perf("crr", "--conc", "8")
        return {"connections": rate, "failed": failed}

    def costs(self, figures, busy):
        """What of all processors' time a gigabyte and a connection took, both ends' work included."""
        amounts = {"bulk": ("gigabyte", 8), "connections": ("connection", 1e6)}
        return {"cost " + what: busy * factor / (figures[key] * self.seconds)
                for key, (what, factor) in amounts.items() if figures.get(key)}

    def used(self):
        """Processor seconds of the forwarder so far."""
        return processor_seconds(self.path.forwarder) if self.path.forwarder else 0

    def measure(self, keys):
        """Figures by key: those that the loads give of which at least one key is wanted.  "cpu bulk" and so on:
        processors that the forwarder used meanwhile; "cost gigabyte", "cost connection": all processors' time for one."""
        out = {}
        with self.serving():
            for load, gives in GIVES.items():
                if gives & set(keys):
                    before, busy, t = self.used(), busy_seconds(), time.monotonic()
                    figures = load(self)
                    out.update(figures)
                    out.update(self.costs(figures, busy_seconds() - busy))
                    out["cpu " + load.__name__] = (self.used() - before) / (time.monotonic() - t)
        return out


GIVES = {Loads.bulk: {"bulk"}, Loads.bulk4: {"bulk4"}, Loads.plain: {"plain"}, Loads.packets: {"packets"},
         Loads.rr: {"rr50", "rr99"}, Loads.urr: {"urr50", "urr99"}, Loads.connections: {"connections", "failed"}}
