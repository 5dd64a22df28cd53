/* SPDX-License-Identifier: Apache-2.0 */
/* Network ACLs. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "api/ec2/ipv6.h"
#include "base/text.h"

enum {
    ACL_LAST = 32767,
    ACL_ENTRIES_MAX = 20,
    PROTO_ICMP = 1,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_ICMPV6 = 58
};

/* ---- making and removing ---- */

static const char *entry_key(struct api_request *rq, const char *acl_id, bool egress, int64_t number) {
    return arena_printf(rq->arena, "%s|%s|%05d", acl_id, egress ? "out" : "in", (int)number);
}

enum { DEFAULT_NUMBER = 100 };

static void allow_all(struct api_request *rq, const char *acl_id, bool egress, int64_t number,
                      const char *cidr, const char *cidr6) {
    struct acl_entry_row entry = {.key = entry_key(rq, acl_id, egress, number),
                                  .acl_id = acl_id,
                                  .number = number,
                                  .egress = egress,
                                  .allow = 1,
                                  .protocol = -1,
                                  .cidr = cidr,
                                  .cidr6 = cidr6,
                                  .from_port = -1,
                                  .to_port = -1};
    acl_entry_put(rq->tx, &entry);
}

const char *acl_make(struct api_request *rq, const char *vpc_id, bool is_default) {
    struct network_acl_row row = {.id = api_new_id(rq, "acl"),
                                  .account = rq->caller.account,
                                  .region = rq->region,
                                  .vpc_id = vpc_id,
                                  .is_default = is_default};
    network_acl_put(rq->tx, &row);
    for (int egress = 0; egress < 2 && is_default; egress++)
        allow_all(rq, row.id, egress, DEFAULT_NUMBER, "0.0.0.0/0", NULL);
    return row.id;
}

void acl_allow_ipv6(struct api_request *rq, const char *id) {
    for (int egress = 0; egress < 2; egress++) {
        const struct acl_entry_row *four = acl_entry_find(rq->tx, entry_key(rq, id, egress, DEFAULT_NUMBER));

        if (four && four->allow && four->protocol == -1 && text_is(four->cidr, "0.0.0.0/0") &&
            !acl_entry_find(rq->tx, entry_key(rq, id, egress, DEFAULT_NUMBER + 1)))
            allow_all(rq, id, egress, DEFAULT_NUMBER + 1, NULL, "::/0");
    }
}

void acl_remove(struct api_request *rq, const char *id) {
    acl_entry_delete_by(rq->tx, COL(acl_entry, acl_id), id);
    ec2_tag_forget(rq, id);
    network_acl_delete(rq->tx, id);
}

const char *acl_default_of(struct api_request *rq, const char *vpc_id) {
    struct network_acl_rows acls = network_acl_list_by(rq->tx, COL(network_acl, vpc_id), vpc_id);
    for (size_t i = 0; i < acls.count; i++)
        if (acls.items[i].is_default)
            return acls.items[i].id;
    return NULL;
}

/* ---- views ---- */

static bool has_ports(int64_t protocol) {
    return protocol == PROTO_TCP || protocol == PROTO_UDP;
}

static bool has_types(int64_t protocol) {
    return protocol == PROTO_ICMP || protocol == PROTO_ICMPV6;
}

static struct ec2_network_acl_entry entry_view(struct api_request *rq, const struct acl_entry_row *row) {
    struct ec2_network_acl_entry view = {.cidr_block = row->cidr,
                                         .ipv6_cidr_block = row->cidr6,
                                         .egress = SOME_BOOL(row->egress),
                                         .protocol = arena_printf(rq->arena, "%d", (int)row->protocol),
                                         .rule_action = row->allow ? "allow" : "deny",
                                         .rule_number = SOME_INT(row->number)};
    if (has_types(row->protocol)) {
        view.icmp_type_code = arena_new(rq->arena, struct ec2_icmp_type_code);
        *view.icmp_type_code =
            (struct ec2_icmp_type_code){.type = SOME_INT(row->from_port), .code = SOME_INT(row->to_port)};
    } else if (has_ports(row->protocol)) {
        view.port_range = arena_new(rq->arena, struct ec2_port_range);
        *view.port_range =
            (struct ec2_port_range){.from = SOME_INT(row->from_port), .to = SOME_INT(row->to_port)};
    }
    return view;
}

