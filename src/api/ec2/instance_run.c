/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RunInstances.
 *
 * Theory of operation: everything that does not depend on the number of instances is worked out first
 * (struct launch): image, type, profile, and one plan for each interface.  Then as many instances are
 * made as addresses allow, between MinCount and MaxCount; each gets its row, interfaces, volume and tags,
 * and its start is put after the commit, where all starts run at once.  A refusal at any point undoes
 * all (the transaction is not kept).
 *
 * What is asked for and does not exist here is refused; what makes no difference to programs and packets
 * (monitoring, EBS optimisation, CPU credits) is kept or shown.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "api/ec2/ipv6.h"
#include "api/iam/identity.h"
#include "api/job.h"
#include "base/map.h"
#include "base/text.h"
#include "store/network.h"

enum { RUN_COUNT_MAX = 1000, TOKEN_BYTES_MAX = 64 };

typedef const struct ec2_run_instances_request *request;

/* One interface of each instance. */
struct plan {
    int64_t device_index;
    const struct eni_row *existing; /* or one is made: */
    struct ec2_eni_new make;
    bool delete_on_termination;
};

struct launch {
    struct instance_row row; /* what all instances have in common */
    const struct catalog_image *image;
    const struct catalog_type *type;
    struct plan plans[16];
    size_t plan_count;
    const struct subnet_row *subnet; /* the primary interface's */
    struct volume_row volume;        /* likewise */
};

/* ---- what is refused ---- */

static int refuse_unoffered(struct api_request *rq, request in) {
    const struct ec2_placement *p = in->placement;

    if (in->launch_template != NULL)
        return api_refuse(rq, "InvalidLaunchTemplateName.NotFoundException",
                          "At least one of the launch templates specified in the request does not exist.");
    if (p != NULL && p->group_name != NULL && *p->group_name != '\0')
        return api_refuse(rq, "InvalidPlacementGroup.Unknown", "The Placement Group '%s' is unknown.",
                          p->group_name);
    if (p != NULL && ((p->tenancy != NULL && strcmp(p->tenancy, "default") != 0) || p->host_id != NULL ||
                      p->host_resource_group_arn != NULL || p->group_id != NULL))
        return instance_refuse_unsupported(rq, "dedicated tenancy, hosts and placement groups");
    if (in->instance_market_options != NULL)
        return instance_refuse_unsupported(rq, "InstanceMarketOptions (Spot)");
    if (in->kernel_id != NULL || in->ramdisk_id != NULL)
        return instance_refuse_unsupported(rq, "kernels and RAM disks of one's own");
    if (in->enable_primary_ipv6.set && in->enable_primary_ipv6.v)
        return instance_refuse_unsupported(rq, "EnablePrimaryIpv6");
    if (in->elastic_gpu_specification.count > 0 || in->elastic_inference_accelerators.count > 0)
        return instance_refuse_unsupported(rq, "Elastic GPUs and inference accelerators");
    if (in->hibernation_options != NULL && in->hibernation_options->configured.v)
        return instance_refuse_unsupported(rq, "hibernation");
    if (in->enclave_options != NULL && in->enclave_options->enabled.v)
        return instance_refuse_unsupported(rq, "enclaves");
    if (in->license_specifications.count > 0 || in->secondary_interfaces.count > 0 || in->operator)
        return instance_refuse_unsupported(rq, "license specifications, operators and secondary interfaces");
    if (in->capacity_reservation_specification != NULL &&
        in->capacity_reservation_specification->capacity_reservation_target != NULL)
        return instance_refuse_unsupported(rq, "capacity reservations");
    if (in->network_performance_options != NULL)
        return instance_refuse_unsupported(rq, "NetworkPerformanceOptions");
    return 0;
}

/* ---- image, type, options ---- */

static int choose_image(struct api_request *rq, request in, struct launch *l) {
    static const char by_parameter[] = "resolve:ssm:";
    const char *id = in->image_id;

    if (id == NULL)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter ImageId");
    if (text_starts(id, by_parameter)) {
        struct catalog_parameter p;

        if (!catalog_parameter(rq->region, id + strlen(by_parameter), &p))
            return api_refuse(rq, "InvalidParameterValue", "The parameter '%s' does not exist.",
                              id + strlen(by_parameter));
        id = p.image->id;
    }
    l->image = catalog_image(id);
    if (l->image == NULL || !text_is(l->image->region, rq->region))
        return instance_refuse_image(rq, id);
    l->type = instance_check_type(rq, in->instance_type != NULL ? in->instance_type : "m1.small", l->image);
    return l->type != NULL ? 0 : API_REFUSED;
}

