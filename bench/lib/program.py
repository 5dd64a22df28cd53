# SPDX-License-Identifier: Apache-2.0
"""The kernel's own count of how long the flow cache's program runs (BPF_ENABLE_STATS)."""
import contextlib
import ctypes
import os

from .table import Skip

SYS_BPF = {"x86_64": 321, "aarch64": 280}
PROG_GET_NEXT_ID, PROG_GET_FD_BY_ID, OBJ_GET_INFO_BY_FD, ENABLE_STATS = 11, 13, 15, 32
NAME_AT, RUN_TIME_AT = 64, 192  # of name, and of run_time_ns and run_cnt, in struct bpf_prog_info


def bpf(command, attr):
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(SYS_BPF[os.uname().machine], command, attr, len(attr))


def words(*values):
    return ctypes.create_string_buffer(b"".join(v.to_bytes(4, "little") for v in values).ljust(128, b"\0"), 128)


def runs():
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
        if bpf(OBJ_GET_INFO_BY_FD, ask) == 0 and info.raw[NAME_AT:NAME_AT + 16].rstrip(b"\0") == b"port_in":
            for i in range(2):
                total[i] += int.from_bytes(info.raw[RUN_TIME_AT + 8 * i:RUN_TIME_AT + 8 * i + 8], "little")
        os.close(fd)


@contextlib.contextmanager
def counted():
    """A list that holds the mean nanoseconds of a run once the block has ended."""
    out = []
    stats = bpf(ENABLE_STATS, words(0))
    if stats < 0:
        raise Skip("the kernel does not count its programs' time")
    try:
        before = runs()
        yield out
        time, count = (b - a for a, b in zip(before, runs()))
        if count:
            out.append(time / count)
    finally:
        os.close(stats)
