/* SPDX-License-Identifier: Apache-2.0 */
#include "host/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/tree.h"

#define DONE "var/lib/cloud/instance/sem/config_ssh"
#define CONNECT_COMMAND "opt/aws/bin/eic_run_authorized_keys"

enum { EC2_USER = 1000 };

static const struct {
    const char *path;
    mode_t mode;
} folders[] = {
    {"etc/ssh", 0755},     {"home/ec2-user/.ssh", 0700}, {"opt/aws", 0755},
    {"opt/aws/bin", 0755}, {"root/.ssh", 0700},
};

static const struct {
    const char *path, *text;
    mode_t mode;
} files[] = {
    {"etc/ssh/sshd_config",
     "HostKey /etc/ssh/ssh_host_ed25519_key\n"
     "PermitRootLogin prohibit-password\n"
     "PasswordAuthentication no\n"
     "KbdInteractiveAuthentication no\n"
     "AuthorizedKeysFile .ssh/authorized_keys\n"
     "AuthorizedKeysCommand /" CONNECT_COMMAND " %u\n"
     "AuthorizedKeysCommandUser ec2-instance-connect\n"
     "UsePAM no\n"
     "PrintMotd no\n"
     "AcceptEnv LANG LC_*\n"
     "Subsystem sftp internal-sftp\n",
     0600},
    {CONNECT_COMMAND,
     "#!/bin/sh\n"
     "# The keys that EC2 Instance Connect lends this user now.\n"
     "imds=http://169.254.169.254/latest\n"
     "token=$(curl -sf -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 5' $imds/api/token) || exit 0\n"
     "curl -sf -m 2 -H \"X-aws-ec2-metadata-token: $token\" "
     "\"$imds/meta-data/managed-ssh-keys/active-keys/$1\" || exit 0\n",
     0755},
    {"etc/systemd/system/sshd.service",
     "[Unit]\nDescription=OpenSSH server daemon\nAfter=network.target\n\n"
     "[Service]\nType=simple\n"
     "ExecStartPre=/bin/sh -c 'test -e /etc/ssh/ssh_host_ed25519_key || "
     "ssh-keygen -q -t ed25519 -N \"\" -C \"\" -f /etc/ssh/ssh_host_ed25519_key'\n"
     "ExecStart=/usr/sbin/sshd -D\nExecReload=/bin/kill -HUP $MAINPID\nRestart=on-failure\nRestartSec=42\n\n"
     "[Install]\nWantedBy=multi-user.target\n",
     0644},
};

/* A box of one user id has no other owner to give it: then it stays root's, which sshd takes as well. */
static void give_to_user(int root, const char *folder, const char *name) {
    int at = tree_open(root, folder);

    if (at < 0)
        return;
    if (fchownat(at, name, EC2_USER, EC2_USER, AT_SYMLINK_NOFOLLOW) < 0 && errno != EINVAL)
        errno = 0;
    close(at);
}

static int put_keys(int root, const char *key) {
    char text[MESSAGE_KEY_BYTES + 256];
    int r;

    if (*key == '\0')
        return 0;
    snprintf(text, sizeof(text), "%s\n", key);
    r = tree_make_file(root, "home/ec2-user/.ssh/authorized_keys", text, strlen(text), 0600);
    give_to_user(root, "home/ec2-user", ".ssh");
    give_to_user(root, "home/ec2-user/.ssh", "authorized_keys");
    snprintf(
        text, sizeof(text),
        "no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command=\"echo 'Please login as the user "
        "\\\"ec2-user\\\" rather than the user \\\"root\\\".';echo;sleep 10;exit 142\" %s\n",
        key);
    return r < 0 ? r : tree_make_file(root, "root/.ssh/authorized_keys", text, strlen(text), 0600);
}

int ssh_make(int root, const struct message_instance_start *start, const char **ret_what) {
    int r = 0;

    if (!tree_lacks(root, DONE))
        return 0;
    for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        *ret_what = folders[i].path;
        r = tree_make_folder(root, folders[i].path, folders[i].mode);
    }
    for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
        *ret_what = files[i].path;
        r = tree_make_file(root, files[i].path, files[i].text, strlen(files[i].text), files[i].mode);
    }
    if (r == 0) {
        *ret_what = "home/ec2-user/.ssh";
        r = put_keys(root, start->public_key);
    }
    if (r == 0 && start->public_key[0] != '\0' && access("/usr/sbin/sshd", X_OK) == 0)
        r = tree_make_link(root, "etc/systemd/system/multi-user.target.wants/sshd.service",
                           "../sshd.service");
    if (r == 0)
        r = tree_make_file(root, DONE, "", 0, 0644);
    return tree_in_the_way(r) ? 0 : r;
}
