/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/model-gen from src/model/aws/ec2.json (botocore 1.43.11, ec2/2016-11-15): do not edit. */
#ifndef VPCBOX_MODEL_GEN_EC2_H
#define VPCBOX_MODEL_GEN_EC2_H

#include "base/arena.h"
#include "model/model.h"

extern const struct model_service model_ec2;

struct ec2_account_attribute;
struct ec2_account_attribute_value;
struct ec2_address;
struct ec2_address_attribute;
struct ec2_allocate_address_request;
struct ec2_allocate_address_result;
struct ec2_assign_ipv6_addresses_request;
struct ec2_assign_ipv6_addresses_result;
struct ec2_associate_address_request;
struct ec2_associate_address_result;
struct ec2_associate_route_table_request;
struct ec2_associate_route_table_result;
struct ec2_associate_subnet_cidr_block_request;
struct ec2_associate_subnet_cidr_block_result;
struct ec2_associate_vpc_cidr_block_request;
struct ec2_associate_vpc_cidr_block_result;
struct ec2_attach_internet_gateway_request;
struct ec2_attach_network_interface_request;
struct ec2_attach_network_interface_result;
struct ec2_attachment_ena_srd_specification;
struct ec2_attachment_ena_srd_udp_specification;
struct ec2_attribute_boolean_value;
struct ec2_attribute_value;
struct ec2_authorize_security_group_egress_request;
struct ec2_authorize_security_group_egress_result;
struct ec2_authorize_security_group_ingress_request;
struct ec2_authorize_security_group_ingress_result;
struct ec2_availability_zone;
struct ec2_availability_zone_geography;
struct ec2_availability_zone_message;
struct ec2_availability_zone_sub_geography;
struct ec2_blob_attribute_value;
struct ec2_block_device_mapping;
struct ec2_block_public_access_states;
struct ec2_capacity_reservation_specification;
struct ec2_capacity_reservation_specification_response;
struct ec2_capacity_reservation_target;
struct ec2_capacity_reservation_target_response;
struct ec2_connection_tracking_configuration;
struct ec2_connection_tracking_specification_request;
struct ec2_connection_tracking_specification_response;
struct ec2_cpu_options;
struct ec2_cpu_options_request;
struct ec2_create_internet_gateway_request;
struct ec2_create_internet_gateway_result;
struct ec2_create_key_pair_request;
struct ec2_create_network_acl_entry_request;
struct ec2_create_network_acl_request;
struct ec2_create_network_acl_result;
struct ec2_create_network_interface_request;
struct ec2_create_network_interface_result;
struct ec2_create_route_request;
struct ec2_create_route_result;
struct ec2_create_route_table_request;
struct ec2_create_route_table_result;
struct ec2_create_security_group_request;
struct ec2_create_security_group_result;
struct ec2_create_subnet_request;
struct ec2_create_subnet_result;
struct ec2_create_tags_request;
struct ec2_create_vpc_endpoint_request;
struct ec2_create_vpc_endpoint_result;
struct ec2_create_vpc_request;
struct ec2_create_vpc_result;
struct ec2_credit_specification_request;
struct ec2_default_connection_tracking_configuration;
struct ec2_delete_internet_gateway_request;
struct ec2_delete_key_pair_request;
struct ec2_delete_key_pair_result;
struct ec2_delete_network_acl_entry_request;
struct ec2_delete_network_acl_request;
struct ec2_delete_network_interface_request;
struct ec2_delete_route_request;
struct ec2_delete_route_table_request;
struct ec2_delete_security_group_request;
struct ec2_delete_security_group_result;
struct ec2_delete_subnet_request;
struct ec2_delete_tags_request;
struct ec2_delete_vpc_endpoints_request;
struct ec2_delete_vpc_endpoints_result;
struct ec2_delete_vpc_request;
struct ec2_describe_account_attributes_request;
struct ec2_describe_account_attributes_result;
struct ec2_describe_addresses_attribute_request;
struct ec2_describe_addresses_attribute_result;
struct ec2_describe_addresses_request;
struct ec2_describe_addresses_result;
struct ec2_describe_availability_zones_request;
struct ec2_describe_availability_zones_result;
struct ec2_describe_dhcp_options_request;
struct ec2_describe_dhcp_options_result;
struct ec2_describe_iam_instance_profile_associations_request;
struct ec2_describe_iam_instance_profile_associations_result;
struct ec2_describe_images_request;
struct ec2_describe_images_result;
struct ec2_describe_instance_attribute_request;
struct ec2_describe_instance_credit_specifications_request;
struct ec2_describe_instance_credit_specifications_result;
struct ec2_describe_instance_status_request;
struct ec2_describe_instance_status_result;
struct ec2_describe_instance_type_offerings_request;
struct ec2_describe_instance_type_offerings_result;
struct ec2_describe_instance_types_request;
struct ec2_describe_instance_types_result;
struct ec2_describe_instances_request;
struct ec2_describe_instances_result;
struct ec2_describe_internet_gateways_request;
struct ec2_describe_internet_gateways_result;
struct ec2_describe_key_pairs_request;
struct ec2_describe_key_pairs_result;
struct ec2_describe_network_acls_request;
struct ec2_describe_network_acls_result;
struct ec2_describe_network_interface_attribute_request;
struct ec2_describe_network_interface_attribute_result;
struct ec2_describe_network_interfaces_request;
struct ec2_describe_network_interfaces_result;
struct ec2_describe_prefix_lists_request;
struct ec2_describe_prefix_lists_result;
struct ec2_describe_regions_request;
struct ec2_describe_regions_result;
struct ec2_describe_route_tables_request;
struct ec2_describe_route_tables_result;
struct ec2_describe_security_group_rules_request;
struct ec2_describe_security_group_rules_result;
struct ec2_describe_security_groups_request;
struct ec2_describe_security_groups_result;
struct ec2_describe_subnets_request;
struct ec2_describe_subnets_result;
struct ec2_describe_tags_request;
struct ec2_describe_tags_result;
struct ec2_describe_volumes_request;
struct ec2_describe_volumes_result;
struct ec2_describe_vpc_attribute_request;
struct ec2_describe_vpc_attribute_result;
struct ec2_describe_vpc_endpoint_services_request;
struct ec2_describe_vpc_endpoint_services_result;
struct ec2_describe_vpc_endpoints_request;
struct ec2_describe_vpc_endpoints_result;
struct ec2_describe_vpcs_request;
struct ec2_describe_vpcs_result;
struct ec2_detach_internet_gateway_request;
struct ec2_detach_network_interface_request;
struct ec2_dhcp_configuration;
struct ec2_dhcp_options;
struct ec2_disassociate_address_request;
struct ec2_disassociate_route_table_request;
struct ec2_disassociate_subnet_cidr_block_request;
struct ec2_disassociate_subnet_cidr_block_result;
struct ec2_disassociate_vpc_cidr_block_request;
struct ec2_disassociate_vpc_cidr_block_result;
struct ec2_disk_info;
struct ec2_dns_entry;
struct ec2_dns_options;
struct ec2_dns_options_specification;
struct ec2_ebs_block_device;
struct ec2_ebs_card_info;
struct ec2_ebs_info;
struct ec2_ebs_instance_block_device;
struct ec2_ebs_instance_block_device_specification;
struct ec2_ebs_optimized_info;
struct ec2_ebs_status_details;
struct ec2_ebs_status_summary;
struct ec2_efa_info;
struct ec2_elastic_gpu_association;
struct ec2_elastic_gpu_specification;
struct ec2_elastic_inference_accelerator;
struct ec2_elastic_inference_accelerator_association;
struct ec2_ena_srd_specification;
struct ec2_ena_srd_specification_request;
struct ec2_ena_srd_udp_specification;
struct ec2_ena_srd_udp_specification_request;
struct ec2_enclave_options;
struct ec2_enclave_options_request;
struct ec2_filter;
struct ec2_fpga_device_info;
struct ec2_fpga_device_memory_info;
struct ec2_fpga_info;
struct ec2_get_console_output_request;
struct ec2_get_console_output_result;
struct ec2_gpu_device_info;
struct ec2_gpu_device_memory_info;
struct ec2_gpu_info;
struct ec2_group_identifier;
struct ec2_hibernation_options;
struct ec2_hibernation_options_request;
struct ec2_iam_instance_profile;
struct ec2_iam_instance_profile_association;
struct ec2_iam_instance_profile_specification;
struct ec2_icmp_type_code;
struct ec2_image;
struct ec2_import_key_pair_request;
struct ec2_import_key_pair_result;
struct ec2_inference_accelerator_info;
struct ec2_inference_device_info;
struct ec2_inference_device_memory_info;
struct ec2_instance;
struct ec2_instance_attachment_ena_srd_specification;
struct ec2_instance_attachment_ena_srd_udp_specification;
struct ec2_instance_attribute;
struct ec2_instance_block_device_mapping;
struct ec2_instance_block_device_mapping_specification;
struct ec2_instance_credit_specification;
struct ec2_instance_ipv4_prefix;
struct ec2_instance_ipv6_address;
struct ec2_instance_ipv6_prefix;
struct ec2_instance_maintenance_options;
struct ec2_instance_maintenance_options_request;
struct ec2_instance_market_options_request;
struct ec2_instance_metadata_options_request;
struct ec2_instance_metadata_options_response;
struct ec2_instance_network_interface;
struct ec2_instance_network_interface_association;
struct ec2_instance_network_interface_attachment;
struct ec2_instance_network_interface_specification;
struct ec2_instance_network_performance_options;
struct ec2_instance_network_performance_options_request;
struct ec2_instance_private_ip_address;
struct ec2_instance_secondary_interface;
struct ec2_instance_secondary_interface_attachment;
struct ec2_instance_secondary_interface_private_ip_address;
struct ec2_instance_secondary_interface_private_ip_address_request;
struct ec2_instance_secondary_interface_specification_request;
struct ec2_instance_state;
struct ec2_instance_state_change;
struct ec2_instance_status;
struct ec2_instance_status_details;
struct ec2_instance_status_event;
struct ec2_instance_status_summary;
struct ec2_instance_storage_info;
struct ec2_instance_type_info;
struct ec2_instance_type_offering;
struct ec2_internet_gateway;
struct ec2_internet_gateway_attachment;
struct ec2_ip_permission;
struct ec2_ip_range;
struct ec2_ipv4_prefix_specification;
struct ec2_ipv4_prefix_specification_request;
struct ec2_ipv6_prefix_specification;
struct ec2_ipv6_prefix_specification_request;
struct ec2_ipv6_range;
struct ec2_key_pair;
struct ec2_key_pair_info;
struct ec2_last_error;
struct ec2_launch_template_specification;
struct ec2_license_configuration;
struct ec2_license_configuration_request;
struct ec2_media_accelerator_info;
struct ec2_media_device_info;
struct ec2_media_device_memory_info;
struct ec2_memory_info;
struct ec2_modify_instance_attribute_request;
struct ec2_modify_instance_metadata_options_request;
struct ec2_modify_instance_metadata_options_result;
struct ec2_modify_network_interface_attribute_request;
struct ec2_modify_subnet_attribute_request;
struct ec2_modify_vpc_attribute_request;
struct ec2_modify_vpc_endpoint_request;
struct ec2_modify_vpc_endpoint_result;
struct ec2_monitoring;
struct ec2_network_acl;
struct ec2_network_acl_association;
struct ec2_network_acl_entry;
struct ec2_network_card_info;
struct ec2_network_info;
struct ec2_network_interface;
struct ec2_network_interface_association;
struct ec2_network_interface_attachment;
struct ec2_network_interface_attachment_changes;
struct ec2_network_interface_ipv6_address;
struct ec2_network_interface_private_ip_address;
struct ec2_neuron_device_core_info;
struct ec2_neuron_device_info;
struct ec2_neuron_device_memory_info;
struct ec2_neuron_info;
struct ec2_nitro_tpm_info;
struct ec2_operator_request;
struct ec2_operator_response;
struct ec2_placement;
struct ec2_placement_group_info;
struct ec2_port_range;
struct ec2_prefix_list;
struct ec2_prefix_list_id;
struct ec2_private_dns_details;
struct ec2_private_dns_name_options_on_launch;
struct ec2_private_dns_name_options_request;
struct ec2_private_dns_name_options_response;
struct ec2_private_ip_address_specification;
struct ec2_processor_info;
struct ec2_product_code;
struct ec2_propagating_vgw;
struct ec2_ptr_update_status;
struct ec2_public_ip_dns_name_options;
struct ec2_reboot_instances_request;
struct ec2_referenced_security_group;
struct ec2_region;
struct ec2_region_geography;
struct ec2_release_address_request;
struct ec2_replace_network_acl_association_request;
struct ec2_replace_network_acl_association_result;
struct ec2_replace_network_acl_entry_request;
struct ec2_replace_route_request;
struct ec2_replace_route_table_association_request;
struct ec2_replace_route_table_association_result;
struct ec2_reservation;
struct ec2_reset_network_interface_attribute_request;
struct ec2_revoke_security_group_egress_request;
struct ec2_revoke_security_group_egress_result;
struct ec2_revoke_security_group_ingress_request;
struct ec2_revoke_security_group_ingress_result;
struct ec2_revoked_security_group_rule;
struct ec2_route;
struct ec2_route_table;
struct ec2_route_table_association;
struct ec2_route_table_association_state;
struct ec2_run_instances_monitoring_enabled;
struct ec2_run_instances_request;
struct ec2_security_group;
struct ec2_security_group_identifier;
struct ec2_security_group_rule;
struct ec2_service_detail;
struct ec2_service_type_detail;
struct ec2_spot_market_options;
struct ec2_start_instances_request;
struct ec2_start_instances_result;
struct ec2_state_reason;
struct ec2_stop_instances_request;
struct ec2_stop_instances_result;
struct ec2_subnet;
struct ec2_subnet_cidr_block_state;
struct ec2_subnet_configuration;
struct ec2_subnet_ip_prefixes;
struct ec2_subnet_ipv6_cidr_block_association;
struct ec2_tag;
struct ec2_tag_description;
struct ec2_tag_specification;
struct ec2_terminate_instances_request;
struct ec2_terminate_instances_result;
struct ec2_unassign_ipv6_addresses_request;
struct ec2_unassign_ipv6_addresses_result;
struct ec2_unsuccessful_item;
struct ec2_unsuccessful_item_error;
struct ec2_user_id_group_pair;
struct ec2_v_cpu_info;
struct ec2_volume;
struct ec2_volume_attachment;
struct ec2_vpc;
struct ec2_vpc_cidr_block_association;
struct ec2_vpc_cidr_block_state;
struct ec2_vpc_encryption_control;
struct ec2_vpc_encryption_control_configuration;
struct ec2_vpc_encryption_control_exclusion;
struct ec2_vpc_encryption_control_exclusions;
struct ec2_vpc_endpoint;
struct ec2_vpc_ipv6_cidr_block_association;

