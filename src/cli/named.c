/* SPDX-License-Identifier: Apache-2.0 */
/* From what people call things, the tag Name, to AWS's ids; and telling what does not exist before it is acted on. */
#include <string.h>

#include "base/text.h"
#include "cli/make.h"

static const struct kind {
    const char *kind;    /* as the table of commands calls it */
    const char *words;   /* as people do */
    const char *prefix;  /* of its ids */
    const char *filter;  /* by id */
    const char *listing; /* what lists them */
    int (*find)(struct cli *c, struct id_list *ret_ids, ...);
} kinds[] = {
    {"vpc", "VPC", "vpc-", "vpc-id", "vpcbox vpc-list", find_vpcs},
    {"subnet", "subnet", "subnet-", "subnet-id", "aws ec2 describe-subnets", find_subnets},
    {"sg", "security group", "sg-", "group-id", "aws ec2 describe-security-groups", find_groups},
    {"rtb", "route table", "rtb-", "route-table-id", "aws ec2 describe-route-tables", find_route_tables},
    {"endpoint", "endpoint", "vpce-", "vpc-endpoint-id", "vpcbox endpoint-list", find_endpoints},
    {"instance", "instance", "i-", "instance-id", "vpcbox ec2-list", find_instances},
};

static const struct kind *kind_of(const char *name) {
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (text_is(kinds[i].kind, name))
            return &kinds[i];
    return NULL;
}

static bool is_id(const struct kind *k, const char *word) {
    size_t n = strlen(k->prefix);

    return text_starts(word, k->prefix) && strspn(word + n, "0123456789abcdef") == strlen(word + n) &&
           (strlen(word + n) == 8 || strlen(word + n) == 17);
}

bool cli_is_id(const char *kind, const char *word) {
    const struct kind *k = kind_of(kind);

    return k != NULL && is_id(k, word);
}

const char *cli_named(struct cli *c, const char *kind, const char *word) {
    const struct kind *k = kind_of(kind);
    struct id_list ids;
    const char *all = "";

    if (k == NULL)
        return word;
    if (k->find(c, &ids, is_id(k, word) ? k->filter : "tag:Name", word, NULL) != 0)
        return NULL;
    if (ids.count == 1)
        return ids.items[0];
    if (ids.count == 0) {
        cli_error("there is no %s %s\"%s\" in %s: `%s` lists them", k->words,
                  is_id(k, word) ? "" : "with this id or name: ", word, cli_where(c), k->listing);
        return NULL;
    }
    for (size_t i = 0; i < ids.count; i++)
        all = arena_printf(c->arena, "%s%s%s", all, i == 0 ? "" : ", ", ids.items[i]);
    cli_error("\"%s\" is the name of %zu: say which by its id: %s", word, ids.count, all);
    return NULL;
}

const char *cli_known_name(struct cli *c, const char *kind, const char *word) {
    const struct kind *k = kind_of(kind);
    struct id_list ids;

    return k != NULL && k->find(c, &ids, "tag:Name", word, NULL) == 0 && ids.count == 1 ? ids.items[0] : NULL;
}
