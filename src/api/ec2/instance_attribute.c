/* SPDX-License-Identifier: Apache-2.0 */
/* What can be asked and changed of an instance that exists; the checks are RunInstances' too. */
#include <errno.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "base/text.h"

int instance_refuse_unsupported(struct api_request *rq, const char *parameter) {
    return api_refuse(rq, "UnsupportedOperation", "This region of vpcbox does not offer: %s.", parameter);
}

int instance_refuse_image(struct api_request *rq, const char *id) {
    return ec2_id_well_formed(EC2_IMAGE, id)
               ? ec2_refuse_not_found(rq, EC2_IMAGE, arena_printf(rq->arena, "[%s]", id))
               : ec2_refuse_malformed(rq, EC2_IMAGE, id);
}

const struct catalog_type *instance_check_type(struct api_request *rq, const char *name,
                                               const struct catalog_image *image) {
    const struct catalog_type *type = catalog_type(name);

    if (type == NULL) {
        api_refuse(rq, "Unsupported",
                   "Your requested instance type (%s) is not supported in your requested Availability Zone. "
                   "DescribeInstanceTypes lists those that are.",
                   name);
        return NULL;
    }
    if (strcmp(type->architecture, image->architecture) != 0) {
        api_refuse(
            rq, "InvalidParameterValue",
            "The architecture '%s' of the specified instance type does not match the architecture '%s' of "
            "the specified AMI. Specify an instance type and an AMI that have matching architectures, and "
            "try again. You can use 'describe-instance-types' or 'describe-images' to discover the "
            "architecture of the instance type or AMI.",
            type->architecture, image->architecture);
        return NULL;
    }
    return type;
}

int instance_set_user_data(struct api_request *rq, struct instance_row *i, const void *data, size_t length) {
    if (length > INSTANCE_USER_DATA_MAX_BYTES)
        return api_refuse(rq, "InvalidParameterValue", "User data is limited to %d bytes",
                          INSTANCE_USER_DATA_MAX_BYTES);
    i->user_data = (struct store_blob){length > 0 ? data : NULL, length};
    return 0;
}

int instance_set_metadata(struct api_request *rq, struct instance_row *i, const char *http_tokens,
                          struct opt_int hop_limit, const char *http_endpoint, const char *http_ipv6,
                          const char *tags) {
    if (http_ipv6 != NULL && strcmp(http_ipv6, "disabled") != 0)
        return instance_refuse_unsupported(rq, "HttpProtocolIpv6");
    if (hop_limit.set && (hop_limit.v < 1 || hop_limit.v > INSTANCE_HOP_LIMIT_MAX))
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%lld) for parameter HttpPutResponseHopLimit is invalid. The value must be "
                          "between 1 and %d.",
                          (long long)hop_limit.v, INSTANCE_HOP_LIMIT_MAX);
    if (http_tokens != NULL)
        i->http_tokens = http_tokens;
    if (hop_limit.set)
        i->http_hop_limit = hop_limit.v;
    if (http_endpoint != NULL)
        i->http_disabled = strcmp(http_endpoint, "disabled") == 0;
    if (tags != NULL)
        i->http_tags = strcmp(tags, "enabled") == 0;
    return 0;
}

/* The caller's instance, unless it has ended. */
static const struct instance_row *living(struct api_request *rq, const char *id) {
    const struct instance_row *i = ec2_get(rq, EC2_INSTANCE, id);

    if (i == NULL || (!text_is(i->state, "terminated") && !text_is(i->state, "shutting-down")))
        return i;
    if (instance_gone(i, rq->now_ms))
        ec2_refuse_not_found(rq, EC2_INSTANCE, id);
    else
        api_refuse(rq, "IncorrectInstanceState",
                   "Instance '%s' is in a state from which it cannot be modified: %s.", i->id, i->state);
    return NULL;
}

int ec2_modify_instance_metadata_options(struct api_request *rq,
                                         const struct ec2_modify_instance_metadata_options_request *in,
                                         struct ec2_modify_instance_metadata_options_result *out) {
    const struct instance_row *i = living(rq, in->instance_id);
    struct instance_row row;

    if (i == NULL)
        return API_REFUSED;
    row = *i;
    if (instance_set_metadata(rq, &row, in->http_tokens, in->http_put_response_hop_limit, in->http_endpoint,
                              in->http_protocol_ipv6, in->instance_metadata_tags) < 0)
        return API_REFUSED;
    instance_put(rq->tx, &row);
    out->instance_id = row.id;
    out->instance_metadata_options = instance_metadata_view(rq->arena, &row);
    out->instance_metadata_options->state = "pending";
    return 0;
}

