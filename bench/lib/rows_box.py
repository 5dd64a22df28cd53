# SPDX-License-Identifier: Apache-2.0
"""Rows of the box itself: deploying, the flow cache in memory, the program's size."""
import os
import re
import shutil
import subprocess
import tempfile
import time

from .server import BOX, ROOT, Box
from .table import Figure, Skip, middle


def deploy(context):
    times, box_up = [], []
    for _ in range(context.reps):
        box = Box("tap")
        t = time.monotonic()
        try:
            box_up.append(box.start())
            out = box.run("deploy", "my-stack")
            times.append(time.monotonic() - t)
            if "Online" not in out and "online" not in out:
                raise Skip("deploy did not say that the instance is Online: " + out[-200:])
        finally:
            box.stop()
    yield Figure("deploy my-stack until Online, box start included", middle(times), "s", 1.5, True)
    yield "  slowest of %d: %.2f s" % (len(times), max(times))


def build(name, directory, *objects):
    out = os.path.join(directory, name)
    subprocess.run(["cc", "-std=gnu11", "-O2", "-D_GNU_SOURCE", "-I" + os.path.join(ROOT, "src"), "-o", out,
                    os.path.join(ROOT, "bench", name + ".c"), *objects], check=True)
    return out


def flow_cache(context):
    with tempfile.TemporaryDirectory() as d:
        program = build("flow_cache", d, os.path.join(ROOT, "build/libvpcbox-release.a"))
        runs = [subprocess.run([program], capture_output=True, text=True, check=True).stdout
                for _ in range(context.reps)]
    found = [re.findall(r"(\d+) flows +([\d.]+) ns/packet \(goal (\d+)\)", r) for r in runs]
    for i, (flows, _, goal) in enumerate(found[0]):
        # What a packet costs is the least that was seen: everything else on the machine only adds to it.
        yield Figure("flow-cache hit, {:,} flows".format(int(flows)), min(float(f[i][1]) for f in found), "ns",
                     float(goal), True)
    yield "  flow cache, other runs: " + "; ".join(", ".join(x[1] for x in f) + " ns" for f in found)


def image(context):
    with tempfile.TemporaryDirectory() as d:
        program = build("image_build", d, os.path.join(ROOT, "build/libvpcbox-release.a"))
        runs = [subprocess.run([program], capture_output=True, text=True, check=True).stdout
                for _ in range(context.reps)]
    found = [re.findall(r"(\d+) interfaces in +(\d+) VPCs +(\d+) bytes each +build +([\d.]+) ms +one VPC changed +([\d.]+) ms", r)
             for r in runs]
    for i, (enis, vpcs, each, _, _) in enumerate(found[0]):
        what = "%s interfaces in %s VPCs" % tuple("{:,}".format(int(n)) for n in (enis, vpcs))
        again = min(float(f[i][4]) for f in found)
        if int(enis) < 100000:
            yield Figure("image of %s, one of them changed" % what, again, "ms of a processor", 2, True)
        else:
            yield Figure("image of %s" % what, int(each), "bytes each", 300, True)
            yield "  image of %s: made anew %.0f ms of a processor, one VPC changed %.1f ms" % (
                what, min(float(f[i][3]) for f in found), again)


def size(_):
    with tempfile.TemporaryDirectory() as d:
        stripped = shutil.copy(BOX, d)
        subprocess.run(["strip", stripped], check=True)
        yield Figure("the program, stripped", os.path.getsize(stripped) / (1 << 20), "MiB", 4, True)
