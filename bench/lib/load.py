# SPDX-License-Identifier: Apache-2.0
"""Load for a server of AWS's API: wrk for small requests, curl for large objects."""
import dataclasses
import os
import re
import shutil
import subprocess
import tempfile

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


def curl(server, method, path, source=None):
    """MiB/s of one object, whole, up (from the file source) or down."""
    cmd = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download} %{size_upload} %{time_total}",
           "--max-time", "120", "-H", "Expect:"]
    for k, v in Signer("s3", server.address).headers(method, path, unsigned=True).items():
        cmd += ["-H", "%s: %s" % (k, v)]
    if source:
        cmd += ["-T", source]
    p = subprocess.run(cmd + ["http://%s%s" % (server.address, path)], capture_output=True, text=True)
    code, down, up, seconds = p.stdout.split()
    size = int(up if source else down)
    if code != "200" or (source and size != os.path.getsize(source)):
        raise Skip("%s: %s %s answers %s" % (server.name, method, path, code))
    return size / float(seconds) / (1 << 20)