/* ---- describe ---- */

static struct ec2_attribute_boolean_value *truth(struct arena *a, bool value) {
    struct ec2_attribute_boolean_value *v = arena_new(a, struct ec2_attribute_boolean_value);

    v->value = SOME_BOOL(value);
    return v;
}

static struct ec2_attribute_value *text(struct arena *a, const char *value) {
    struct ec2_attribute_value *v = arena_new(a, struct ec2_attribute_value);

    v->value = value;
    return v;
}

int ec2_describe_instance_attribute(struct api_request *rq,
                                    const struct ec2_describe_instance_attribute_request *in,
                                    struct ec2_instance_attribute *out) {
    const struct instance_row *i = ec2_get(rq, EC2_INSTANCE, in->instance_id);
    const char *attribute = in->attribute;
    struct arena *a = rq->arena;
    struct ec2_instance view;

    if (i == NULL)
        return API_REFUSED;
    if (instance_gone(i, rq->now_ms))
        return ec2_refuse_not_found(rq, EC2_INSTANCE, i->id);
    instance_view(rq, i, &view);
    out->instance_id = i->id;
    if (text_is(attribute, "instanceType"))
        out->instance_type = text(a, i->type);
    else if (text_is(attribute, "userData"))
        out->user_data = text(
            a, i->user_data.length > 0 ? base64_encode(a, i->user_data.data, i->user_data.length) : NULL);
    else if (text_is(attribute, "disableApiTermination"))
        out->disable_api_termination = truth(a, i->no_api_termination);
    else if (text_is(attribute, "disableApiStop"))
        out->disable_api_stop = truth(a, i->no_api_stop);
    else if (text_is(attribute, "instanceInitiatedShutdownBehavior"))
        out->instance_initiated_shutdown_behavior = text(a, i->shutdown_terminates ? "terminate" : "stop");
    else if (text_is(attribute, "rootDeviceName"))
        out->root_device_name = text(a, view.root_device_name);
    else if (text_is(attribute, "sourceDestCheck"))
        out->source_dest_check = truth(a, view.source_dest_check.v);
    else if (text_is(attribute, "ebsOptimized"))
        out->ebs_optimized = truth(a, i->ebs_optimized);
    else if (text_is(attribute, "enaSupport"))
        out->ena_support = truth(a, true);
    else if (text_is(attribute, "sriovNetSupport"))
        out->sriov_net_support = text(a, "simple");
    else if (text_is(attribute, "kernel"))
        out->kernel_id = text(a, NULL);
    else if (text_is(attribute, "ramdisk"))
        out->ramdisk_id = text(a, NULL);
    else if (text_is(attribute, "enclaveOptions"))
        out->enclave_options = view.enclave_options;
    else if (text_is(attribute, "groupSet")) {
        out->groups.items = view.security_groups.items;
        out->groups.count = out->groups.capacity = view.security_groups.count;
    } else if (text_is(attribute, "blockDeviceMapping")) {
        out->block_device_mappings.items = view.block_device_mappings.items;
        out->block_device_mappings.count = out->block_device_mappings.capacity =
            view.block_device_mappings.count;
    } else if (!text_is(attribute, "productCodes"))
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter attribute is invalid. Unknown attribute.", attribute);
    return 0;
}

/* ---- modify ---- */