static int check_cpu(struct api_request *rq, request in, struct launch *l) {
    const struct ec2_cpu_options_request *cpu = in->cpu_options;

    l->row.threads_per_core = l->type->threads_per_core;
    l->row.cores = l->type->vcpus / l->type->threads_per_core;
    if (cpu == NULL)
        return 0;
    if (text_is(cpu->amd_sev_snp, "enabled") || text_is(cpu->nested_virtualization, "enabled"))
        return instance_refuse_unsupported(rq, "AMD SEV-SNP and nested virtualization");
    if (cpu->core_count.set)
        l->row.cores = cpu->core_count.v;
    if (cpu->threads_per_core.set)
        l->row.threads_per_core = cpu->threads_per_core.v;
    if (l->row.cores < 1 || l->row.threads_per_core < 1 ||
        l->row.threads_per_core > l->type->threads_per_core ||
        l->row.cores > l->type->vcpus / l->type->threads_per_core)
        return api_refuse(rq, "InvalidParameterValue",
                          "The specified CpuOptions are not valid for instance type %s.", l->type->name);
    return 0;
}

static int check_credits(struct api_request *rq, request in, struct launch *l) {
    const struct ec2_credit_specification_request *s = in->credit_specification;

    l->row.cpu_credits = catalog_cpu_credits(l->type);
    if (s == NULL)
        return 0;
    if (!l->type->burstable)
        return api_refuse(rq, "InvalidParameterCombination",
                          "CreditSpecification is not supported for instance type %s.", l->type->name);
    if (!text_is(s->cpu_credits, "standard") && !text_is(s->cpu_credits, "unlimited"))
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter CpuCredits is invalid. Valid values are standard and "
                          "unlimited.",
                          s->cpu_credits != NULL ? s->cpu_credits : "");
    l->row.cpu_credits = s->cpu_credits;
    return 0;
}

static int check_volumes(struct api_request *rq, request in, struct launch *l) {
    l->volume = (struct volume_row){
        .size_gib = l->image->size_gib, .type = l->image->volume_type, .device = l->image->root_device};
    for (size_t i = 0; i < in->block_device_mappings.count; i++) {
        const struct ec2_block_device_mapping *m = &in->block_device_mappings.items[i];
        const struct ec2_ebs_block_device *ebs = m->ebs;

        if (m->device_name == NULL)
            return api_refuse(rq, "MissingParameter", "The request must contain the parameter DeviceName");
        if (ebs == NULL && m->virtual_name == NULL && m->no_device == NULL)
            return api_refuse(rq, "MissingParameter", "The request must contain the parameter ebs");
        if (strcmp(m->device_name, l->image->root_device) != 0) {
            /* Instance store that the type lacks, and devices taken away, change nothing: as on AWS. */
            if (ebs == NULL)
                continue;
            if (!ebs->volume_size.set && ebs->snapshot_id == NULL)
                return api_refuse(rq, "MissingParameter",
                                  "The request must contain the parameter size or snapshotId");
            return instance_refuse_unsupported(rq, "volumes besides the root volume");
        }
        if (m->no_device != NULL)
            return api_refuse(rq, "InvalidBlockDeviceMapping", "The root device '%s' cannot be left out.",
                              m->device_name);
        if (ebs == NULL)
            continue;
        if (volume_choose(rq, l->image, ebs, &l->volume) < 0)
            return API_REFUSED;
    }
    return 0;
}

/* Whoever hands a role to an instance must be allowed to. */
static int may_pass(struct api_request *rq, const struct identity_profile *profile) {
    struct policy_context context = {0};
    struct identity_question question = {
        .action = "iam:PassRole", .resource = profile->role_arn, .context = &context};
    struct identity_answer answer;

    policy_context_add(rq->arena, &context, "iam:PassedToService", "ec2.amazonaws.com");
    if (identity_authorize(rq, &question, &answer))
        return 0;
    return api_refuse_status(rq, 403, "UnauthorizedOperation",
                             "You are not authorized to perform this operation. %s", answer.message);
}

