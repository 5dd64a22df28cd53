/* SPDX-License-Identifier: Apache-2.0 */
/* What to change so that a packet passes: a sentence and, where one call does it, the aws command. */
#include "explain/explain.h"

#include <string.h>

enum { ACL_NUMBER_MAX = 32766, ACL_NUMBER_STEP = 10, EPHEMERAL_FIRST = 1024 };

static const char *named(const char *name, const char *otherwise) {
    return name == NULL || *name == '\0' ? otherwise : name;
}

static const struct image_vpc *vpc_of(const struct image *image, const struct fwd_event *e) {
    return e->vpc == NULL ? NULL : image_vpc_by_id(image, e->vpc);
}

/* "i-… (aws ec2 start-instances …)" is what brings an interface up; NULL for one that no instance has. */
static const char *instance_of(const struct image *image, const char *eni_or_instance) {
    const struct image_vpc *vpc;
    const struct image_eni *eni = image_eni_by_id(image, eni_or_instance, &vpc);

    return eni == NULL || eni->instance_id == 0 ? NULL : image_name(vpc, eni->instance_id);
}

static const char *l4_name(const struct wire_tuple *t) {
    return t->protocol == WIRE_UDP ? "udp" : "tcp";
}

/* -- groups ---------------------------------------------------------------------------------------- */

static const char *mend_group(struct arena *a, const struct fwd_event *e) {
    const struct wire_tuple *t = &e->before;
    char peer[IP_TEXT_BYTES];
    const char *flags;

    ip_format(e->egress ? t->dst : t->src, peer);
    if (t->protocol == WIRE_ICMP)
        flags = arena_printf(a, "--protocol icmp --port -1 --cidr %s/32", peer);
    else if (t->protocol == WIRE_ICMP6)
        flags = arena_printf(a,
                             "--ip-permissions "
                             "'IpProtocol=icmpv6,FromPort=-1,ToPort=-1,Ipv6Ranges=[{CidrIpv6=%s/128}]'",
                             peer);
    else if (ip_is4(t->src))
        flags = arena_printf(a, "--protocol %s --port %u --cidr %s/32", l4_name(t), t->dport, peer);
    else
        flags = arena_printf(a,
                             "--ip-permissions "
                             "'IpProtocol=%s,FromPort=%u,ToPort=%u,Ipv6Ranges=[{CidrIpv6=%s/128}]'",
                             l4_name(t), t->dport, t->dport, peer);
    return arena_printf(a,
                        "allow it in a security group of %s: aws ec2 authorize-security-group-%s --group-id "
                        "%s %s",
                        named(e->eni, "the interface"), e->egress ? "egress" : "ingress",
                        named(e->object, "sg-…"), flags);
}

/* -- ACLs ------------------------------------------------------------------------------------------ */

static struct image_slice entries_of(const struct image_vpc *vpc, const char *acl, bool egress) {
    for (uint32_t i = 0; i < vpc->acls.count; i++) {
        const struct image_acl *one = &image_acls(vpc)[i];

        if (strcmp(image_name(vpc, one->id), acl) == 0)
            return egress ? one->out : one->in;
    }
    return (struct image_slice){0, 0};
}

/* A number that is free and comes before the entry that denied; 0 when there is none. */
static int free_number(const struct image_vpc *vpc, const struct fwd_event *e) {
    struct image_slice slice = entries_of(vpc, e->object, e->egress);
    const struct image_acl_entry *entries = image_acl_entries(vpc) + slice.first;
    int before = 0;

    for (uint32_t i = 0; i < slice.count && entries[i].number < e->acl_rule; i++)
        before = entries[i].number;
    if (e->acl_rule - before <= 1)
        return 0;
    if (e->acl_rule > ACL_NUMBER_MAX)
        return before + ACL_NUMBER_STEP <= ACL_NUMBER_MAX ? before + ACL_NUMBER_STEP : ACL_NUMBER_MAX;
    return before + (e->acl_rule - before) / 2;
}

