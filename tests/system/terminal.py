# SPDX-License-Identifier: Apache-2.0
# terminal: a command with a terminal of its own, typed at and read from.
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time


class Terminal:
    """words[0] is the program; env replaces the environment."""

    def __init__(self, *words, name=None, env=None):
        self.out = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(words[0], [name or words[0], *words[1:]], {**(env or os.environ), "TERM": "dumb"})

    def type(self, data):
        data = data if isinstance(data, bytes) else data.encode()
        while data:
            n = os.write(self.fd, data[:4096])
            data = data[n:]

    def wait(self, text, seconds=20):
        """Reads on until the text (a regular expression) appears; what was before and in it is taken away."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(text.encode(), self.out)
            if found:
                self.out = self.out[found.end():]
                return found.group(0).decode(errors="replace")
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            try:
                more = os.read(self.fd, 65536) if ready else b""
            except OSError:
                more = b""
            if not more:
                return "nothing; read: " + self.out.decode(errors="replace")
            self.out += more

    def ask(self, command, answer):
        self.type(command + "\r")
        return self.wait(answer)

    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self):
        """Its exit status."""
        self.rest = self.out
        try:
            while True:
                more = os.read(self.fd, 65536)
                if not more:
                    break
                self.rest += more
        except OSError:
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