static int choose_profile(struct api_request *rq, request in, struct launch *l) {
    const struct ec2_iam_instance_profile_specification *s = in->iam_instance_profile;
    struct identity_profile profile;

    if (s == NULL || (s->name == NULL && s->arn == NULL))
        return 0;
    if (s->name != NULL && s->arn != NULL)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter 'iamInstanceProfile.name' may not be used in combination with "
                          "'iamInstanceProfile.arn'");
    if (identity_profile_find(rq->tx, rq->caller.account, s->name, s->arn, &profile) < 0)
        return s->name != NULL
                   ? api_refuse(rq, "InvalidParameterValue",
                                "Value (%s) for parameter iamInstanceProfile.name is invalid. Invalid IAM "
                                "Instance Profile name",
                                s->name)
                   : api_refuse(rq, "InvalidParameterValue",
                                "Value (%s) for parameter iamInstanceProfile.arn is invalid. Invalid IAM "
                                "Instance Profile ARN",
                                s->arn);
    if (profile.role_arn == NULL)
        return api_refuse(rq, "InvalidParameterValue",
                          "IAM Instance Profile \"%s\" has no associated IAM Roles", profile.arn);
    l->row.profile_id = profile.id;
    l->row.profile_arn = profile.arn;
    return may_pass(rq, &profile);
}

