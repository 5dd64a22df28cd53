/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of security groups.
 *
 * A request's IpPermissions, or the older flat parameters, become one rule for each source: the form
 * in which rules are kept, compared and shown.
 */
#include <string.h>

#include "api/ec2/group.h"
#include "base/text.h"

enum { RULES_MAX = 60, PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMPV6 = 58 };

const struct sg_rule_row *group_rule_add(struct api_request *rq, const char *group_id,
                                         const struct sg_rule_row *rule) {
    struct sg_rule_row *row = arena_dup(rq->arena, rule, sizeof(*rule));
    row->id = api_new_id(rq, "sgr");
    row->account = rq->caller.account;
    row->region = rq->region;
    row->group_id = group_id;
    sg_rule_put(rq->tx, row);
    return row;
}

void group_rule_remove(struct api_request *rq, const struct sg_rule_row *rule) {
    ec2_tag_forget(rq, rule->id);
    sg_rule_delete(rq->tx, rule->id);
}

bool group_rule_has_ports(const struct sg_rule_row *rule) {
    return text_is(rule->protocol, "tcp") || text_is(rule->protocol, "udp") ||
           text_is(rule->protocol, "icmp") || text_is(rule->protocol, "icmpv6");
}

static bool same_rule(const struct sg_rule_row *a, const struct sg_rule_row *b) {
    return (bool)a->egress == (bool)b->egress && text_is(a->protocol, b->protocol) &&
           a->from_port == b->from_port && a->to_port == b->to_port && text_is(a->cidr, b->cidr) &&
           text_is(a->cidr6, b->cidr6) && text_is(a->prefix_list_id, b->prefix_list_id) &&
           text_is(a->peer_group_id, b->peer_group_id);
}

/* ---- from requests to rules ---- */

struct rules {
    struct sg_rule_row *items;
    size_t count, capacity;
};

static const char *protocol_name(struct api_request *rq, int number) {
    switch (number) {
    case PROTO_ICMP:
        return "icmp";
    case PROTO_TCP:
        return "tcp";
    case PROTO_UDP:
        return "udp";
    case PROTO_ICMPV6:
        return "icmpv6";
    default:
        return arena_printf(rq->arena, "%d", number);
    }
}

