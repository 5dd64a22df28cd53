# SPDX-License-Identifier: Apache-2.0
# Runs inside an instance or on the box's internet, with `python3 -c`: does what the test says, a JSON line
# [function, arguments] each, and answers with a line.  Frames are hex and begin with a virtio_net_hdr of ten bytes,
# so that unfinished checksums and super-packets can be sent and seen as such.
import hashlib
import json
import random
import socket
import subprocess
import sys
import threading
import time

SOL_PACKET, PACKET_AUXDATA, PACKET_VNET_HDR = 263, 8, 15
TAG_VALID = 0x10
device = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
device.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
device.bind((sys.argv[1], 0))
seen, news, totals = [], threading.Condition(), {}
background = []


def key_of(frame, outgoing):
    """The connection that a whole TCP or UDP packet belongs to, from here."""
    packet = frame[14:]
    if frame[12:14] != b"\x08\x00" or len(packet) < 28 or packet[0] != 0x45 or packet[9] not in (6, 17) or \
            int.from_bytes(packet[6:8], "big") & 0x1fff:
        return None
    ends = [socket.inet_ntoa(packet[i:i + 4]) + ":%d" % int.from_bytes(packet[j:j + 2], "big")
            for i, j in ((12, 20), (16, 22))]
    return " ".join(["tcp" if packet[9] == 6 else "udp"] + (ends if outgoing else ends[::-1]))


def catch():
    trap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    trap.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    trap.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    trap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
    trap.bind((sys.argv[1], 3))
    listening.set()
    while True:
        data, extra, _, at = trap.recvmsg(1 << 17, 256)
        for level, kind, aux in extra:
            tci = int.from_bytes(aux[16:18], sys.byteorder)
            if level == SOL_PACKET and kind == PACKET_AUXDATA and int.from_bytes(aux[:4], sys.byteorder) & TAG_VALID:
                data = data[:22] + b"\x81\x00" + tci.to_bytes(2, "big") + data[22:]
        outgoing = at[2] == socket.PACKET_OUTGOING
        key = key_of(data[10:], outgoing)
        with news:
            if key:
                count = totals.setdefault(key, [0, 0])
                count[0] += 1
                count[1] += int.from_bytes(data[26:28], "big")
            if not outgoing:
                seen.append(data)
                news.notify()


def send(frames):
    """What the kernel said to each: 0 or an error's number."""
    out = []
    for text in frames:
        try:
            device.send(bytes.fromhex(text))
            out.append(0)
        except OSError as e:
            out.append(e.errno)
    return out


def until(mark, seconds):
    """All frames that came in until the one that has this text in it, and whether it came."""
    mark, end, looked = mark.encode(), time.monotonic() + seconds, 0
    with news:
        while True:
            for i in range(looked, len(seen)):
                if mark in seen[i]:
                    out = [x.hex() for x in seen[:i + 1]]
                    del seen[:i + 1]
                    return out, True
            looked = len(seen)
            if not news.wait(end - time.monotonic()):
                return taken(), False


def taken():
    out = [x.hex() for x in seen]
    seen.clear()
    return out


def counted(port_low, port_high):
    """Connection as this end sees it -> [packets, bytes of IP] that passed the interface in both directions."""
    with news:
        return {k: v for k, v in totals.items()
                if any(port_low <= int(end.rsplit(":", 1)[1]) <= port_high for end in k.split()[1:])}


def sh(script):
    r = subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    return r.stdout.strip() + ("" if r.returncode == 0 else "\nstatus %d" % r.returncode)


# -- real sockets --------------------------------------------------------------------------------------


def tcp_server(port, serve):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    s.listen(100)

    def run():
        while True:
            c, peer = s.accept()
            with c:
                serve(c, peer)
    threading.Thread(target=run, daemon=True).start()


def tcp_sink(port):
    """Tells whoever connects what it sent and from where."""
    def serve(c, peer):
        digest, size = hashlib.sha256(), 0
        while True:
            data = c.recv(1 << 16)
            if not data:
                break
            digest.update(data)
            size += len(data)
        c.sendall(("%s %d from %s:%d" % (digest.hexdigest(), size, *peer)).encode())
        c.shutdown(socket.SHUT_WR)
        c.recv(1)
    tcp_server(port, serve)


def tcp_echo(port):
    def serve(c, _):
        c.sendall(c.recv(1000))
        c.recv(1)
    tcp_server(port, serve)


def dial(address, port, own):
    s = socket.socket()
    s.settimeout(10)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", own))
    s.connect((address, port))
    return s


def tcp_push(address, port, own, size, piece):
    """Sends so many bytes, that many a call: whether they came whole, and from where."""
    data = random.Random(size).randbytes(size)
    with dial(address, port, own) as s:
        for i in range(0, size, piece):
            s.sendall(data[i:i + piece])
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while True:
            more = s.recv(1000)
            if not more:
                break
            answer += more
    digest, rest = answer.decode().split(" ", 1)
    return [digest == hashlib.sha256(data).hexdigest(), rest]


def tcp_short(address, port, first, count):
    """So many connections one after the other, a question and an answer each: how many went well."""
    good = 0
    for own in range(first, first + count):
        with dial(address, port, own) as s:
            s.sendall(b"question %d" % own)
            good += s.recv(1000) == b"question %d" % own
    return good


def udp_echo(address, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, port))

    def run():
        while True:
            data, peer = s.recvfrom(1 << 16)
            try:
                s.sendto(data, peer)
            except OSError as e:
                background.append(str(e))
    threading.Thread(target=run, daemon=True).start()


def udp_ask(address, port, own, sizes):
    """Sends a datagram of each size and takes its echo; the sizes that came back unharmed."""
    out = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        s.bind(("", own))
        s.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER: cut what is too large
        for size in sizes:
            data = random.Random(size).randbytes(size)
            try:
                s.sendto(data, (address, port))
                answer, peer = s.recvfrom(1 << 16)
                if answer == data and peer == (address, port):
                    out.append(size)
            except OSError as e:
                out.append("%d: %s" % (size, e))
    return out


listening = threading.Event()
threading.Thread(target=catch, daemon=True).start()
listening.wait()
print("ready", flush=True)
for line in sys.stdin:
    name, arguments = json.loads(line)
    try:
        answer = globals()[name](*arguments)
    except Exception as e:
        answer = "failed: %r" % e
    print(json.dumps(answer), flush=True)