static int decode_user_data(struct api_request *rq, request in, struct launch *l) {
    struct buf packed = BUF_INIT(4 * INSTANCE_USER_DATA_MAX_BYTES);
    void *data;
    size_t length;
    int r;

    if (in->user_data == NULL || *in->user_data == '\0')
        return 0;
    for (const char *c = in->user_data; *c != '\0'; c++)
        if (strchr(" \t\r\n", *c) == NULL)
            buf_putc(&packed, *c);
    if (packed.overflow) {
        buf_free(&packed);
        return api_refuse(rq, "InvalidParameterValue", "User data is limited to %d bytes",
                          INSTANCE_USER_DATA_MAX_BYTES);
    }
    r = base64_decode(rq->arena, packed.data != NULL ? packed.data : "", packed.length, &data, &length);
    buf_free(&packed);
    if (r < 0)
        return api_refuse(rq, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
    return instance_set_user_data(rq, &l->row, data, length);
}

static int choose_options(struct api_request *rq, request in, struct launch *l) {
    const struct ec2_instance_metadata_options_request *m = in->metadata_options;
    const struct ec2_private_dns_name_options_request *dns = in->private_dns_name_options;
    bool v2 = l->image->imds_support != NULL;
    struct instance_row *row = &l->row;

    row->account = rq->caller.account;
    row->region = rq->region;
    row->image_id = l->image->id;
    row->type = l->type->name;
    if (in->key_name != NULL) {
        if (key_pair_choose(rq, in->key_name, &row->public_key) < 0)
            return API_REFUSED;
        row->key_name = in->key_name;
    }
    row->client_token = in->client_token;
    row->state = "pending";
    row->up = 1;
    row->launched_ms = row->created_ms = rq->now_ms;
    row->monitoring = in->monitoring != NULL && in->monitoring->enabled.v;
    row->ebs_optimized = in->ebs_optimized.v;
    row->no_api_termination = in->disable_api_termination.v;
    row->no_api_stop = in->disable_api_stop.v;
    row->shutdown_terminates = text_is(in->instance_initiated_shutdown_behavior, "terminate");
    row->auto_recovery = in->maintenance_options != NULL && in->maintenance_options->auto_recovery != NULL
                             ? in->maintenance_options->auto_recovery
                             : "default";
    row->hostname_type =
        dns != NULL && dns->hostname_type != NULL ? dns->hostname_type : l->subnet->hostname_type;
    row->resource_name_a = dns != NULL && dns->enable_resource_name_dns_a_record.set
                               ? dns->enable_resource_name_dns_a_record.v
                               : l->subnet->resource_name_a;
    if (dns != NULL && dns->enable_resource_name_dns_aaaa_record.v)
        return instance_refuse_unsupported(rq, "EnableResourceNameDnsAAAARecord");
    row->http_tokens = v2 ? "required" : "optional";
    row->http_hop_limit = v2 ? 2 : 1;
    if (m != NULL &&
        instance_set_metadata(rq, row, m->http_tokens, m->http_put_response_hop_limit, m->http_endpoint,
                              m->http_protocol_ipv6, m->instance_metadata_tags) < 0)
        return API_REFUSED;
    return 0;
}

/* ---- interfaces ---- */

/* The default VPC's default subnet, of the zone asked for if any. */
static const struct subnet_row *default_subnet(struct api_request *rq, const char *zone) {
    const struct vpc_row *vpc = ec2_default_vpc(rq);
    struct subnet_rows subnets;

    if (vpc == NULL) {
        api_refuse(rq, "VPCIdNotSpecified", "No default VPC for this user");
        return NULL;
    }
    subnets = subnet_list_by(rq->tx, COL(subnet, vpc_id), vpc->id);
    for (size_t i = 0; i < subnets.count; i++)
        if (subnets.items[i].default_for_az && (zone == NULL || text_is(subnets.items[i].zone, zone)))
            return &subnets.items[i];
    if (zone != NULL)
        api_refuse(rq, "MissingInput", "No default subnet for availability zone: '%s'.", zone);
    else
        api_refuse(rq, "MissingInput", "No subnets found for the default VPC '%s'. Please specify a subnet.",
                   vpc->id);
    return NULL;
}

/* An empty name is none: Terraform sends one with every launch. */
static const char *wanted_zone(request in) {
    const char *zone = in->placement != NULL ? in->placement->availability_zone : NULL;

    return zone != NULL && *zone != '\0' ? zone : NULL;
}

static const struct subnet_row *choose_subnet(struct api_request *rq, request in, const char *id) {
    const char *zone = wanted_zone(in);
    const struct subnet_row *subnet;

    if (zone != NULL && ec2_zone_id(rq->region, zone) == NULL) {
        api_refuse(rq, "InvalidParameterValue", "Invalid availability zone: [%s]", zone);
        return NULL;
    }
    if (id == NULL)
        return default_subnet(rq, zone);
    subnet = ec2_get(rq, EC2_SUBNET, id);
    if (subnet != NULL && zone != NULL && !text_is(subnet->zone, zone)) {
        api_refuse(rq, "InvalidParameterValue",
                   "Value (%s) for parameter availabilityZone is invalid. Subnet '%s' is in the availability "
                   "zone %s",
                   zone, subnet->id, subnet->zone);
        return NULL;
    }
    return subnet;
}

/* Names of groups of the default VPC, as ids. */
static int groups_by_name(struct api_request *rq, request in, const struct subnet_row *subnet,
                          struct plan *plan) {
    VEC(const char *) ids = {0};

    for (size_t i = 0; i < in->security_group_ids.count; i++)
        *vec_push(rq->arena, &ids) = in->security_group_ids.items[i];
    for (size_t i = 0; i < in->security_groups.count; i++) {
        const struct security_group_row *g =
            ec2_group_by_name(rq, subnet->vpc_id, in->security_groups.items[i]);

        if (g == NULL)
            return api_refuse(rq, "InvalidGroup.NotFound",
                              "The security group '%s' does not exist in VPC '%s'",
                              in->security_groups.items[i], subnet->vpc_id);
        *vec_push(rq->arena, &ids) = g->id;
    }
    plan->make.group_ids = ids.items;
    plan->make.group_count = ids.count;
    return 0;
}

/* SubnetId, SecurityGroupIds and PrivateIpAddress of the request itself. */
static int plan_simple(struct api_request *rq, request in, struct launch *l) {
    struct plan *plan = &l->plans[0];
    const char **ips;

    if (in->security_groups.count > 0 && in->subnet_id != NULL)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter groupName cannot be used with the parameter subnet");
    l->subnet = choose_subnet(rq, in, in->subnet_id);
    if (l->subnet == NULL || groups_by_name(rq, in, l->subnet, plan) < 0 ||
        ec2_addresses_wanted(rq, in->private_ip_address, NULL, 0, &ips, &plan->make.private_ip_count) < 0 ||
        ipv6_wanted(rq, in->ipv6_addresses.items, in->ipv6_addresses.count, in->ipv6_address_count,
                    &plan->make.ipv6) < 0)
        return API_REFUSED;
    plan->make.private_ips = ips;
    plan->make.subnet = l->subnet;
    plan->make.kind = "interface";
    plan->delete_on_termination = true;
    l->plan_count = 1;
    l->row.public_launch = l->subnet->map_public_ip;
    return 0;
}

static int plan_existing(struct api_request *rq, const struct ec2_instance_network_interface_specification *s,
                         struct plan *plan, const struct subnet_row **ret_subnet) {
    const struct eni_row *eni = ec2_get(rq, EC2_NETWORK_INTERFACE, s->network_interface_id);

    if (eni == NULL)
        return API_REFUSED;
    if (s->subnet_id != NULL || s->groups.count > 0 || s->private_ip_address != NULL ||
        s->private_ip_addresses.count > 0 || s->secondary_private_ip_address_count.set ||
        s->description != NULL || s->associate_public_ip_address.set || s->ipv6_addresses.count > 0 ||
        s->ipv6_address_count.set)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "A network interface may not specify both a network interface ID and how to make one");
    if (eni->requester_managed)
        return api_refuse(rq, "OperationNotPermitted", "You are not allowed to attach '%s'.", eni->id);
    plan->existing = eni;
    plan->delete_on_termination = s->delete_on_termination.v;
    *ret_subnet = subnet_find(rq->tx, eni->subnet_id);
    return 0;
}