static int ports_of(struct api_request *rq, int protocol, struct opt_int from, struct opt_int to,
                    struct sg_rule_row *rule) {
    if (protocol == PROTO_TCP || protocol == PROTO_UDP) {
        const char *name = protocol == PROTO_TCP ? "TCP" : "UDP";
        if (!from.set || !to.set)
            return api_refuse(
                rq, "InvalidParameterValue",
                "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
        if (from.v < 0 || from.v > 65535 || to.v < 0 || to.v > 65535)
            return api_refuse(rq, "InvalidParameterValue",
                              "Invalid value '%lld' for %s. Must be within 0 to 65535.",
                              (long long)(from.v < 0 || from.v > 65535 ? from.v : to.v),
                              from.v < 0 || from.v > 65535 ? "fromPort" : "toPort");
        if (from.v > to.v)
            return api_refuse(rq, "InvalidParameterValue", "Invalid %s range (%lld,%lld)", name,
                              (long long)from.v, (long long)to.v);
    } else if (protocol == PROTO_ICMP || protocol == PROTO_ICMPV6) {
        from = from.set ? from : SOME_INT(-1);
        to = to.set ? to : SOME_INT(-1);
        if (from.v < -1 || from.v > 255 || to.v < -1 || to.v > 255 || (from.v == -1 && to.v != -1))
            return api_refuse(rq, "InvalidParameterValue", "Invalid ICMP type and code (%lld,%lld)",
                              (long long)from.v, (long long)to.v);
    } else {
        from = to = SOME_INT(-1);
    }
    rule->from_port = from.v;
    rule->to_port = to.v;
    return 0;
}

static int check_peer_group(struct api_request *rq, const struct security_group_row *group,
                            const struct ec2_user_id_group_pair *pair, const char **ret_id) {
    const struct security_group_row *peer = NULL;
    if (pair->group_id && !ec2_id_well_formed(EC2_SECURITY_GROUP, pair->group_id))
        return ec2_refuse_malformed(rq, EC2_SECURITY_GROUP, pair->group_id);
    if (pair->group_id)
        peer = ec2_find(rq, EC2_SECURITY_GROUP, pair->group_id);
    else if (pair->group_name)
        peer = ec2_group_by_name(rq, group->vpc_id, pair->group_name);
    else
        return api_refuse(rq, "MissingParameter",
                          "Missing source specification: include source security group or CIDR information");
    if (!peer || (pair->user_id && !text_is(pair->user_id, peer->account)))
        return ec2_refuse_not_found(rq, EC2_SECURITY_GROUP,
                                    pair->group_id ? pair->group_id : pair->group_name);
    if (!text_is(peer->vpc_id, group->vpc_id))
        return api_refuse(rq, "InvalidGroup.NotFound",
                          "You have specified two resources that belong to different networks.");
    *ret_id = peer->id;
    return 0;
}

static int check_description(struct api_request *rq, const char *description) {
    if (description && strlen(description) > 255)
        return api_refuse(
            rq, "InvalidParameterValue",
            "Invalid rule description. Valid descriptions are strings less than 256 characters.");
    return 0;
}

static int rules_of_permission(struct api_request *rq, const struct security_group_row *group, bool egress,
                               const struct ec2_ip_permission *p, struct rules *rules) {
    int protocol;
    if (!p->ip_protocol)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter ipProtocol");
    if (net_protocol(p->ip_protocol, &protocol) < 0)
        return api_refuse(rq, "InvalidParameterValue",
                          "Invalid value '%s' for IP protocol. Unknown protocol.", p->ip_protocol);
    struct sg_rule_row shape = {.egress = egress, .protocol = protocol_name(rq, protocol)};
    if (ports_of(rq, protocol, p->from_port, p->to_port, &shape) < 0)
        return API_REFUSED;
    if (p->ip_ranges.count + p->ipv6_ranges.count + p->prefix_list_ids.count + p->user_id_group_pairs.count ==
        0)
        return api_refuse(rq, "MissingParameter",
                          "Missing source specification: include source security group or CIDR information");
    for (size_t i = 0; i < p->ip_ranges.count; i++) {
        const char *text = p->ip_ranges.items[i].cidr_ip;
        struct prefix4 cidr;
        if (!text || prefix4_parse(text, &cidr) < 0)
            return api_refuse(rq, "InvalidParameterValue", "CIDR block %s is malformed", text ? text : "");
        struct sg_rule_row *rule = vec_push(rq->arena, rules);
        *rule = shape;
        rule->cidr = net_cidr_text(rq, cidr);
        rule->description = p->ip_ranges.items[i].description;
    }
    for (size_t i = 0; i < p->ipv6_ranges.count; i++) {
        const char *text = p->ipv6_ranges.items[i].cidr_ipv6;
        const char *canonical = text ? net_cidr6_text(rq, text) : NULL;
        if (!canonical)
            return api_refuse(rq, "InvalidParameterValue", "CIDR block %s is malformed", text ? text : "");
        struct sg_rule_row *rule = vec_push(rq->arena, rules);
        *rule = shape;
        rule->cidr6 = canonical;
        rule->description = p->ipv6_ranges.items[i].description;
    }
    for (size_t i = 0; i < p->prefix_list_ids.count; i++) {
        if (!prefix_list_get(rq, p->prefix_list_ids.items[i].prefix_list_id))
            return API_REFUSED;
        struct sg_rule_row *rule = vec_push(rq->arena, rules);
        *rule = shape;
        rule->prefix_list_id = p->prefix_list_ids.items[i].prefix_list_id;
        rule->description = p->prefix_list_ids.items[i].description;
    }
    for (size_t i = 0; i < p->user_id_group_pairs.count; i++) {
        const char *peer_id = NULL;
        if (check_peer_group(rq, group, &p->user_id_group_pairs.items[i], &peer_id) < 0)
            return API_REFUSED;
        struct sg_rule_row *rule = vec_push(rq->arena, rules);
        *rule = shape;
        rule->peer_group_id = peer_id;
        rule->description = p->user_id_group_pairs.items[i].description;
    }
    return 0;
}

/* The four requests say the same in structs of their own. */
struct rule_request {
    const char *group_id, *group_name;
    const char *protocol, *cidr, *source_name, *source_owner;
    struct opt_int from, to;
    const struct ec2_ip_permission *permissions;
    size_t permission_count;
    bool egress;
};

#define RULE_REQUEST(in, group_name_, egress_)                                                               \
    {                                                                                                        \
        .group_id = (in)->group_id, .group_name = (group_name_), .protocol = (in)->ip_protocol,              \
        .cidr = (in)->cidr_ip, .source_name = (in)->source_security_group_name,                              \
        .source_owner = (in)->source_security_group_owner_id, .from = (in)->from_port, .to = (in)->to_port,  \
        .permissions = (in)->ip_permissions.items, .permission_count = (in)->ip_permissions.count,           \
        .egress = (egress_)                                                                                  \
    }

static bool has_flat(const struct rule_request *in) {
    return in->protocol || in->cidr || in->source_name || in->from.set || in->to.set;
}

static int rules_of_request(struct api_request *rq, const struct security_group_row *group,
                            const struct rule_request *in, struct rules *rules) {
    if (in->permission_count && has_flat(in))
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter 'ipPermissions' may not be used in combination with 'ipProtocol'");
    for (size_t i = 0; i < in->permission_count; i++)
        if (rules_of_permission(rq, group, in->egress, &in->permissions[i], rules) < 0)
            return API_REFUSED;
    if (has_flat(in)) {
        struct ec2_ip_permission p = {.ip_protocol = in->protocol, .from_port = in->from, .to_port = in->to};
        if (in->source_name && !in->protocol)
            p.ip_protocol = "-1";
        if (in->cidr)
            *vec_push(rq->arena, &p.ip_ranges) = (struct ec2_ip_range){.cidr_ip = in->cidr};
        if (in->source_name)
            *vec_push(rq->arena, &p.user_id_group_pairs) =
                (struct ec2_user_id_group_pair){.group_name = in->source_name, .user_id = in->source_owner};
        if (rules_of_permission(rq, group, in->egress, &p, rules) < 0)
            return API_REFUSED;
    }
    for (size_t i = 0; i < rules->count; i++) {
        if (check_description(rq, rules->items[i].description) < 0)
            return API_REFUSED;
        for (size_t j = 0; j < i; j++)
            if (same_rule(&rules->items[i], &rules->items[j]))
                return api_refuse(rq, "InvalidParameterValue",
                                  "The same permission must not appear multiple times");
    }
    return 0;
}

/* ---- views ---- */

static struct ec2_security_group_rule rule_view(struct api_request *rq, const struct sg_rule_row *row) {
    struct ec2_security_group_rule view = {.security_group_rule_id = row->id,
                                           .group_id = row->group_id,
                                           .group_owner_id = row->account,
                                           .is_egress = SOME_BOOL(row->egress),
                                           .ip_protocol = row->protocol,
                                           .from_port = SOME_INT(row->from_port),
                                           .to_port = SOME_INT(row->to_port),
                                           .cidr_ipv4 = row->cidr,
                                           .cidr_ipv6 = row->cidr6,
                                           .prefix_list_id = row->prefix_list_id,
                                           .description = row->description,
                                           .security_group_rule_arn =
                                               ec2_arn(rq, "security-group-rule", row->id)};
    if (row->peer_group_id) {
        view.referenced_group_info = arena_new(rq->arena, struct ec2_referenced_security_group);
        *view.referenced_group_info =
            (struct ec2_referenced_security_group){.group_id = row->peer_group_id, .user_id = row->account};
    }
    EC2_TAGS(rq, row->id, &view.tags);
    return view;
}

static struct ec2_revoked_security_group_rule revoked_view(const struct sg_rule_row *row) {
    return (struct ec2_revoked_security_group_rule){.security_group_rule_id = row->id,
                                                    .group_id = row->group_id,
                                                    .is_egress = SOME_BOOL(row->egress),
                                                    .ip_protocol = row->protocol,
                                                    .from_port = SOME_INT(row->from_port),
                                                    .to_port = SOME_INT(row->to_port),
                                                    .cidr_ipv4 = row->cidr,
                                                    .cidr_ipv6 = row->cidr6,
                                                    .prefix_list_id = row->prefix_list_id,
                                                    .referenced_group_id = row->peer_group_id,
                                                    .description = row->description};
}

int ec2_describe_security_group_rules(struct api_request *rq,
                                      const struct ec2_describe_security_group_rules_request *in,
                                      struct ec2_describe_security_group_rules_result *out) {
    struct ec2_query q;
    if (EC2_QUERY(rq, &q, EC2_SECURITY_GROUP_RULE, in, security_group_rule_ids) < 0)
        return API_REFUSED;
    /* Other calls' filters find nothing by what is no id; this one minds. */
    for (size_t i = 0; i < in->filters.count; i++)
        for (size_t v = 0;
             text_is(in->filters.items[i].name, "group-id") && v < in->filters.items[i].values.count; v++)
            if (!ec2_id_well_formed(EC2_SECURITY_GROUP, in->filters.items[i].values.items[v]))
                return api_refuse(rq, "InvalidGroupId.Malformed", "The security group ID '%s' is malformed",
                                  in->filters.items[i].values.items[v]);
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_security_group_rule view = rule_view(rq, EC2_ROW(&q, sg_rule, i));
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->security_group_rules) = view;
    }
    return EC2_PAGE(rq, in, &out->security_group_rules, &out->next_token);
}