/* --attribute NAME --value TEXT, as the member of that name. */
static int by_name(struct api_request *rq, const struct ec2_modify_instance_attribute_request *in,
                   struct ec2_modify_instance_attribute_request *ret_in) {
    struct arena *a = rq->arena;
    struct ec2_attribute_boolean_value *flag;
    const struct {
        const char *name;
        struct ec2_attribute_boolean_value **flag;
        struct ec2_attribute_value **text;
    } members[] = {
        {"instanceType", NULL, &ret_in->instance_type},
        {"kernel", NULL, &ret_in->kernel},
        {"ramdisk", NULL, &ret_in->ramdisk},
        {"instanceInitiatedShutdownBehavior", NULL, &ret_in->instance_initiated_shutdown_behavior},
        {"sriovNetSupport", NULL, &ret_in->sriov_net_support},
        {"disableApiTermination", &ret_in->disable_api_termination, NULL},
        {"disableApiStop", &ret_in->disable_api_stop, NULL},
        {"sourceDestCheck", &ret_in->source_dest_check, NULL},
        {"ebsOptimized", &ret_in->ebs_optimized, NULL},
        {"enaSupport", &ret_in->ena_support, NULL},
    };

    *ret_in = *in;
    ret_in->attribute = ret_in->value = NULL;
    if (in->attribute == NULL)
        return 0;
    if (in->value == NULL)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter value");
    if (strcmp(in->attribute, "userData") == 0) {
        void *data;
        size_t length;

        if (base64_decode(a, in->value, strlen(in->value), &data, &length) < 0)
            return api_refuse(rq, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
        ret_in->user_data = arena_new(a, struct ec2_blob_attribute_value);
        ret_in->user_data->value = (struct blob){data, length};
        return 0;
    }
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (strcmp(members[i].name, in->attribute) != 0)
            continue;
        if (members[i].text != NULL) {
            *members[i].text = text(a, in->value);
            return 0;
        }
        flag = truth(a, strcasecmp(in->value, "true") == 0);
        if (!flag->value.v && strcasecmp(in->value, "false") != 0)
            return api_refuse(rq, "InvalidParameterValue", "Value (%s) for parameter value is invalid.",
                              in->value);
        *members[i].flag = flag;
        return 0;
    }
    return api_refuse(rq, "InvalidParameterValue", "The attribute '%s' cannot be modified.", in->attribute);
}

static int refuse_not_stopped(struct api_request *rq, const struct instance_row *i) {
    return api_refuse(rq, "IncorrectInstanceState", "The instance '%s' is not in the 'stopped' state.",
                      i->id);
}

/* The only interface: attributes of the network are its own, and with several it would not be clear whose. */
static const struct eni_row *only_eni(struct api_request *rq, const struct instance_row *i) {
    size_t count;
    const struct eni_row *enis = instance_enis(rq->tx, i->id, &count);

    if (count == 1)
        return enis;
    api_refuse(
        rq, "InvalidInstanceID",
        "There are multiple interfaces attached to instance '%s'. Please specify an interface ID for the "
        "operation instead.",
        i->id);
    return NULL;
}

static int modify_network(struct api_request *rq, const struct instance_row *i,
                          const struct ec2_modify_instance_attribute_request *in) {
    const struct eni_row *eni = only_eni(rq, i);
    struct eni_row row;

    if (eni == NULL)
        return API_REFUSED;
    if (in->groups.count > 0) {
        if (ec2_eni_set_groups(rq, eni, in->groups.items, in->groups.count) < 0)
            return API_REFUSED;
    } else {
        row = *eni;
        row.source_dest_check = in->source_dest_check->value.v;
        eni_put(rq->tx, &row);
    }
    api_network_changed(rq, eni->vpc_id);
    return 0;
}

static int modify_type(struct api_request *rq, struct instance_row *i, const char *name) {
    const struct catalog_image *image = catalog_image(i->image_id);
    const struct catalog_type *type;
    size_t count;

    if (!text_is(i->state, "stopped"))
        return refuse_not_stopped(rq, i);
    type = image != NULL ? instance_check_type(rq, name, image) : catalog_type(name);
    if (type == NULL)
        return API_REFUSED;
    instance_enis(rq->tx, i->id, &count);
    if (count > type->interfaces)
        return api_refuse(rq, "AttachmentLimitExceeded", "Interface count %zu exceeds the limit for %s",
                          count, type->name);
    i->type = type->name;
    i->cores = type->vcpus / type->threads_per_core;
    i->cpu_credits = !type->burstable         ? NULL
                     : i->cpu_credits != NULL ? i->cpu_credits
                                              : catalog_cpu_credits(type);
    i->threads_per_core = type->threads_per_core;
    return 0;
}