static int plan_new(struct api_request *rq, request in,
                    const struct ec2_instance_network_interface_specification *s, struct plan *plan,
                    const struct subnet_row **ret_subnet) {
    const char **ips;

    *ret_subnet = choose_subnet(rq, in, s->subnet_id);
    if (*ret_subnet == NULL ||
        ec2_addresses_wanted(rq, s->private_ip_address, s->private_ip_addresses.items,
                             s->private_ip_addresses.count, &ips, &plan->make.private_ip_count) < 0 ||
        ec2_secondary_wanted(rq, s->secondary_private_ip_address_count, &plan->make.secondary_count) < 0 ||
        ipv6_wanted(rq, s->ipv6_addresses.items, s->ipv6_addresses.count, s->ipv6_address_count,
                    &plan->make.ipv6) < 0)
        return API_REFUSED;
    plan->make.private_ips = ips;
    plan->make.subnet = *ret_subnet;
    plan->make.kind = "interface";
    plan->make.description = s->description;
    plan->make.group_ids = s->groups.items;
    plan->make.group_count = s->groups.count;
    plan->delete_on_termination = !s->delete_on_termination.set || s->delete_on_termination.v;
    return 0;
}

static int plan_interface(struct api_request *rq, request in, struct launch *l,
                          const struct ec2_instance_network_interface_specification *s) {
    struct plan *plan = &l->plans[l->plan_count];
    const struct subnet_row *subnet = NULL;

    if (s->primary_ipv6.v)
        return instance_refuse_unsupported(rq, "PrimaryIpv6");
    if (s->ipv4_prefixes.count > 0 || s->ipv4_prefix_count.set || s->ipv6_prefixes.count > 0 ||
        s->ipv6_prefix_count.set)
        return instance_refuse_unsupported(rq, "prefix delegation");
    if ((s->interface_type != NULL && strcmp(s->interface_type, "interface") != 0) ||
        (s->network_card_index.set && s->network_card_index.v != 0) || s->associate_carrier_ip_address.v ||
        s->ena_srd_specification != NULL || s->connection_tracking_specification != NULL ||
        s->ena_queue_count.set)
        return instance_refuse_unsupported(rq, "InterfaceType, NetworkCardIndex, carrier addresses, ENA "
                                               "Express, connection tracking options and "
                                               "ENA queues");
    if (!s->device_index.set && in->network_interfaces.count > 1)
        return api_refuse(rq, "InvalidParameterValue", "Each network interface requires a device index.");
    plan->device_index = s->device_index.v;
    for (size_t i = 0; i < l->plan_count; i++)
        if (l->plans[i].device_index == plan->device_index)
            return api_refuse(rq, "InvalidParameterValue",
                              "Each network interface requires a unique device index.");
    for (size_t i = 0; i < l->plan_count; i++)
        if (s->network_interface_id != NULL && l->plans[i].existing != NULL &&
            strcmp(l->plans[i].existing->id, s->network_interface_id) == 0)
            return api_refuse(rq, "InvalidParameterCombination",
                              "A network interface may only be attached once.");
    if (s->associate_public_ip_address.v && in->network_interfaces.count > 1)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "The associatePublicIPAddress parameter cannot be specified when launching with multiple "
            "network interfaces.");
    if ((s->network_interface_id != NULL ? plan_existing(rq, s, plan, &subnet)
                                         : plan_new(rq, in, s, plan, &subnet)) < 0)
        return API_REFUSED;
    if (plan->device_index == 0) {
        l->subnet = subnet;
        l->row.public_launch = in->network_interfaces.count == 1 && s->network_interface_id == NULL &&
                               (s->associate_public_ip_address.set ? s->associate_public_ip_address.v
                                                                   : subnet->map_public_ip != 0);
    }
    if (subnet != NULL && l->plan_count > 0) {
        const char *zone =
            l->plans[0].existing != NULL ? l->plans[0].existing->zone : l->plans[0].make.subnet->zone;

        if (!text_is(subnet->zone, zone))
            return api_refuse(rq, "InvalidParameterCombination",
                              "All network interfaces of an instance must be in one availability zone.");
    }
    l->plan_count++;
    return 0;
}

