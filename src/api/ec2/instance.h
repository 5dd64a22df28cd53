/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance: instances, their interfaces and public addresses.
 *
 * Theory of operation.  An instance is a row; a call (instance_state.c) changes its state and asks for a job
 * (instance_job.c), which ends in the next one:
 *
 *   RunInstances, StartInstances   pending        -> backend.instance_start -> event RUNNING -> running
 *   StopInstances, guest's end     stopping       -> backend.instance_stop                   -> stopped
 *   TerminateInstances             shutting-down  -> backend.instance_terminate              -> terminated
 *
 * Without a data plane (-ENOTSUP) the next state follows at once.  Terminated instances stay visible for an hour.
 *
 * Public addresses come from the pool of net/awsnet.h.  An automatic one lives in eni_address.public_ip
 * while its instance runs; an Elastic IP also has a row elastic_ip, and eni_address.allocation_id
 * where it is associated.
 */
#ifndef VPCBOX_API_EC2_INSTANCE_H
#define VPCBOX_API_EC2_INSTANCE_H

#include "api/ec2/ec2.h"

/* ---- for the daemon ---- */

enum instance_event {
    INSTANCE_EVENT_RUNNING, /* its network is up */
    INSTANCE_EVENT_STOPPED  /* its processes have ended, asked or not */
};
/* Does not wait; why: what host says about an end, or NULL. */
void instance_on_event(struct api *api, const char *id, enum instance_event event, const char *why);
/* At start of the region: what was running or on its way is started again, what was ending is ended. */
void instances_resume(struct api *api);
/* Returns when all that was asked for has taken place: for tests. */
void instances_settle(struct api *api);
/* Before api_free(), when neither requests nor events come any more: what has not begun is left to the next
 * instances_resume(). */
void instances_end(struct api *api);

/* ---- names ---- */

/* "ap-northeast-1.compute.internal", "ec2.internal" */
const char *ec2_private_domain(struct arena *a, const char *region);
const char *ec2_private_dns_name(struct arena *a, const char *region, const char *private_ip);
const char *ec2_public_dns_name(struct arena *a, const char *region, const char *public_ip);
const char *ec2_zone_id(const char *region, const char *zone); /* NULL when unknown */

/* An instance's ENIs by device index, in the transaction's arena. */
const struct eni_row *instance_enis(struct tx *tx, const char *id, size_t *ret_count);

/* ---- operations ---- */

