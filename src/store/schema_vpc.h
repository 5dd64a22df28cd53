/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_vpc: tables for VPCs, subnets, route tables, groups, ACLs, gateways, endpoints, interfaces.
 * schema.h says how to add one.
 *
 * Every resource that has an id of its own starts with the columns id, account, region (struct
 * network_owned in store/network.h), so that one function finds, scopes and tags all of them.
 * Relations start with a key that is made of their parts, joined by '|'.  An absent reference is NULL.
 */
#ifndef VPCBOX_STORE_SCHEMA_VPC_H
#define VPCBOX_STORE_SCHEMA_VPC_H

/* Which regions of which accounts have had their default VPC made. */
#define REGION_SETUP_COLUMNS(C, I)                                                                           \
    C(TEXT, key) /* account|region */                                                                        \
    C(INT, created_ms)

#define VPC_COLUMNS(C, I)                                                                                    \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    C(TEXT, cidr) /* primary; all of them, with their associations, in vpc_cidr */                           \
    I(INT, is_default)                                                                                       \
    C(INT, dns_support)                                                                                      \
    C(INT, dns_hostnames)                                                                                    \
    C(INT, address_metrics)                                                                                  \
    C(TEXT, dhcp_options_id) /* or "default": none */                                                        \
    C(TEXT, tenancy)

/* Grows with every change of what packets may do in a VPC; row "*" counts for all of them. */
#define VPC_VERSION_COLUMNS(C, I)                                                                            \
    C(TEXT, vpc_id)                                                                                          \
    C(INT, version)

#define VPC_CIDR_COLUMNS(C, I)                                                                               \
    C(TEXT, id) /* vpc-cidr-assoc-… */                                                                     \
    I(TEXT, vpc_id)                                                                                          \
    C(TEXT, cidr)                                                                                            \
    C(INT, is_primary)

#define VPC_CIDR6_COLUMNS(C, I)                                                                              \
    C(TEXT, id) /* vpc-cidr-assoc-… */                                                                     \
    I(TEXT, vpc_id)                                                                                          \
    I(TEXT, cidr) /* IPv6 */

#define DHCP_OPTIONS_COLUMNS(C, I)                                                                           \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    C(INT, is_default)                                                                                       \
    C(TEXT, domain_name)                                                                                     \
    C(TEXT, domain_name_servers) /* comma-separated */

#define SUBNET_COLUMNS(C, I)                                                                                 \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, vpc_id)                                                                                          \
    C(TEXT, cidr)                                                                                            \
    C(TEXT, zone)                                                                                            \
    C(TEXT, zone_id)                                                                                         \
    C(INT, default_for_az)                                                                                   \
    C(INT, map_public_ip)                                                                                    \
    I(TEXT, acl_id)                                                                                          \
    I(TEXT, acl_association_id) /* aclassoc-… */                                                           \
    C(TEXT, hostname_type)      /* ip-name, resource-name */                                                 \
    C(INT, resource_name_a)                                                                                  \
    C(INT, resource_name_aaaa)                                                                               \
    C(TEXT, cidr6)                /* IPv6, NULL: none */                                                     \
    I(TEXT, cidr6_association_id) /* subnet-cidr-assoc-… */                                                \
    C(INT, assign_ipv6)

#define INTERNET_GATEWAY_COLUMNS(C, I)                                                                       \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, vpc_id) /* NULL: detached */

#define ROUTE_TABLE_COLUMNS(C, I)                                                                            \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, vpc_id)

/* Which table a subnet uses; the row with is_main is the VPC's main table and has no subnet. */
#define ROUTE_ASSOCIATION_COLUMNS(C, I)                                                                      \
    C(TEXT, id) /* rtbassoc-… */                                                                           \
    I(TEXT, vpc_id)                                                                                          \
    I(TEXT, route_table_id)                                                                                  \
    I(TEXT, subnet_id)                                                                                       \
    I(TEXT, gateway_id)                                                                                      \
    C(INT, is_main)

