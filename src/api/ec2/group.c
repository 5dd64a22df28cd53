/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups; their rules are in group_rule.c. */
#include <string.h>
#include <strings.h>

#include "api/ec2/group.h"
#include "api/ec2/ipv6.h"
#include "base/text.h"

enum { GROUP_TEXT_MAX = 255 };

/* ---- making, finding, removing ---- */

const char *group_make(struct api_request *rq, const char *vpc_id, const char *name,
                       const char *description) {
    struct security_group_row row = {.id = api_new_id(rq, "sg"),
                                     .account = rq->caller.account,
                                     .region = rq->region,
                                     .vpc_id = vpc_id,
                                     .name = name,
                                     .name_key = group_name_key(rq, vpc_id, name),
                                     .description = description};
    security_group_put(rq->tx, &row);
    const struct sg_rule_row egress = {
        .egress = 1, .protocol = "-1", .from_port = -1, .to_port = -1, .cidr = "0.0.0.0/0"};
    group_rule_add(rq, row.id, &egress);
    if (ipv6_vpc_has(rq, vpc_id))
        group_allow_ipv6(rq, row.id);
    if (text_is(name, "default")) {
        const struct sg_rule_row members = {
            .protocol = "-1", .from_port = -1, .to_port = -1, .peer_group_id = row.id};
        group_rule_add(rq, row.id, &members);
    }
    return row.id;
}

void group_allow_ipv6(struct api_request *rq, const char *id) {
    static const struct sg_rule_row all = {
        .egress = 1, .protocol = "-1", .from_port = -1, .to_port = -1, .cidr6 = "::/0"};
    struct sg_rule_rows rules = sg_rule_list_by(rq->tx, COL(sg_rule, group_id), id);
    bool four = false, six = false;
    for (size_t i = 0; i < rules.count; i++) {
        const struct sg_rule_row *r = &rules.items[i];
        bool everything = r->egress && text_is(r->protocol, "-1");
        four = four || (everything && text_is(r->cidr, "0.0.0.0/0"));
        six = six || (everything && text_is(r->cidr6, "::/0"));
    }
    if (four && !six)
        group_rule_add(rq, id, &all);
}

void group_remove(struct api_request *rq, const char *id) {
    struct sg_rule_rows rules = sg_rule_list_by(rq->tx, COL(sg_rule, group_id), id);
    for (size_t i = 0; i < rules.count; i++)
        group_rule_remove(rq, &rules.items[i]);
    ec2_tag_forget(rq, id);
    security_group_delete(rq->tx, id);
}

/* ---- operations ---- */

static bool only_of(const char *text, const char *extra) {
    for (; *text; text++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", *text) &&
            !strchr(extra, *text))
            return false;
    return true;
}

static int check_name(struct api_request *rq, const char *vpc_id, const char *name, const char *description) {
    static const char allowed[] = " ._-:/()#,@[]+=&;{}!$*";
    if (!name || !*name)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter GroupName");
    if (!description || !*description)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter GroupDescription");
    if (strlen(name) > GROUP_TEXT_MAX || !only_of(name, allowed))
        return api_refuse(
            rq, "InvalidParameterValue",
            "Value (%s) for parameter GroupName is invalid. Character sets beyond ASCII are not "
            "supported.",
            name);
    if (strncasecmp(name, "sg-", 3) == 0)
        return api_refuse(
            rq, "InvalidParameterValue",
            "Value (%s) for parameter GroupName is invalid. Group names may not be in the format sg-*.",
            name);
    if (strlen(description) > GROUP_TEXT_MAX || !only_of(description, allowed))
        return api_refuse(rq, "InvalidParameterValue",
                          "Invalid security group description. Valid descriptions are strings less than 256 "
                          "characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*");
    if (strcasecmp(name, "default") == 0)
        return api_refuse(rq, "InvalidGroup.Reserved", "The security group name '%s' is reserved", name);
    if (ec2_group_by_name(rq, vpc_id, name))
        return api_refuse(rq, "InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'",
                          name, vpc_id);
    return 0;
}

int ec2_create_security_group(struct api_request *rq, const struct ec2_create_security_group_request *in,
                              struct ec2_create_security_group_result *out) {
    const struct vpc_row *vpc = in->vpc_id ? ec2_get(rq, EC2_VPC, in->vpc_id) : ec2_default_vpc(rq);
    if (!vpc)
        return in->vpc_id ? API_REFUSED : api_refuse(rq, "VPCIdNotSpecified", "No default VPC for this user");
    if (check_name(rq, vpc->id, in->group_name, in->description) < 0)
        return API_REFUSED;
    const char *id = group_make(rq, vpc->id, in->group_name, in->description);
    if (EC2_TAG_NEW(rq, EC2_SECURITY_GROUP, id, in) < 0)
        return API_REFUSED;
    net_changed(rq, vpc->id);
    out->group_id = id;
    out->security_group_arn = ec2_arn(rq, "security-group", id);
    EC2_TAGS(rq, id, &out->tags);
    return 0;
}