/* ---- authorize ---- */

static const char *peer_text(const struct sg_rule_row *rule) {
    return rule->cidr             ? rule->cidr
           : rule->cidr6          ? rule->cidr6
           : rule->prefix_list_id ? rule->prefix_list_id
                                  : rule->peer_group_id;
}

static int refuse_duplicate(struct api_request *rq, const struct sg_rule_row *rule) {
    if (!group_rule_has_ports(rule))
        return api_refuse(rq, "InvalidPermission.Duplicate",
                          "the specified rule \"peer: %s, %s, ALLOW\" already exists", peer_text(rule),
                          text_is(rule->protocol, "-1") ? "ALL" : rule->protocol);
    bool icmp = text_starts(rule->protocol, "icmp");
    return api_refuse(
        rq, "InvalidPermission.Duplicate",
        "the specified rule \"peer: %s, %s, %s: %d, %s: %d, ALLOW\" already exists", peer_text(rule),
        text_is(rule->protocol, "tcp")   ? "TCP"
        : text_is(rule->protocol, "udp") ? "UDP"
                                         : "ICMP",
        icmp ? "type" : "from port", (int)rule->from_port, icmp ? "code" : "to port", (int)rule->to_port);
}

/* IPv4 and IPv6 are counted apart; groups and prefix lists count as both. */
static int check_room(struct api_request *rq, const struct sg_rule_row *rows, size_t count, bool egress) {
    size_t v4 = 0, v6 = 0;
    for (size_t i = 0; i < count; i++) {
        if ((bool)rows[i].egress != egress)
            continue;
        v4 += rows[i].cidr6 == NULL;
        v6 += rows[i].cidr == NULL;
    }
    if (v4 > RULES_MAX || v6 > RULES_MAX)
        return api_refuse(rq, "RulesPerSecurityGroupLimitExceeded",
                          "The maximum number of rules per security group has been reached.");
    return 0;
}

