# SPDX-License-Identifier: Apache-2.0
# Frames made by hand, what they look like with names instead of what each box chooses for itself, and puppets that
# send and catch them (puppet.py).
import hashlib

from lib import *

ROUTER, UPLINK = bytes.fromhex("067670630001"), bytes.fromhex("067670630003")
NOP = b"\1\1\1\0"
ICMP, TCP, UDP = 1, 6, 17
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
NO_OFFLOAD = bytes(10)
NEEDS_CSUM, GSO_TCPV4 = 1, 1

with open(os.path.join(ROOT, "tests/system/puppet.py")) as f:
    PUPPET = f.read()


def words_sum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def address(text):
    return bytes(int(x) for x in text.split("."))


def ip(source, destination, protocol, body, ttl=64, tos=0, frag=0x4000, ident=7, options=b"", total=None, bad=0,
       first=None):
    header = bytes([first or 0x45 + len(options) // 4, tos]) + (total or 20 + len(options) + len(body)).to_bytes(2, "big") + \
        ident.to_bytes(2, "big") + frag.to_bytes(2, "big") + bytes([ttl, protocol, 0, 0]) + \
        address(source) + address(destination) + options
    check = (~words_sum(header) & 0xffff) ^ bad
    return header[:10] + check.to_bytes(2, "big") + header[12:] + body


def l4_sum(source, destination, protocol, body):
    return ~words_sum(address(source) + address(destination) + bytes([0, protocol]) + len(body).to_bytes(2, "big") +
                      body) & 0xffff


def pseudo_sum(source, destination, protocol, length):
    return words_sum(address(source) + address(destination) + bytes([0, protocol]) + length.to_bytes(2, "big"))


def udp(source, destination, sport, dport, data, check=None, length=None, **more):
    body = sport.to_bytes(2, "big") + dport.to_bytes(2, "big") + (length or 8 + len(data)).to_bytes(2, "big")
    right = l4_sum(source, destination, UDP, body + b"\0\0" + data) or 0xffff
    return ip(source, destination, UDP, body + (right if check is None else check).to_bytes(2, "big") + data, **more)


def tcp(source, destination, sport, dport, flags, data=b"", seq=1, ack=1, tcp_options=b"", check=None, offset=None, **more):
    body = sport.to_bytes(2, "big") + dport.to_bytes(2, "big") + seq.to_bytes(4, "big") + ack.to_bytes(4, "big") + \
        bytes([(offset or 5 + len(tcp_options) // 4) << 4, flags]) + b"\x10\0\0\0\0\0" + tcp_options + data
    right = l4_sum(source, destination, TCP, body) if check is None else check
    return ip(source, destination, TCP, body[:16] + right.to_bytes(2, "big") + body[18:], **more)


def icmp(source, destination, kind, code, rest, **more):
    body = bytes([kind, code, 0, 0]) + rest
    return ip(source, destination, ICMP, body[:2] + (~words_sum(body) & 0xffff).to_bytes(2, "big") + rest, **more)


def virtio(flags=0, gso=0, headers=0, segment=0, start=0, offset=0):
    return bytes([flags, gso]) + b"".join(x.to_bytes(2, sys.byteorder) for x in (headers, segment, start, offset))


class Puppet:
    """A program in an instance or on the internet that does what it is told (puppet.py)."""

    def __init__(self, box, where):
        self.process = box.start(where, "python3", "-c", PUPPET, "uplink" if where == "internet" else "eth0",
                                 stdin=subprocess.PIPE)
        self.where = where
        self.line()

    def line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            raise SystemExit("not ok - a puppet in %s answers" % self.where)
        return line

    def __getattr__(self, name):
        def call(*arguments):
            self.process.stdin.write(json.dumps([name, arguments]) + "\n")
            self.process.stdin.flush()
            line = self.line()
            try:
                return json.loads(line)
            except ValueError:
                self.process.kill()
                raise SystemExit("not ok - a puppet in %s: %s" % (self.where, line + self.process.stdout.read()))
        return call


class Names:
    """What the box chose (MACs, public addresses) -> how to call it."""

    def __init__(self):
        self.of = {ROUTER: "router", UPLINK: "uplink"}

    def ip(self, four):
        return self.of.get(four, ".".join(map(str, four)))

    def frame(self, data):
        """A frame with its virtio_net_hdr, told so that it is the same on each box.  Of sums that cover
        addresses, what is left when all is added up (ffff: right)."""
        offload, frame = data[:10], data[10:]
        unfinished = "unfinished " if offload[0] & NEEDS_CSUM else ""
        if offload[1]:
            unfinished += "super-packet of %d " % int.from_bytes(offload[4:6], sys.byteorder)
        macs = "%s>%s" % tuple(self.of.get(frame[i:i + 6], frame[i:i + 6].hex()) for i in (6, 0))
        kind = frame[12:14].hex()
        if kind != "0800" or len(frame) < 34:
            return " ".join([unfinished, macs, kind, frame[14:].hex()])
        return " ".join([unfinished, macs, self.packet(frame[14:], unfinished=offload[0] & NEEDS_CSUM)])

    def packet(self, p, quoted=False, unfinished=False):
        header = (p[0] & 15) * 4
        source, destination = self.ip(p[12:16]), self.ip(p[16:20])
        length, protocol, piece = int.from_bytes(p[2:4], "big"), p[9], int.from_bytes(p[6:8], "big") & 0x1fff
        body = p[header:]
        # Whoever answers by a stack of its own chooses the identification.
        made_here = protocol == ICMP and (piece or body[:1] != b"\x08")
        out = ["%s>%s" % (source, destination), "tos %02x" % p[1], "length %d" % length,
               "id %s" % ("-" if made_here else p[4:6].hex()), "df/off %s" % p[6:8].hex(), "ttl %d" % p[8],
               "protocol %d" % protocol, "sum %04x" % words_sum(p[:header]), p[20:header].hex()]
        if protocol in (TCP, UDP) and not piece and len(body) >= 8:
            at = 16 if protocol == TCP else 6
            total = words_sum(p[12:20] + bytes([0, protocol]) + (length - header).to_bytes(2, "big") +
                              body[:max(0, length - header)])
            pseudo = words_sum(p[12:20] + bytes([0, protocol]) + (length - header).to_bytes(2, "big"))
            out.append("no sum" if protocol == UDP and body[6:8] == b"\0\0" else
                       "cut" if quoted and len(body) < at + 2 else
                       "pseudo header's sum: %s" % (int.from_bytes(body[at:at + 2], "big") == pseudo) if unfinished else
                       "sum %04x" % total)
            body = body[:at] + body[at + 2:]
        elif protocol == ICMP and not piece and len(body) >= 28 and body[0] in (3, 11, 12) and not quoted:
            return " ".join(out + ["icmp sum %04x" % words_sum(body), body[:2].hex(), body[4:8].hex(), "about",
                                   self.packet(body[8:], quoted=True)])
        text = body.hex()
        return " ".join(out + [text if len(text) < 300 else text[:100] + "… " + hashlib.sha1(body).hexdigest()])