static bool group_in_use(struct api_request *rq, const char *id) {
    if (eni_group_list_by(rq->tx, COL(eni_group, group_id), id).count ||
        endpoint_group_list_by(rq->tx, COL(endpoint_group, group_id), id).count)
        return true;
    struct sg_rule_rows rules = sg_rule_list_by(rq->tx, COL(sg_rule, peer_group_id), id);
    for (size_t i = 0; i < rules.count; i++)
        if (!text_is(rules.items[i].group_id, id))
            return true;
    return false;
}

int ec2_delete_security_group(struct api_request *rq, const struct ec2_delete_security_group_request *in,
                              struct ec2_delete_security_group_result *out) {
    const struct security_group_row *group = group_get(rq, in->group_id, in->group_name);
    if (!group)
        return API_REFUSED;
    if (text_is(group->name, "default"))
        return api_refuse(rq, "CannotDelete",
                          "the specified group: \"%s\" name: \"default\" cannot be deleted by a user",
                          group->id);
    if (group_in_use(rq, group->id))
        return ec2_refuse_in_use(rq, EC2_SECURITY_GROUP, group->id);
    group_remove(rq, group->id);
    net_changed(rq, group->vpc_id);
    out->return_ = SOME_BOOL(true);
    out->group_id = group->id;
    return 0;
}

/* ---- view: rules with the same protocol and ports are shown as one permission ---- */

static void permission_view(struct api_request *rq, const struct sg_rule_row *rule,
                            struct ec2_ip_permission *p) {
    if (rule->cidr)
        *vec_push(rq->arena, &p->ip_ranges) =
            (struct ec2_ip_range){.cidr_ip = rule->cidr, .description = rule->description};
    else if (rule->cidr6)
        *vec_push(rq->arena, &p->ipv6_ranges) =
            (struct ec2_ipv6_range){.cidr_ipv6 = rule->cidr6, .description = rule->description};
    else if (rule->prefix_list_id)
        *vec_push(rq->arena, &p->prefix_list_ids) = (struct ec2_prefix_list_id){
            .prefix_list_id = rule->prefix_list_id, .description = rule->description};
    else
        *vec_push(rq->arena, &p->user_id_group_pairs) = (struct ec2_user_id_group_pair){
            .group_id = rule->peer_group_id, .user_id = rule->account, .description = rule->description};
}

static void group_view(struct api_request *rq, const struct security_group_row *row,
                       struct ec2_security_group *view) {
    *view = (struct ec2_security_group){.group_id = row->id,
                                        .vpc_id = row->vpc_id,
                                        .security_group_arn = ec2_arn(rq, "security-group", row->id),
                                        .owner_id = row->account,
                                        .group_name = row->name,
                                        .description = row->description};
    struct sg_rule_rows rules = sg_rule_list_by(rq->tx, COL(sg_rule, group_id), row->id);
    for (size_t i = 0; i < rules.count; i++) {
        const struct sg_rule_row *rule = &rules.items[i];
        struct ec2_ip_permission fresh = {.ip_protocol = rule->protocol}, *at = NULL;
        if (group_rule_has_ports(rule)) {
            fresh.from_port = SOME_INT(rule->from_port);
            fresh.to_port = SOME_INT(rule->to_port);
        }
        struct ec2_ip_permission *shown =
            rule->egress ? view->ip_permissions_egress.items : view->ip_permissions.items;
        size_t count = rule->egress ? view->ip_permissions_egress.count : view->ip_permissions.count;
        for (size_t p = 0; p < count && !at; p++)
            if (text_is(shown[p].ip_protocol, fresh.ip_protocol) &&
                shown[p].from_port.v == fresh.from_port.v && shown[p].to_port.v == fresh.to_port.v)
                at = &shown[p];
        if (!at) {
            at = rule->egress ? vec_push(rq->arena, &view->ip_permissions_egress)
                              : vec_push(rq->arena, &view->ip_permissions);
            *at = fresh;
        }
        permission_view(rq, rule, at);
    }
    EC2_TAGS(rq, row->id, &view->tags);
}

/* ---- filters ---- */

int ec2_describe_security_groups(struct api_request *rq,
                                 const struct ec2_describe_security_groups_request *in,
                                 struct ec2_describe_security_groups_result *out) {
    struct {
        VEC(const char *) ids;
    } wanted = {{0}};
    for (size_t i = 0; i < in->group_ids.count; i++)
        *vec_push(rq->arena, &wanted.ids) = in->group_ids.items[i];
    for (size_t i = 0; i < in->group_names.count; i++) {
        const struct security_group_row *group = group_get(rq, NULL, in->group_names.items[i]);
        if (!group)
            return API_REFUSED;
        *vec_push(rq->arena, &wanted.ids) = group->id;
    }
    struct ec2_query q;
    if (ec2_query_begin(rq, &q, EC2_SECURITY_GROUP, wanted.ids.items, wanted.ids.count, in->filters.items,
                        in->filters.count, in->max_results) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < q.rows.count; i++) {
        struct ec2_security_group view;
        group_view(rq, EC2_ROW(&q, security_group, i), &view);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->security_groups) = view;
    }
    return EC2_PAGE(rq, in, &out->security_groups, &out->next_token);
}