static const char *mend_acl(struct arena *a, const struct image *image, const struct fwd_event *e) {
    const struct image_vpc *vpc = vpc_of(image, e);
    const struct wire_tuple *t = &e->before;
    bool ephemeral = !wire_is_icmp(t->protocol) && t->dport >= EPHEMERAL_FIRST;
    const char *way = e->egress ? "egress" : "ingress", *acl = named(e->object, "acl-…"), *what;
    int number = vpc == NULL || e->object == NULL ? 0 : free_number(vpc, e);
    char peer[IP_TEXT_BYTES];

    ip_format(e->egress ? t->dst : t->src, peer);
    if (number == 0)
        return arena_printf(a,
                            "remove or change entry %d: aws ec2 delete-network-acl-entry --network-acl-id %s "
                            "--rule-number %d --%s",
                            e->acl_rule, acl, e->acl_rule, way);
    if (wire_is_icmp(t->protocol))
        what = arena_printf(a, "--protocol %s --icmp-type-code Type=-1,Code=-1",
                            t->protocol == WIRE_ICMP ? "icmp" : "58");
    else
        what = arena_printf(a, "--protocol %s --port-range From=%u,To=%u", l4_name(t),
                            ephemeral ? EPHEMERAL_FIRST : t->dport, ephemeral ? UINT16_MAX : t->dport);
    return arena_printf(
        a,
        "allow it%s: aws ec2 create-network-acl-entry --network-acl-id %s --rule-number %d "
        "%s --%s %s/%d --rule-action allow --%s",
        ephemeral ? " (ACLs are stateless: replies to ephemeral ports need an entry too)" : "", acl, number,
        what, ip_is4(t->src) ? "cidr-block" : "ipv6-cidr-block", peer, ip_is4(t->src) ? 32 : 128, way);
}

/* -- routes and targets ---------------------------------------------------------------------------- */

/* An interface that routes for others: its check is off and it has a public address. */
static const char *nat_of(const struct image_vpc *vpc, const char *except) {
    for (uint32_t i = 0; i < vpc->enis.count; i++) {
        const struct image_eni *eni = &image_enis(vpc)[i];

        if (eni->kind == SPEC_ENI_INSTANCE && !eni->source_dest_check && eni->addresses.count > 0 &&
            image_eni_primary(vpc, eni)->public_ip.v != 0 &&
            (except == NULL || strcmp(image_name(vpc, eni->id), except) != 0))
            return image_name(vpc, eni->id);
    }
    return NULL;
}

static const char *mend_no_route(struct arena *a, const struct image *image, const struct fwd_event *e) {
    const struct image_vpc *vpc = vpc_of(image, e);
    const struct image_address *source = vpc == NULL ? NULL : image_vpc_address(vpc, e->before.src);
    const char *target = "--gateway-id igw-…", *nat = vpc == NULL ? NULL : nat_of(vpc, e->eni);
    const char *igw = vpc == NULL ? "" : image_name(vpc, vpc->internet_gateway_id);

    if (!ip_is4(e->before.src))
        return arena_printf(a, "use an address of %s: IPv6 has no way out of it yet",
                            vpc == NULL ? "the VPC" : e->vpc);
    if (source != NULL && source->public_ip.v != 0)
        target = arena_printf(a, "--gateway-id %s", named(igw, "igw-…"));
    else if (nat != NULL)
        target = arena_printf(a, "--network-interface-id %s", nat);
    else if (source != NULL)
        target = "--instance-id i-… (a NAT instance)";
    return arena_printf(a, "aws ec2 create-route --route-table-id %s --destination-cidr-block 0.0.0.0/0 %s",
                        named(e->object, "rtb-…"), target);
}

static const char *mend_blackhole(struct arena *a, const struct image *image, const struct fwd_event *e) {
    const char *target = e->target != NULL ? e->target : named(e->object, "the target");
    const char *instance = instance_of(image, target);
    char destination[PREFIX_TEXT_BYTES];

    if (instance != NULL)
        return arena_printf(a, "start the instance of %s: aws ec2 start-instances --instance-ids %s", target,
                            instance);
    if (strncmp(target, "igw-", 4) == 0)
        return arena_printf(a, "aws ec2 attach-internet-gateway --internet-gateway-id %s --vpc-id %s", target,
                            named(e->vpc, "vpc-…"));
    if (e->stage != FWD_STAGE_ROUTE)
        return arena_printf(a, "bring %s back", target);
    if (e->prefix_list != NULL)
        return arena_printf(a, "%s is gone: create the gateway endpoint again for %s", target,
                            named(e->object, "the route table"));
    return arena_printf(a,
                        "%s is gone: aws ec2 replace-route --route-table-id %s --destination-%scidr-block "
                        "%s --network-interface-id eni-…",
                        target, named(e->object, "rtb-…"), prefix_is4(e->route) ? "" : "ipv6-",
                        prefix_format(e->route, destination));
}