#define EC2_INSTANCE_OPERATIONS(X)                                                                           \
    X(RunInstances, run_instances, API_WRITE)                                                                \
    X(StartInstances, start_instances, API_WRITE)                                                            \
    X(StopInstances, stop_instances, API_WRITE)                                                              \
    X(RebootInstances, reboot_instances, API_WRITE)                                                          \
    X(TerminateInstances, terminate_instances, API_WRITE)                                                    \
    X(DescribeInstances, describe_instances, API_READ)                                                       \
    X(DescribeInstanceStatus, describe_instance_status, API_READ)                                            \
    X(DescribeInstanceAttribute, describe_instance_attribute, API_READ)                                      \
    X(ModifyInstanceAttribute, modify_instance_attribute, API_WRITE)                                         \
    X(ModifyInstanceMetadataOptions, modify_instance_metadata_options, API_WRITE)                            \
    X(DescribeInstanceCreditSpecifications, describe_instance_credit_specifications, API_READ)               \
    X(DescribeVolumes, describe_volumes, API_READ)                                                           \
    X(GetConsoleOutput, get_console_output, API_READ)                                                        \
    X(DescribeInstanceTypes, describe_instance_types, API_READ)                                              \
    X(DescribeImages, describe_images, API_READ)                                                             \
    X(AssignIpv6Addresses, assign_ipv6_addresses, API_WRITE)                                                 \
    X(UnassignIpv6Addresses, unassign_ipv6_addresses, API_WRITE)                                             \
    X(CreateNetworkInterface, create_network_interface, API_WRITE)                                           \
    X(DeleteNetworkInterface, delete_network_interface, API_WRITE)                                           \
    X(DescribeNetworkInterfaces, describe_network_interfaces, API_READ)                                      \
    X(ModifyNetworkInterfaceAttribute, modify_network_interface_attribute, API_WRITE)                        \
    X(AttachNetworkInterface, attach_network_interface, API_WRITE)                                           \
    X(DetachNetworkInterface, detach_network_interface, API_WRITE)                                           \
    X(DescribeNetworkInterfaceAttribute, describe_network_interface_attribute, API_READ)                     \
    X(ResetNetworkInterfaceAttribute, reset_network_interface_attribute, API_WRITE)                          \
    X(AllocateAddress, allocate_address, API_WRITE)                                                          \
    X(AssociateAddress, associate_address, API_WRITE)                                                        \
    X(DisassociateAddress, disassociate_address, API_WRITE)                                                  \
    X(ReleaseAddress, release_address, API_WRITE)                                                            \
    X(DescribeAddresses, describe_addresses, API_READ)                                                       \
    X(DescribeAddressesAttribute, describe_addresses_attribute, API_READ)                                    \
    X(DescribeAvailabilityZones, describe_availability_zones, API_READ)                                      \
    X(DescribeIamInstanceProfileAssociations, describe_iam_instance_profile_associations, API_READ)          \
    X(DescribeInstanceTypeOfferings, describe_instance_type_offerings, API_READ)                             \
    X(CreateKeyPair, create_key_pair, API_RAW)                                                               \
    X(ImportKeyPair, import_key_pair, API_WRITE)                                                             \
    X(DescribeKeyPairs, describe_key_pairs, API_READ)                                                        \
    X(DeleteKeyPair, delete_key_pair, API_WRITE)                                                             \
    X(DescribeRegions, describe_regions, API_READ)                                                           \
    X(DescribeAccountAttributes, describe_account_attributes, API_READ)

int ec2_run_instances(struct api_request *rq, const struct ec2_run_instances_request *in,
                      struct ec2_reservation *out);
int ec2_start_instances(struct api_request *rq, const struct ec2_start_instances_request *in,
                        struct ec2_start_instances_result *out);
int ec2_stop_instances(struct api_request *rq, const struct ec2_stop_instances_request *in,
                       struct ec2_stop_instances_result *out);
int ec2_reboot_instances(struct api_request *rq, const struct ec2_reboot_instances_request *in, void *out);
int ec2_terminate_instances(struct api_request *rq, const struct ec2_terminate_instances_request *in,
                            struct ec2_terminate_instances_result *out);
int ec2_describe_instances(struct api_request *rq, const struct ec2_describe_instances_request *in,
                           struct ec2_describe_instances_result *out);
int ec2_describe_instance_status(struct api_request *rq,
                                 const struct ec2_describe_instance_status_request *in,
                                 struct ec2_describe_instance_status_result *out);
int ec2_describe_instance_attribute(struct api_request *rq,
                                    const struct ec2_describe_instance_attribute_request *in,
                                    struct ec2_instance_attribute *out);
int ec2_modify_instance_attribute(struct api_request *rq,
                                  const struct ec2_modify_instance_attribute_request *in, void *out);
int ec2_modify_instance_metadata_options(struct api_request *rq,
                                         const struct ec2_modify_instance_metadata_options_request *in,
                                         struct ec2_modify_instance_metadata_options_result *out);
int ec2_describe_instance_credit_specifications(
    struct api_request *rq, const struct ec2_describe_instance_credit_specifications_request *in,
    struct ec2_describe_instance_credit_specifications_result *out);
int ec2_describe_volumes(struct api_request *rq, const struct ec2_describe_volumes_request *in,
                         struct ec2_describe_volumes_result *out);
int ec2_get_console_output(struct api_request *rq, const struct ec2_get_console_output_request *in,
                           struct ec2_get_console_output_result *out);
int ec2_describe_instance_types(struct api_request *rq, const struct ec2_describe_instance_types_request *in,
                                struct ec2_describe_instance_types_result *out);
int ec2_describe_images(struct api_request *rq, const struct ec2_describe_images_request *in,
                        struct ec2_describe_images_result *out);