static void acl_view(struct api_request *rq, const struct network_acl_row *row,
                     struct ec2_network_acl *view) {
    *view = (struct ec2_network_acl){.is_default = SOME_BOOL(row->is_default),
                                     .network_acl_id = row->id,
                                     .vpc_id = row->vpc_id,
                                     .owner_id = row->account};
    struct subnet_rows subnets = subnet_list_by(rq->tx, COL(subnet, acl_id), row->id);
    for (size_t i = 0; i < subnets.count; i++)
        *vec_push(rq->arena, &view->associations) = (struct ec2_network_acl_association){
            .network_acl_association_id = subnets.items[i].acl_association_id,
            .network_acl_id = row->id,
            .subnet_id = subnets.items[i].id};
    const struct acl_entry_row last = {.number = ACL_LAST, .protocol = -1, .cidr = "0.0.0.0/0"};
    bool six = ipv6_vpc_has(rq, row->vpc_id);
    for (int egress = 1; egress >= 0; egress--) {
        const char *after = arena_printf(rq->arena, "%s|%s|", row->id, egress ? "out" : "in");
        const char *before = arena_printf(rq->arena, "%s|%s|~", row->id, egress ? "out" : "in");
        struct acl_entry_rows entries = acl_entry_range(rq->tx, after, before, ACL_LAST);
        for (size_t i = 0; i < entries.count; i++)
            *vec_push(rq->arena, &view->entries) = entry_view(rq, &entries.items[i]);
        struct acl_entry_row deny = last;
        deny.egress = egress;
        *vec_push(rq->arena, &view->entries) = entry_view(rq, &deny);
        deny =
            (struct acl_entry_row){.number = ACL_LAST + 1, .protocol = -1, .cidr6 = "::/0", .egress = egress};
        if (six)
            *vec_push(rq->arena, &view->entries) = entry_view(rq, &deny);
    }
    EC2_TAGS(rq, row->id, &view->tags);
}

/* ---- operations on ACLs ---- */

int ec2_create_network_acl(struct api_request *rq, const struct ec2_create_network_acl_request *in,
                           struct ec2_create_network_acl_result *out) {
    const struct vpc_row *vpc = ec2_get(rq, EC2_VPC, in->vpc_id);
    const char *id;
    if (!vpc || ec2_token_seen(rq, in->client_token, vpc->id, &id) < 0)
        return API_REFUSED;
    if (!id) {
        id = acl_make(rq, vpc->id, false);
        if (EC2_TAG_NEW(rq, EC2_NETWORK_ACL, id, in) < 0)
            return API_REFUSED;
        ec2_token_keep(rq, in->client_token, vpc->id, id);
        net_changed(rq, vpc->id);
    }
    const struct network_acl_row *row = ec2_get(rq, EC2_NETWORK_ACL, id);
    if (!row)
        return API_REFUSED;
    out->client_token = in->client_token;
    out->network_acl = arena_new(rq->arena, struct ec2_network_acl);
    acl_view(rq, row, out->network_acl);
    return 0;
}

int ec2_delete_network_acl(struct api_request *rq, const struct ec2_delete_network_acl_request *in,
                           struct ec2_delete_network_acl_result *out) {
    (void)out;
    const struct network_acl_row *row = ec2_get(rq, EC2_NETWORK_ACL, in->network_acl_id);
    if (!row)
        return API_REFUSED;
    if (row->is_default)
        return api_refuse(rq, "InvalidParameterValue", "cannot delete default network ACL %s", row->id);
    if (subnet_list_by(rq->tx, COL(subnet, acl_id), row->id).count)
        return ec2_refuse_in_use(rq, EC2_NETWORK_ACL, row->id);
    acl_remove(rq, row->id);
    net_changed(rq, row->vpc_id);
    return 0;
}

int ec2_describe_network_acls(struct api_request *rq, const struct ec2_describe_network_acls_request *in,
                              struct ec2_describe_network_acls_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_NETWORK_ACL, in, network_acl_ids) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_network_acl view;
        acl_view(rq, EC2_ROW(&q, network_acl, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->network_acls) = view;
    }
    return EC2_PAGE(rq, in, &out->network_acls, &out->next_token);
}