static int plan_interfaces(struct api_request *rq, request in, struct launch *l) {
    if (in->network_interfaces.count == 0)
        return plan_simple(rq, in, l);
    if (in->subnet_id != NULL)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "Network interfaces and an instance-level subnet ID may not be specified on the same "
            "request");
    if (in->security_group_ids.count > 0 || in->security_groups.count > 0)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "Network interfaces and an instance-level security groups may not be specified on the "
            "same request");
    if (in->private_ip_address != NULL)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "Network interfaces and an instance-level private IP address may not be specified on the "
            "same request");
    if (in->ipv6_addresses.count > 0 || in->ipv6_address_count.set)
        return api_refuse(
            rq, "InvalidParameterCombination",
            "Network interfaces and instance-level IPv6 addresses may not be specified on the same request");
    if (in->network_interfaces.count > l->type->interfaces ||
        in->network_interfaces.count > sizeof(l->plans) / sizeof(l->plans[0]))
        return api_refuse(rq, "AttachmentLimitExceeded", "Interface count %zu exceeds the limit for %s",
                          in->network_interfaces.count, l->type->name);
    for (size_t i = 0; i < in->network_interfaces.count; i++)
        if (plan_interface(rq, in, l, &in->network_interfaces.items[i]) < 0)
            return API_REFUSED;
    if (l->subnet == NULL)
        return api_refuse(rq, "InvalidParameterCombination",
                          "When specifying network interfaces, you must include a device at index 0.");
    return 0;
}

/* How many addresses one interface takes. */
static size_t plan_addresses(const struct plan *plan) {
    return plan->make.secondary_count + (plan->make.private_ip_count > 0 ? plan->make.private_ip_count : 1);
}

