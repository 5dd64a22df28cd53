# SPDX-License-Identifier: Apache-2.0
# What a box that has ended might leave behind: processes, namespaces, mounts.
import os

KINDS = ("net", "mnt", "user", "pid")


def _link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _descendants(pid):
    found, queue = [], [pid]
    while queue:
        p = queue.pop()
        found.append(p)
        try:
            for t in os.listdir("/proc/%d/task" % p):
                with open("/proc/%d/task/%s/children" % (p, t)) as f:
                    queue += map(int, f.read().split())
        except OSError:
            pass
    return found


def _alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")")[-1].split()[0] != "Z"
    except OSError:
        return False


class Remains:
    """Remembers the processes and namespaces of a running box; left() says which of them are still there."""

    def __init__(self, pid, folder):
        own = {_link("/proc/self/ns/" + n) for n in KINDS}
        self.folder = folder
        self.processes = _descendants(pid)
        self.spaces, self.held = set(), []
        for path in ["/proc/%d/ns/%s" % (p, n) for p in self.processes for n in KINDS]:
            name = _link(path)
            if name and name not in own | self.spaces:
                # Held open, so that its number is not given to a namespace of somebody else meanwhile.
                try:
                    self.held.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
                    self.spaces.add(name)
                except OSError:
                    pass  # it has ended by now

    def __del__(self):
        for fd in self.held:
            os.close(fd)

    def left(self):
        alive = [p for p in self.processes if _alive(p)]
        kept = {_link("/proc/%s/ns/%s" % (p, n)) for p in os.listdir("/proc") if p.isdigit()
                for n in KINDS} & self.spaces
        with open("/proc/mounts") as f:
            mounts = [m for m in f if self.folder in m]
        return alive or kept or mounts