int ec2_replace_network_acl_association(struct api_request *rq,
                                        const struct ec2_replace_network_acl_association_request *in,
                                        struct ec2_replace_network_acl_association_result *out) {
    const struct network_acl_row *acl = ec2_get(rq, EC2_NETWORK_ACL, in->network_acl_id);
    if (!acl)
        return API_REFUSED;
    struct subnet_rows subnets = subnet_list_by(rq->tx, COL(subnet, acl_association_id), in->association_id);
    if (subnets.count == 0 || !ec2_find(rq, EC2_SUBNET, subnets.items[0].id))
        return api_refuse(rq, "InvalidAssociationID.NotFound", "The association ID '%s' does not exist",
                          in->association_id);
    struct subnet_row row = subnets.items[0];
    if (!text_is(row.vpc_id, acl->vpc_id))
        return api_refuse(rq, "InvalidParameterValue",
                          "network ACL %s and subnet %s belong to different networks", acl->id, row.id);
    row.acl_id = acl->id;
    row.acl_association_id = api_new_id(rq, "aclassoc");
    subnet_put(rq->tx, &row);
    net_changed(rq, row.vpc_id);
    out->new_association_id = row.acl_association_id;
    return 0;
}

/* ---- entries ---- */

static int port_pair(struct api_request *rq, const struct ec2_port_range *range, struct acl_entry_row *row) {
    if (!range || !range->from.set || !range->to.set)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter portRange");
    if (range->from.v < 0 || range->to.v > 65535 || range->from.v > range->to.v)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%lld-%lld) for parameter portRange is invalid.", (long long)range->from.v,
                          (long long)range->to.v);
    row->from_port = range->from.v;
    row->to_port = range->to.v;
    return 0;
}

static int type_and_code(struct api_request *rq, const struct ec2_icmp_type_code *icmp,
                         struct acl_entry_row *row) {
    if (!icmp || !icmp->type.set || !icmp->code.set)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter icmpTypeCode");
    if (icmp->type.v < -1 || icmp->type.v > 255 || icmp->code.v < -1 || icmp->code.v > 255)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%lld, %lld) for parameter icmpTypeCode is invalid.",
                          (long long)icmp->type.v, (long long)icmp->code.v);
    row->from_port = icmp->type.v;
    row->to_port = icmp->code.v;
    return 0;
}

static int entry_cidr(struct api_request *rq, const char *cidr, const char *cidr6,
                      struct acl_entry_row *row) {
    if ((cidr != NULL) + (cidr6 != NULL) != 1)
        return api_refuse(rq, cidr ? "InvalidParameterCombination" : "MissingParameter",
                          "The request must contain exactly one of cidrBlock, ipv6CidrBlock");
    if (cidr) {
        struct prefix4 p;
        if (prefix4_parse(cidr, &p) < 0)
            return api_refuse(
                rq, "InvalidParameterValue",
                "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", cidr);
        row->cidr = net_cidr_text(rq, p);
        return 0;
    }
    row->cidr6 = net_cidr6_text(rq, cidr6);
    if (!row->cidr6)
        return api_refuse(
            rq, "InvalidParameterValue",
            "Value (%s) for parameter ipv6CidrBlock is invalid. This is not a valid CIDR block.", cidr6);
    return 0;
}

struct entry_in {
    const char *protocol, *action, *cidr, *cidr6;
    struct opt_int number;
    struct opt_bool egress;
    const struct ec2_icmp_type_code *icmp;
    const struct ec2_port_range *ports;
};

#define ENTRY_IN(in)                                                                                         \
    {                                                                                                        \
        .protocol = (in)->protocol, .action = (in)->rule_action, .cidr = (in)->cidr_block,                   \
        .cidr6 = (in)->ipv6_cidr_block, .number = (in)->rule_number, .egress = (in)->egress,                 \
        .icmp = (in)->icmp_type_code, .ports = (in)->port_range                                              \
    }

static int check_number(struct api_request *rq, struct opt_int number) {
    if (number.v < 1 || number.v >= ACL_LAST)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%lld) for parameter ruleNumber is invalid. Rule numbers run from 1 to %d.",
                          (long long)number.v, ACL_LAST - 1);
    return 0;
}

