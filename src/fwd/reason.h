/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason: every way in which a packet can end, in one list.
 *
 * X(symbol, stable name, sentence, AWS Reachability Analyzer explanation code or "")
 * Names are part of counters, answers and logs: add at the end, never rename.
 */
#ifndef VPCBOX_FWD_REASON_H
#define VPCBOX_FWD_REASON_H

#define FWD_REASONS(X)                                                                                       \
    X(OK, "ok", "delivered", "")                                                                             \
    X(ANSWERED, "answered", "answered by the network itself", "")                                            \
    X(MALFORMED, "malformed", "the packet's headers are broken", "")                                         \
    X(IPV6, "ipv6", "IPv6 is carried inside a VPC only, for now", "UNSUPPORTED_COMPONENT")                   \
    X(ETHERTYPE, "ethertype", "neither IPv4 nor ARP", "PROTOCOL_RESTRICTION")                                \
    X(UNKNOWN_PORT, "unknown-port", "it came from a port that the network does not have",                    \
      "UNASSOCIATED_COMPONENT")                                                                              \
    X(SPOOFED_MAC, "spoofed-mac", "the source MAC is not the interface's", "ENI_ADDRESS_RESTRICTION")        \
    X(SPOOFED_IP, "spoofed-ip",                                                                              \
      "the source address is not the interface's and its source/destination check is on",                    \
      "ENI_ADDRESS_RESTRICTION")                                                                             \
    X(MULTICAST, "multicast", "multicast and broadcast are not carried", "UNKNOWN_DESTINATION")              \
    X(ARP_UNKNOWN, "arp-unknown", "nobody has the address that was asked for", "UNKNOWN_DESTINATION")        \
    X(ARP_IGNORED, "arp-ignored", "an ARP message that changes nothing", "")                                 \
    X(L2_UNKNOWN, "l2-unknown", "no interface of the subnet has the destination MAC", "UNKNOWN_DESTINATION") \
    X(LINK_LOCAL, "link-local", "no service listens at this link-local or reserved address and port",        \
      "UNKNOWN_DESTINATION")                                                                                 \
    X(DNS_DISABLED, "dns-disabled", "DNS support is off in this VPC", "UNKNOWN_DESTINATION")                 \
    X(SG_NO_RULES, "sg-no-rules", "the interface's security groups have no rule in this direction",          \
      "SG_HAS_NO_RULES")                                                                                     \
    X(SG_MISMATCH, "sg-mismatch", "no rule of the interface's security groups allows it",                    \
      "ENI_SG_RULES_MISMATCH")                                                                               \
    X(SG_REFERENCE_LOST, "sg-reference-lost",                                                                \
      "rules allow a security group, but the packet no longer carries an address of its members",            \
      "SG_REFERENCES_NOT_PRESERVED")                                                                         \
    X(ACL_DENY, "acl-deny", "the subnet's network ACL denies it", "SUBNET_ACL_RESTRICTION")                  \
    X(NO_ROUTE, "no-route", "the subnet's route table has no route to the destination",                      \
      "NO_ROUTE_TO_DESTINATION")                                                                             \
    X(BLACKHOLE, "blackhole", "the route's target is gone or unusable (blackhole)", "BAD_STATE_ROUTE")       \
    X(UNSUPPORTED_TARGET, "unsupported-target", "this kind of route target is not supported yet",            \
      "UNSUPPORTED_COMPONENT")                                                                               \
    X(NO_SUCH_ADDRESS, "no-such-address", "no interface of the VPC has the destination address",             \
      "UNKNOWN_DESTINATION")                                                                                 \
    X(ENI_DOWN, "eni-down", "the destination's instance is not running", "BAD_STATE")                        \
    X(DEST_CHECK, "dest-check",                                                                              \
      "the destination address is not the interface's and its source/destination check is on",               \
      "ENI_SOURCE_DEST_CHECK_RESTRICTION")                                                                   \
    X(IGW_NO_PUBLIC_IP, "igw-no-public-ip", "the source has no public address for the internet gateway",     \
      "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")                                                                \
    X(IGW_SOURCE_NOT_IN_VPC, "igw-source-not-in-vpc", "the source is not an interface of the gateway's VPC", \
      "GATEWAY_REJECTS_SPOOFED_TRAFFIC")                                                                     \
    X(IGW_PRIVATE_DESTINATION, "igw-private-destination",                                                    \
      "the internet gateway refuses private destinations (RFC 1918)",                                        \
      "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS")                                                       \
    X(IGW_SHARED_DESTINATION, "igw-shared-destination",                                                      \
      "the internet gateway refuses shared destinations (RFC 6598)",                                         \
      "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS")                                                       \
    X(IGW_PRIVATE_SOURCE, "igw-private-source", "the internet gateway refuses private sources (RFC 1918)",   \
      "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS")                                                           \
    X(IGW_SHARED_SOURCE, "igw-shared-source", "the internet gateway refuses shared sources (RFC 6598)",      \
      "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS")                                                           \
    X(IGW_UNMAPPED, "igw-unmapped", "no interface has the public destination address",                       \
      "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS")                                                              \
    X(IGW_DETACHED, "igw-detached", "the destination's VPC has no internet gateway attached", "NO_PATH")     \
    X(ENDPOINT_PROTOCOL, "endpoint-protocol", "a gateway endpoint carries only TCP and ICMP echo",           \
      "VPCE_GATEWAY_PROTOCOL_RESTRICTION")                                                                   \
    X(ENDPOINT_SOURCE, "endpoint-source", "the source is not an interface of the endpoint's VPC",            \
      "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION")                                                      \
    X(ENDPOINT_ONE_WAY, "endpoint-one-way", "services open no connections into a VPC",                       \
      "VPCE_INTRA_VPC_TRAFFIC")                                                                              \
    X(DOOR_PROTOCOL, "door-protocol", "AWS services take only TCP, UDP and ICMP echo",                       \
      "PROTOCOL_RESTRICTION")                                                                                \
    X(TOO_BIG, "too-big", "larger than the path's MTU", "")                                                  \
    X(FRAGMENT, "fragment", "a fragment whose first part was not seen or not allowed", "")                   \
    X(TABLE_FULL, "table-full", "the connection table is full", "")                                          \
    X(NO_PORTS, "no-ports", "no translation port is free", "")                                               \
    X(NO_ROOM, "no-room", "the buffer is too small for the answer", "")                                      \
    X(DHCP_IGNORED, "dhcp-ignored", "a DHCP message that needs no answer", "")                               \
    X(PENDING_FULL, "pending-full", "the packet belongs to more connections than one packet may", "")        \
    X(HOPS, "hops", "the packet went through more hops than one packet may: routes lead in a circle", "")    \
    X(ND_IGNORED, "nd-ignored", "neighbour discovery that changes nothing", "")

enum fwd_reason {
#define X(symbol, name, text, code) FWD_##symbol,
    FWD_REASONS(X)
#undef X
        FWD_REASON_COUNT
};

const char *fwd_reason_name(enum fwd_reason reason);
const char *fwd_reason_text(enum fwd_reason reason);
const char *fwd_reason_code(enum fwd_reason reason); /* AWS's explanation code, or "" */

#endif
