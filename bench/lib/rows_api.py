# SPDX-License-Identifier: Apache-2.0
"""The API's rows: starting, reading, writing, objects; each against moto server, which keeps nothing."""
import os
import tempfile
import time

from . import load
from .server import REGION, Box, Moto
from .table import Figure, Skip, against, middle


LOCATION = ("<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint></CreateBucketConfiguration>"
            % REGION).encode()


def both():
    return [Box(), Moto()]


def in_turns(context, measure):
    """measure(server) for each server, fresh, `reps` times in turns: a list of results for each."""
    results = ([], [])
    for _ in range(context.reps):
        for server, mine in zip(both(), results):
            with server:
                mine.append(measure(server))
    return results


def start(context):
    times, memories, theirs, their_memory = [], [], [], []
    for _ in range(2 * context.reps + 1):
        box = Box()
        try:
            times.append(box.start() * 1e3)
            time.sleep(0.3)
            memories.append(box.memory())
            processes = len(box.pids())
        finally:
            box.stop()
    yield Figure("start to the first answered call", middle(times), "ms", 50, True)
    yield Figure("idle memory, %d processes" % processes, middle(memories), "MiB", 25, True)
    moto = Moto()
    try:
        for _ in range(context.reps):
            theirs.append(moto.fresh() * 1e3)
            their_memory.append(moto.memory())
    except Skip as e:
        yield "start beside moto server: skipped: %s" % e
        return
    finally:
        moto.stop()
    yield "  for comparison, moto server: start %.0f ms, %.0f MiB" % (middle(theirs), middle(their_memory))


def figures(what, goal, results):
    ours, theirs = results
    yield against(what, "requests/s", [x.rate for x in ours], "moto", [x.rate for x in theirs], goal)
    mine, other = middle([x.cpu_us for x in ours]), middle([x.cpu_us for x in theirs])
    if mine:
        yield "  %s: p50 %.3f ms; server's CPU a request %.0f us, moto's %.0f us (%.0f times)" % (
            what, middle([x.p50_ms for x in ours]), mine, other, other / mine)


def read(context):
    body = "Action=DescribeVpcs&Version=2016-11-15"
    for clients in (1, 16):
        yield from figures("DescribeVpcs, %d client%s" % (clients, "s" if clients > 1 else ""), 100, in_turns(
            context, lambda s, c=clients: load.same(s, c, context.seconds, body)))


def write(context):
    body = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16"
    yield from figures("CreateVpc, 16 clients", 20, in_turns(
        context, lambda s: load.same(s, 16, context.seconds, body)))
    yield from figures("CreateSecurityGroup + Authorize, 16 clients", 20, in_turns(
        context, lambda s: load.groups(s, 16, context.seconds, 3000 if s.name == "moto" else 40000)))


def objects(context):
    up, down = ([], []), ([], [])
    with tempfile.NamedTemporaryFile() as source:
        for _ in range(64):
            source.write(os.urandom(1 << 20))
        source.flush()
        servers = both()
        try:
            for s in servers:
                s.start()
                status, answer = s.signed("s3", "PUT", "/bench-bucket", LOCATION)
                if status != 200:
                    raise Skip("%s: CreateBucket answers %d: %s" % (s.name, status, answer[:200]))
            for i in range(context.reps + 1):
                for s, u, d in zip(servers, up, down):
                    path = "/bench-bucket/object-%d" % i
                    u.append(load.put(s, path, source.name))
                    d.append(load.get(s, path, 64 << 20))
        finally:
            for s in servers:
                s.stop()
    yield against("S3 Put of 64 MiB, synced", "MiB/s", up[0], "moto", up[1], 2)
    yield against("S3 Get of 64 MiB", "MiB/s", down[0], "moto", down[1], 2)
