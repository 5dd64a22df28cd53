/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces as callers see them, and the DNS names that go with addresses. */
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "api/ec2/ipv6.h"
#include "base/text.h"
#include "net/awsnet.h"

static const char *dashed(struct arena *a, const char *ip) {
    char *s = arena_strdup(a, ip);

    for (char *c = s; *c != '\0'; c++)
        if (*c == '.')
            *c = '-';
    return s;
}

const char *ec2_private_domain(struct arena *a, const char *region) {
    return strcmp(region, "us-east-1") == 0 ? "ec2.internal" : arena_printf(a, "%s.compute.internal", region);
}

const char *ec2_private_dns_name(struct arena *a, const char *region, const char *private_ip) {
    return arena_printf(a, "ip-%s.%s", dashed(a, private_ip), ec2_private_domain(a, region));
}

const char *ec2_public_dns_name(struct arena *a, const char *region, const char *public_ip) {
    if (strcmp(region, "us-east-1") == 0)
        return arena_printf(a, "ec2-%s.compute-1.amazonaws.com", dashed(a, public_ip));
    return arena_printf(a, "ec2-%s.%s.compute.amazonaws.com", dashed(a, public_ip), region);
}

/* The public name of an address, or NULL when the VPC gives none. */
static const char *public_dns_name(struct api_request *rq, const char *vpc_id, const char *public_ip) {
    const struct vpc_row *vpc = vpc_find(rq->tx, vpc_id);

    return vpc != NULL && vpc->dns_support && vpc->dns_hostnames
               ? ec2_public_dns_name(rq->arena, vpc->region, public_ip)
               : NULL;
}

const char *ec2_zone_id(const char *region, const char *zone) {
    const struct awsnet_region *r = awsnet_region(region);

    for (size_t i = 0; r != NULL && i < r->zone_count; i++)
        if (text_is(r->zones[i].name, zone))
            return r->zones[i].id;
    return NULL;
}

static struct ec2_network_interface_association *
association(struct api_request *rq, const struct eni_row *eni, const struct eni_address_row *address) {
    struct ec2_network_interface_association *v;

    if (address->public_ip == NULL)
        return NULL;
    v = arena_new(rq->arena, struct ec2_network_interface_association);
    v->public_ip = address->public_ip;
    v->public_dns_name = public_dns_name(rq, eni->vpc_id, address->public_ip);
    v->allocation_id = address->allocation_id;
    v->association_id = address->association_id;
    v->ip_owner_id = address->allocation_id != NULL ? eni->account : "amazon";
    return v;
}

static struct ec2_network_interface_attachment *attachment(struct api_request *rq,
                                                           const struct eni_row *eni) {
    struct ec2_network_interface_attachment *v;

    if (eni->attachment_id == NULL)
        return NULL;
    v = arena_new(rq->arena, struct ec2_network_interface_attachment);
    v->attachment_id = eni->attachment_id;
    v->attach_time = SOME_TIME(eni->attach_ms);
    v->delete_on_termination = SOME_BOOL(eni->delete_on_termination != 0);
    v->device_index = SOME_INT(eni->device_index);
    v->network_card_index = SOME_INT(0);
    v->instance_id = eni->instance_id;
    v->instance_owner_id = eni->instance_id != NULL ? eni->account : "amazon-aws";
    v->status = eni->attachment_state != NULL ? eni->attachment_state : "attached";
    return v;
}

void ec2_eni_view(struct api_request *rq, const struct eni_row *eni, struct ec2_network_interface *view) {
    struct eni_address_rows addresses = ec2_eni_addresses(rq, eni->id);

    *view = (struct ec2_network_interface){
        .attachment = attachment(rq, eni),
        .availability_zone = eni->zone,
        .availability_zone_id = ec2_zone_id(eni->region, eni->zone),
        .description = eni->description != NULL ? eni->description : "",
        .interface_type = eni->kind,
        .mac_address = eni->mac,
        .network_interface_id = eni->id,
        .owner_id = eni->account,
        .requester_id = eni->requester_id,
        .requester_managed = SOME_BOOL(eni->requester_managed != 0),
        .source_dest_check = SOME_BOOL(eni->source_dest_check != 0),
        .status = eni->status,
        .subnet_id = eni->subnet_id,
        .vpc_id = eni->vpc_id,
    };
    view->groups.items = ec2_eni_groups(rq, eni->id, &view->groups.count);
    view->groups.capacity = view->groups.count;
    EC2_TAGS(rq, eni->id, &view->tag_set);
    view->operator= arena_new(rq->arena, struct ec2_operator_response);
    view->operator->managed = SOME_BOOL(false);
    struct eni_address6_rows six = ipv6_eni_addresses(rq, eni->id);
    for (size_t i = 0; i < six.count; i++)
        *vec_push(rq->arena, &view->ipv6_addresses) = (struct ec2_network_interface_ipv6_address){
            .ipv6_address = six.items[i].ip, .is_primary_ipv6 = SOME_BOOL(false)};
    view->ipv6_address = six.count > 0 ? six.items[0].ip : NULL;
    for (size_t i = 0; i < addresses.count; i++) {
        const struct eni_address_row *address = &addresses.items[i];
        struct ec2_network_interface_private_ip_address v = {
            .association = association(rq, eni, address),
            .primary = SOME_BOOL(i == 0),
            .private_ip_address = address->private_ip,
            .private_dns_name = ec2_private_dns_name(rq->arena, eni->region, address->private_ip),
        };

        if (i == 0) {
            view->association = v.association;
            view->private_ip_address = v.private_ip_address;
            view->private_dns_name = v.private_dns_name;
            view->public_dns_name = v.association != NULL ? v.association->public_dns_name : NULL;
        }
        *vec_push(rq->arena, &view->private_ip_addresses) = v;
    }
}
