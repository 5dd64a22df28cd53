# SPDX-License-Identifier: Apache-2.0
"""The network that packets cross when vpcbox is measured: two subnets with a route table and a network ACL each,
instances in turns in both, so that the next one is always in the other subnet; one group that lets its members in
by port.  With public addresses two instances also reach each other by those: through the internet gateway, which
translates the source on the way out and the destination on the way in."""
import contextlib
import re
import time

from .loads import BULK, ECHO, ROLES
from .peers import Path, sh, started
from .server import Box
from .table import Skip

NO_GROUP, NO_ACL = 7200, 7300  # ports that no rule of the group, that an entry of the ACLs keeps out
IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
EVERYWHERE = "0.0.0.0/0"
PROTOCOLS = {"tcp": 6, "udp": 17}
# number, deny or allow, protocol, ports, source or destination
ENTRIES = ((50, "deny", "tcp", (22, 23), EVERYWHERE), (60, "deny", "tcp", (NO_ACL, NO_ACL + ROLES), EVERYWHERE),
           (70, "deny", "udp", (NO_ACL, NO_ACL + ROLES), EVERYWHERE), (80, "deny", "udp", (1900, 1900), EVERYWHERE),
           (100, "allow", "tcp", (80, 80), EVERYWHERE), (110, "allow", "tcp", (443, 443), EVERYWHERE),
           (200, "allow", "tcp", (1024, 65535), "10.0.0.0/16"), (210, "allow", "udp", (1024, 65535), "10.0.0.0/16"),
           (300, "allow", "tcp", (1024, 65535), EVERYWHERE), (310, "allow", "udp", (1024, 65535), EVERYWHERE))


def tag(text, name):
    return re.findall("<%s>([^<]*)</%s>" % (name, name), text)


def one(text, name):
    return tag(text, name)[0]


def acl(ec2, vpc, subnet):
    made = one(ec2("CreateNetworkAcl", VpcId=vpc), "networkAclId")
    for out in ("true", "false"):
        for number, action, protocol, (low, high), cidr in ENTRIES:
            ec2("CreateNetworkAclEntry", NetworkAclId=made, Egress=out, RuleNumber=number, RuleAction=action,
                Protocol=PROTOCOLS[protocol], PortRange_From=low, PortRange_To=high, CidrBlock=cidr)
    text = ec2("DescribeNetworkAcls", Filter_1_Name="association.subnet-id", Filter_1_Value_1=subnet)
    pairs = zip(tag(text, "networkAclAssociationId"), tag(text, "subnetId"))
    ec2("ReplaceNetworkAclAssociation", NetworkAclId=made, AssociationId=next(a for a, s in pairs if s == subnet))


def group(ec2, vpc):
    made = one(ec2("CreateSecurityGroup", VpcId=vpc, GroupName="members", GroupDescription="members"), "groupId")
    let_in(ec2, made, "Groups_1_GroupId", made)
    return made


def let_in(ec2, to, kind, source):
    for protocol, low, high in (("tcp", ECHO, ECHO + ROLES), ("udp", ECHO, ECHO + ROLES), ("tcp", BULK, BULK),
                                ("tcp", NO_ACL, NO_ACL + ROLES), ("udp", NO_ACL, NO_ACL + ROLES)):
        ec2("AuthorizeSecurityGroupIngress", **{
            "GroupId": to, "IpPermissions_1_IpProtocol": protocol, "IpPermissions_1_FromPort": low,
            "IpPermissions_1_ToPort": high, "IpPermissions_1_" + kind: source})


class Member:
    """A running instance."""

    def __init__(self, box, text):
        self.id = one(text, "instanceId")
        self.address = one(text, "privateIpAddress")
        self.public = (tag(text, "ipAddress") + [""])[0]
        self.inside = box.run("netns", self.id).strip()


def await_running(ec2, count):
    for _ in range(1200):
        text = ec2("DescribeInstances")
        if text.count("<name>running</name>") >= count:
            return text
        time.sleep(0.05)
    raise Skip("vpcbox: %d instances do not run after a minute" % count)


def build_network(box, count, public):
    ec2 = box.ec2
    vpc = one(ec2("CreateVpc", CidrBlock="10.0.0.0/16"), "vpcId")
    gateway = one(ec2("CreateInternetGateway"), "internetGatewayId")
    ec2("AttachInternetGateway", VpcId=vpc, InternetGatewayId=gateway)
    members = group(ec2, vpc)
    for n in range(2):
        subnet = one(ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.0.%d.0/24" % n), "subnetId")
        table = one(ec2("CreateRouteTable", VpcId=vpc), "routeTableId")
        ec2("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
        ec2("CreateRoute", RouteTableId=table, DestinationCidrBlock=EVERYWHERE, GatewayId=gateway)
        acl(ec2, vpc, subnet)
        eni = {"SubnetId": subnet, "DeviceIndex": 0, "SecurityGroupId_1": members,
               "AssociatePublicIpAddress": "true" if public else "false"}
        ec2("RunInstances", ImageId=IMAGE, InstanceType="t3.micro", MinCount=count // 2, MaxCount=count // 2,
            **{"NetworkInterface_1_" + k: v for k, v in eni.items()})
    text = await_running(ec2, count)
    found = [Member(box, item) for item in re.split("(?=<instanceId>)", text)[1:]]
    near, far = ([m for m in found if m.address.startswith("10.0.%d." % n)] for n in range(2))
    for m in found:
        if public:
            let_in(ec2, members, "IpRanges_1_CidrIp", m.public + "/32")
        # The peers' frames are of this size, and those through an internet gateway anyway.
        sh("ip", "link", "set", "eth0", "mtu", "1500", inside=m.inside)
    return [m for both in zip(near, far) for m in both]


def answers(nperf, state, client, server, port):
    """Whether a new connection to what serves there is let in."""
    with started(nperf, "srv", "--port", str(port), "--stat", state, inside=server.inside):
        for _ in range(3):
            try:
                sh(nperf, "rr", "--host", server.address, "--port", str(port), "--secs", "0.02", inside=client.inside,
                   timeout=5)
                return True
            except Skip:
                pass
    return False


def prove_rules(nperf, state, client, server):
    for port, expected in ((ECHO, True), (NO_GROUP, False), (NO_ACL, False)):
        if answers(nperf, state, client, server, port) != expected:
            raise Skip("the network is not as it should be: port %d is %s" % (port, "closed" if expected else "open"))


@contextlib.contextmanager
def vpcbox(dataplane, nperf, state):
    """Two paths between the same instances: by private addresses, and by public ones."""
    with Box(dataplane) as box:
        client, server = build_network(box, 2, True)
        prove_rules(nperf, state, client, server)
        yield [Path(dataplane + more, client.inside, server.inside, to, source, "eth0", box.fabric())
               for more, to, source in (("", server.address, client.address), (" SNAT", server.public, client.public))]
