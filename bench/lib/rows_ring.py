# SPDX-License-Identifier: Apache-2.0
"""Many instances at once: each sends to the next, the last to the first, in the same box first two of them alone and
then all.  Beside it namespaces in a ring of bare veth pairs, which show what the machine does to so many senders and
receivers without any switch."""
import contextlib
import mmap
import os
import tempfile
import time

from .loads import ECHO
from .network import build_network
from .peers import sh, started
from .rows_box import build
from .server import Box
from .table import Heading, Skip, against, number

MANY, FEW = 64, 2
PATIENCE = 20  # seconds for all to have begun
# How each sends, which word of the receiver's counters tells, what it counts.
SENDERS = (("64-byte UDP", "pps", 0, "packets/s", 1), ("TCP, a stream each", "flow", 1, "Gbit/s", 8e-9))


class Ring:
    """ends: paths to the network namespaces; reach: (i, j) -> the address under which i reaches its neighbour j."""

    def __init__(self, name, ends, reach):
        self.name, self.ends, self.reach, self.counters = name, ends, reach, []

    def serve(self, stack, nperf, folder):
        for i, end in enumerate(self.ends):
            stat = "%s/%s-%d" % (folder, self.name, i)
            with open(stat, "wb") as f:
                f.truncate(mmap.PAGESIZE)
            stack.enter_context(started(nperf, "srv", "--port", str(ECHO), "--stat", stat, inside=end))
            with open(stat, "rb") as f:
                self.counters.append(mmap.mmap(f.fileno(), mmap.PAGESIZE, access=mmap.ACCESS_READ))

    def arrived(self, word, count):
        """What the servers of the first ones got so far."""
        return [int.from_bytes(m[8 * word:8 * word + 8], "little") for m in self.counters[:count]]

    def total(self, nperf, count, mode, word, seconds, folder):
        """Units a second that arrive at the first ones together, while each sends to the next of them."""
        with contextlib.ExitStack() as stack:
            before = self.arrived(word, count)
            for i in range(count):
                stack.enter_context(started(
                    nperf, mode, "--host", self.reach[i, (i + 1) % count], "--port", str(ECHO), "--secs",
                    str(PATIENCE + seconds + 5), "--stat", "%s/own-%d" % (folder, i), inside=self.ends[i]))
            until = time.monotonic() + PATIENCE
            while any(b == a for a, b in zip(before, self.arrived(word, count))):
                if time.monotonic() > until:
                    raise Skip("%s: nothing arrives from some of %d senders" % (mode, count))
                time.sleep(0.05)
            time.sleep(0.5)
            before, t = sum(self.arrived(word, count)), time.monotonic()
            time.sleep(seconds)
            return (sum(self.arrived(word, count)) - before) / (time.monotonic() - t)


def neighbours():
    """Who sends to whom when all do, and when few do."""
    return {(i, (i + 1) % count) for count in (FEW, MANY) for i in range(count)}


def vpcbox_ring(stack):
    members = build_network(stack.enter_context(Box("kernel")), MANY, False)
    return Ring("kernel", [m.inside for m in members], {(i, j): members[j].address for i, j in neighbours()})


def veth_ring(stack):
    names = ["vb%d-r-%d" % (os.getpid(), i) for i in range(MANY)]
    reach = {}
    for n in names:
        sh("ip", "netns", "add", n)
        stack.callback(sh, "ip", "netns", "del", n)
    for number, (i, j) in enumerate(sorted(neighbours())):
        net = "10.94.%d" % number
        out, into = "to%d" % j, "from%d" % i
        sh("ip", "link", "add", out, "netns", names[i], "type", "veth", "peer", "name", into, "netns", names[j])
        for device, end, last in ((out, names[i], 1), (into, names[j], 2)):
            sh("ip", "-n", end, "addr", "add", "%s.%d/24" % (net, last), "dev", device)
            sh("ip", "-n", end, "link", "set", device, "up")
        reach[i, j] = net + ".2"
    return Ring("veth", ["/run/netns/" + n for n in names], reach)


def ring(context):
    if os.geteuid() != 0:
        raise Skip("the kernel's flow cache needs root")
    results = {}
    with contextlib.ExitStack() as stack:
        d = stack.enter_context(tempfile.TemporaryDirectory())
        nperf = build("nperf", d)
        rings = [vpcbox_ring(stack), veth_ring(stack)]
        for r in rings:
            r.serve(stack, nperf, d)
        for _ in range(context.reps):
            for r in rings:
                for what, mode, word, _, scale in SENDERS:
                    for count in (FEW, MANY):
                        got = r.total(nperf, count, mode, word, context.seconds, d)
                        results.setdefault((r.name, what, count), []).append(got * scale)
    yield Heading("%d instances in a ring, all sending, beside %d of them" % (MANY, FEW))
    for what, _, _, unit, _ in SENDERS:
        yield against("total of " + what, unit, results["kernel", what, MANY], "%d instances" % FEW,
                      results["kernel", what, FEW], 1.0)
        bare = against("", unit, results["veth", what, MANY], "", results["veth", what, FEW], 1.0)
        yield "  for comparison, bare veth pairs: %s: %s%s" % (what, number(bare.ratio), bare.spread)
