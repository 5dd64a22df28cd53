#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# What a box's log says of processes that came to an end that nobody asked for, and what a sanitizer has found.  In
# shell: crash.py LOG [kills] prints "not ok - " when there is any; with "kills" the test has ended some by force.
import re
import sys

CRASH = re.compile("ended by signal|vpcbox-.* ended with status|(Address|Thread|Leak|UndefinedBehavior)Sanitizer|runtime error:")
KILLED = re.compile("ended by signal 9 ")


def told(log, kills=False):
    """The first three of them with the lines that follow, or ""."""
    lines = log.splitlines()
    bad = [n for n, line in enumerate(lines) if CRASH.search(line) and not (kills and KILLED.search(line))]
    return "\n".join("\n".join(lines[n:n + 40]) for n in bad[:3])


if __name__ == "__main__":
    with open(sys.argv[1], errors="replace") as f:
        seen = told(f.read(), "kills" in sys.argv[2:])
    if seen:
        print("not ok - no process of the box crashed\n#   " + seen.replace("\n", "\n#   "))
        sys.exit(1)
