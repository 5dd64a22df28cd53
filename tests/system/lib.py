# SPDX-License-Identifier: Apache-2.0
# What system tests in Python share: a box of one's own, AWS clients, programs in instances, and lines of
# "ok - what" and "not ok - what".  Everything that was started ends with the test, however it ends.
import atexit
import copy
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import crash

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
failures = 0
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of atexit

# What is missing is said at once, not by a program that waits for another that never came.
if subprocess.run([os.path.join(ROOT, "tools/setup"), "-n", "run", "test"]).returncode != 0:
    raise SystemExit("not ok - the programs of this test are installed")

# The machine's own settings must not leak into what is tested.
BINARY = os.path.abspath(os.environ.get("VPCBOX_BINARY") or os.path.join(ROOT, "build/vpcbox"))
for name in [n for n in os.environ if n.startswith(("AWS_", "VPCBOX_")) and n != "VPCBOX_DATAPLANE"]:
    del os.environ[name]
os.environ.update(AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
                  AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="",
                  PATH="/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin")


def check(what, good, seen=""):
    global failures
    print(("ok - " if good else "not ok - ") + what, flush=True)
    if not good:
        failures += 1
        for line in str(seen).splitlines()[-30:]:
            print("#   " + line, flush=True)
    return bool(good)


def same(what, expected, seen):
    return check(what, expected == seen, "expected: %s\nseen:     %s" % (expected, seen))


def has(what, part, seen):
    return check(what, part in seen, "no %r in: %s" % (part, seen))


def refused(what, codes, call, words="", **arguments):
    """The call is refused with one of the codes (a blank-separated list)."""
    try:
        answer = call(**arguments)
    except ClientError as e:
        error = e.response["Error"]
        return check(what, error["Code"] in codes.split() and words in error["Message"], error)
    return check(what, False, "no refusal: %s" % answer)


