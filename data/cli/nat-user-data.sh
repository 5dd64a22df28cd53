#!/bin/bash
# A NAT instance: forward, and masquerade what leaves by the interface of the default route.  As a
# service, so that it is so again after a stop and start.
set -eu
command -v iptables > /dev/null || dnf install -y iptables-nft

cat > /usr/local/sbin/nat-start <<'SCRIPT'
#!/bin/bash
set -eu
sysctl -q -w net.ipv4.ip_forward=1
device=$(ip -o -4 route show to default | awk '{ print $5; exit }')
iptables -t nat -C POSTROUTING -o "$device" -j MASQUERADE 2> /dev/null ||
    iptables -t nat -A POSTROUTING -o "$device" -j MASQUERADE
iptables -P FORWARD ACCEPT
SCRIPT
chmod 755 /usr/local/sbin/nat-start

cat > /etc/systemd/system/nat.service <<'UNIT'
[Unit]
Description=Forward and masquerade for the private subnets
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/nat-start

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now nat.service