static int modify_volumes(struct api_request *rq, const struct instance_row *i,
                          const struct ec2_modify_instance_attribute_request *in) {
    struct volume_rows volumes = volume_list_by(rq->tx, COL(volume, instance_id), i->id);

    for (size_t n = 0; n < in->block_device_mappings.count; n++) {
        const struct ec2_instance_block_device_mapping_specification *m = &in->block_device_mappings.items[n];
        bool found = false;

        for (size_t v = 0; v < volumes.count && !found; v++)
            found = text_is(volumes.items[v].device, m->device_name);
        if (!found)
            return api_refuse(rq, "InvalidInstanceAttributeValue", "No device is currently mapped at %s",
                              m->device_name != NULL ? m->device_name : "");
        if (m->ebs != NULL && m->ebs->delete_on_termination.set && !m->ebs->delete_on_termination.v)
            return instance_refuse_unsupported(rq, "volumes that outlive their instance");
    }
    return 0;
}

int ec2_modify_instance_attribute(struct api_request *rq,
                                  const struct ec2_modify_instance_attribute_request *request, void *out) {
    const struct instance_row *found = living(rq, request->instance_id);
    struct ec2_modify_instance_attribute_request *in =
        arena_new(rq->arena, struct ec2_modify_instance_attribute_request);
    struct instance_row row;
    int attributes;

    (void)out;
    if (found == NULL || by_name(rq, request, in) < 0)
        return API_REFUSED;
    row = *found;
    attributes = (in->source_dest_check != NULL) + (in->disable_api_stop != NULL) +
                 (in->disable_api_termination != NULL) + (in->instance_type != NULL) + (in->kernel != NULL) +
                 (in->ramdisk != NULL) + (in->user_data != NULL) +
                 (in->instance_initiated_shutdown_behavior != NULL) + (in->groups.count > 0) +
                 (in->ebs_optimized != NULL) + (in->sriov_net_support != NULL) + (in->ena_support != NULL) +
                 (in->block_device_mappings.count > 0);
    if (attributes == 0)
        return api_refuse(rq, "InvalidParameterCombination", "No attributes specified.");
    if (attributes > 1)
        return api_refuse(rq, "InvalidParameterCombination", "Fields for multiple attribute types specified");
    if (in->groups.count > 0 || (in->source_dest_check != NULL && in->source_dest_check->value.set))
        return modify_network(rq, found, in);
    if (in->block_device_mappings.count > 0)
        return modify_volumes(rq, found, in);
    if (in->kernel != NULL || in->ramdisk != NULL)
        return instance_refuse_unsupported(rq, "kernels and RAM disks of one's own");
    if (in->instance_type != NULL && in->instance_type->value != NULL &&
        modify_type(rq, &row, in->instance_type->value) < 0)
        return API_REFUSED;
    if (in->user_data != NULL) {
        if (!text_is(row.state, "stopped"))
            return refuse_not_stopped(rq, &row);
        if (instance_set_user_data(rq, &row, in->user_data->value.data, in->user_data->value.length) < 0)
            return API_REFUSED;
    }
    if (in->ebs_optimized != NULL) {
        if (!text_is(row.state, "stopped"))
            return refuse_not_stopped(rq, &row);
        row.ebs_optimized = in->ebs_optimized->value.v;
    }
    if ((in->ena_support != NULL && in->ena_support->value.set && !in->ena_support->value.v) ||
        (in->sriov_net_support != NULL && !text_is(in->sriov_net_support->value, "simple")))
        return instance_refuse_unsupported(rq, "instances without enhanced networking");
    if (in->disable_api_termination != NULL)
        row.no_api_termination = in->disable_api_termination->value.v;
    if (in->disable_api_stop != NULL)
        row.no_api_stop = in->disable_api_stop->value.v;
    if (in->instance_initiated_shutdown_behavior != NULL) {
        const char *behavior = in->instance_initiated_shutdown_behavior->value;

        if (!text_is(behavior, "stop") && !text_is(behavior, "terminate"))
            return api_refuse(rq, "InvalidParameterValue",
                              "Value (%s) for parameter instanceInitiatedShutdownBehavior is invalid.",
                              behavior != NULL ? behavior : "");
        row.shutdown_terminates = strcmp(behavior, "terminate") == 0;
    }
    instance_put(rq->tx, &row);
    return 0;
}
