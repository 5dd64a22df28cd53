/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up by filters: one shape of code for every Describe* that has filters and pages. */
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "cli/make.h"

const char *tag_value(const struct ec2_tag *tags, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++)
        if (text_is(tags[i].key, key))
            return tags[i].value == NULL ? "" : tags[i].value;
    return "";
}

#define DEFINE_FIND(function, op, snake, list, id, doing)                                                    \
    int function(struct cli *c, struct id_list *ret_ids, ...) {                                              \
        struct ec2_describe_##snake##_request in = {0};                                                      \
        const char *name;                                                                                    \
        va_list ap;                                                                                          \
                                                                                                             \
        va_start(ap, ret_ids);                                                                               \
        while ((name = va_arg(ap, const char *)) != NULL)                                                    \
            FILTER(c, in, name, va_arg(ap, const char *));                                                   \
        va_end(ap);                                                                                          \
        *ret_ids = (struct id_list){0};                                                                      \
        do {                                                                                                 \
            struct ec2_describe_##snake##_result out = {0};                                                  \
                                                                                                             \
            if (EC2(c, op, in, out) < 0)                                                                     \
                return cli_aws_failed(c, doing);                                                             \
            for (size_t i = 0; i < out.list.count; i++)                                                      \
                *vec_push(c->arena, ret_ids) = out.list.items[i].id;                                         \
            in.next_token = out.next_token;                                                                  \
        } while (in.next_token != NULL);                                                                     \
        return 0;                                                                                            \
    }

DEFINE_FIND(find_vpcs, DescribeVpcs, vpcs, vpcs, vpc_id, "look for VPCs")
DEFINE_FIND(find_subnets, DescribeSubnets, subnets, subnets, subnet_id, "look for subnets")
DEFINE_FIND(find_internet_gateways, DescribeInternetGateways, internet_gateways, internet_gateways,
            internet_gateway_id, "look for internet gateways")
DEFINE_FIND(find_route_tables, DescribeRouteTables, route_tables, route_tables, route_table_id,
            "look for route tables")
DEFINE_FIND(find_groups, DescribeSecurityGroups, security_groups, security_groups, group_id,
            "look for security groups")
DEFINE_FIND(find_endpoints, DescribeVpcEndpoints, vpc_endpoints, vpc_endpoints, vpc_endpoint_id,
            "look for endpoints")
DEFINE_FIND(find_interfaces, DescribeNetworkInterfaces, network_interfaces, network_interfaces,
            network_interface_id, "look for network interfaces")

int find_instances(struct cli *c, struct id_list *ret_ids, ...) {
    struct ec2_describe_instances_request in = {0};
    struct model_vec *filters = (struct model_vec *)(void *)&in.filters;
    const char *name;
    va_list ap;

    va_start(ap, ret_ids);
    while ((name = va_arg(ap, const char *)) != NULL)
        aws_filter(&c->aws, filters, name, va_arg(ap, const char *));
    va_end(ap);
    *ret_ids = (struct id_list){0};
    do {
        struct ec2_describe_instances_result out = {0};

        if (EC2(c, DescribeInstances, in, out) < 0)
            return cli_aws_failed(c, "look for instances");
        for (size_t r = 0; r < out.reservations.count; r++)
            for (size_t i = 0; i < out.reservations.items[r].instances.count; i++) {
                const struct ec2_instance *it = &out.reservations.items[r].instances.items[i];

                if (it->state != NULL && !text_is(it->state->name, "terminated"))
                    *vec_push(c->arena, ret_ids) = it->instance_id;
            }
        in.next_token = out.next_token;
    } while (in.next_token != NULL);
    return 0;
}