#define ROUTE_COLUMNS(C, I)                                                                                  \
    C(TEXT, key) /* route table|destination */                                                               \
    I(TEXT, route_table_id)                                                                                  \
    C(TEXT, vpc_id)                                                                                          \
    C(TEXT, cidr)           /* of either family, or */                                                       \
    C(TEXT, prefix_list_id) /* pl-… */                                                                     \
    I(TEXT, target_id)      /* "local", igw-…, eni-…, vpce-…; an instance's route names its ENI */     \
    I(TEXT, instance_id)    /* given as target, or NULL */                                                   \
    C(TEXT, origin)         /* CreateRouteTable, CreateRoute */

#define NETWORK_ACL_COLUMNS(C, I)                                                                            \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, vpc_id)                                                                                          \
    C(INT, is_default)

#define ACL_ENTRY_COLUMNS(C, I)                                                                              \
    C(TEXT, key) /* ACL|in or out|number in five digits: the order of keys is the order of rules */          \
    I(TEXT, acl_id)                                                                                          \
    C(INT, number)                                                                                           \
    C(INT, egress)                                                                                           \
    C(INT, allow)                                                                                            \
    C(INT, protocol) /* -1: all */                                                                           \
    C(TEXT, cidr)                                                                                            \
    C(TEXT, cidr6)                                                                                           \
    C(INT, from_port) /* TCP, UDP: ports; ICMP: type and code, -1 any */                                     \
    C(INT, to_port)

#define SECURITY_GROUP_COLUMNS(C, I)                                                                         \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, vpc_id)                                                                                          \
    C(TEXT, name)                                                                                            \
    I(TEXT, name_key) /* VPC|name in lower case: unique */                                                   \
    C(TEXT, description)

#define SG_RULE_COLUMNS(C, I)                                                                                \
    C(TEXT, id) /* sgr-… */                                                                                \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, group_id)                                                                                        \
    C(INT, egress)                                                                                           \
    C(TEXT, protocol) /* tcp, udp, icmp, icmpv6, -1, or a number */                                          \
    C(INT, from_port) /* -1: all; ICMP: type and code */                                                     \
    C(INT, to_port)                                                                                          \
    C(TEXT, cidr) /* one of these four */                                                                    \
    C(TEXT, cidr6)                                                                                           \
    C(TEXT, prefix_list_id)                                                                                  \
    I(TEXT, peer_group_id)                                                                                   \
    C(TEXT, description)

#define ENI_COLUMNS(C, I)                                                                                    \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, vpc_id)                                                                                          \
    I(TEXT, subnet_id)                                                                                       \
    I(INT, num) /* the fabric's port and door number: 1 to 2^20 - 1, free again once the ENI is deleted */   \
    C(TEXT, mac)                                                                                             \
    C(TEXT, kind) /* as AWS's InterfaceType: interface, vpc_endpoint */                                      \
    C(TEXT, description)                                                                                     \
    C(TEXT, status) /* available, in-use */                                                                  \
    C(INT, source_dest_check)                                                                                \
    C(TEXT, zone)                                                                                            \
    C(INT, requester_managed)                                                                                \
    C(TEXT, requester_id)                                                                                    \
    I(TEXT, endpoint_id) /* vpce-… for kind vpc_endpoint, else NULL */                                     \
    I(TEXT, instance_id) /* attachment: NULL when there is none */                                           \
    C(TEXT, attachment_id)                                                                                   \
    C(TEXT, attachment_state) /* attaching, detaching; NULL: attached */                                     \
    C(INT, device_index)                                                                                     \
    C(INT, attach_ms)                                                                                        \
    C(INT, delete_on_termination)                                                                            \
    C(INT, created_ms)

#define ENI_ADDRESS_COLUMNS(C, I)                                                                            \
    C(TEXT, key) /* VPC|address */                                                                           \
    I(TEXT, vpc_id)                                                                                          \
    I(TEXT, eni_id)                                                                                          \
    I(TEXT, subnet_id)                                                                                       \
    C(INT, position) /* 0: primary */                                                                        \
    C(TEXT, private_ip)                                                                                      \
    I(TEXT, public_ip)      /* NULL when none */                                                             \
    I(TEXT, allocation_id)  /* Elastic IP; NULL: lent by AWS while the instance runs */                      \
    I(TEXT, association_id) /* eipassoc-… with an Elastic IP */