static const char *mend_down(struct arena *a, const struct image *image, const struct fwd_event *e) {
    const char *eni = e->stage == FWD_STAGE_SOURCE ? named(e->eni, "") : named(e->object, "");
    const char *instance = instance_of(image, eni);

    if (instance == NULL)
        return arena_printf(a,
                            "attach %s to a running instance: aws ec2 attach-network-interface "
                            "--network-interface-id %s --instance-id i-… --device-index 1",
                            named(eni, "the interface"), named(eni, "eni-…"));
    return arena_printf(a, "aws ec2 start-instances --instance-ids %s", instance);
}

static const char *mend_check(struct arena *a, const struct fwd_event *e) {
    const char *eni = e->reason == FWD_DEST_CHECK ? e->object : e->eni;

    return arena_printf(a,
                        "switch the source/destination check off: aws ec2 modify-network-interface-attribute "
                        "--network-interface-id %s --no-source-dest-check",
                        named(eni, "eni-…"));
}

static const char *mend_no_public(struct arena *a, const struct image *image, const struct fwd_event *e) {
    const struct image_vpc *vpc = vpc_of(image, e);
    const char *nat = vpc == NULL ? NULL : nat_of(vpc, e->eni);

    return arena_printf(a,
                        "give it a public address (aws ec2 associate-address --network-interface-id %s "
                        "--allocation-id eipalloc-…), or route its subnet through %s",
                        named(e->eni, "eni-…"), nat == NULL ? "a NAT instance" : nat);
}

const char *explain_mend(struct arena *a, const struct image *image, const struct fwd_event *e) {
    const struct image_vpc *vpc = vpc_of(image, e);
    char destination[IP_TEXT_BYTES];

    ip_format(e->before.dst, destination);
    switch (e->reason) {
    case FWD_SG_NO_RULES:
    case FWD_SG_MISMATCH:
        return mend_group(a, e);
    case FWD_SG_REFERENCE_LOST:
        return arena_printf(a, "the group's members are not recognised behind a middlebox or gateway; %s",
                            mend_group(a, e));
    case FWD_ACL_DENY:
        return mend_acl(a, image, e);
    case FWD_NO_ROUTE:
        return mend_no_route(a, image, e);
    case FWD_BLACKHOLE:
        return mend_blackhole(a, image, e);
    case FWD_ENI_DOWN:
        return mend_down(a, image, e);
    case FWD_DEST_CHECK:
        return mend_check(a, e);
    case FWD_SPOOFED_IP:
        return e->stage == FWD_STAGE_LINK_LOCAL ? "ask from one of the interface's own addresses"
                                                : mend_check(a, e);
    case FWD_IGW_NO_PUBLIC_IP:
        return mend_no_public(a, image, e);
    case FWD_IGW_SOURCE_NOT_IN_VPC:
        return "let the middlebox masquerade: the gateway translates only addresses of its VPC's interfaces";
    case FWD_IGW_DETACHED:
        return arena_printf(a, "aws ec2 attach-internet-gateway --internet-gateway-id igw-… --vpc-id %s",
                            named(e->vpc, "vpc-…"));
    case FWD_IGW_UNMAPPED:
        return arena_printf(a,
                            "no interface has %s: aws ec2 associate-address --network-interface-id eni-… "
                            "--allocation-id eipalloc-…",
                            destination);
    case FWD_IGW_PRIVATE_DESTINATION:
    case FWD_IGW_SHARED_DESTINATION:
        return arena_printf(a, "use a public address, or a route for %s/32 that does not lead to %s",
                            destination, named(e->object, "the internet gateway"));
    case FWD_ENDPOINT_PROTOCOL:
        return "use TCP: a gateway endpoint carries nothing else";
    case FWD_DNS_DISABLED:
        return arena_printf(
            a, "aws ec2 modify-vpc-attribute --vpc-id %s --enable-dns-support '{\"Value\":true}'",
            named(e->vpc, "vpc-…"));
    case FWD_NO_SUCH_ADDRESS:
    case FWD_ARP_UNKNOWN:
        return arena_printf(a, "use an address that an interface of %s has: nobody is %s",
                            vpc == NULL ? "the VPC" : e->vpc, destination);
    case FWD_LINK_LOCAL:
        return "the link has metadata at 169.254.169.254:80, DNS at 169.254.169.253:53 and time at "
               "169.254.169.123:123 (UDP), nothing else";
    case FWD_IPV6:
        return "use IPv4: IPv6 reaches the interfaces of its own VPC only, for now";
    case FWD_UNSUPPORTED_TARGET:
        return "vpcbox does not forward through this kind of target yet";
    default:
        return arena_printf(a, "send something else: %s", fwd_reason_text(e->reason));
    }
}
