# SPDX-License-Identifier: Apache-2.0
"""Servers of AWS's API under measurement: this tree's box, and moto's server as its peer."""
import datetime
import glob
import hashlib
import hmac
import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from .table import Skip

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOX = os.path.join(ROOT, "build", "vpcbox")
REGION = "ap-northeast-1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
INSTALL_MOTO = "python3 -m venv build/moto && build/moto/bin/pip install 'moto[server]'"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Signer:
    """SigV4 with test/test, for one second's worth of requests."""

    def __init__(self, service, host):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.service, self.host = service, host
        self.date = now.strftime("%Y%m%dT%H%M%SZ")
        self.scope = "%s/%s/%s/aws4_request" % (self.date[:8], REGION, service)
        key = b"AWS4test"
        for part in self.scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        self.key = key

    def headers(self, method, path, body=b"", unsigned=False):
        sha = "UNSIGNED-PAYLOAD" if unsigned else hashlib.sha256(body).hexdigest()
        hs = {"Host": self.host, "X-Amz-Date": self.date}
        if self.service == "s3":
            hs["X-Amz-Content-Sha256"] = sha
        else:
            hs["Content-Type"] = FORM
        lines = sorted((k.lower(), v) for k, v in hs.items())
        names = ";".join(k for k, _ in lines)
        canonical = "\n".join([method, path, "", "".join("%s:%s\n" % l for l in lines), names, sha])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", self.date, self.scope,
                             hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(self.key, to_sign.encode(), hashlib.sha256).hexdigest()
        hs["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/%s, SignedHeaders=%s, Signature=%s" % (
            self.scope, names, signature)
        return hs


class Server:
    """One that is started afresh, with nothing in it, by start(), and ended by stop()."""
    name = ""

    def __init__(self):
        self.port = free_port()
        self.address = "127.0.0.1:%d" % self.port
        self.process = self.home = None

    def command(self):
        raise NotImplementedError

    def request(self, method, path, body=b"", headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            c.request(method, path, body, headers or {})
            r = c.getresponse()
            return r.status, r.read()
        finally:
            c.close()

    def signed(self, service, method, path, body=b""):
        return self.request(method, path, body, Signer(service, self.address).headers(method, path, body))

    def ec2(self, action, **parameters):
        """The answer's text; parameters: VpcId="vpc-…", IpPermissions_1_IpProtocol="-1"."""
        body = "Action=%s&Version=2016-11-15" % action
        for k, v in parameters.items():
            body += "&%s=%s" % (k.replace("_", "."), str(v).replace("/", "%2F"))
        status, answer = self.signed("ec2", "POST", "/", body.encode())
        if status != 200:
            raise Skip("%s: %s answers %d: %s" % (self.name, action, status, answer[:200]))
        return answer.decode()

    def start(self):
        """Seconds from starting the command to its first answer to a signed request."""
        self.home = tempfile.mkdtemp(prefix="vpcbox-bench-")
        body = b"Action=DescribeRegions&Version=2016-11-15"
        headers = Signer("ec2", self.address).headers("POST", "/", body)
        log = open(os.path.join(self.home, "bench.log"), "wb")
        t = time.monotonic()
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        while time.monotonic() - t < 60:
            try:
                status, _ = self.request("POST", "/", body, headers)
                if status == 200:
                    return time.monotonic() - t
            except OSError:
                time.sleep(0.0005)
            if self.process.poll() is not None:
                break
        words = open(os.path.join(self.home, "bench.log")).read()[-300:]
        self.stop()
        raise Skip("%s does not answer: %s" % (self.name, words))

    def stop(self):
        if self.process:
            pids = self.pids()
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            for _ in range(200):  # children of a killed server end by themselves
                if not any(os.path.exists("/proc/%d" % p) for p in pids):
                    break
                time.sleep(0.01)
            self.process = None
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)
            self.home = None

    def fresh(self):
        self.stop()
        return self.start()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def pids(self):
        """The server's process and its descendants."""
        parents = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                parents[int(path.split("/")[2])] = int(open(path).read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                pass
        found = {self.process.pid}
        while True:
            more = {p for p, parent in parents.items() if parent in found} - found
            if not more:
                return sorted(found)
            found |= more

    def cpu(self):
        """Processor seconds used so far."""
        ticks = 0
        for p in self.pids():
            try:
                w = open("/proc/%d/stat" % p).read().rsplit(")", 1)[1].split()
                ticks += int(w[11]) + int(w[12])
            except OSError:
                pass
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """MiB: the sum of the processes' VmRSS."""
        kib = 0
        for p in self.pids():
            try:
                m = re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % p).read())
                kib += int(m.group(1)) if m else 0
            except OSError:
                pass
        return kib / 1024


class Box(Server):
    name = "vpcbox"

    def __init__(self, dataplane="auto"):
        super().__init__()
        self.dataplane = dataplane

    def command(self):
        return [BOX, "serve", "--home", self.home, "--port", str(self.port), "--dataplane", self.dataplane]

    def fabric(self):
        """The process that forwards packets in user space."""
        for p in self.pids():
            with open("/proc/%d/cmdline" % p, "rb") as f:
                if f.read().startswith(b"vpcbox-fabric"):
                    return p
        raise Skip("vpcbox has no fabric process")

    def run(self, *arguments):
        """A command of the box's own: its output."""
        p = subprocess.run([BOX, "--home", self.home, *arguments], capture_output=True, text=True, timeout=120)
        if p.returncode != 0:
            raise Skip("vpcbox %s: %s" % (" ".join(arguments), (p.stderr or p.stdout).strip()[-300:]))
        return p.stdout


class Moto(Server):
    name = "moto"

    def command(self):
        for path in (os.environ.get("MOTO_SERVER"), os.path.join(ROOT, "build/moto/bin/moto_server"),
                     shutil.which("moto_server")):
            if path and os.path.exists(path):
                return [path, "-H", "127.0.0.1", "-p", str(self.port)]
        raise Skip("moto server is not installed here: " + INSTALL_MOTO)
