/* SPDX-License-Identifier: Apache-2.0 */
/* What to change so that a packet passes: a sentence and, where one call does it, the aws command. */
#include "explain/explain.h"

#include <string.h>

static const char *protocol_flags(struct arena *a, const struct wire_tuple *t) {
    if (t->protocol == WIRE_ICMP)
        return "--protocol icmp --port -1";
    return arena_printf(a, "--protocol %s --port %u", t->protocol == WIRE_UDP ? "udp" : "tcp", t->dport);
}

/* The first of an interface's groups: the one that a rule would be added to. */
static const char *first_group(const struct image_vpc *vpc, const char *eni_id) {
    for (uint32_t i = 0; vpc != NULL && eni_id != NULL && i < vpc->enis.count; i++) {
        const struct image_eni *eni = &image_enis(vpc)[i];

        if (strcmp(image_name(vpc, eni->id), eni_id) == 0 && eni->groups.count > 0)
            return image_name(vpc, image_groups(vpc)[image_members(vpc)[eni->groups.first]].id);
    }
    return "sg-…";
}

static const char *mend_group(struct arena *a, const struct image_vpc *vpc, const struct fwd_event *e) {
    char peer[IP4_TEXT_BYTES];

    ip4_format(e->egress ? e->before.dst : e->before.src, peer);
    return arena_printf(a,
                        "allow it in a security group of %s: aws ec2 authorize-security-group-%s --group-id "
                        "%s %s --cidr %s/32",
                        e->eni == NULL ? "the interface" : e->eni, e->egress ? "egress" : "ingress",
                        first_group(vpc, e->eni), protocol_flags(a, &e->before), peer);
}

static const char *mend_acl(struct arena *a, const struct fwd_event *e) {
    char peer[IP4_TEXT_BYTES];
    const char *below = e->acl_rule == 32767 ? "" : arena_printf(a, " with a number below %d", e->acl_rule);
    const struct wire_tuple *t = &e->before;

    ip4_format(e->egress ? t->dst : t->src, peer);
    if (t->protocol == WIRE_ICMP)
        return arena_printf(a, "add an %s allow entry for ICMP and %s/32 to %s%s",
                            e->egress ? "outbound" : "inbound", peer,
                            e->object == NULL ? "the ACL" : e->object, below);
    return arena_printf(
        a,
        "add an %s allow entry for %s port %u%s and %s/32 to %s%s: ACLs are stateless, replies need one too",
        e->egress ? "outbound" : "inbound", t->protocol == WIRE_UDP ? "UDP" : "TCP", t->dport,
        t->dport >= 1024 ? " (ephemeral ports: 1024-65535)" : "", peer,
        e->object == NULL ? "the ACL" : e->object, below);
}

const char *explain_mend(struct arena *a, const struct image_vpc *vpc, const struct fwd_event *e) {
    char destination[IP4_TEXT_BYTES];
    const char *object = e->object == NULL ? "" : e->object, *eni = e->eni == NULL ? "the interface" : e->eni;

    ip4_format(e->before.dst, destination);
    switch (e->reason) {
    case FWD_SG_NO_RULES:
    case FWD_SG_MISMATCH:
        return mend_group(a, vpc, e);
    case FWD_SG_REFERENCE_LOST:
        return "allow the address range instead of the group: behind a middlebox the group's member is not "
               "the source";
    case FWD_ACL_DENY:
        return mend_acl(a, e);
    case FWD_NO_ROUTE:
        return arena_printf(
            a, "add a route to %s: aws ec2 create-route --route-table-id %s --destination-cidr-block %s/32 …",
            object, object, destination);
    case FWD_BLACKHOLE:
        return arena_printf(
            a, "bring %s back (start the instance, attach the gateway), or replace the route in %s",
            e->target == NULL ? "the target" : e->target, object);
    case FWD_ENI_DOWN:
        return arena_printf(a, "start the instance of %s", eni);
    case FWD_DEST_CHECK:
    case FWD_SPOOFED_IP:
        return arena_printf(a,
                            "switch the source/dest check off: aws ec2 modify-network-interface-attribute "
                            "--network-interface-id %s --no-source-dest-check",
                            eni);
    case FWD_IGW_NO_PUBLIC_IP:
        return arena_printf(a, "associate an Elastic IP with %s, or route through a NAT instance", eni);
    case FWD_IGW_DETACHED:
        return "attach an internet gateway to the VPC";
    case FWD_IGW_UNMAPPED:
        return arena_printf(a, "associate %s with an interface", destination);
    case FWD_DNS_DISABLED:
        return arena_printf(a, "aws ec2 modify-vpc-attribute --vpc-id %s --enable-dns-support",
                            e->vpc == NULL ? "vpc-…" : e->vpc);
    case FWD_NO_SUCH_ADDRESS:
    case FWD_ARP_UNKNOWN:
        return arena_printf(a, "use an address that an interface of the VPC has: nobody is %s", destination);
    case FWD_UNSUPPORTED_TARGET:
        return "vpcbox does not forward through this kind of target yet";
    default:
        return arena_printf(a, "send something else: %s", fwd_reason_text(e->reason));
    }
}
