# SPDX-License-Identifier: Apache-2.0
"""Load for a server of AWS's API: wrk for small requests, one connection for large objects."""
import dataclasses
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from .server import FORM, Signer
from .table import Skip

DONE = r"""
done = function(s, l, r)
  local e = s.errors
  io.write(string.format("RESULT %d %d %d %.3f\n", s.requests, s.duration,
    e.connect + e.read + e.write + e.status + e.timeout, l:percentile(50) / 1000))
end
"""


@dataclasses.dataclass
class Load:
    rate: float    # requests a second
    p50_ms: float
    cpu_us: float  # of the server's processes, for each request


def quoted(text):
    return '"' + "".join(c if 32 <= ord(c) < 127 and c not in '"\\' else "\\%03d" % ord(c) for c in text) + '"'


def wrk(server, clients, seconds, lua):
    """One thread for each connection: as many callers as there are clients."""
    if not shutil.which("wrk"):
        raise Skip("wrk is not installed: apt-get install wrk")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as f:
        f.write(lua + DONE)
        f.flush()
        cpu = server.cpu()
        p = subprocess.run(["wrk", "-t%d" % clients, "-c%d" % clients, "-d%ds" % seconds, "--timeout", "30s",
                            "-s", f.name, "http://%s/" % server.address],
                           capture_output=True, text=True, timeout=seconds + 90)
        cpu = server.cpu() - cpu
    m = re.search(r"RESULT (\d+) (\d+) (\d+) (\S+)", p.stdout)
    if not m:
        raise Skip("wrk: " + (p.stderr or p.stdout)[-200:])
    count, us, errors = (int(m.group(i)) for i in (1, 2, 3))
    if errors or not count:
        raise Skip("%s: %d of %d requests failed" % (server.name, errors, count))
    return Load(count * 1e6 / us, float(m.group(4)), cpu * 1e6 / count)


def same(server, clients, seconds, body):
    """The same signed ec2 request again and again."""
    lua = 'wrk.method = "POST"\nwrk.body = %s\n' % quoted(body)
    for k, v in Signer("ec2", server.address).headers("POST", "/", body.encode()).items():
        lua += "wrk.headers[%s] = %s\n" % (quoted(k), quoted(v))
    return wrk(server, clients, seconds, lua)


LISTED = r"""
local n = 0
function setup(thread) thread:set("tid", n); n = n + 1 end
function init(args)
  lines = {}
  for l in io.lines(DIR .. tid) do lines[#lines + 1] = l end
  at = 0
  hs = { ["Host"] = HOST, ["X-Amz-Date"] = DATE, ["Content-Type"] = FORM }
end
function request()
  at = at % #lines + 1
  local a, b = lines[at]:match("^([^\t]*)\t(.*)$")
  hs["Authorization"] = a
  return wrk.format("POST", "/", hs, b)
end
"""


def groups(server, clients, seconds, most):
    """Each client in turn creates a security group and authorizes a rule in it; both count.
    most: requests a second to be ready for."""
    s = Signer("ec2", server.address)
    with tempfile.TemporaryDirectory() as d:
        for t in range(clients):
            with open("%s/%d" % (d, t), "w") as f:
                if t == 0:  # wrk calls request() once in its first thread and drops the result
                    f.write("-\tunsent\n")
                for i in range(most * seconds // clients // 2 + 1):
                    name = "g%d-%d" % (t, i)
                    for b in ("Action=CreateSecurityGroup&Version=2016-11-15&GroupName=%s&GroupDescription=d" % name,
                              "Action=AuthorizeSecurityGroupIngress&Version=2016-11-15&GroupName=%s"
                              "&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=443"
                              "&IpPermissions.1.ToPort=443&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0%%2F8" % name):
                        f.write(s.headers("POST", "/", b.encode())["Authorization"] + "\t" + b + "\n")
        names = {"DIR": d + "/", "HOST": server.address, "DATE": s.date, "FORM": FORM}
        lua = "".join("%s = %s\n" % (k, quoted(v)) for k, v in names.items()) + LISTED
        return wrk(server, clients, seconds, lua)


def put(server, path, source):
    """MiB/s of the file source sent by curl, until the answer."""
    cmd = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_upload} %{time_total}",
           "--max-time", "120", "-H", "Expect:", "-T", source]
    for k, v in Signer("s3", server.address).headers("PUT", path, unsigned=True).items():
        cmd += ["-H", "%s: %s" % (k, v)]
    p = subprocess.run(cmd + ["http://%s%s" % (server.address, path)], capture_output=True, text=True)
    code, size, seconds = p.stdout.split()
    if code != "200" or int(size) != os.path.getsize(source):
        raise Skip("%s: PUT %s answers %s" % (server.name, path, code))
    return int(size) / float(seconds) / (1 << 20)


def get(server, path, size):
    """MiB/s of an object of that many bytes, read in pieces of up to 1 MiB: curl's own work on pieces of some
    KiB would take longer than the server's."""
    request = "GET %s HTTP/1.1\r\n" % path
    for k, v in Signer("s3", server.address).headers("GET", path, unsigned=True).items():
        request += "%s: %s\r\n" % (k, v)
    piece = bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", server.port), 60) as c:
        t = time.monotonic()
        c.sendall((request + "\r\n").encode())
        got, at = b"", -1
        while at < 0:
            more = c.recv(65536)
            got += more
            at = got.find(b"\r\n\r\n")
            if not more:
                raise Skip("%s: GET %s ends early" % (server.name, path))
        if b" 200 " not in got[:20]:
            raise Skip("%s: GET %s answers %s" % (server.name, path, got[:200]))
        left = size - (len(got) - at - 4)
        while left > 0:
            n = c.recv_into(piece, min(left, len(piece)))
            if n == 0:
                raise Skip("%s: GET %s ends early" % (server.name, path))
            left -= n
        return size / (time.monotonic() - t) / (1 << 20)