/* MinCount to MaxCount, as many as there are addresses for.  0: refused. */
static int64_t choose_count(struct api_request *rq, request in, const struct launch *l) {
    int64_t count = in->max_count.v;

    if (in->min_count.v < 1 || count < in->min_count.v) {
        api_refuse(rq, "InvalidParameterValue",
                   "Value (%" PRId64
                   ") for parameter minCount is invalid. It must be at least 1 and at most maxCount "
                   "(%" PRId64 ").",
                   in->min_count.v, count);
        return 0;
    }
    if (in->min_count.v > RUN_COUNT_MAX) {
        api_refuse(rq, "InstanceLimitExceeded",
                   "You have requested more instances (%" PRId64
                   ") than your current instance limit of %d allows.",
                   in->min_count.v, RUN_COUNT_MAX);
        return 0;
    }
    if (count > RUN_COUNT_MAX)
        count = RUN_COUNT_MAX;
    for (size_t i = 0; i < l->plan_count; i++) {
        const struct plan *plan = &l->plans[i];
        uint64_t need = 0, fit;

        if (count > 1 &&
            (plan->existing != NULL || plan->make.private_ip_count > 0 || plan->make.ipv6.text_count > 0)) {
            api_refuse(rq, "InvalidParameterCombination",
                       "A network interface or private address may only be specified when launching a single "
                       "instance");
            return 0;
        }
        if (plan->existing != NULL && plan->existing->attachment_id != NULL) {
            api_refuse(rq, "InvalidNetworkInterface.InUse", "Interface: [%s] in use.", plan->existing->id);
            return 0;
        }
        if (plan->existing != NULL)
            continue;
        if (plan_addresses(plan) > l->type->addresses_per_interface) {
            api_refuse(rq, "PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.");
            return 0;
        }
        if (plan->make.ipv6.text_count + plan->make.ipv6.count > l->type->addresses_per_interface) {
            api_refuse(rq, "Ipv6AddressLimitExceeded", "Number of IPv6 addresses will exceed limit.");
            return 0;
        }
        for (size_t j = 0; j < l->plan_count; j++)
            if (l->plans[j].existing == NULL && text_is(l->plans[j].make.subnet->id, plan->make.subnet->id))
                need += plan_addresses(&l->plans[j]);
        /* The plan itself is one of those added up.  NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
        fit = ec2_subnet_free_addresses(rq, plan->make.subnet) / need;
        if (fit < (uint64_t)in->min_count.v) {
            api_refuse(
                rq, "InsufficientFreeAddressesInSubnet",
                "There are not enough free addresses in subnet '%s' to satisfy the requested number of "
                "instances.",
                plan->make.subnet->id);
            return 0;
        }
        if (fit < (uint64_t)count)
            count = (int64_t)fit;
    }
    return count;
}

/* ---- making ---- */

static int tag(struct api_request *rq, request in, enum ec2_kind kind, const char *id) {
    for (size_t i = 0; i < in->tag_specifications.count; i++) {
        const struct ec2_tag_specification *s = &in->tag_specifications.items[i];

        if (!text_is(s->resource_type, ec2_kinds[kind].tag_type))
            continue;
        for (size_t t = 0; t < s->tags.count; t++)
            ec2_tag_put(rq, kind, id, s->tags.items[t].key, s->tags.items[t].value);
    }
    return 0;
}

static int make_interface(struct api_request *rq, request in, const struct plan *plan,
                          const struct instance_row *i) {
    const struct eni_row *eni = plan->existing;
    struct eni_row row;

    if (eni == NULL) {
        if (ec2_eni_create(rq, &plan->make, &eni) < 0)
            return API_REFUSED;
        tag(rq, in, EC2_NETWORK_INTERFACE, eni->id);
    }
    row = *eni;
    row.instance_id = i->id;
    row.attachment_id = api_new_id(rq, "eni-attach");
    row.device_index = plan->device_index;
    row.attach_ms = rq->now_ms;
    row.delete_on_termination = plan->delete_on_termination;
    row.status = "in-use";
    eni_put(rq->tx, &row);
    api_network_changed(rq, row.vpc_id);
    return 0;
}

static int make_instance(struct api_request *rq, request in, const struct launch *l,
                         const char *reservation_id, int64_t index) {
    struct instance_row row = l->row;
    struct volume_row volume = l->volume;

    row.id = api_new_id(rq, "i");
    row.reservation_id = reservation_id;
    row.launch_index = index;
    row.vpc_id = l->subnet->vpc_id;
    row.subnet_id = l->subnet->id;
    row.zone = l->subnet->zone;
    row.reason_code = row.reason_message = "pending";
    if (row.profile_id != NULL)
        row.profile_association_id = api_new_id(rq, "iip-assoc");
    instance_put(rq->tx, &row);
    tag(rq, in, EC2_INSTANCE, row.id);
    for (size_t i = 0; i < l->plan_count; i++)
        if (make_interface(rq, in, &l->plans[i], &row) < 0)
            return API_REFUSED;
    if (instance_lend_address(rq, &row) < 0)
        return API_REFUSED;
    volume.id = api_new_id(rq, "vol");
    volume.account = row.account;
    volume.region = row.region;
    volume.attach_ms = rq->now_ms;
    volume.instance_id = row.id;
    volume_put(rq->tx, &volume);
    tag(rq, in, EC2_VOLUME, volume.id);
    job_add(rq, "instance.start", row.id, NULL, 0);
    return 0;
}

static void reservation_view(struct api_request *rq, const char *id, struct ec2_reservation *out) {
    struct instance_rows rows = instance_list_by(rq->tx, COL(instance, reservation_id), id);

    out->reservation_id = id;
    out->owner_id = rq->caller.account;
    for (size_t i = 0; i < rows.count; i++)
        instance_view(rq, &rows.items[i], vec_push(rq->arena, &out->instances));
}

/* ---- ClientToken ---- */

/* The token is meant for the zone, when the request says one, else for the region. */
static const char *scoped_token(struct api_request *rq, request in, const struct launch *l) {
    bool zonal = in->subnet_id != NULL || in->network_interfaces.count > 0 || wanted_zone(in) != NULL;
    const char *text =
        arena_printf(rq->arena, "%s|%s", zonal ? l->subnet->zone : rq->region, in->client_token);

    return arena_printf(rq->arena, "%016" PRIx64 "%016" PRIx64, hash_bytes(text, strlen(text), 1),
                        hash_bytes(text, strlen(text), 2));
}

/* 1: the same call was made before, and its reservation is in *out. */
static int seen_before(struct api_request *rq, const char *token, const char *parameters,
                       struct ec2_reservation *out) {
    const char *id;
    struct instance_rows rows;

    if (ec2_token_seen(rq, token, parameters, &id) < 0)
        return API_REFUSED;
    if (id == NULL)
        return 0;
    rows = instance_list_by(rq->tx, COL(instance, reservation_id), id);
    for (size_t i = 0; i < rows.count; i++)
        if (text_is(rows.items[i].state, "terminated") || text_is(rows.items[i].state, "shutting-down"))
            rows.count = 0;
    if (rows.count == 0)
        return api_refuse(rq, "IdempotentInstanceTerminated",
                          "The request was repeated with a client token whose instance has been terminated.");
    reservation_view(rq, id, out);
    return 1;
}

int ec2_run_instances(struct api_request *rq, const struct ec2_run_instances_request *in,
                      struct ec2_reservation *out) {
    struct launch *l = arena_new(rq->arena, struct launch);
    const char *token = NULL, *parameters = NULL, *reservation_id;
    int64_t count;
    int r;

    if (refuse_unoffered(rq, in) < 0 || choose_image(rq, in, l) < 0 || check_cpu(rq, in, l) < 0 ||
        check_credits(rq, in, l) < 0 || check_volumes(rq, in, l) < 0 ||
        ec2_tag_check(rq, 1u << EC2_INSTANCE | 1u << EC2_VOLUME | 1u << EC2_NETWORK_INTERFACE,
                      in->tag_specifications.items, in->tag_specifications.count) < 0 ||
        plan_interfaces(rq, in, l) < 0)
        return API_REFUSED;
    if (in->client_token != NULL && *in->client_token != '\0') {
        if (strlen(in->client_token) > TOKEN_BYTES_MAX)
            return api_refuse(rq, "InvalidParameterValue", "Client token is too long: at most %d characters",
                              TOKEN_BYTES_MAX);
        token = scoped_token(rq, in, l);
        parameters = arena_printf(rq->arena, "%016" PRIx64, model_digest(rq->operation->input, in));
        r = seen_before(rq, token, parameters, out);
        if (r != 0)
            return r < 0 ? r : 0;
    }
    if (choose_options(rq, in, l) < 0 || choose_profile(rq, in, l) < 0 || decode_user_data(rq, in, l) < 0)
        return API_REFUSED;
    count = choose_count(rq, in, l);
    if (count == 0)
        return API_REFUSED;
    reservation_id = api_new_id(rq, "r");
    for (int64_t i = 0; i < count; i++)
        if (make_instance(rq, in, l, reservation_id, i) < 0)
            return API_REFUSED;
    ec2_token_keep(rq, token, parameters, reservation_id);
    reservation_view(rq, reservation_id, out);
    return 0;
}