static int authorize(struct api_request *rq, const struct rule_request *in,
                     const struct ec2_tag_specification *tags, size_t tag_count, struct rules *ret_added) {
    const struct security_group_row *group = group_get(rq, in->group_id, in->group_name);
    struct rules wanted = {0};
    if (!group || rules_of_request(rq, group, in, &wanted) < 0)
        return API_REFUSED;
    if (wanted.count == 0)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter ipPermissions");
    struct sg_rule_rows present = sg_rule_list_by(rq->tx, COL(sg_rule, group_id), group->id);
    for (size_t i = 0; i < wanted.count; i++)
        for (size_t j = 0; j < present.count; j++)
            if (same_rule(&wanted.items[i], &present.items[j]))
                return refuse_duplicate(rq, &wanted.items[i]);
    for (size_t i = 0; i < wanted.count; i++) {
        const struct sg_rule_row *row = group_rule_add(rq, group->id, &wanted.items[i]);
        if (ec2_tag_new(rq, EC2_SECURITY_GROUP_RULE, row->id, tags, tag_count) < 0)
            return API_REFUSED;
        *vec_push(rq->arena, ret_added) = *row;
    }
    present = sg_rule_list_by(rq->tx, COL(sg_rule, group_id), group->id);
    if (check_room(rq, present.items, present.count, in->egress) < 0)
        return API_REFUSED;
    net_changed(rq, group->vpc_id);
    return 0;
}