int ec2_assign_ipv6_addresses(struct api_request *rq, const struct ec2_assign_ipv6_addresses_request *in,
                              struct ec2_assign_ipv6_addresses_result *out);
int ec2_unassign_ipv6_addresses(struct api_request *rq, const struct ec2_unassign_ipv6_addresses_request *in,
                                struct ec2_unassign_ipv6_addresses_result *out);
int ec2_create_network_interface(struct api_request *rq,
                                 const struct ec2_create_network_interface_request *in,
                                 struct ec2_create_network_interface_result *out);
int ec2_delete_network_interface(struct api_request *rq,
                                 const struct ec2_delete_network_interface_request *in, void *out);
int ec2_describe_network_interfaces(struct api_request *rq,
                                    const struct ec2_describe_network_interfaces_request *in,
                                    struct ec2_describe_network_interfaces_result *out);
int ec2_modify_network_interface_attribute(struct api_request *rq,
                                           const struct ec2_modify_network_interface_attribute_request *in,
                                           void *out);
int ec2_describe_iam_instance_profile_associations(
    struct api_request *rq, const struct ec2_describe_iam_instance_profile_associations_request *in,
    struct ec2_describe_iam_instance_profile_associations_result *out);
int ec2_describe_instance_type_offerings(struct api_request *rq,
                                         const struct ec2_describe_instance_type_offerings_request *in,
                                         struct ec2_describe_instance_type_offerings_result *out);
int ec2_attach_network_interface(struct api_request *rq,
                                 const struct ec2_attach_network_interface_request *in,
                                 struct ec2_attach_network_interface_result *out);
int ec2_detach_network_interface(struct api_request *rq,
                                 const struct ec2_detach_network_interface_request *in, void *out);
int ec2_describe_network_interface_attribute(
    struct api_request *rq, const struct ec2_describe_network_interface_attribute_request *in,
    struct ec2_describe_network_interface_attribute_result *out);
int ec2_reset_network_interface_attribute(struct api_request *rq,
                                          const struct ec2_reset_network_interface_attribute_request *in,
                                          void *out);
int ec2_create_key_pair(struct api_request *rq, const struct ec2_create_key_pair_request *in,
                        struct ec2_key_pair *out);
int ec2_import_key_pair(struct api_request *rq, const struct ec2_import_key_pair_request *in,
                        struct ec2_import_key_pair_result *out);
int ec2_describe_key_pairs(struct api_request *rq, const struct ec2_describe_key_pairs_request *in,
                           struct ec2_describe_key_pairs_result *out);
int ec2_delete_key_pair(struct api_request *rq, const struct ec2_delete_key_pair_request *in,
                        struct ec2_delete_key_pair_result *out);
int ec2_allocate_address(struct api_request *rq, const struct ec2_allocate_address_request *in,
                         struct ec2_allocate_address_result *out);
int ec2_associate_address(struct api_request *rq, const struct ec2_associate_address_request *in,
                          struct ec2_associate_address_result *out);
int ec2_disassociate_address(struct api_request *rq, const struct ec2_disassociate_address_request *in,
                             void *out);
int ec2_release_address(struct api_request *rq, const struct ec2_release_address_request *in, void *out);
int ec2_describe_addresses(struct api_request *rq, const struct ec2_describe_addresses_request *in,
                           struct ec2_describe_addresses_result *out);
int ec2_describe_addresses_attribute(struct api_request *rq,
                                     const struct ec2_describe_addresses_attribute_request *in,
                                     struct ec2_describe_addresses_attribute_result *out);
int ec2_describe_availability_zones(struct api_request *rq,
                                    const struct ec2_describe_availability_zones_request *in,
                                    struct ec2_describe_availability_zones_result *out);
int ec2_describe_regions(struct api_request *rq, const struct ec2_describe_regions_request *in,
                         struct ec2_describe_regions_result *out);
int ec2_describe_account_attributes(struct api_request *rq,
                                    const struct ec2_describe_account_attributes_request *in,
                                    struct ec2_describe_account_attributes_result *out);

#endif