def wait(condition, seconds=20, pause=0.02):
    """The first true value of condition() within so many seconds, else its last one."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(pause)


def finish():
    sys.exit(failures > 0)


@atexit.register  # the first to be registered is the last to run: after the boxes have been closed
def verdict():
    if failures:
        sys.stdout.flush()
        os._exit(1)


class Box:
    """A running box with a home of its own and a free port."""

    def __init__(self, *options, home=None, prefix=()):
        self.work = tempfile.mkdtemp(prefix="vpcbox-test-", dir="/tmp")
        os.chmod(self.work, 0o755)
        # A copy, so that the program may be built anew while the test runs.
        self.binary = shutil.copy(BINARY, os.path.join(self.work, "vpcbox"))
        self.home = home or os.path.join(self.work, "home")
        self.prefix, self.options = list(prefix), list(options)
        self.serving = None
        self.clients = {}
        self.kills = False  # the test ends the box's processes by force, and says so here
        atexit.register(self.close)
        self.serve()

    def serve(self):
        self.log = open(os.path.join(self.work, "serve.log"), "ab")
        self.serving = subprocess.Popen(
            self.prefix + [self.binary, "serve", "--home", self.home, "--port", "0", *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.serving.stdout:
            if line.startswith("ready "):
                self.url = line.split()[1]
                self.port = int(self.url.rsplit(":", 1)[1])
                self.clients = {}
                return
        raise SystemExit("not ok - the box starts: " + self.complaints())

    def complaints(self):
        with open(os.path.join(self.work, "serve.log")) as f:
            return f.read()

    def crashes(self):
        return crash.told(self.complaints(), self.kills)

    def child(self, name):
        """The pid of region or fabric, or None while there is none."""
        with open("/proc/%d/task/%d/children" % (self.serving.pid, self.serving.pid)) as f:
            for pid in f.read().split():
                try:
                    with open("/proc/%s/cmdline" % pid) as c:
                        if c.read().startswith("vpcbox-" + name):
                            return int(pid)
                except OSError:
                    pass
        return None

    def stop(self):
        self.serving.send_signal(signal.SIGTERM)
        return self.serving.wait(30)

    def close(self):
        atexit.unregister(self.close)
        if self.serving and self.serving.poll() is None:
            try:
                if self.stop() != 0:
                    check("the box ends well with its test", False, self.complaints())
            except subprocess.TimeoutExpired:
                check("the box ends with its test", False, self.complaints())
                self.serving.kill()
                self.serving.wait()
        if self.crashes():
            check("no process of the box crashed", False, self.crashes())
        # rmtree would stop at an overlay's work folder, which an ordinary user may not read.
        subprocess.run(["rm", "-rf", self.work], check=False)

    region, keys = REGION, ("test", "test")

    def of(self, account=None, region=REGION):
        """The same box as another account sees it, or from another region; for all but serving it."""
        side = copy.copy(self)
        side.clients, side.region = {}, region
        if account:
            seen = json.loads(self.command("account", "env", account, "--output", "json").stdout)
            side.keys = seen["AccessKeyId"], seen["SecretAccessKey"]
        return side

    def session(self, key=None, secret=None, token=None):
        """A function from a service's name to a client with these credentials; what is not said is the account's root's."""
        key, secret = key or self.keys[0], secret or self.keys[1]
        made = {}

        def client(service, **config):
            if (service, str(config)) not in made:
                made[service, str(config)] = boto3.client(
                    service, endpoint_url=self.url, region_name=self.region, aws_access_key_id=key,
                    aws_secret_access_key=secret, aws_session_token=token,
                    config=Config(**{"retries": {"max_attempts": 1}, "s3": {"addressing_style": "path"},
                                     "max_pool_connections": 32, **config}))
            return made[service, str(config)]
        return client

    def __getattr__(self, name):
        """box.ec2, box.s3, box.iam …: clients of the account's root."""
        if name not in ("ec2", "s3", "iam", "sts", "ssm"):
            raise AttributeError(name)
        if name not in self.clients:
            self.clients[name] = self.session()(name)
        return self.clients[name]

    def command(self, *words, **more):
        """The vpcbox command, to its end."""
        more.setdefault("stdin", subprocess.DEVNULL) if "input" not in more else None
        more.setdefault("timeout", 120)
        return subprocess.run([*self.prefix, self.binary, "--home", self.home, *words], text=True,
                              stdout=more.pop("stdout", subprocess.PIPE),
                              stderr=more.pop("stderr", subprocess.PIPE), **more)

    def start(self, where, *words, **more):
        """A command inside an instance or on the internet, in the background."""
        more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([*self.prefix, self.binary, "--home", self.home, "run", where, "--", *words],
                                **{"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **more})

    def serve_tcp(self, where, *ports):
        """Something that accepts connections to these ports and says who it is, until the test ends."""
        for port in ports:
            self.sh(where, "setsid nc -lk %d >/dev/null 2>&1 </dev/null &"
                           "until ss -ltnH sport = :%d | grep -q .; do sleep 0.01; done" % (port, port))

    def reach(self, where, address, port, seconds=0.6):
        """What a TCP connection attempt comes to: "open", "refused" or "timeout"."""
        out = self.sh(where, "timeout %s nc -nzv %s %d 2>&1" % (seconds, address, port))
        return ("timeout" if "status 124" in out else "refused" if "refused" in out
                else "open" if "succeeded" in out else out)

    def ping(self, where, address, seconds=1):
        return "answer" if ", 0% packet" in self.sh(where, "ping -n -c 1 -W %s %s" % (seconds, address)) else "none"

    def run(self, where, *words, **more):
        return self.command("run", where, "--", *words, stderr=subprocess.STDOUT, **more)

    def sh(self, where, script, **more):
        """What the script printed, and what its status was when that is not 0."""
        r = self.run(where, "bash", "-c", script, **more)
        return r.stdout.strip() + ("" if r.returncode == 0 else "\nstatus %d" % r.returncode)

    def aws(self, *words):
        return self.command("aws", *words)

    def explain(self, source, destination):
        r = self.command("explain", source, destination, "--output", "json")
        return json.loads(r.stdout) if r.returncode in (0, 3) else {"error": r.stderr}

    # -- pieces of networks --------------------------------------------------------------------------

    def vpc(self, cidr="10.0.0.0/16", names=True):
        vpc = self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        if names:
            self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return vpc

    def subnet(self, vpc, cidr, zone="a"):
        return self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr,
                                      AvailabilityZone=self.region + zone)["Subnet"]["SubnetId"]

    def gateway(self, vpc):
        igw = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
        return igw

    def table(self, vpc, *subnets, **routes):
        """A route table of these subnets; routes: gateway=igw-…, nat=i-…, eni=eni-… for 0.0.0.0/0."""
        rtb = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        for subnet in subnets:
            self.ec2.associate_route_table(RouteTableId=rtb, SubnetId=subnet)
        kinds = {"gateway": "GatewayId", "nat": "InstanceId", "eni": "NetworkInterfaceId"}
        for kind, target in routes.items():
            self.ec2.create_route(RouteTableId=rtb, DestinationCidrBlock="0.0.0.0/0", **{kinds[kind]: target})
        return rtb

    def group(self, vpc, *rules, egress=True):
        """A security group; rules like "tcp 22 10.0.0.0/16", "icmp -1 0.0.0.0/0", "all - sg-…"."""
        name = "g%d" % time.monotonic_ns()
        group = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for rule in rules:
            self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission(rule)])
        if not egress:
            self.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[permission("all - 0.0.0.0/0")])
        return group

    def instance(self, subnet, group=None, public=False, address=None, profile=None, data=None, wait=True,
                 **more):
        eni = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": public}
        if group:
            eni["Groups"] = [group]
        if address:
            eni["PrivateIpAddress"] = address
        if profile:
            more["IamInstanceProfile"] = {"Name": profile}
        if data:
            more["UserData"] = data
        made = self.ec2.run_instances(ImageId=self.image(), InstanceType="t3.micro", MinCount=1, MaxCount=1,
                                      NetworkInterfaces=[eni], **more)["Instances"][0]["InstanceId"]
        return Instance(self, made).until("running") if wait else Instance(self, made)

    def image(self):
        return self.ssm.get_parameter(
            Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")["Parameter"]["Value"]

    def profile(self, name, *managed, document=None):
        """A role for EC2 and its instance profile, with managed policies and one of its own."""
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(
            Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole"))
        for one in managed:
            self.iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/" + one)
        if document:
            self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        self.iam.create_instance_profile(InstanceProfileName=name)
        self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        return name

    def routes(self, rtb):
        """Destination -> route."""
        table = self.ec2.describe_route_tables(RouteTableIds=[rtb])["RouteTables"][0]
        return {r.get("DestinationCidrBlock") or r.get("DestinationPrefixListId"): r for r in table["Routes"]}


class Instance(str):
    """An instance's id that knows its box."""

    def __new__(cls, box, name):
        self = str.__new__(cls, name)
        self.box = box
        return self

    @property
    def now(self):
        return self.box.ec2.describe_instances(InstanceIds=[str(self)])["Reservations"][0]["Instances"][0]

    @property
    def eni(self):
        return self.now["NetworkInterfaces"][0]["NetworkInterfaceId"]

    @property
    def ip(self):
        return self.now["PrivateIpAddress"]

    @property
    def public(self):
        return self.now.get("PublicIpAddress")

    @property
    def state(self):
        return self.now["State"]["Name"]

    def until(self, state):
        if not wait(lambda: self.state == state, 30):
            raise SystemExit("not ok - %s becomes %s: %s" % (self, state, self.now))
        return self

    def sh(self, script, **more):
        return self.box.sh(self, script, **more)

    def start(self, *words, **more):
        return self.box.start(self, *words, **more)

    def serve(self, *ports):
        self.box.serve_tcp(self, *ports)
        return self

    def reach(self, address, port, **more):
        return self.box.reach(self, address, port, **more)

    def ping(self, address, **more):
        return self.box.ping(self, address, **more)

    def capture(self, expression=""):
        return Capture(self.box, self, expression)

    def stop(self):
        self.box.ec2.stop_instances(InstanceIds=[str(self)])
        return self.until("stopped")

    def go(self):
        self.box.ec2.start_instances(InstanceIds=[str(self)])
        return self.until("running")

    def check_off(self, off=True):
        self.box.ec2.modify_instance_attribute(InstanceId=str(self), SourceDestCheck={"Value": not off})
        return self


# What a Capture runs: tcpdump needs more than an ordinary user's box gives.
SNIFF = """
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
s.bind((sys.argv[1], 0))
print("listening", flush=True)
names = {1: "icmp", 6: "tcp", 17: "udp"}
while True:
    f = s.recv(65600)
    if f[12:14] != b"\\x08\\x00":
        continue
    p, l4 = f[14:], 14 + (f[14] & 15) * 4
    a, b, what = socket.inet_ntoa(p[12:16]), socket.inet_ntoa(p[16:20]), names.get(p[9], str(p[9]))
    if p[9] in (6, 17) and not struct.unpack("!H", p[6:8])[0] & 0x1fff:
        a, b = ("%s.%d" % x for x in zip((a, b), struct.unpack("!HH", f[l4:l4 + 4])))
    if p[9] == 6:
        what += " " + "".join(n for i, n in enumerate("FSRPA") if f[l4 + 13] >> i & 1)
    elif p[9] == 1:
        what += " %d/%d" % (f[l4], f[l4 + 1])
    print(a, ">", b, what, flush=True)
"""


class Capture:
    """Packets at a place's interface from now until lines(), as "10.0.0.4.22 > 10.0.0.5.99 tcp SA" or
    "10.0.0.4 > 10.0.0.5 icmp 8/0"; only those that match the regular expression are told."""

    def __init__(self, box, where, expression=""):
        self.wanted, self.kept, self.rest = re.compile(expression), [], b""
        self.process = box.start(where, "python3", "-c", SNIFF, "uplink" if where == "internet" else "eth0",
                                 text=False, bufsize=0)
        first = self.process.stdout.readline()
        if first != b"listening\n":
            raise SystemExit("not ok - a capture in %s: %s" % (where, first + self.process.stdout.read()))

    def read(self):
        """Takes what has come; False at the end."""
        more = os.read(self.process.stdout.fileno(), 65536)
        *lines, self.rest = (self.rest + more).split(b"\n")
        self.kept += [x.decode() for x in lines if b" > " in x and self.wanted.search(x.decode())]
        return more

    def seen(self, text="", seconds=5):
        """Waits for a packet with this text: the packet's line, or "" when none comes."""
        end = time.monotonic() + seconds
        while True:
            for line in self.kept:
                if text in line:
                    return line
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            if not ready or not self.read():
                return ""

    def lines(self):
        """Ends it: the packets that it saw."""
        self.process.terminate()
        while self.read():
            pass
        self.process.wait()
        return self.kept


def permission(rule):
    protocol, port, peer = rule.split()
    p = {"IpProtocol": "-1" if protocol == "all" else protocol}
    if port != "-":
        low, _, high = port.partition("-") if not port.startswith("-") else (port, "", "")
        p.update(FromPort=int(low), ToPort=int(high or low))
    if peer.startswith("sg-"):
        p["UserIdGroupPairs"] = [{"GroupId": peer}]
    elif peer.startswith("pl-"):
        p["PrefixListIds"] = [{"PrefixListId": peer}]
    else:
        p["IpRanges"] = [{"CidrIp": peer}]
    return p


def policy(*statements, **statement):
    return json.dumps({"Version": "2012-10-17",
                       "Statement": [dict({"Effect": "Allow"}, **s) for s in statements or [statement]]})


with open(os.path.join(ROOT, "data/cli/nat-user-data.sh")) as f:
    NAT_USER_DATA = f.read()