/* AccountAttribute */
struct ec2_account_attribute {
    const char *attribute_name;
    VEC(struct ec2_account_attribute_value) attribute_values;
};
/* AccountAttributeValue */
struct ec2_account_attribute_value {
    const char *attribute_value;
};
/* Address */
struct ec2_address {
    const char *allocation_id;
    const char *association_id;
    const char *domain;
    const char *network_interface_id;
    const char *network_interface_owner_id;
    const char *private_ip_address;
    VEC(struct ec2_tag) tags;
    const char *public_ipv4_pool;
    const char *network_border_group;
    const char *customer_owned_ip;
    const char *customer_owned_ipv4_pool;
    const char *carrier_ip;
    const char *subnet_id;
    const char *service_managed;
    const char *instance_id;
    const char *public_ip;
};
/* AddressAttribute */
struct ec2_address_attribute {
    const char *public_ip;
    const char *allocation_id;
    const char *ptr_record;
    struct ec2_ptr_update_status *ptr_record_update;
};
/* AllocateAddressRequest */
struct ec2_allocate_address_request {
    const char *domain;
    const char *address;
    const char *public_ipv4_pool;
    const char *network_border_group;
    const char *customer_owned_ipv4_pool;
    VEC(struct ec2_tag_specification) tag_specifications;
    const char *ipam_pool_id;
    struct opt_bool dry_run;
};
/* AllocateAddressResult */
struct ec2_allocate_address_result {
    const char *allocation_id;
    const char *public_ipv4_pool;
    const char *network_border_group;
    const char *domain;
    const char *customer_owned_ip;
    const char *customer_owned_ipv4_pool;
    const char *carrier_ip;
    const char *public_ip;
};
/* AssignIpv6AddressesRequest */
struct ec2_assign_ipv6_addresses_request {
    struct opt_int ipv6_prefix_count;
    VEC(const char *) ipv6_prefixes;
    const char *network_interface_id;
    VEC(const char *) ipv6_addresses;
    struct opt_int ipv6_address_count;
};
/* AssignIpv6AddressesResult */
struct ec2_assign_ipv6_addresses_result {
    VEC(const char *) assigned_ipv6_addresses;
    VEC(const char *) assigned_ipv6_prefixes;
    const char *network_interface_id;
};
/* AssociateAddressRequest */
struct ec2_associate_address_request {
    const char *allocation_id;
    const char *instance_id;
    const char *public_ip;
    struct opt_bool dry_run;
    const char *network_interface_id;
    const char *private_ip_address;
    struct opt_bool allow_reassociation;
};
/* AssociateAddressResult */
struct ec2_associate_address_result {
    const char *association_id;
};
/* AssociateRouteTableRequest */
struct ec2_associate_route_table_request {
    const char *gateway_id;
    const char *public_ipv4_pool;
    struct opt_bool dry_run;
    const char *subnet_id;
    const char *route_table_id;
};
/* AssociateRouteTableResult */
struct ec2_associate_route_table_result {
    const char *association_id;
    struct ec2_route_table_association_state *association_state;
};
/* AssociateSubnetCidrBlockRequest */
struct ec2_associate_subnet_cidr_block_request {
    const char *ipv6_ipam_pool_id;
    struct opt_int ipv6_netmask_length;
    const char *subnet_id;
    const char *ipv6_cidr_block;
};
/* AssociateSubnetCidrBlockResult */
struct ec2_associate_subnet_cidr_block_result {
    struct ec2_subnet_ipv6_cidr_block_association *ipv6_cidr_block_association;
    const char *subnet_id;
};
/* AssociateVpcCidrBlockRequest */
struct ec2_associate_vpc_cidr_block_request {
    const char *cidr_block;
    const char *ipv6_cidr_block_network_border_group;
    const char *ipv6_pool;
    const char *ipv6_cidr_block;
    const char *ipv4_ipam_pool_id;
    struct opt_int ipv4_netmask_length;
    const char *ipv6_ipam_pool_id;
    struct opt_int ipv6_netmask_length;
    const char *vpc_id;
    struct opt_bool amazon_provided_ipv6_cidr_block;
};
/* AssociateVpcCidrBlockResult */
struct ec2_associate_vpc_cidr_block_result {
    struct ec2_vpc_ipv6_cidr_block_association *ipv6_cidr_block_association;
    struct ec2_vpc_cidr_block_association *cidr_block_association;
    const char *vpc_id;
};
/* AttachInternetGatewayRequest */
struct ec2_attach_internet_gateway_request {
    struct opt_bool dry_run;
    const char *internet_gateway_id;
    const char *vpc_id;
};
/* AttachNetworkInterfaceRequest */
struct ec2_attach_network_interface_request {
    struct opt_int network_card_index;
    struct ec2_ena_srd_specification *ena_srd_specification;
    struct opt_int ena_queue_count;
    struct opt_bool dry_run;
    const char *network_interface_id;
    const char *instance_id;
    struct opt_int device_index;
};
/* AttachNetworkInterfaceResult */
struct ec2_attach_network_interface_result {
    const char *attachment_id;
    struct opt_int network_card_index;
};
/* AttachmentEnaSrdSpecification */
struct ec2_attachment_ena_srd_specification {
    struct opt_bool ena_srd_enabled;
    struct ec2_attachment_ena_srd_udp_specification *ena_srd_udp_specification;
};
/* AttachmentEnaSrdUdpSpecification */
struct ec2_attachment_ena_srd_udp_specification {
    struct opt_bool ena_srd_udp_enabled;
};
/* AttributeBooleanValue */
struct ec2_attribute_boolean_value {
    struct opt_bool value;
};
/* AttributeValue */
struct ec2_attribute_value {
    const char *value;
};
/* AuthorizeSecurityGroupEgressRequest */
struct ec2_authorize_security_group_egress_request {
    VEC(struct ec2_tag_specification) tag_specifications;
    struct opt_bool dry_run;
    const char *group_id;
    const char *source_security_group_name;
    const char *source_security_group_owner_id;
    const char *ip_protocol;
    struct opt_int from_port;
    struct opt_int to_port;
    const char *cidr_ip;
    VEC(struct ec2_ip_permission) ip_permissions;
};
/* AuthorizeSecurityGroupEgressResult */
struct ec2_authorize_security_group_egress_result {
    struct opt_bool return_;
    VEC(struct ec2_security_group_rule) security_group_rules;
};
/* AuthorizeSecurityGroupIngressRequest */
struct ec2_authorize_security_group_ingress_request {
    const char *cidr_ip;
    struct opt_int from_port;
    const char *group_id;
    const char *group_name;
    VEC(struct ec2_ip_permission) ip_permissions;
    const char *ip_protocol;
    const char *source_security_group_name;
    const char *source_security_group_owner_id;
    struct opt_int to_port;
    VEC(struct ec2_tag_specification) tag_specifications;
    struct opt_bool dry_run;
};
/* AuthorizeSecurityGroupIngressResult */
struct ec2_authorize_security_group_ingress_result {
    struct opt_bool return_;
    VEC(struct ec2_security_group_rule) security_group_rules;
};
/* AvailabilityZone */
struct ec2_availability_zone {
    const char *opt_in_status;
    VEC(struct ec2_availability_zone_message) messages;
    const char *region_name;
    const char *zone_name;
    const char *zone_id;
    const char *group_name;
    const char *network_border_group;
    const char *zone_type;
    const char *parent_zone_name;
    const char *parent_zone_id;
    const char *group_long_name;
    VEC(struct ec2_availability_zone_geography) geography;
    VEC(struct ec2_availability_zone_sub_geography) sub_geography;
    const char *state;
};
/* AvailabilityZoneGeography */
struct ec2_availability_zone_geography {
    const char *name;
};
/* AvailabilityZoneMessage */
struct ec2_availability_zone_message {
    const char *message;
};
/* AvailabilityZoneSubGeography */
struct ec2_availability_zone_sub_geography {
    const char *name;
};
/* BlobAttributeValue */
struct ec2_blob_attribute_value {
    struct blob value;
};
/* BlockDeviceMapping */
struct ec2_block_device_mapping {
    struct ec2_ebs_block_device *ebs;
    const char *no_device;
    const char *device_name;
    const char *virtual_name;
};
/* BlockPublicAccessStates */
struct ec2_block_public_access_states {
    const char *internet_gateway_block_mode;
};
/* CapacityReservationSpecification */
struct ec2_capacity_reservation_specification {
    const char *capacity_reservation_preference;
    struct ec2_capacity_reservation_target *capacity_reservation_target;
};
/* CapacityReservationSpecificationResponse */
struct ec2_capacity_reservation_specification_response {
    const char *capacity_reservation_preference;
    struct ec2_capacity_reservation_target_response *capacity_reservation_target;
};
/* CapacityReservationTarget */
struct ec2_capacity_reservation_target {
    const char *capacity_reservation_id;
    const char *capacity_reservation_resource_group_arn;
};
/* CapacityReservationTargetResponse */
struct ec2_capacity_reservation_target_response {
    const char *capacity_reservation_id;
    const char *capacity_reservation_resource_group_arn;
};
/* ConnectionTrackingConfiguration */
struct ec2_connection_tracking_configuration {
    struct opt_int tcp_established_timeout;
    struct opt_int udp_stream_timeout;
    struct opt_int udp_timeout;
};
/* ConnectionTrackingSpecificationRequest */
struct ec2_connection_tracking_specification_request {
    struct opt_int tcp_established_timeout;
    struct opt_int udp_stream_timeout;
    struct opt_int udp_timeout;
};
/* ConnectionTrackingSpecificationResponse */
struct ec2_connection_tracking_specification_response {
    struct opt_int tcp_established_timeout;
    struct opt_int udp_stream_timeout;
    struct opt_int udp_timeout;
};
/* CpuOptions */
struct ec2_cpu_options {
    struct opt_int core_count;
    struct opt_int threads_per_core;
    const char *amd_sev_snp;
    const char *nested_virtualization;
};
/* CpuOptionsRequest */
struct ec2_cpu_options_request {
    struct opt_int core_count;
    struct opt_int threads_per_core;
    const char *amd_sev_snp;
    const char *nested_virtualization;
};
/* CreateInternetGatewayRequest */
struct ec2_create_internet_gateway_request {
    VEC(struct ec2_tag_specification) tag_specifications;
    struct opt_bool dry_run;
};
/* CreateInternetGatewayResult */
struct ec2_create_internet_gateway_result {
    struct ec2_internet_gateway *internet_gateway;
};
/* CreateKeyPairRequest */
struct ec2_create_key_pair_request {
    const char *key_name;
    const char *key_type;
    VEC(struct ec2_tag_specification) tag_specifications;
    const char *key_format;
    struct opt_bool dry_run;
};
/* CreateNetworkAclEntryRequest */
struct ec2_create_network_acl_entry_request {
    struct opt_bool dry_run;
    const char *network_acl_id;
    struct opt_int rule_number;
    const char *protocol;
    const char *rule_action;
    struct opt_bool egress;
    const char *cidr_block;
    const char *ipv6_cidr_block;
    struct ec2_icmp_type_code *icmp_type_code;
    struct ec2_port_range *port_range;
};
/* CreateNetworkAclRequest */
struct ec2_create_network_acl_request {
    VEC(struct ec2_tag_specification) tag_specifications;
    const char *client_token;
    struct opt_bool dry_run;
    const char *vpc_id;
};
/* CreateNetworkAclResult */
struct ec2_create_network_acl_result {
    struct ec2_network_acl *network_acl;
    const char *client_token;
};
/* CreateNetworkInterfaceRequest */
struct ec2_create_network_interface_request {
    VEC(struct ec2_ipv4_prefix_specification_request) ipv4_prefixes;
    struct opt_int ipv4_prefix_count;
    VEC(struct ec2_ipv6_prefix_specification_request) ipv6_prefixes;
    struct opt_int ipv6_prefix_count;
    const char *interface_type;
    VEC(struct ec2_tag_specification) tag_specifications;
    const char *client_token;
    struct opt_bool enable_primary_ipv6;
    struct ec2_connection_tracking_specification_request *connection_tracking_specification;
    struct ec2_operator_request *operator;
    const char *subnet_id;
    const char *description;
    const char *private_ip_address;
    VEC(const char *) groups;
    VEC(struct ec2_private_ip_address_specification) private_ip_addresses;
    struct opt_int secondary_private_ip_address_count;
    VEC(struct ec2_instance_ipv6_address) ipv6_addresses;
    struct opt_int ipv6_address_count;
    struct opt_bool dry_run;
};
/* CreateNetworkInterfaceResult */
struct ec2_create_network_interface_result {
    struct ec2_network_interface *network_interface;
    const char *client_token;
};
/* CreateRouteRequest */
struct ec2_create_route_request {
    const char *destination_prefix_list_id;
    const char *vpc_endpoint_id;
    const char *transit_gateway_id;
    const char *local_gateway_id;
    const char *carrier_gateway_id;
    const char *core_network_arn;
    const char *odb_network_arn;
    struct opt_bool dry_run;
    const char *route_table_id;
    const char *destination_cidr_block;
    const char *gateway_id;
    const char *destination_ipv6_cidr_block;
    const char *egress_only_internet_gateway_id;
    const char *instance_id;
    const char *network_interface_id;
    const char *vpc_peering_connection_id;
    const char *nat_gateway_id;
};
/* CreateRouteResult */
struct ec2_create_route_result {
    struct opt_bool return_;
};
/* CreateRouteTableRequest */
struct ec2_create_route_table_request {
    VEC(struct ec2_tag_specification) tag_specifications;
    const char *client_token;
    struct opt_bool dry_run;
    const char *vpc_id;
};
/* CreateRouteTableResult */
struct ec2_create_route_table_result {
    struct ec2_route_table *route_table;
    const char *client_token;
};
/* CreateSecurityGroupRequest */
struct ec2_create_security_group_request {
    const char *description;
    const char *group_name;
    const char *vpc_id;
    VEC(struct ec2_tag_specification) tag_specifications;
    struct opt_bool dry_run;
};
/* CreateSecurityGroupResult */
struct ec2_create_security_group_result {
    const char *group_id;
    VEC(struct ec2_tag) tags;
    const char *security_group_arn;
};
/* CreateSubnetRequest */
struct ec2_create_subnet_request {
    VEC(struct ec2_tag_specification) tag_specifications;
    const char *availability_zone;
    const char *availability_zone_id;
    const char *cidr_block;
    const char *ipv6_cidr_block;
    const char *outpost_arn;
    const char *vpc_id;
    struct opt_bool ipv6_native;
    const char *ipv4_ipam_pool_id;
    struct opt_int ipv4_netmask_length;
    const char *ipv6_ipam_pool_id;
    struct opt_int ipv6_netmask_length;
    struct opt_bool dry_run;
};
/* CreateSubnetResult */
struct ec2_create_subnet_result {
    struct ec2_subnet *subnet;
};
/* CreateTagsRequest */
struct ec2_create_tags_request {
    struct opt_bool dry_run;
    VEC(const char *) resources;
    VEC(struct ec2_tag) tags;
};
/* CreateVpcEndpointRequest */
struct ec2_create_vpc_endpoint_request {
    struct opt_bool dry_run;
    const char *vpc_endpoint_type;
    const char *vpc_id;
    const char *service_name;
    const char *policy_document;
    VEC(const char *) route_table_ids;
    VEC(const char *) subnet_ids;
    VEC(const char *) security_group_ids;
    const char *ip_address_type;
    struct ec2_dns_options_specification *dns_options;
    const char *client_token;
    struct opt_bool private_dns_enabled;
    VEC(struct ec2_tag_specification) tag_specifications;
    VEC(struct ec2_subnet_configuration) subnet_configurations;
    const char *service_network_arn;
    const char *resource_configuration_arn;
    const char *service_region;
};
/* CreateVpcEndpointResult */
struct ec2_create_vpc_endpoint_result {
    struct ec2_vpc_endpoint *vpc_endpoint;
    const char *client_token;
};
/* CreateVpcRequest */
struct ec2_create_vpc_request {
    const char *cidr_block;
    const char *ipv6_pool;
    const char *ipv6_cidr_block;
    const char *ipv4_ipam_pool_id;
    struct opt_int ipv4_netmask_length;
    const char *ipv6_ipam_pool_id;
    struct opt_int ipv6_netmask_length;
    const char *ipv6_cidr_block_network_border_group;
    struct ec2_vpc_encryption_control_configuration *vpc_encryption_control;
    VEC(struct ec2_tag_specification) tag_specifications;
    struct opt_bool dry_run;
    const char *instance_tenancy;
    struct opt_bool amazon_provided_ipv6_cidr_block;
};
/* CreateVpcResult */
struct ec2_create_vpc_result {
    struct ec2_vpc *vpc;
};
/* CreditSpecificationRequest */
struct ec2_credit_specification_request {
    const char *cpu_credits;
};
/* DefaultConnectionTrackingConfiguration */
struct ec2_default_connection_tracking_configuration {
    struct opt_int default_tcp_established_timeout;
    struct opt_int default_udp_timeout;
    struct opt_int default_udp_stream_timeout;
};
/* DeleteInternetGatewayRequest */
struct ec2_delete_internet_gateway_request {
    struct opt_bool dry_run;
    const char *internet_gateway_id;
};
/* DeleteKeyPairRequest */
struct ec2_delete_key_pair_request {
    const char *key_name;
    const char *key_pair_id;
    struct opt_bool dry_run;
};
/* DeleteKeyPairResult */
struct ec2_delete_key_pair_result {
    struct opt_bool return_;
    const char *key_pair_id;
};
/* DeleteNetworkAclEntryRequest */
struct ec2_delete_network_acl_entry_request {
    struct opt_bool dry_run;
    const char *network_acl_id;
    struct opt_int rule_number;
    struct opt_bool egress;
};
/* DeleteNetworkAclRequest */
struct ec2_delete_network_acl_request {
    struct opt_bool dry_run;
    const char *network_acl_id;
};
/* DeleteNetworkInterfaceRequest */
struct ec2_delete_network_interface_request {
    struct opt_bool dry_run;
    const char *network_interface_id;
};
/* DeleteRouteRequest */
struct ec2_delete_route_request {
    const char *destination_prefix_list_id;
    struct opt_bool dry_run;
    const char *route_table_id;
    const char *destination_cidr_block;
    const char *destination_ipv6_cidr_block;
};
/* DeleteRouteTableRequest */
struct ec2_delete_route_table_request {
    struct opt_bool dry_run;
    const char *route_table_id;
};
/* DeleteSecurityGroupRequest */
struct ec2_delete_security_group_request {
    const char *group_id;
    const char *group_name;
    struct opt_bool dry_run;
};
/* DeleteSecurityGroupResult */
struct ec2_delete_security_group_result {
    struct opt_bool return_;
    const char *group_id;
};
/* DeleteSubnetRequest */
struct ec2_delete_subnet_request {
    const char *subnet_id;
    struct opt_bool dry_run;
};
/* DeleteTagsRequest */
struct ec2_delete_tags_request {
    struct opt_bool dry_run;
    VEC(const char *) resources;
    VEC(struct ec2_tag) tags;
};
/* DeleteVpcEndpointsRequest */
struct ec2_delete_vpc_endpoints_request {
    struct opt_bool dry_run;
    VEC(const char *) vpc_endpoint_ids;
};
/* DeleteVpcEndpointsResult */
struct ec2_delete_vpc_endpoints_result {
    VEC(struct ec2_unsuccessful_item) unsuccessful;
};
/* DeleteVpcRequest */
struct ec2_delete_vpc_request {
    const char *vpc_id;
    struct opt_bool dry_run;
};
/* DescribeAccountAttributesRequest */
struct ec2_describe_account_attributes_request {
    struct opt_bool dry_run;
    VEC(const char *) attribute_names;
};
/* DescribeAccountAttributesResult */
struct ec2_describe_account_attributes_result {
    VEC(struct ec2_account_attribute) account_attributes;
};
/* DescribeAddressesAttributeRequest */
struct ec2_describe_addresses_attribute_request {
    VEC(const char *) allocation_ids;
    const char *attribute;
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
};
/* DescribeAddressesAttributeResult */
struct ec2_describe_addresses_attribute_result {
    VEC(struct ec2_address_attribute) addresses;
    const char *next_token;
};
/* DescribeAddressesRequest */
struct ec2_describe_addresses_request {
    VEC(const char *) public_ips;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
    VEC(const char *) allocation_ids;
};
/* DescribeAddressesResult */
struct ec2_describe_addresses_result {
    VEC(struct ec2_address) addresses;
};
/* DescribeAvailabilityZonesRequest */
struct ec2_describe_availability_zones_request {
    VEC(const char *) zone_names;
    VEC(const char *) zone_ids;
    struct opt_bool all_availability_zones;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
};
/* DescribeAvailabilityZonesResult */
struct ec2_describe_availability_zones_result {
    VEC(struct ec2_availability_zone) availability_zones;
};
/* DescribeDhcpOptionsRequest */
struct ec2_describe_dhcp_options_request {
    VEC(const char *) dhcp_options_ids;
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
};
/* DescribeDhcpOptionsResult */
struct ec2_describe_dhcp_options_result {
    const char *next_token;
    VEC(struct ec2_dhcp_options) dhcp_options;
};
/* DescribeIamInstanceProfileAssociationsRequest */
struct ec2_describe_iam_instance_profile_associations_request {
    VEC(const char *) association_ids;
    VEC(struct ec2_filter) filters;
    struct opt_int max_results;
    const char *next_token;
};
/* DescribeIamInstanceProfileAssociationsResult */
struct ec2_describe_iam_instance_profile_associations_result {
    VEC(struct ec2_iam_instance_profile_association) iam_instance_profile_associations;
    const char *next_token;
};
/* DescribeImagesRequest */
struct ec2_describe_images_request {
    VEC(const char *) executable_users;
    VEC(const char *) image_ids;
    VEC(const char *) owners;
    struct opt_bool include_deprecated;
    struct opt_bool include_disabled;
    struct opt_int max_results;
    const char *next_token;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
};
/* DescribeImagesResult */
struct ec2_describe_images_result {
    const char *next_token;
    VEC(struct ec2_image) images;
};
/* DescribeInstanceAttributeRequest */
struct ec2_describe_instance_attribute_request {
    struct opt_bool dry_run;
    const char *instance_id;
    const char *attribute;
};
/* DescribeInstanceCreditSpecificationsRequest */
struct ec2_describe_instance_credit_specifications_request {
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
    VEC(const char *) instance_ids;
    struct opt_int max_results;
    const char *next_token;
};
/* DescribeInstanceCreditSpecificationsResult */
struct ec2_describe_instance_credit_specifications_result {
    VEC(struct ec2_instance_credit_specification) instance_credit_specifications;
    const char *next_token;
};
/* DescribeInstanceStatusRequest */
struct ec2_describe_instance_status_request {
    VEC(const char *) instance_ids;
    struct opt_int max_results;
    const char *next_token;
    struct opt_bool include_managed_resources;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
    struct opt_bool include_all_instances;
};
/* DescribeInstanceStatusResult */
struct ec2_describe_instance_status_result {
    VEC(struct ec2_instance_status) instance_statuses;
    const char *next_token;
};
/* DescribeInstanceTypeOfferingsRequest */
struct ec2_describe_instance_type_offerings_request {
    struct opt_bool dry_run;
    const char *location_type;
    VEC(struct ec2_filter) filters;
    struct opt_int max_results;
    const char *next_token;
};
/* DescribeInstanceTypeOfferingsResult */
struct ec2_describe_instance_type_offerings_result {
    VEC(struct ec2_instance_type_offering) instance_type_offerings;
    const char *next_token;
};
/* DescribeInstanceTypesRequest */
struct ec2_describe_instance_types_request {
    struct opt_bool dry_run;
    VEC(const char *) instance_types;
    VEC(struct ec2_filter) filters;
    struct opt_int max_results;
    const char *next_token;
    struct opt_bool include_unsupported_in_region;
};
/* DescribeInstanceTypesResult */
struct ec2_describe_instance_types_result {
    VEC(struct ec2_instance_type_info) instance_types;
    const char *next_token;
};
/* DescribeInstancesRequest */
struct ec2_describe_instances_request {
    VEC(const char *) instance_ids;
    struct opt_bool include_managed_resources;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
    const char *next_token;
    struct opt_int max_results;
};
/* DescribeInstancesResult */
struct ec2_describe_instances_result {
    const char *next_token;
    VEC(struct ec2_reservation) reservations;
};
/* DescribeInternetGatewaysRequest */
struct ec2_describe_internet_gateways_request {
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
    VEC(const char *) internet_gateway_ids;
    VEC(struct ec2_filter) filters;
};
/* DescribeInternetGatewaysResult */
struct ec2_describe_internet_gateways_result {
    VEC(struct ec2_internet_gateway) internet_gateways;
    const char *next_token;
};
/* DescribeKeyPairsRequest */
struct ec2_describe_key_pairs_request {
    VEC(const char *) key_names;
    VEC(const char *) key_pair_ids;
    struct opt_bool include_public_key;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
};
/* DescribeKeyPairsResult */
struct ec2_describe_key_pairs_result {
    VEC(struct ec2_key_pair_info) key_pairs;
};
/* DescribeNetworkAclsRequest */
struct ec2_describe_network_acls_request {
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
    VEC(const char *) network_acl_ids;
    VEC(struct ec2_filter) filters;
};
/* DescribeNetworkAclsResult */
struct ec2_describe_network_acls_result {
    VEC(struct ec2_network_acl) network_acls;
    const char *next_token;
};
/* DescribeNetworkInterfaceAttributeRequest */
struct ec2_describe_network_interface_attribute_request {
    struct opt_bool dry_run;
    const char *network_interface_id;
    const char *attribute;
};
/* DescribeNetworkInterfaceAttributeResult */
struct ec2_describe_network_interface_attribute_result {
    struct ec2_network_interface_attachment *attachment;
    struct ec2_attribute_value *description;
    VEC(struct ec2_group_identifier) groups;
    const char *network_interface_id;
    struct ec2_attribute_boolean_value *source_dest_check;
    struct opt_bool associate_public_ip_address;
};
/* DescribeNetworkInterfacesRequest */
struct ec2_describe_network_interfaces_request {
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool include_managed_resources;
    struct opt_bool dry_run;
    VEC(const char *) network_interface_ids;
    VEC(struct ec2_filter) filters;
};
/* DescribeNetworkInterfacesResult */
struct ec2_describe_network_interfaces_result {
    VEC(struct ec2_network_interface) network_interfaces;
    const char *next_token;
};
/* DescribePrefixListsRequest */
struct ec2_describe_prefix_lists_request {
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
    struct opt_int max_results;
    const char *next_token;
    VEC(const char *) prefix_list_ids;
};
/* DescribePrefixListsResult */
struct ec2_describe_prefix_lists_result {
    const char *next_token;
    VEC(struct ec2_prefix_list) prefix_lists;
};
/* DescribeRegionsRequest */
struct ec2_describe_regions_request {
    VEC(const char *) region_names;
    struct opt_bool all_regions;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
};
/* DescribeRegionsResult */
struct ec2_describe_regions_result {
    VEC(struct ec2_region) regions;
};
/* DescribeRouteTablesRequest */
struct ec2_describe_route_tables_request {
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
    VEC(const char *) route_table_ids;
    VEC(struct ec2_filter) filters;
};
/* DescribeRouteTablesResult */
struct ec2_describe_route_tables_result {
    VEC(struct ec2_route_table) route_tables;
    const char *next_token;
};
/* DescribeSecurityGroupRulesRequest */
struct ec2_describe_security_group_rules_request {
    VEC(struct ec2_filter) filters;
    VEC(const char *) security_group_rule_ids;
    struct opt_bool dry_run;
    const char *next_token;
    struct opt_int max_results;
};
/* DescribeSecurityGroupRulesResult */
struct ec2_describe_security_group_rules_result {
    VEC(struct ec2_security_group_rule) security_group_rules;
    const char *next_token;
};
/* DescribeSecurityGroupsRequest */
struct ec2_describe_security_groups_request {
    VEC(const char *) group_ids;
    VEC(const char *) group_names;
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
};
/* DescribeSecurityGroupsResult */
struct ec2_describe_security_groups_result {
    const char *next_token;
    VEC(struct ec2_security_group) security_groups;
};
/* DescribeSubnetsRequest */
struct ec2_describe_subnets_request {
    VEC(struct ec2_filter) filters;
    VEC(const char *) subnet_ids;
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
};
/* DescribeSubnetsResult */
struct ec2_describe_subnets_result {
    const char *next_token;
    VEC(struct ec2_subnet) subnets;
};
/* DescribeTagsRequest */
struct ec2_describe_tags_request {
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
    struct opt_int max_results;
    const char *next_token;
};
/* DescribeTagsResult */
struct ec2_describe_tags_result {
    const char *next_token;
    VEC(struct ec2_tag_description) tags;
};
/* DescribeVolumesRequest */
struct ec2_describe_volumes_request {
    VEC(const char *) volume_ids;
    struct opt_bool include_managed_resources;
    struct opt_bool dry_run;
    VEC(struct ec2_filter) filters;
    const char *next_token;
    struct opt_int max_results;
};
/* DescribeVolumesResult */
struct ec2_describe_volumes_result {
    const char *next_token;
    VEC(struct ec2_volume) volumes;
};
/* DescribeVpcAttributeRequest */
struct ec2_describe_vpc_attribute_request {
    const char *attribute;
    const char *vpc_id;
    struct opt_bool dry_run;
};
/* DescribeVpcAttributeResult */
struct ec2_describe_vpc_attribute_result {
    struct ec2_attribute_boolean_value *enable_dns_hostnames;
    struct ec2_attribute_boolean_value *enable_dns_support;
    struct ec2_attribute_boolean_value *enable_network_address_usage_metrics;
    const char *vpc_id;
};
/* DescribeVpcEndpointServicesRequest */
struct ec2_describe_vpc_endpoint_services_request {
    struct opt_bool dry_run;
    VEC(const char *) service_names;
    VEC(struct ec2_filter) filters;
    struct opt_int max_results;
    const char *next_token;
    VEC(const char *) service_regions;
};
/* DescribeVpcEndpointServicesResult */
struct ec2_describe_vpc_endpoint_services_result {
    VEC(const char *) service_names;
    VEC(struct ec2_service_detail) service_details;
    const char *next_token;
};
/* DescribeVpcEndpointsRequest */
struct ec2_describe_vpc_endpoints_request {
    struct opt_bool dry_run;
    VEC(const char *) vpc_endpoint_ids;
    VEC(struct ec2_filter) filters;
    struct opt_int max_results;
    const char *next_token;
};
/* DescribeVpcEndpointsResult */
struct ec2_describe_vpc_endpoints_result {
    VEC(struct ec2_vpc_endpoint) vpc_endpoints;
    const char *next_token;
};
/* DescribeVpcsRequest */
struct ec2_describe_vpcs_request {
    VEC(struct ec2_filter) filters;
    VEC(const char *) vpc_ids;
    const char *next_token;
    struct opt_int max_results;
    struct opt_bool dry_run;
};
/* DescribeVpcsResult */
struct ec2_describe_vpcs_result {
    const char *next_token;
    VEC(struct ec2_vpc) vpcs;
};
/* DetachInternetGatewayRequest */
struct ec2_detach_internet_gateway_request {
    struct opt_bool dry_run;
    const char *internet_gateway_id;
    const char *vpc_id;
};
/* DetachNetworkInterfaceRequest */
struct ec2_detach_network_interface_request {
    struct opt_bool dry_run;
    const char *attachment_id;
    struct opt_bool force;
};
/* DhcpConfiguration */
struct ec2_dhcp_configuration {
    const char *key;
    VEC(struct ec2_attribute_value) values;
};
/* DhcpOptions */
struct ec2_dhcp_options {
    const char *owner_id;
    VEC(struct ec2_tag) tags;
    const char *dhcp_options_id;
    VEC(struct ec2_dhcp_configuration) dhcp_configurations;
};
/* DisassociateAddressRequest */
struct ec2_disassociate_address_request {
    const char *association_id;
    const char *public_ip;
    struct opt_bool dry_run;
};
/* DisassociateRouteTableRequest */
struct ec2_disassociate_route_table_request {
    struct opt_bool dry_run;
    const char *association_id;
};
/* DisassociateSubnetCidrBlockRequest */
struct ec2_disassociate_subnet_cidr_block_request {
    const char *association_id;
};
/* DisassociateSubnetCidrBlockResult */
struct ec2_disassociate_subnet_cidr_block_result {
    struct ec2_subnet_ipv6_cidr_block_association *ipv6_cidr_block_association;
    const char *subnet_id;
};
/* DisassociateVpcCidrBlockRequest */
struct ec2_disassociate_vpc_cidr_block_request {
    const char *association_id;
};
/* DisassociateVpcCidrBlockResult */
struct ec2_disassociate_vpc_cidr_block_result {
    struct ec2_vpc_ipv6_cidr_block_association *ipv6_cidr_block_association;
    struct ec2_vpc_cidr_block_association *cidr_block_association;
    const char *vpc_id;
};
/* DiskInfo */
struct ec2_disk_info {
    struct opt_int size_in_gb;
    struct opt_int count;
    const char *type;
};
/* DnsEntry */
struct ec2_dns_entry {
    const char *dns_name;
    const char *hosted_zone_id;
};
/* DnsOptions */
struct ec2_dns_options {
    const char *dns_record_ip_type;
    struct opt_bool private_dns_only_for_inbound_resolver_endpoint;
    const char *private_dns_preference;
    VEC(const char *) private_dns_specified_domains;
};
/* DnsOptionsSpecification */
struct ec2_dns_options_specification {
    const char *dns_record_ip_type;
    struct opt_bool private_dns_only_for_inbound_resolver_endpoint;
    const char *private_dns_preference;
    VEC(const char *) private_dns_specified_domains;
};
/* EbsBlockDevice */
struct ec2_ebs_block_device {
    struct opt_bool delete_on_termination;
    struct opt_int iops;
    const char *snapshot_id;
    struct opt_int volume_size;
    const char *volume_type;
    const char *kms_key_id;
    struct opt_int throughput;
    const char *outpost_arn;
    const char *availability_zone;
    struct opt_bool encrypted;
    struct opt_int volume_initialization_rate;
    const char *availability_zone_id;
    struct opt_int ebs_card_index;
};
/* EbsCardInfo */
struct ec2_ebs_card_info {
    struct opt_int ebs_card_index;
    struct opt_int baseline_bandwidth_in_mbps;
    struct opt_double baseline_throughput_in_m_bps;
    struct opt_int baseline_iops;
    struct opt_int maximum_bandwidth_in_mbps;
    struct opt_double maximum_throughput_in_m_bps;
    struct opt_int maximum_iops;
};
/* EbsInfo */
struct ec2_ebs_info {
    const char *ebs_optimized_support;
    const char *encryption_support;
    struct ec2_ebs_optimized_info *ebs_optimized_info;
    const char *nvme_support;
    struct opt_int maximum_ebs_attachments;
    const char *attachment_limit_type;
    struct opt_int maximum_ebs_cards;
    VEC(struct ec2_ebs_card_info) ebs_cards;
};
/* EbsInstanceBlockDevice */
struct ec2_ebs_instance_block_device {
    struct opt_time attach_time;
    struct opt_bool delete_on_termination;
    const char *status;
    const char *volume_id;
    const char *associated_resource;
    const char *volume_owner_id;
    struct ec2_operator_response *operator;
    struct opt_int ebs_card_index;
};
/* EbsInstanceBlockDeviceSpecification */
struct ec2_ebs_instance_block_device_specification {
    const char *volume_id;
    struct opt_bool delete_on_termination;
};
/* EbsOptimizedInfo */
struct ec2_ebs_optimized_info {
    struct opt_int baseline_bandwidth_in_mbps;
    struct opt_double baseline_throughput_in_m_bps;
    struct opt_int baseline_iops;
    struct opt_int maximum_bandwidth_in_mbps;
    struct opt_double maximum_throughput_in_m_bps;
    struct opt_int maximum_iops;
};
/* EbsStatusDetails */
struct ec2_ebs_status_details {
    struct opt_time impaired_since;
    const char *name;
    const char *status;
};
/* EbsStatusSummary */
struct ec2_ebs_status_summary {
    VEC(struct ec2_ebs_status_details) details;
    const char *status;
};
/* EfaInfo */
struct ec2_efa_info {
    struct opt_int maximum_efa_interfaces;
};
/* ElasticGpuAssociation */
struct ec2_elastic_gpu_association {
    const char *elastic_gpu_id;
    const char *elastic_gpu_association_id;
    const char *elastic_gpu_association_state;
    const char *elastic_gpu_association_time;
};
/* ElasticGpuSpecification */
struct ec2_elastic_gpu_specification {
    const char *type;
};
/* ElasticInferenceAccelerator */
struct ec2_elastic_inference_accelerator {
    const char *type;
    struct opt_int count;
};
/* ElasticInferenceAcceleratorAssociation */
struct ec2_elastic_inference_accelerator_association {
    const char *elastic_inference_accelerator_arn;
    const char *elastic_inference_accelerator_association_id;
    const char *elastic_inference_accelerator_association_state;
    struct opt_time elastic_inference_accelerator_association_time;
};
/* EnaSrdSpecification */
struct ec2_ena_srd_specification {
    struct opt_bool ena_srd_enabled;
    struct ec2_ena_srd_udp_specification *ena_srd_udp_specification;
};
/* EnaSrdSpecificationRequest */
struct ec2_ena_srd_specification_request {
    struct opt_bool ena_srd_enabled;
    struct ec2_ena_srd_udp_specification_request *ena_srd_udp_specification;
};
/* EnaSrdUdpSpecification */
struct ec2_ena_srd_udp_specification {
    struct opt_bool ena_srd_udp_enabled;
};
/* EnaSrdUdpSpecificationRequest */
struct ec2_ena_srd_udp_specification_request {
    struct opt_bool ena_srd_udp_enabled;
};
/* EnclaveOptions */
struct ec2_enclave_options {
    struct opt_bool enabled;
};
/* EnclaveOptionsRequest */
struct ec2_enclave_options_request {
    struct opt_bool enabled;
};
/* Filter */
struct ec2_filter {
    const char *name;
    VEC(const char *) values;
};
/* FpgaDeviceInfo */
struct ec2_fpga_device_info {
    const char *name;
    const char *manufacturer;
    struct opt_int count;
    struct ec2_fpga_device_memory_info *memory_info;
};
/* FpgaDeviceMemoryInfo */
struct ec2_fpga_device_memory_info {
    struct opt_int size_in_mi_b;
};
/* FpgaInfo */
struct ec2_fpga_info {
    VEC(struct ec2_fpga_device_info) fpgas;
    struct opt_int total_fpga_memory_in_mi_b;
};
/* GetConsoleOutputRequest */
struct ec2_get_console_output_request {
    const char *instance_id;
    struct opt_bool latest;
    struct opt_bool dry_run;
};
/* GetConsoleOutputResult */
struct ec2_get_console_output_result {
    const char *instance_id;
    struct opt_time timestamp;
    const char *output;
};
/* GpuDeviceInfo */
struct ec2_gpu_device_info {
    const char *name;
    const char *manufacturer;
    struct opt_int count;
    struct opt_int logical_gpu_count;
    struct opt_double gpu_partition_size;
    VEC(const char *) workloads;
    struct ec2_gpu_device_memory_info *memory_info;
};
/* GpuDeviceMemoryInfo */
struct ec2_gpu_device_memory_info {
    struct opt_int size_in_mi_b;
};
/* GpuInfo */
struct ec2_gpu_info {
    VEC(struct ec2_gpu_device_info) gpus;
    struct opt_int total_gpu_memory_in_mi_b;
};
/* GroupIdentifier */
struct ec2_group_identifier {
    const char *group_id;
    const char *group_name;
};
/* HibernationOptions */
struct ec2_hibernation_options {
    struct opt_bool configured;
};
/* HibernationOptionsRequest */
struct ec2_hibernation_options_request {
    struct opt_bool configured;
};
/* IamInstanceProfile */
struct ec2_iam_instance_profile {
    const char *arn;
    const char *id;
};
/* IamInstanceProfileAssociation */
struct ec2_iam_instance_profile_association {
    const char *association_id;
    const char *instance_id;
    struct ec2_iam_instance_profile *iam_instance_profile;
    const char *state;
    struct opt_time timestamp;
};
/* IamInstanceProfileSpecification */
struct ec2_iam_instance_profile_specification {
    const char *arn;
    const char *name;
};
/* IcmpTypeCode */
struct ec2_icmp_type_code {
    struct opt_int code;
    struct opt_int type;
};
/* Image */
struct ec2_image {
    const char *platform_details;
    const char *usage_operation;
    VEC(struct ec2_block_device_mapping) block_device_mappings;
    const char *description;
    struct opt_bool ena_support;
    const char *hypervisor;
    const char *image_owner_alias;
    const char *name;
    const char *root_device_name;
    const char *root_device_type;
    const char *sriov_net_support;
    struct ec2_state_reason *state_reason;
    VEC(struct ec2_tag) tags;
    const char *virtualization_type;
    const char *boot_mode;
    const char *tpm_support;
    const char *deprecation_time;
    const char *imds_support;
    const char *source_instance_id;
    const char *deregistration_protection;
    const char *last_launched_time;
    struct opt_bool image_allowed;
    const char *source_image_id;
    const char *source_image_region;
    struct opt_bool free_tier_eligible;
    const char *image_id;
    const char *image_location;
    const char *state;
    const char *owner_id;
    const char *creation_date;
    struct opt_bool public;
    VEC(struct ec2_product_code) product_codes;
    const char *architecture;
    const char *image_type;
    const char *kernel_id;
    const char *ramdisk_id;
    const char *platform;
};
/* ImportKeyPairRequest */
struct ec2_import_key_pair_request {
    VEC(struct ec2_tag_specification) tag_specifications;
    struct opt_bool dry_run;
    const char *key_name;
    struct blob public_key_material;
};
/* ImportKeyPairResult */
struct ec2_import_key_pair_result {
    const char *key_fingerprint;
    const char *key_name;
    const char *key_pair_id;
    VEC(struct ec2_tag) tags;
};
/* InferenceAcceleratorInfo */
struct ec2_inference_accelerator_info {
    VEC(struct ec2_inference_device_info) accelerators;
    struct opt_int total_inference_memory_in_mi_b;
};
/* InferenceDeviceInfo */
struct ec2_inference_device_info {
    struct opt_int count;
    const char *name;
    const char *manufacturer;
    struct ec2_inference_device_memory_info *memory_info;
};
/* InferenceDeviceMemoryInfo */
struct ec2_inference_device_memory_info {
    struct opt_int size_in_mi_b;
};
/* Instance */
struct ec2_instance {
    const char *architecture;
    VEC(struct ec2_instance_block_device_mapping) block_device_mappings;
    const char *client_token;
    struct opt_bool ebs_optimized;
    struct opt_bool ena_support;
    const char *hypervisor;
    struct ec2_iam_instance_profile *iam_instance_profile;
    const char *instance_lifecycle;
    VEC(struct ec2_elastic_gpu_association) elastic_gpu_associations;
    VEC(struct ec2_elastic_inference_accelerator_association) elastic_inference_accelerator_associations;
    VEC(struct ec2_instance_network_interface) network_interfaces;
    const char *outpost_arn;
    const char *root_device_name;
    const char *root_device_type;
    VEC(struct ec2_group_identifier) security_groups;
    struct opt_bool source_dest_check;
    const char *spot_instance_request_id;
    const char *sriov_net_support;
    struct ec2_state_reason *state_reason;
    VEC(struct ec2_tag) tags;
    const char *virtualization_type;
    struct ec2_cpu_options *cpu_options;
    const char *capacity_block_id;
    const char *capacity_reservation_id;
    struct ec2_capacity_reservation_specification_response *capacity_reservation_specification;
    struct ec2_hibernation_options *hibernation_options;
    VEC(struct ec2_license_configuration) licenses;
    struct ec2_instance_metadata_options_response *metadata_options;
    struct ec2_enclave_options *enclave_options;
    const char *boot_mode;
    const char *platform_details;
    const char *usage_operation;
    struct opt_time usage_operation_update_time;
    struct ec2_private_dns_name_options_response *private_dns_name_options;
    const char *ipv6_address;
    const char *tpm_support;
    struct ec2_instance_maintenance_options *maintenance_options;
    const char *current_instance_boot_mode;
    struct ec2_instance_network_performance_options *network_performance_options;
    struct ec2_operator_response *operator;
    VEC(struct ec2_instance_secondary_interface) secondary_interfaces;
    const char *instance_id;
    const char *image_id;
    struct ec2_instance_state *state;
    const char *private_dns_name;
    const char *public_dns_name;
    const char *state_transition_reason;
    const char *key_name;
    struct opt_int ami_launch_index;
    VEC(struct ec2_product_code) product_codes;
    const char *instance_type;
    struct opt_time launch_time;
    struct ec2_placement *placement;
    const char *kernel_id;
    const char *ramdisk_id;
    const char *platform;
    struct ec2_monitoring *monitoring;
    const char *subnet_id;
    const char *vpc_id;
    const char *private_ip_address;
    const char *public_ip_address;
};
/* InstanceAttachmentEnaSrdSpecification */
struct ec2_instance_attachment_ena_srd_specification {
    struct opt_bool ena_srd_enabled;
    struct ec2_instance_attachment_ena_srd_udp_specification *ena_srd_udp_specification;
};
/* InstanceAttachmentEnaSrdUdpSpecification */
struct ec2_instance_attachment_ena_srd_udp_specification {
    struct opt_bool ena_srd_udp_enabled;
};
/* InstanceAttribute */
struct ec2_instance_attribute {
    VEC(struct ec2_instance_block_device_mapping) block_device_mappings;
    struct ec2_attribute_boolean_value *disable_api_termination;
    struct ec2_attribute_boolean_value *ena_support;
    struct ec2_enclave_options *enclave_options;
    struct ec2_attribute_boolean_value *ebs_optimized;
    const char *instance_id;
    struct ec2_attribute_value *instance_initiated_shutdown_behavior;
    struct ec2_attribute_value *instance_type;
    struct ec2_attribute_value *kernel_id;
    VEC(struct ec2_product_code) product_codes;
    struct ec2_attribute_value *ramdisk_id;
    struct ec2_attribute_value *root_device_name;
    struct ec2_attribute_boolean_value *source_dest_check;
    struct ec2_attribute_value *sriov_net_support;
    struct ec2_attribute_value *user_data;
    struct ec2_attribute_boolean_value *disable_api_stop;
    VEC(struct ec2_group_identifier) groups;
};
/* InstanceBlockDeviceMapping */
struct ec2_instance_block_device_mapping {
    const char *device_name;
    struct ec2_ebs_instance_block_device *ebs;
};
/* InstanceBlockDeviceMappingSpecification */
struct ec2_instance_block_device_mapping_specification {
    const char *device_name;
    struct ec2_ebs_instance_block_device_specification *ebs;
    const char *virtual_name;
    const char *no_device;
};
/* InstanceCreditSpecification */
struct ec2_instance_credit_specification {
    const char *instance_id;
    const char *cpu_credits;
};
/* InstanceIpv4Prefix */
struct ec2_instance_ipv4_prefix {
    const char *ipv4_prefix;
};
/* InstanceIpv6Address */
struct ec2_instance_ipv6_address {
    const char *ipv6_address;
    struct opt_bool is_primary_ipv6;
};
/* InstanceIpv6Prefix */
struct ec2_instance_ipv6_prefix {
    const char *ipv6_prefix;
};
/* InstanceMaintenanceOptions */
struct ec2_instance_maintenance_options {
    const char *auto_recovery;
    const char *reboot_migration;
};
/* InstanceMaintenanceOptionsRequest */
struct ec2_instance_maintenance_options_request {
    const char *auto_recovery;
};
/* InstanceMarketOptionsRequest */
struct ec2_instance_market_options_request {
    const char *market_type;
    struct ec2_spot_market_options *spot_options;
};
/* InstanceMetadataOptionsRequest */
struct ec2_instance_metadata_options_request {
    const char *http_tokens;
    struct opt_int http_put_response_hop_limit;
    const char *http_endpoint;
    const char *http_protocol_ipv6;
    const char *instance_metadata_tags;
};
/* InstanceMetadataOptionsResponse */
struct ec2_instance_metadata_options_response {
    const char *state;
    const char *http_tokens;
    struct opt_int http_put_response_hop_limit;
    const char *http_endpoint;
    const char *http_protocol_ipv6;
    const char *instance_metadata_tags;
};
/* InstanceNetworkInterface */
struct ec2_instance_network_interface {
    struct ec2_instance_network_interface_association *association;
    struct ec2_instance_network_interface_attachment *attachment;
    const char *description;
    VEC(struct ec2_group_identifier) groups;
    VEC(struct ec2_instance_ipv6_address) ipv6_addresses;
    const char *mac_address;
    const char *network_interface_id;
    const char *owner_id;
    const char *private_dns_name;
    const char *private_ip_address;
    VEC(struct ec2_instance_private_ip_address) private_ip_addresses;
    struct opt_bool source_dest_check;
    const char *status;
    const char *subnet_id;
    const char *vpc_id;
    const char *interface_type;
    VEC(struct ec2_instance_ipv4_prefix) ipv4_prefixes;
    VEC(struct ec2_instance_ipv6_prefix) ipv6_prefixes;
    struct ec2_connection_tracking_specification_response *connection_tracking_configuration;
    struct ec2_operator_response *operator;
};
/* InstanceNetworkInterfaceAssociation */
struct ec2_instance_network_interface_association {
    const char *carrier_ip;
    const char *customer_owned_ip;
    const char *ip_owner_id;
    const char *public_dns_name;
    const char *public_ip;
};
/* InstanceNetworkInterfaceAttachment */
struct ec2_instance_network_interface_attachment {
    struct opt_time attach_time;
    const char *attachment_id;
    struct opt_bool delete_on_termination;
    struct opt_int device_index;
    const char *status;
    struct opt_int network_card_index;
    struct ec2_instance_attachment_ena_srd_specification *ena_srd_specification;
    struct opt_int ena_queue_count;
};
/* InstanceNetworkInterfaceSpecification */
struct ec2_instance_network_interface_specification {
    struct opt_bool associate_public_ip_address;
    struct opt_bool delete_on_termination;
    const char *description;
    struct opt_int device_index;
    VEC(const char *) groups;
    struct opt_int ipv6_address_count;
    VEC(struct ec2_instance_ipv6_address) ipv6_addresses;
    const char *network_interface_id;
    const char *private_ip_address;
    VEC(struct ec2_private_ip_address_specification) private_ip_addresses;
    struct opt_int secondary_private_ip_address_count;
    const char *subnet_id;
    struct opt_bool associate_carrier_ip_address;
    const char *interface_type;
    struct opt_int network_card_index;
    VEC(struct ec2_ipv4_prefix_specification_request) ipv4_prefixes;
    struct opt_int ipv4_prefix_count;
    VEC(struct ec2_ipv6_prefix_specification_request) ipv6_prefixes;
    struct opt_int ipv6_prefix_count;
    struct opt_bool primary_ipv6;
    struct ec2_ena_srd_specification_request *ena_srd_specification;
    struct ec2_connection_tracking_specification_request *connection_tracking_specification;
    struct opt_int ena_queue_count;
};
/* InstanceNetworkPerformanceOptions */
struct ec2_instance_network_performance_options {
    const char *bandwidth_weighting;
};
/* InstanceNetworkPerformanceOptionsRequest */
struct ec2_instance_network_performance_options_request {
    const char *bandwidth_weighting;
};
/* InstancePrivateIpAddress */
struct ec2_instance_private_ip_address {
    struct ec2_instance_network_interface_association *association;
    struct opt_bool primary;
    const char *private_dns_name;
    const char *private_ip_address;
};
/* InstanceSecondaryInterface */
struct ec2_instance_secondary_interface {
    struct ec2_instance_secondary_interface_attachment *attachment;
    const char *mac_address;
    const char *secondary_interface_id;
    const char *owner_id;
    VEC(struct ec2_instance_secondary_interface_private_ip_address) private_ip_addresses;
    struct opt_bool source_dest_check;
    const char *status;
    const char *secondary_subnet_id;
    const char *secondary_network_id;
    const char *interface_type;
};
/* InstanceSecondaryInterfaceAttachment */
struct ec2_instance_secondary_interface_attachment {
    struct opt_time attach_time;
    const char *attachment_id;
    struct opt_bool delete_on_termination;
    struct opt_int device_index;
    const char *status;
    struct opt_int network_card_index;
};
/* InstanceSecondaryInterfacePrivateIpAddress */
struct ec2_instance_secondary_interface_private_ip_address {
    const char *private_ip_address;
};
/* InstanceSecondaryInterfacePrivateIpAddressRequest */
struct ec2_instance_secondary_interface_private_ip_address_request {
    const char *private_ip_address;
};
/* InstanceSecondaryInterfaceSpecificationRequest */
struct ec2_instance_secondary_interface_specification_request {
    struct opt_bool delete_on_termination;
    struct opt_int device_index;
    VEC(struct ec2_instance_secondary_interface_private_ip_address_request) private_ip_addresses;
    struct opt_int private_ip_address_count;
    const char *secondary_subnet_id;
    const char *interface_type;
    struct opt_int network_card_index;
};
/* InstanceState */
struct ec2_instance_state {
    struct opt_int code;
    const char *name;
};
/* InstanceStateChange */
struct ec2_instance_state_change {
    const char *instance_id;
    struct ec2_instance_state *current_state;
    struct ec2_instance_state *previous_state;
};
/* InstanceStatus */
struct ec2_instance_status {
    const char *availability_zone;
    const char *availability_zone_id;
    const char *outpost_arn;
    struct ec2_operator_response *operator;
    VEC(struct ec2_instance_status_event) events;
    const char *instance_id;
    struct ec2_instance_state *instance_state;
    struct ec2_instance_status_summary *instance_status;
    struct ec2_instance_status_summary *system_status;
    struct ec2_ebs_status_summary *attached_ebs_status;
};
/* InstanceStatusDetails */
struct ec2_instance_status_details {
    struct opt_time impaired_since;
    const char *name;
    const char *status;
};
/* InstanceStatusEvent */
struct ec2_instance_status_event {
    const char *instance_event_id;
    const char *code;
    const char *description;
    struct opt_time not_after;
    struct opt_time not_before;
    struct opt_time not_before_deadline;
};
/* InstanceStatusSummary */
struct ec2_instance_status_summary {
    VEC(struct ec2_instance_status_details) details;
    const char *status;
};
/* InstanceStorageInfo */
struct ec2_instance_storage_info {
    struct opt_int total_size_in_gb;
    VEC(struct ec2_disk_info) disks;
    const char *nvme_support;
    const char *encryption_support;
};
/* InstanceTypeInfo */
struct ec2_instance_type_info {
    const char *instance_type;
    struct opt_bool current_generation;
    struct opt_bool free_tier_eligible;
    VEC(const char *) supported_usage_classes;
    VEC(const char *) supported_root_device_types;
    VEC(const char *) supported_virtualization_types;
    struct opt_bool bare_metal;
    const char *hypervisor;
    struct ec2_processor_info *processor_info;
    struct ec2_v_cpu_info *v_cpu_info;
    struct ec2_memory_info *memory_info;
    struct opt_bool instance_storage_supported;
    struct ec2_instance_storage_info *instance_storage_info;
    struct ec2_ebs_info *ebs_info;
    struct ec2_network_info *network_info;
    struct ec2_gpu_info *gpu_info;
    struct ec2_fpga_info *fpga_info;
    struct ec2_placement_group_info *placement_group_info;
    struct ec2_inference_accelerator_info *inference_accelerator_info;
    struct opt_bool hibernation_supported;
    struct opt_bool burstable_performance_supported;
    struct opt_bool dedicated_hosts_supported;
    struct opt_bool auto_recovery_supported;
    VEC(const char *) supported_boot_modes;
    const char *nitro_enclaves_support;
    const char *nitro_tpm_support;
    struct ec2_nitro_tpm_info *nitro_tpm_info;
    struct ec2_media_accelerator_info *media_accelerator_info;
    struct ec2_neuron_info *neuron_info;
    const char *phc_support;
    const char *reboot_migration_support;
    struct opt_bool supported_in_region;
};
/* InstanceTypeOffering */
struct ec2_instance_type_offering {
    const char *instance_type;
    const char *location_type;
    const char *location;
};
/* InternetGateway */
struct ec2_internet_gateway {
    VEC(struct ec2_internet_gateway_attachment) attachments;
    const char *internet_gateway_id;
    const char *owner_id;
    VEC(struct ec2_tag) tags;
};
/* InternetGatewayAttachment */
struct ec2_internet_gateway_attachment {
    const char *state;
    const char *vpc_id;
};
/* IpPermission */
struct ec2_ip_permission {
    const char *ip_protocol;
    struct opt_int from_port;
    struct opt_int to_port;
    VEC(struct ec2_user_id_group_pair) user_id_group_pairs;
    VEC(struct ec2_ip_range) ip_ranges;
    VEC(struct ec2_ipv6_range) ipv6_ranges;
    VEC(struct ec2_prefix_list_id) prefix_list_ids;
};
/* IpRange */
struct ec2_ip_range {
    const char *description;
    const char *cidr_ip;
};
/* Ipv4PrefixSpecification */
struct ec2_ipv4_prefix_specification {
    const char *ipv4_prefix;
};
/* Ipv4PrefixSpecificationRequest */
struct ec2_ipv4_prefix_specification_request {
    const char *ipv4_prefix;
};
/* Ipv6PrefixSpecification */
struct ec2_ipv6_prefix_specification {
    const char *ipv6_prefix;
};
/* Ipv6PrefixSpecificationRequest */
struct ec2_ipv6_prefix_specification_request {
    const char *ipv6_prefix;
};
/* Ipv6Range */
struct ec2_ipv6_range {
    const char *description;
    const char *cidr_ipv6;
};
/* KeyPair */
struct ec2_key_pair {
    const char *key_pair_id;
    VEC(struct ec2_tag) tags;
    const char *key_name;
    const char *key_fingerprint;
    const char *key_material;
};
/* KeyPairInfo */
struct ec2_key_pair_info {
    const char *key_pair_id;
    const char *key_type;
    VEC(struct ec2_tag) tags;
    const char *public_key;
    struct opt_time create_time;
    const char *key_name;
    const char *key_fingerprint;
};
/* LastError */
struct ec2_last_error {
    const char *message;
    const char *code;
};
/* LaunchTemplateSpecification */
struct ec2_launch_template_specification {
    const char *launch_template_id;
    const char *launch_template_name;
    const char *version;
};
/* LicenseConfiguration */
struct ec2_license_configuration {
    const char *license_configuration_arn;
};
/* LicenseConfigurationRequest */
struct ec2_license_configuration_request {
    const char *license_configuration_arn;
};
/* MediaAcceleratorInfo */
struct ec2_media_accelerator_info {
    VEC(struct ec2_media_device_info) accelerators;
    struct opt_int total_media_memory_in_mi_b;
};
/* MediaDeviceInfo */
struct ec2_media_device_info {
    struct opt_int count;
    const char *name;
    const char *manufacturer;
    struct ec2_media_device_memory_info *memory_info;
};
/* MediaDeviceMemoryInfo */
struct ec2_media_device_memory_info {
    struct opt_int size_in_mi_b;
};
/* MemoryInfo */
struct ec2_memory_info {
    struct opt_int size_in_mi_b;
};
/* ModifyInstanceAttributeRequest */
struct ec2_modify_instance_attribute_request {
    struct ec2_attribute_boolean_value *source_dest_check;
    struct ec2_attribute_boolean_value *disable_api_stop;
    struct opt_bool dry_run;
    const char *instance_id;
    const char *attribute;
    const char *value;
    VEC(struct ec2_instance_block_device_mapping_specification) block_device_mappings;
    struct ec2_attribute_boolean_value *disable_api_termination;
    struct ec2_attribute_value *instance_type;
    struct ec2_attribute_value *kernel;
    struct ec2_attribute_value *ramdisk;
    struct ec2_blob_attribute_value *user_data;
    struct ec2_attribute_value *instance_initiated_shutdown_behavior;
    VEC(const char *) groups;
    struct ec2_attribute_boolean_value *ebs_optimized;
    struct ec2_attribute_value *sriov_net_support;
    struct ec2_attribute_boolean_value *ena_support;
};
/* ModifyInstanceMetadataOptionsRequest */
struct ec2_modify_instance_metadata_options_request {
    const char *instance_id;
    const char *http_tokens;
    struct opt_int http_put_response_hop_limit;
    const char *http_endpoint;
    struct opt_bool dry_run;
    const char *http_protocol_ipv6;
    const char *instance_metadata_tags;
};
/* ModifyInstanceMetadataOptionsResult */
struct ec2_modify_instance_metadata_options_result {
    const char *instance_id;
    struct ec2_instance_metadata_options_response *instance_metadata_options;
};
/* ModifyNetworkInterfaceAttributeRequest */
struct ec2_modify_network_interface_attribute_request {
    struct ec2_ena_srd_specification *ena_srd_specification;
    struct opt_bool enable_primary_ipv6;
    struct ec2_connection_tracking_specification_request *connection_tracking_specification;
    struct opt_bool associate_public_ip_address;
    VEC(const char *) associated_subnet_ids;
    struct opt_bool dry_run;
    const char *network_interface_id;
    struct ec2_attribute_value *description;
    struct ec2_attribute_boolean_value *source_dest_check;
    VEC(const char *) groups;
    struct ec2_network_interface_attachment_changes *attachment;
};
/* ModifySubnetAttributeRequest */
struct ec2_modify_subnet_attribute_request {
    struct ec2_attribute_boolean_value *assign_ipv6_address_on_creation;
    struct ec2_attribute_boolean_value *map_public_ip_on_launch;
    const char *subnet_id;
    struct ec2_attribute_boolean_value *map_customer_owned_ip_on_launch;
    const char *customer_owned_ipv4_pool;
    struct ec2_attribute_boolean_value *enable_dns64;
    const char *private_dns_hostname_type_on_launch;
    struct ec2_attribute_boolean_value *enable_resource_name_dns_a_record_on_launch;
    struct ec2_attribute_boolean_value *enable_resource_name_dns_aaaa_record_on_launch;
    struct opt_int enable_lni_at_device_index;
    struct ec2_attribute_boolean_value *disable_lni_at_device_index;
};
/* ModifyVpcAttributeRequest */
struct ec2_modify_vpc_attribute_request {
    struct ec2_attribute_boolean_value *enable_dns_hostnames;
    struct ec2_attribute_boolean_value *enable_dns_support;
    const char *vpc_id;
    struct ec2_attribute_boolean_value *enable_network_address_usage_metrics;
};
/* ModifyVpcEndpointRequest */
struct ec2_modify_vpc_endpoint_request {
    struct opt_bool dry_run;
    const char *vpc_endpoint_id;
    struct opt_bool reset_policy;
    const char *policy_document;
    VEC(const char *) add_route_table_ids;
    VEC(const char *) remove_route_table_ids;
    VEC(const char *) add_subnet_ids;
    VEC(const char *) remove_subnet_ids;
    VEC(const char *) add_security_group_ids;
    VEC(const char *) remove_security_group_ids;
    const char *ip_address_type;
    struct ec2_dns_options_specification *dns_options;
    struct opt_bool private_dns_enabled;
    VEC(struct ec2_subnet_configuration) subnet_configurations;
};
/* ModifyVpcEndpointResult */
struct ec2_modify_vpc_endpoint_result {
    struct opt_bool return_;
};
/* Monitoring */
struct ec2_monitoring {
    const char *state;
};
/* NetworkAcl */
struct ec2_network_acl {
    VEC(struct ec2_network_acl_association) associations;
    VEC(struct ec2_network_acl_entry) entries;
    struct opt_bool is_default;
    const char *network_acl_id;
    VEC(struct ec2_tag) tags;
    const char *vpc_id;
    const char *owner_id;
};
/* NetworkAclAssociation */
struct ec2_network_acl_association {
    const char *network_acl_association_id;
    const char *network_acl_id;
    const char *subnet_id;
};
/* NetworkAclEntry */
struct ec2_network_acl_entry {
    const char *cidr_block;
    struct opt_bool egress;
    struct ec2_icmp_type_code *icmp_type_code;
    const char *ipv6_cidr_block;
    struct ec2_port_range *port_range;
    const char *protocol;
    const char *rule_action;
    struct opt_int rule_number;
};
/* NetworkCardInfo */
struct ec2_network_card_info {
    struct opt_int network_card_index;
    const char *network_performance;
    struct opt_int maximum_network_interfaces;
    struct opt_int additional_flexible_network_interfaces;
    struct opt_double baseline_bandwidth_in_gbps;
    struct opt_double peak_bandwidth_in_gbps;
    struct opt_int default_ena_queue_count_per_interface;
    struct opt_int maximum_ena_queue_count;
    struct opt_int maximum_ena_queue_count_per_interface;
};
/* NetworkInfo */
struct ec2_network_info {
    const char *network_performance;
    struct opt_int maximum_network_interfaces;
    struct opt_int maximum_network_cards;
    struct opt_int default_network_card_index;
    VEC(struct ec2_network_card_info) network_cards;
    struct opt_int ipv4_addresses_per_interface;
    struct opt_int ipv6_addresses_per_interface;
    struct opt_bool ipv6_supported;
    const char *ena_support;
    struct opt_bool efa_supported;
    struct ec2_efa_info *efa_info;
    struct opt_bool encryption_in_transit_supported;
    struct opt_bool ena_srd_supported;
    VEC(const char *) bandwidth_weightings;
    const char *flexible_ena_queues_support;
    struct ec2_default_connection_tracking_configuration *connection_tracking_configuration;
    struct opt_bool secondary_network_supported;
    struct opt_int maximum_secondary_network_interfaces;
    struct opt_int ipv4_addresses_per_secondary_interface;
};
/* NetworkInterface */
struct ec2_network_interface {
    struct ec2_network_interface_association *association;
    struct ec2_network_interface_attachment *attachment;
    const char *availability_zone;
    struct ec2_connection_tracking_configuration *connection_tracking_configuration;
    const char *description;
    VEC(struct ec2_group_identifier) groups;
    const char *interface_type;
    VEC(struct ec2_network_interface_ipv6_address) ipv6_addresses;
    const char *mac_address;
    const char *network_interface_id;
    const char *outpost_arn;
    const char *owner_id;
    const char *private_dns_name;
    const char *public_dns_name;
    struct ec2_public_ip_dns_name_options *public_ip_dns_name_options;
    const char *private_ip_address;
    VEC(struct ec2_network_interface_private_ip_address) private_ip_addresses;
    VEC(struct ec2_ipv4_prefix_specification) ipv4_prefixes;
    VEC(struct ec2_ipv6_prefix_specification) ipv6_prefixes;
    const char *requester_id;
    struct opt_bool requester_managed;
    struct opt_bool source_dest_check;
    const char *status;
    const char *subnet_id;
    VEC(struct ec2_tag) tag_set;
    const char *vpc_id;
    struct opt_bool deny_all_igw_traffic;
    struct opt_bool ipv6_native;
    const char *ipv6_address;
    struct ec2_operator_response *operator;
    VEC(const char *) associated_subnets;
    const char *availability_zone_id;
};
/* NetworkInterfaceAssociation */
struct ec2_network_interface_association {
    const char *allocation_id;
    const char *association_id;
    const char *ip_owner_id;
    const char *public_dns_name;
    const char *public_ip;
    const char *customer_owned_ip;
    const char *carrier_ip;
};
/* NetworkInterfaceAttachment */
struct ec2_network_interface_attachment {
    struct opt_time attach_time;
    const char *attachment_id;
    struct opt_bool delete_on_termination;
    struct opt_int device_index;
    struct opt_int network_card_index;
    const char *instance_id;
    const char *instance_owner_id;
    const char *status;
    struct ec2_attachment_ena_srd_specification *ena_srd_specification;
    struct opt_int ena_queue_count;
};
/* NetworkInterfaceAttachmentChanges */
struct ec2_network_interface_attachment_changes {
    struct opt_bool default_ena_queue_count;
    struct opt_int ena_queue_count;
    const char *attachment_id;
    struct opt_bool delete_on_termination;
};
/* NetworkInterfaceIpv6Address */
struct ec2_network_interface_ipv6_address {
    const char *ipv6_address;
    const char *public_ipv6_dns_name;
    struct opt_bool is_primary_ipv6;
};
/* NetworkInterfacePrivateIpAddress */
struct ec2_network_interface_private_ip_address {
    struct ec2_network_interface_association *association;
    struct opt_bool primary;
    const char *private_dns_name;
    const char *private_ip_address;
};
/* NeuronDeviceCoreInfo */
struct ec2_neuron_device_core_info {
    struct opt_int count;
    struct opt_int version;
};
/* NeuronDeviceInfo */
struct ec2_neuron_device_info {
    struct opt_int count;
    const char *name;
    struct ec2_neuron_device_core_info *core_info;
    struct ec2_neuron_device_memory_info *memory_info;
};
/* NeuronDeviceMemoryInfo */
struct ec2_neuron_device_memory_info {
    struct opt_int size_in_mi_b;
};
/* NeuronInfo */
struct ec2_neuron_info {
    VEC(struct ec2_neuron_device_info) neuron_devices;
    struct opt_int total_neuron_device_memory_in_mi_b;
};
/* NitroTpmInfo */
struct ec2_nitro_tpm_info {
    VEC(const char *) supported_versions;
};
/* OperatorRequest */
struct ec2_operator_request {
    const char *principal;
};
/* OperatorResponse */
struct ec2_operator_response {
    struct opt_bool managed;
    const char *principal;
    struct opt_bool hidden_by_default;
};
/* Placement */
struct ec2_placement {
    const char *availability_zone_id;
    const char *affinity;
    const char *group_name;
    struct opt_int partition_number;
    const char *host_id;
    const char *tenancy;
    const char *spread_domain;
    const char *host_resource_group_arn;
    const char *group_id;
    const char *availability_zone;
};
/* PlacementGroupInfo */
struct ec2_placement_group_info {
    VEC(const char *) supported_strategies;
};
/* PortRange */
struct ec2_port_range {
    struct opt_int from;
    struct opt_int to;
};
/* PrefixList */
struct ec2_prefix_list {
    VEC(const char *) cidrs;
    const char *prefix_list_id;
    const char *prefix_list_name;
};
/* PrefixListId */
struct ec2_prefix_list_id {
    const char *description;
    const char *prefix_list_id;
};
/* PrivateDnsDetails */
struct ec2_private_dns_details {
    const char *private_dns_name;
};
/* PrivateDnsNameOptionsOnLaunch */
struct ec2_private_dns_name_options_on_launch {
    const char *hostname_type;
    struct opt_bool enable_resource_name_dns_a_record;
    struct opt_bool enable_resource_name_dns_aaaa_record;
};
/* PrivateDnsNameOptionsRequest */
struct ec2_private_dns_name_options_request {
    const char *hostname_type;
    struct opt_bool enable_resource_name_dns_a_record;
    struct opt_bool enable_resource_name_dns_aaaa_record;
};
/* PrivateDnsNameOptionsResponse */
struct ec2_private_dns_name_options_response {
    const char *hostname_type;
    struct opt_bool enable_resource_name_dns_a_record;
    struct opt_bool enable_resource_name_dns_aaaa_record;
};
/* PrivateIpAddressSpecification */
struct ec2_private_ip_address_specification {
    struct opt_bool primary;
    const char *private_ip_address;
};
/* ProcessorInfo */
struct ec2_processor_info {
    VEC(const char *) supported_architectures;
    struct opt_double sustained_clock_speed_in_ghz;
    VEC(const char *) supported_features;
    const char *manufacturer;
};
/* ProductCode */
struct ec2_product_code {
    const char *product_code_id;
    const char *product_code_type;
};
/* PropagatingVgw */
struct ec2_propagating_vgw {
    const char *gateway_id;
};
/* PtrUpdateStatus */
struct ec2_ptr_update_status {
    const char *value;
    const char *status;
    const char *reason;
};
/* PublicIpDnsNameOptions */
struct ec2_public_ip_dns_name_options {
    const char *dns_hostname_type;
    const char *public_ipv4_dns_name;
    const char *public_ipv6_dns_name;
    const char *public_dual_stack_dns_name;
};
/* RebootInstancesRequest */
struct ec2_reboot_instances_request {
    VEC(const char *) instance_ids;
    struct opt_bool dry_run;
};
/* ReferencedSecurityGroup */
struct ec2_referenced_security_group {
    const char *group_id;
    const char *peering_status;
    const char *user_id;
    const char *vpc_id;
    const char *vpc_peering_connection_id;
};
/* Region */
struct ec2_region {
    const char *opt_in_status;
    VEC(struct ec2_region_geography) geography;
    const char *region_name;
    const char *endpoint;
};
/* RegionGeography */
struct ec2_region_geography {
    const char *name;
};
/* ReleaseAddressRequest */
struct ec2_release_address_request {
    const char *allocation_id;
    const char *public_ip;
    const char *network_border_group;
    struct opt_bool dry_run;
};
/* ReplaceNetworkAclAssociationRequest */
struct ec2_replace_network_acl_association_request {
    struct opt_bool dry_run;
    const char *association_id;
    const char *network_acl_id;
};
/* ReplaceNetworkAclAssociationResult */
struct ec2_replace_network_acl_association_result {
    const char *new_association_id;
};
/* ReplaceNetworkAclEntryRequest */
struct ec2_replace_network_acl_entry_request {
    struct opt_bool dry_run;
    const char *network_acl_id;
    struct opt_int rule_number;
    const char *protocol;
    const char *rule_action;
    struct opt_bool egress;
    const char *cidr_block;
    const char *ipv6_cidr_block;
    struct ec2_icmp_type_code *icmp_type_code;
    struct ec2_port_range *port_range;
};
/* ReplaceRouteRequest */
struct ec2_replace_route_request {
    const char *destination_prefix_list_id;
    const char *vpc_endpoint_id;
    struct opt_bool local_target;
    const char *transit_gateway_id;
    const char *local_gateway_id;
    const char *carrier_gateway_id;
    const char *core_network_arn;
    const char *odb_network_arn;
    struct opt_bool dry_run;
    const char *route_table_id;
    const char *destination_cidr_block;
    const char *gateway_id;
    const char *destination_ipv6_cidr_block;
    const char *egress_only_internet_gateway_id;
    const char *instance_id;
    const char *network_interface_id;
    const char *vpc_peering_connection_id;
    const char *nat_gateway_id;
};
/* ReplaceRouteTableAssociationRequest */
struct ec2_replace_route_table_association_request {
    struct opt_bool dry_run;
    const char *association_id;
    const char *route_table_id;
};
/* ReplaceRouteTableAssociationResult */
struct ec2_replace_route_table_association_result {
    const char *new_association_id;
    struct ec2_route_table_association_state *association_state;
};
/* Reservation */
struct ec2_reservation {
    const char *reservation_id;
    const char *owner_id;
    const char *requester_id;
    VEC(struct ec2_group_identifier) groups;
    VEC(struct ec2_instance) instances;
};
/* ResetNetworkInterfaceAttributeRequest */
struct ec2_reset_network_interface_attribute_request {
    struct opt_bool dry_run;
    const char *network_interface_id;
    const char *source_dest_check;
};
/* RevokeSecurityGroupEgressRequest */
struct ec2_revoke_security_group_egress_request {
    VEC(const char *) security_group_rule_ids;
    struct opt_bool dry_run;
    const char *group_id;
    const char *source_security_group_name;
    const char *source_security_group_owner_id;
    const char *ip_protocol;
    struct opt_int from_port;
    struct opt_int to_port;
    const char *cidr_ip;
    VEC(struct ec2_ip_permission) ip_permissions;
};
/* RevokeSecurityGroupEgressResult */
struct ec2_revoke_security_group_egress_result {
    struct opt_bool return_;
    VEC(struct ec2_ip_permission) unknown_ip_permissions;
    VEC(struct ec2_revoked_security_group_rule) revoked_security_group_rules;
};
/* RevokeSecurityGroupIngressRequest */
struct ec2_revoke_security_group_ingress_request {
    const char *cidr_ip;
    struct opt_int from_port;
    const char *group_id;
    const char *group_name;
    VEC(struct ec2_ip_permission) ip_permissions;
    const char *ip_protocol;
    const char *source_security_group_name;
    const char *source_security_group_owner_id;
    struct opt_int to_port;
    VEC(const char *) security_group_rule_ids;
    struct opt_bool dry_run;
};
/* RevokeSecurityGroupIngressResult */
struct ec2_revoke_security_group_ingress_result {
    struct opt_bool return_;
    VEC(struct ec2_ip_permission) unknown_ip_permissions;
    VEC(struct ec2_revoked_security_group_rule) revoked_security_group_rules;
};
/* RevokedSecurityGroupRule */
struct ec2_revoked_security_group_rule {
    const char *security_group_rule_id;
    const char *group_id;
    struct opt_bool is_egress;
    const char *ip_protocol;
    struct opt_int from_port;
    struct opt_int to_port;
    const char *cidr_ipv4;
    const char *cidr_ipv6;
    const char *prefix_list_id;
    const char *referenced_group_id;
    const char *description;
};
/* Route */
struct ec2_route {
    const char *destination_cidr_block;
    const char *destination_ipv6_cidr_block;
    const char *destination_prefix_list_id;
    const char *egress_only_internet_gateway_id;
    const char *gateway_id;
    const char *instance_id;
    const char *instance_owner_id;
    const char *nat_gateway_id;
    const char *transit_gateway_id;
    const char *local_gateway_id;
    const char *carrier_gateway_id;
    const char *network_interface_id;
    const char *origin;
    const char *state;
    const char *vpc_peering_connection_id;
    const char *core_network_arn;
    const char *odb_network_arn;
    const char *ip_address;
};
/* RouteTable */
struct ec2_route_table {
    VEC(struct ec2_route_table_association) associations;
    VEC(struct ec2_propagating_vgw) propagating_vgws;
    const char *route_table_id;
    VEC(struct ec2_route) routes;
    VEC(struct ec2_tag) tags;
    const char *vpc_id;
    const char *owner_id;
};
/* RouteTableAssociation */
struct ec2_route_table_association {
    struct opt_bool main;
    const char *route_table_association_id;
    const char *route_table_id;
    const char *subnet_id;
    const char *gateway_id;
    const char *public_ipv4_pool;
    struct ec2_route_table_association_state *association_state;
};
/* RouteTableAssociationState */
struct ec2_route_table_association_state {
    const char *state;
    const char *status_message;
};
/* RunInstancesMonitoringEnabled */
struct ec2_run_instances_monitoring_enabled {
    struct opt_bool enabled;
};
/* RunInstancesRequest */
struct ec2_run_instances_request {
    VEC(struct ec2_block_device_mapping) block_device_mappings;
    const char *image_id;
    const char *instance_type;
    struct opt_int ipv6_address_count;
    VEC(struct ec2_instance_ipv6_address) ipv6_addresses;
    const char *kernel_id;
    const char *key_name;
    struct opt_int max_count;
    struct opt_int min_count;
    struct ec2_run_instances_monitoring_enabled *monitoring;
    struct ec2_placement *placement;
    const char *ramdisk_id;
    VEC(const char *) security_group_ids;
    VEC(const char *) security_groups;
    const char *subnet_id;
    const char *user_data;
    VEC(struct ec2_elastic_gpu_specification) elastic_gpu_specification;
    VEC(struct ec2_elastic_inference_accelerator) elastic_inference_accelerators;
    VEC(struct ec2_tag_specification) tag_specifications;
    struct ec2_launch_template_specification *launch_template;
    struct ec2_instance_market_options_request *instance_market_options;
    struct ec2_credit_specification_request *credit_specification;
    struct ec2_cpu_options_request *cpu_options;
    struct ec2_capacity_reservation_specification *capacity_reservation_specification;
    struct ec2_hibernation_options_request *hibernation_options;
    VEC(struct ec2_license_configuration_request) license_specifications;
    struct ec2_instance_metadata_options_request *metadata_options;
    struct ec2_enclave_options_request *enclave_options;
    struct ec2_private_dns_name_options_request *private_dns_name_options;
    struct ec2_instance_maintenance_options_request *maintenance_options;
    struct opt_bool disable_api_stop;
    struct opt_bool enable_primary_ipv6;
    struct ec2_instance_network_performance_options_request *network_performance_options;
    struct ec2_operator_request *operator;
    VEC(struct ec2_instance_secondary_interface_specification_request) secondary_interfaces;
    struct opt_bool dry_run;
    struct opt_bool disable_api_termination;
    const char *instance_initiated_shutdown_behavior;
    const char *private_ip_address;
    const char *client_token;
    const char *additional_info;
    VEC(struct ec2_instance_network_interface_specification) network_interfaces;
    struct ec2_iam_instance_profile_specification *iam_instance_profile;
    struct opt_bool ebs_optimized;
};
/* SecurityGroup */
struct ec2_security_group {
    const char *group_id;
    VEC(struct ec2_ip_permission) ip_permissions_egress;
    VEC(struct ec2_tag) tags;
    const char *vpc_id;
    const char *security_group_arn;
    const char *owner_id;
    const char *group_name;
    const char *description;
    VEC(struct ec2_ip_permission) ip_permissions;
};
/* SecurityGroupIdentifier */
struct ec2_security_group_identifier {
    const char *group_id;
    const char *group_name;
};
/* SecurityGroupRule */
struct ec2_security_group_rule {
    const char *security_group_rule_id;
    const char *group_id;
    const char *group_owner_id;
    struct opt_bool is_egress;
    const char *ip_protocol;
    struct opt_int from_port;
    struct opt_int to_port;
    const char *cidr_ipv4;
    const char *cidr_ipv6;
    const char *prefix_list_id;
    struct ec2_referenced_security_group *referenced_group_info;
    const char *description;
    VEC(struct ec2_tag) tags;
    const char *security_group_rule_arn;
};
/* ServiceDetail */
struct ec2_service_detail {
    const char *service_name;
    const char *service_id;
    VEC(struct ec2_service_type_detail) service_type;
    const char *service_region;
    VEC(const char *) availability_zone_ids;
    VEC(const char *) availability_zones;
    const char *owner;
    VEC(const char *) base_endpoint_dns_names;
    const char *private_dns_name;
    VEC(struct ec2_private_dns_details) private_dns_names;
    struct opt_bool vpc_endpoint_policy_supported;
    struct opt_bool acceptance_required;
    struct opt_bool manages_vpc_endpoints;
    const char *payer_responsibility;
    VEC(struct ec2_tag) tags;
    const char *private_dns_name_verification_state;
    VEC(const char *) supported_ip_address_types;
};
/* ServiceTypeDetail */
struct ec2_service_type_detail {
    const char *service_type;
};
/* SpotMarketOptions */
struct ec2_spot_market_options {
    const char *max_price;
    const char *spot_instance_type;
    struct opt_int block_duration_minutes;
    struct opt_time valid_until;
    const char *instance_interruption_behavior;
};
/* StartInstancesRequest */
struct ec2_start_instances_request {
    VEC(const char *) instance_ids;
    const char *additional_info;
    struct opt_bool dry_run;
};
/* StartInstancesResult */
struct ec2_start_instances_result {
    VEC(struct ec2_instance_state_change) starting_instances;
};
/* StateReason */
struct ec2_state_reason {
    const char *code;
    const char *message;
};
/* StopInstancesRequest */
struct ec2_stop_instances_request {
    VEC(const char *) instance_ids;
    struct opt_bool hibernate;
    struct opt_bool skip_os_shutdown;
    struct opt_bool dry_run;
    struct opt_bool force;
};
/* StopInstancesResult */
struct ec2_stop_instances_result {
    VEC(struct ec2_instance_state_change) stopping_instances;
};
/* Subnet */
struct ec2_subnet {
    const char *availability_zone_id;
    struct opt_int enable_lni_at_device_index;
    struct opt_bool map_customer_owned_ip_on_launch;
    const char *customer_owned_ipv4_pool;
    const char *owner_id;
    struct opt_bool assign_ipv6_address_on_creation;
    VEC(struct ec2_subnet_ipv6_cidr_block_association) ipv6_cidr_block_association_set;
    VEC(struct ec2_tag) tags;
    const char *subnet_arn;
    const char *outpost_arn;
    struct opt_bool enable_dns64;
    struct opt_bool ipv6_native;
    struct ec2_private_dns_name_options_on_launch *private_dns_name_options_on_launch;
    struct ec2_block_public_access_states *block_public_access_states;
    const char *type;
    const char *subnet_id;
    const char *state;
    const char *vpc_id;
    const char *cidr_block;
    struct opt_int available_ip_address_count;
    const char *availability_zone;
    struct opt_bool default_for_az;
    struct opt_bool map_public_ip_on_launch;
};
/* SubnetCidrBlockState */
struct ec2_subnet_cidr_block_state {
    const char *state;
    const char *status_message;
};
/* SubnetConfiguration */
struct ec2_subnet_configuration {
    const char *subnet_id;
    const char *ipv4;
    const char *ipv6;
};
/* SubnetIpPrefixes */
struct ec2_subnet_ip_prefixes {
    const char *subnet_id;
    VEC(const char *) ip_prefixes;
};
/* SubnetIpv6CidrBlockAssociation */
struct ec2_subnet_ipv6_cidr_block_association {
    const char *association_id;
    const char *ipv6_cidr_block;
    struct ec2_subnet_cidr_block_state *ipv6_cidr_block_state;
    const char *ipv6_address_attribute;
    const char *ip_source;
};
/* Tag */
struct ec2_tag {
    const char *key;
    const char *value;
};
/* TagDescription */
struct ec2_tag_description {
    const char *key;
    const char *resource_id;
    const char *resource_type;
    const char *value;
};
/* TagSpecification */
struct ec2_tag_specification {
    const char *resource_type;
    VEC(struct ec2_tag) tags;
};
/* TerminateInstancesRequest */
struct ec2_terminate_instances_request {
    VEC(const char *) instance_ids;
    struct opt_bool force;
    struct opt_bool skip_os_shutdown;
    struct opt_bool dry_run;
};
/* TerminateInstancesResult */
struct ec2_terminate_instances_result {
    VEC(struct ec2_instance_state_change) terminating_instances;
};
/* UnassignIpv6AddressesRequest */
struct ec2_unassign_ipv6_addresses_request {
    VEC(const char *) ipv6_prefixes;
    const char *network_interface_id;
    VEC(const char *) ipv6_addresses;
};
/* UnassignIpv6AddressesResult */
struct ec2_unassign_ipv6_addresses_result {
    const char *network_interface_id;
    VEC(const char *) unassigned_ipv6_addresses;
    VEC(const char *) unassigned_ipv6_prefixes;
};
/* UnsuccessfulItem */
struct ec2_unsuccessful_item {
    struct ec2_unsuccessful_item_error *error;
    const char *resource_id;
};
/* UnsuccessfulItemError */
struct ec2_unsuccessful_item_error {
    const char *code;
    const char *message;
};
/* UserIdGroupPair */
struct ec2_user_id_group_pair {
    const char *description;
    const char *user_id;
    const char *group_name;
    const char *group_id;
    const char *vpc_id;
    const char *vpc_peering_connection_id;
    const char *peering_status;
};
/* VCpuInfo */
struct ec2_v_cpu_info {
    struct opt_int default_v_cpus;
    struct opt_int default_cores;
    struct opt_int default_threads_per_core;
    VEC(struct opt_int) valid_cores;
    VEC(struct opt_int) valid_threads_per_core;
};
/* Volume */
struct ec2_volume {
    const char *availability_zone_id;
    const char *outpost_arn;
    const char *source_volume_id;
    struct opt_int iops;
    VEC(struct ec2_tag) tags;
    const char *volume_type;
    struct opt_bool fast_restored;
    struct opt_bool multi_attach_enabled;
    struct opt_int throughput;
    const char *sse_type;
    struct ec2_operator_response *operator;
    struct opt_int volume_initialization_rate;
    const char *volume_id;
    struct opt_int size;
    const char *snapshot_id;
    const char *availability_zone;
    const char *state;
    struct opt_time create_time;
    VEC(struct ec2_volume_attachment) attachments;
    struct opt_bool encrypted;
    const char *kms_key_id;
};
/* VolumeAttachment */
struct ec2_volume_attachment {
    struct opt_bool delete_on_termination;
    const char *associated_resource;
    const char *instance_owning_service;
    struct opt_int ebs_card_index;
    const char *volume_id;
    const char *instance_id;
    const char *device;
    const char *state;
    struct opt_time attach_time;
};
/* Vpc */
struct ec2_vpc {
    const char *owner_id;
    const char *instance_tenancy;
    VEC(struct ec2_vpc_ipv6_cidr_block_association) ipv6_cidr_block_association_set;
    VEC(struct ec2_vpc_cidr_block_association) cidr_block_association_set;
    struct opt_bool is_default;
    struct ec2_vpc_encryption_control *encryption_control;
    VEC(struct ec2_tag) tags;
    struct ec2_block_public_access_states *block_public_access_states;
    const char *vpc_id;
    const char *state;
    const char *cidr_block;
    const char *dhcp_options_id;
};
/* VpcCidrBlockAssociation */
struct ec2_vpc_cidr_block_association {
    const char *association_id;
    const char *cidr_block;
    struct ec2_vpc_cidr_block_state *cidr_block_state;
};
/* VpcCidrBlockState */
struct ec2_vpc_cidr_block_state {
    const char *state;
    const char *status_message;
};
/* VpcEncryptionControl */
struct ec2_vpc_encryption_control {
    const char *vpc_id;
    const char *vpc_encryption_control_id;
    const char *mode;
    const char *state;
    const char *state_message;
    struct ec2_vpc_encryption_control_exclusions *resource_exclusions;
    VEC(struct ec2_tag) tags;
};
/* VpcEncryptionControlConfiguration */
struct ec2_vpc_encryption_control_configuration {
    const char *mode;
    const char *internet_gateway_exclusion;
    const char *egress_only_internet_gateway_exclusion;
    const char *nat_gateway_exclusion;
    const char *virtual_private_gateway_exclusion;
    const char *vpc_peering_exclusion;
    const char *lambda_exclusion;
    const char *vpc_lattice_exclusion;
    const char *elastic_file_system_exclusion;
};
/* VpcEncryptionControlExclusion */
struct ec2_vpc_encryption_control_exclusion {
    const char *state;
    const char *state_message;
};
/* VpcEncryptionControlExclusions */
struct ec2_vpc_encryption_control_exclusions {
    struct ec2_vpc_encryption_control_exclusion *internet_gateway;
    struct ec2_vpc_encryption_control_exclusion *egress_only_internet_gateway;
    struct ec2_vpc_encryption_control_exclusion *nat_gateway;
    struct ec2_vpc_encryption_control_exclusion *virtual_private_gateway;
    struct ec2_vpc_encryption_control_exclusion *vpc_peering;
    struct ec2_vpc_encryption_control_exclusion *lambda;
    struct ec2_vpc_encryption_control_exclusion *vpc_lattice;
    struct ec2_vpc_encryption_control_exclusion *elastic_file_system;
};
/* VpcEndpoint */
struct ec2_vpc_endpoint {
    const char *vpc_endpoint_id;
    const char *vpc_endpoint_type;
    const char *vpc_id;
    const char *service_name;
    const char *state;
    const char *policy_document;
    VEC(const char *) route_table_ids;
    VEC(const char *) subnet_ids;
    VEC(struct ec2_security_group_identifier) groups;
    const char *ip_address_type;
    struct ec2_dns_options *dns_options;
    struct opt_bool private_dns_enabled;
    struct opt_bool requester_managed;
    VEC(const char *) network_interface_ids;
    VEC(struct ec2_dns_entry) dns_entries;
    struct opt_time creation_timestamp;
    VEC(struct ec2_tag) tags;
    const char *owner_id;
    struct ec2_last_error *last_error;
    VEC(struct ec2_subnet_ip_prefixes) ipv4_prefixes;
    VEC(struct ec2_subnet_ip_prefixes) ipv6_prefixes;
    const char *failure_reason;
    const char *service_network_arn;
    const char *resource_configuration_arn;
    const char *service_region;
};
/* VpcIpv6CidrBlockAssociation */
struct ec2_vpc_ipv6_cidr_block_association {
    const char *association_id;
    const char *ipv6_cidr_block;
    struct ec2_vpc_cidr_block_state *ipv6_cidr_block_state;
    const char *network_border_group;
    const char *ipv6_pool;
    const char *ipv6_address_attribute;
    const char *ip_source;
};

#endif
