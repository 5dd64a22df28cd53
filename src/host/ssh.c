/* SPDX-License-Identifier: Apache-2.0 */
#include "host/ssh.h"

#include <string.h>
#include <unistd.h>

#include "host/tree.h"

#define CONNECT_COMMAND "opt/aws/bin/eic_run_authorized_keys"

static const char *const folders[] = {"etc/ssh", "etc/ssh/sshd_config.d", "opt/aws", "opt/aws/bin"};

static const struct {
    const char *path, *text;
    mode_t mode;
} files[] = {
    {"etc/ssh/sshd_config.d/60-ec2-instance-connect.conf",
     "AuthorizedKeysCommand /" CONNECT_COMMAND " %u\n"
     "AuthorizedKeysCommandUser ec2-instance-connect\n",
     0644},
    {CONNECT_COMMAND,
     "#!/bin/sh\n"
     "# The keys that EC2 Instance Connect lends this user now.\n"
     "imds=http://169.254.169.254/latest\n"
     "token=$(curl -sf -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 5' $imds/api/token) || exit 0\n"
     "curl -sf -m 2 -H \"X-aws-ec2-metadata-token: $token\" "
     "\"$imds/meta-data/managed-ssh-keys/active-keys/$1\" || exit 0\n",
     0755},
};

int ssh_make(int root, const struct message_instance_start *start, const char **ret_what) {
    int r = 0;

    if (!tree_lacks(root, CONNECT_COMMAND))
        return 0;
    for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        *ret_what = folders[i];
        r = tree_make_folder(root, folders[i], 0755);
    }
    for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
        *ret_what = files[i].path;
        r = tree_make_file(root, files[i].path, files[i].text, strlen(files[i].text), files[i].mode);
    }
    if (r == 0 && start->ssh_key && access("/usr/sbin/sshd", X_OK) == 0)
        r = tree_make_link(root, "etc/systemd/system/multi-user.target.wants/sshd.service",
                           "../sshd.service");
    return tree_in_the_way(r) ? 0 : r;
}