#define ENI_ADDRESS6_COLUMNS(C, I)                                                                           \
    C(TEXT, key) /* VPC|address */                                                                           \
    I(TEXT, vpc_id)                                                                                          \
    I(TEXT, eni_id)                                                                                          \
    I(TEXT, subnet_id)                                                                                       \
    C(TEXT, ip)

#define ENI_GROUP_COLUMNS(C, I)                                                                              \
    C(TEXT, key) /* ENI|group */                                                                             \
    I(TEXT, eni_id)                                                                                          \
    I(TEXT, group_id)

#define VPC_ENDPOINT_COLUMNS(C, I)                                                                           \
    C(TEXT, id)                                                                                              \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    I(TEXT, vpc_id)                                                                                          \
    I(INT, num)         /* door number: 1 to 2^20 - 1, free again once the endpoint is deleted */            \
    C(TEXT, service)    /* "ssm" of com.amazonaws.<region>.ssm */                                            \
    C(TEXT, type)       /* Gateway, Interface */                                                             \
    C(TEXT, policy)     /* NULL: AWS's default */                                                            \
    C(INT, private_dns) /* Interface */                                                                      \
    C(TEXT, dns_label)  /* Interface: the random part of its own DNS names */                                \
    C(TEXT, dns_ip_type)                                                                                     \
    C(INT, private_dns_inbound_only)                                                                         \
    C(INT, created_ms)

#define ENDPOINT_GROUP_COLUMNS(C, I)                                                                         \
    C(TEXT, key) /* endpoint|group */                                                                        \
    I(TEXT, endpoint_id)                                                                                     \
    I(TEXT, group_id)

#define TAG_COLUMNS(C, I)                                                                                    \
    C(TEXT, key) /* resource|name */                                                                         \
    I(TEXT, resource_id)                                                                                     \
    I(TEXT, account)                                                                                         \
    C(TEXT, region)                                                                                          \
    C(TEXT, resource_type) /* as in TagSpecifications: vpc, security-group-rule */                           \
    C(TEXT, name)                                                                                            \
    C(TEXT, value)

/* A create call's ClientToken and what it made. */
#define CLIENT_TOKEN_COLUMNS(C, I)                                                                           \
    C(TEXT, key)        /* account|region|operation|token */                                                 \
    C(TEXT, parameters) /* hash: the same token with others is a mistake */                                  \
    I(TEXT, resource_id)                                                                                     \
    C(INT, created_ms)

#define STORE_VPC_TABLES(T)                                                                                  \
    T(region_setup, REGION_SETUP_COLUMNS)                                                                    \
    T(vpc, VPC_COLUMNS)                                                                                      \
    T(vpc_version, VPC_VERSION_COLUMNS)                                                                      \
    T(vpc_cidr, VPC_CIDR_COLUMNS)                                                                            \
    T(vpc_cidr6, VPC_CIDR6_COLUMNS)                                                                          \
    T(dhcp_options, DHCP_OPTIONS_COLUMNS)                                                                    \
    T(subnet, SUBNET_COLUMNS)                                                                                \
    T(internet_gateway, INTERNET_GATEWAY_COLUMNS)                                                            \
    T(route_table, ROUTE_TABLE_COLUMNS)                                                                      \
    T(route_association, ROUTE_ASSOCIATION_COLUMNS)                                                          \
    T(route, ROUTE_COLUMNS)                                                                                  \
    T(network_acl, NETWORK_ACL_COLUMNS)                                                                      \
    T(acl_entry, ACL_ENTRY_COLUMNS)                                                                          \
    T(security_group, SECURITY_GROUP_COLUMNS)                                                                \
    T(sg_rule, SG_RULE_COLUMNS)                                                                              \
    T(eni, ENI_COLUMNS)                                                                                      \
    T(eni_address, ENI_ADDRESS_COLUMNS)                                                                      \
    T(eni_address6, ENI_ADDRESS6_COLUMNS)                                                                    \
    T(eni_group, ENI_GROUP_COLUMNS)                                                                          \
    T(vpc_endpoint, VPC_ENDPOINT_COLUMNS)                                                                    \
    T(endpoint_group, ENDPOINT_GROUP_COLUMNS)                                                                \
    T(tag, TAG_COLUMNS)                                                                                      \
    T(client_token, CLIENT_TOKEN_COLUMNS)

#endif