/* The two handlers differ in their generated types alone. */
#define AUTHORIZE(rq, in, out, group_name, egress)                                                           \
    __extension__({                                                                                          \
        const struct rule_request request_ = RULE_REQUEST(in, group_name, egress);                           \
        struct rules added_ = {0};                                                                           \
        int r_ = authorize((rq), &request_, (in)->tag_specifications.items, (in)->tag_specifications.count,  \
                           &added_);                                                                         \
        (out)->return_ = SOME_BOOL(true);                                                                    \
        for (size_t i_ = 0; i_ < added_.count; i_++)                                                         \
            *vec_push((rq)->arena, &(out)->security_group_rules) = rule_view((rq), &added_.items[i_]);       \
        r_;                                                                                                  \
    })

int ec2_authorize_security_group_ingress(struct api_request *rq,
                                         const struct ec2_authorize_security_group_ingress_request *in,
                                         struct ec2_authorize_security_group_ingress_result *out) {
    return AUTHORIZE(rq, in, out, in->group_name, false);
}

int ec2_authorize_security_group_egress(struct api_request *rq,
                                        const struct ec2_authorize_security_group_egress_request *in,
                                        struct ec2_authorize_security_group_egress_result *out) {
    return AUTHORIZE(rq, in, out, NULL, true);
}

/* ---- revoke ---- */

struct revoked {
    struct rules gone;
    VEC(struct ec2_ip_permission) unknown;
};

static struct ec2_ip_permission unknown_view(struct api_request *rq, const struct sg_rule_row *rule) {
    struct ec2_ip_permission p = {.ip_protocol = rule->protocol};
    if (group_rule_has_ports(rule)) {
        p.from_port = SOME_INT(rule->from_port);
        p.to_port = SOME_INT(rule->to_port);
    }
    if (rule->cidr)
        *vec_push(rq->arena, &p.ip_ranges) = (struct ec2_ip_range){.cidr_ip = rule->cidr};
    else if (rule->cidr6)
        *vec_push(rq->arena, &p.ipv6_ranges) = (struct ec2_ipv6_range){.cidr_ipv6 = rule->cidr6};
    else if (rule->prefix_list_id)
        *vec_push(rq->arena, &p.prefix_list_ids) =
            (struct ec2_prefix_list_id){.prefix_list_id = rule->prefix_list_id};
    else
        *vec_push(rq->arena, &p.user_id_group_pairs) =
            (struct ec2_user_id_group_pair){.group_id = rule->peer_group_id, .user_id = rq->caller.account};
    return p;
}

