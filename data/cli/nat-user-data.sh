#!/bin/bash
# A NAT instance: forward, and masquerade what leaves by the interface of the default route.
set -eu
sysctl -w net.ipv4.ip_forward=1
echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-nat.conf || true
command -v iptables > /dev/null || dnf install -y iptables-nft
device=$(ip -o -4 route show to default | awk '{ print $5; exit }')
iptables -t nat -A POSTROUTING -o "$device" -j MASQUERADE
iptables -P FORWARD ACCEPT