static int put_entry(struct api_request *rq, const struct network_acl_row *acl, const struct entry_in *in) {
    int protocol;
    if (check_number(rq, in->number) < 0)
        return API_REFUSED;
    if (net_protocol(in->protocol, &protocol) < 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter protocol is invalid. Unknown protocol.",
                          in->protocol ? in->protocol : "");
    struct acl_entry_row row = {.key = entry_key(rq, acl->id, in->egress.v, in->number.v),
                                .acl_id = acl->id,
                                .number = in->number.v,
                                .egress = in->egress.v,
                                .allow = text_is(in->action, "allow"),
                                .protocol = protocol,
                                .from_port = -1,
                                .to_port = -1};
    if (entry_cidr(rq, in->cidr, in->cidr6, &row) < 0 ||
        (has_ports(protocol) && port_pair(rq, in->ports, &row) < 0) ||
        (has_types(protocol) && type_and_code(rq, in->icmp, &row) < 0))
        return API_REFUSED;
    acl_entry_put(rq->tx, &row);
    net_changed(rq, acl->vpc_id);
    return 0;
}

static int check_room(struct api_request *rq, const char *acl_id, bool egress) {
    struct acl_entry_rows all = acl_entry_list_by(rq->tx, COL(acl_entry, acl_id), acl_id);
    unsigned count = 0;
    for (size_t i = 0; i < all.count; i++)
        count += (bool)all.items[i].egress == egress;
    if (count >= ACL_ENTRIES_MAX)
        return api_refuse(rq, "NetworkAclEntryLimitExceeded",
                          "The maximum number of network acl entries has been reached.");
    return 0;
}

int ec2_create_network_acl_entry(struct api_request *rq,
                                 const struct ec2_create_network_acl_entry_request *in,
                                 struct ec2_create_network_acl_entry_result *out) {
    (void)out;
    const struct network_acl_row *acl = ec2_get(rq, EC2_NETWORK_ACL, in->network_acl_id);
    if (!acl)
        return API_REFUSED;
    const struct entry_in entry = ENTRY_IN(in);
    if (check_number(rq, entry.number) < 0)
        return API_REFUSED;
    if (acl_entry_find(rq->tx, entry_key(rq, acl->id, entry.egress.v, entry.number.v)))
        return api_refuse(rq, "NetworkAclEntryAlreadyExists",
                          "The network acl entry identified by %lld already exists.",
                          (long long)entry.number.v);
    if (check_room(rq, acl->id, entry.egress.v) < 0)
        return API_REFUSED;
    return put_entry(rq, acl, &entry);
}

static int refuse_no_entry(struct api_request *rq, const char *acl_id, int64_t number) {
    return api_refuse(rq, "InvalidNetworkAclEntry.NotFound",
                      "The specified rule number %lld does not exist in network ACL %s", (long long)number,
                      acl_id);
}

int ec2_replace_network_acl_entry(struct api_request *rq,
                                  const struct ec2_replace_network_acl_entry_request *in,
                                  struct ec2_replace_network_acl_entry_result *out) {
    (void)out;
    const struct network_acl_row *acl = ec2_get(rq, EC2_NETWORK_ACL, in->network_acl_id);
    if (!acl)
        return API_REFUSED;
    const struct entry_in entry = ENTRY_IN(in);
    if (check_number(rq, entry.number) < 0)
        return API_REFUSED;
    if (!acl_entry_find(rq->tx, entry_key(rq, acl->id, entry.egress.v, entry.number.v)))
        return refuse_no_entry(rq, acl->id, entry.number.v);
    return put_entry(rq, acl, &entry);
}

int ec2_delete_network_acl_entry(struct api_request *rq,
                                 const struct ec2_delete_network_acl_entry_request *in,
                                 struct ec2_delete_network_acl_entry_result *out) {
    (void)out;
    const struct network_acl_row *acl = ec2_get(rq, EC2_NETWORK_ACL, in->network_acl_id);
    if (!acl)
        return API_REFUSED;
    if (check_number(rq, in->rule_number) < 0)
        return API_REFUSED;
    if (!acl_entry_delete(rq->tx, entry_key(rq, acl->id, in->egress.v, in->rule_number.v)))
        return refuse_no_entry(rq, acl->id, in->rule_number.v);
    net_changed(rq, acl->vpc_id);
    return 0;
}