static int revoke_by_id(struct api_request *rq, const struct security_group_row *group, bool egress,
                        const char *const *ids, size_t count, struct revoked *out) {
    for (size_t i = 0; i < count; i++) {
        const struct sg_rule_row *row = ec2_get(rq, EC2_SECURITY_GROUP_RULE, ids[i]);
        if (!row)
            return API_REFUSED;
        if (!text_is(row->group_id, group->id) || (bool)row->egress != egress)
            return ec2_refuse_not_found(rq, EC2_SECURITY_GROUP_RULE, ids[i]);
        group_rule_remove(rq, row);
        *vec_push(rq->arena, &out->gone) = *row;
    }
    return 0;
}

static int revoke(struct api_request *rq, const struct rule_request *in, const char *const *ids,
                  size_t id_count, struct revoked *out) {
    const struct security_group_row *group = group_get(rq, in->group_id, in->group_name);
    struct rules named = {0};
    if (!group || rules_of_request(rq, group, in, &named) < 0)
        return API_REFUSED;
    if (id_count && named.count)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "The parameter 'securityGroupRuleIds' may not be used in combination with 'ipPermissions'");
    if (id_count + named.count == 0)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter ipPermissions");
    if (revoke_by_id(rq, group, in->egress, ids, id_count, out) < 0)
        return API_REFUSED;
    const struct vpc_row *vpc = vpc_find(rq->tx, group->vpc_id);
    struct sg_rule_rows present = sg_rule_list_by(rq->tx, COL(sg_rule, group_id), group->id);
    for (size_t i = 0; i < named.count; i++) {
        const struct sg_rule_row *found = NULL;
        for (size_t j = 0; j < present.count && !found; j++)
            if (same_rule(&named.items[i], &present.items[j]))
                found = &present.items[j];
        if (found) {
            group_rule_remove(rq, found);
            *vec_push(rq->arena, &out->gone) = *found;
        } else if (vpc && vpc->is_default) {
            *vec_push(rq->arena, &out->unknown) = unknown_view(rq, &named.items[i]);
        } else {
            return api_refuse(rq, "InvalidPermission.NotFound",
                              "The specified rule does not exist in this security group.");
        }
    }
    net_changed(rq, group->vpc_id);
    return 0;
}

#define REVOKE(rq, in, out, group_name, egress)                                                              \
    __extension__({                                                                                          \
        const struct rule_request request_ = RULE_REQUEST(in, group_name, egress);                           \
        struct revoked revoked_ = {0};                                                                       \
        int r_ = revoke((rq), &request_, (in)->security_group_rule_ids.items,                                \
                        (in)->security_group_rule_ids.count, &revoked_);                                     \
        (out)->return_ = SOME_BOOL(true);                                                                    \
        for (size_t i_ = 0; i_ < revoked_.unknown.count; i_++)                                               \
            *vec_push((rq)->arena, &(out)->unknown_ip_permissions) = revoked_.unknown.items[i_];             \
        for (size_t i_ = 0; i_ < revoked_.gone.count; i_++)                                                  \
            *vec_push((rq)->arena, &(out)->revoked_security_group_rules) =                                   \
                revoked_view(&revoked_.gone.items[i_]);                                                      \
        r_;                                                                                                  \
    })

int ec2_revoke_security_group_ingress(struct api_request *rq,
                                      const struct ec2_revoke_security_group_ingress_request *in,
                                      struct ec2_revoke_security_group_ingress_result *out) {
    return REVOKE(rq, in, out, in->group_name, false);
}

int ec2_revoke_security_group_egress(struct api_request *rq,
                                     const struct ec2_revoke_security_group_egress_request *in,
                                     struct ec2_revoke_security_group_egress_result *out) {
    return REVOKE(rq, in, out, NULL, true);
}
