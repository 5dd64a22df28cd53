/* SPDX-License-Identifier: Apache-2.0 */
#include "host/rootfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "host/defaults.h"
#include "host/space.h"
#include "host/ssh.h"
#include "host/tree.h"

enum { COPY_DEPTH = 8, COPY_MAX_BYTES = 1 << 20 };

static const struct {
    const char *path;
    mode_t mode;
} folders[] = {
    {"etc", 0755},
    {"etc/ssl", 0755},
    {"etc/ssl/certs", 0755},
    {"etc/pki", 0755},
    {"etc/pki/tls", 0755},
    {"etc/pki/tls/certs", 0755},
    {"etc/sysconfig", 0755},
    {"etc/sysctl.d", 0755},
    {"etc/systemd", 0755},
    {"etc/systemd/system", 0755},
    {"etc/systemd/system/multi-user.target.wants", 0755},
    {"home", 0755},
    {"mnt", 0755},
    {"opt", 0755},
    {"root", 0700},
    {"srv", 0755},
    {"sys", 0755},
    {"usr", 0755},
    {"usr-upper", 0755},
    /* Owned by the instance's root where the machine's are nobody's (a box of one user id), so that
     * programs can be put there. */
    {"usr-upper/bin", 0755},
    {"usr-upper/include", 0755},
    {"usr-upper/lib", 0755},
    {"usr-upper/libexec", 0755},
    {"usr-upper/local", 0755},
    {"usr-upper/local/bin", 0755},
    {"usr-upper/local/etc", 0755},
    {"usr-upper/local/lib", 0755},
    {"usr-upper/local/sbin", 0755},
    {"usr-upper/local/share", 0755},
    {"usr-upper/local/src", 0755},
    {"usr-upper/sbin", 0755},
    {"usr-upper/share", 0755},
    {"usr-upper/src", 0755},
    {"usr-work", 0755},
    {"var", 0755},
    {"var/cache", 0755},
    {"var/lib", 0755},
    {"var/lib/cloud", 0755},
    {"var/lib/cloud/instance", 0755},
    {"var/lib/cloud/instance/sem", 0755},
    {"var/lib/misc", 0755},
    {"var/log", 0755},
    {"var/mail", 0755},
    {"var/opt", 0755},
    {"var/spool", 0755},
    {"var/tmp", 01777},
};

/* Of the machine's /etc: tables and defaults of tools, no names, keys or addresses. */
static const char *const harmless[] = {
    "alternatives", "bash.bashrc", "debian_version", "ethertypes", "gai.conf",     "host.conf", "inputrc",
    "iproute2",     "java-*",      "ld.so.cache",    "ld.so.conf", "ld.so.conf.d", "localtime", "login.defs",
    "magic",        "magic.mime",  "mime.types",     "os-release", "pam.conf",     "pam.d",     "perl",
    "protocols",    "python3",     "python3.*",      "rpc",        "security",     "services",  "shells",
    "skel",         "terminfo",    "timezone",       "xattr.conf",
};

static const struct {
    const char *path, *text;
    mode_t mode;
} fresh[] = {
    {"etc/passwd",
     "root:x:0:0:root:/root:/bin/bash\n"
     "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
     "bin:x:2:2:bin:/bin:/usr/sbin/nologin\n"
     "sys:x:3:3:sys:/dev:/usr/sbin/nologin\n"
     "mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n"
     "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
     "sshd:x:74:74:sshd:/run/sshd:/usr/sbin/nologin\n"
     "tcpdump:x:72:72::/:/usr/sbin/nologin\n"
     "ec2-instance-connect:x:998:998::/home/ec2-instance-connect:/sbin/nologin\n"
     "ec2-user:x:1000:1000:EC2 Default User:/home/ec2-user:/bin/bash\n"
     "ssm-user:x:1001:1001::/home/ssm-user:/bin/bash\n"
     "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
     0644},
    {"etc/group",
     "root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:ec2-user\ntty:x:5:\ndisk:x:6:\nmail:x:8:\n"
     "wheel:x:10:ec2-user\nutmp:x:22:\nwww-data:x:33:\nshadow:x:42:\nstaff:x:50:\ntcpdump:x:72:\nsshd:x:74:\n"
     "users:x:100:\nec2-instance-connect:x:998:\nec2-user:x:1000:\nssm-user:x:1001:\nnogroup:x:65534:\n",
     0644},
    {"etc/shadow",
     "root:*:19000:0:99999:7:::\nec2-user:*:19000:0:99999:7:::\nssm-user:*:19000:0:99999:7:::\n", 0600},
    {"etc/nsswitch.conf",
     "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\n"
     "services: files\nethers: files\nrpc: files\n",
     0644},
    {"etc/hosts", "127.0.0.1 localhost localhost.localdomain\n::1 localhost6 localhost6.localdomain6\n",
     0644},
    {"etc/fstab", "", 0644},
    {"etc/sysctl.conf", "", 0644},
    {"etc/profile",
     "export PATH=" ROOTFS_PATH "\n"
     "[ -r /etc/environment ] && set -a && . /etc/environment && set +a\n"
     "[ -n \"$BASH_VERSION\" ] && [ -n \"$PS1\" ] && PS1='[\\u@\\h \\W]\\$ '\n"
     "for f in /etc/profile.d/*.sh; do [ -r \"$f\" ] && . \"$f\"; done\n"
     "unset f\n",
     0644},
    {"etc/systemd/system/amazon-ssm-agent.service",
     "[Unit]\nDescription=amazon-ssm-agent\nAfter=network-online.target\n\n"
     "[Service]\nType=simple\nExecStart=/run/vpcbox/bin/vpcbox ssm-agent\nRestart=always\nRestartSec=1\n"
     "RestartPreventExitStatus=2\n\n"
     "[Install]\nWantedBy=multi-user.target\n",
     0644},
};

static const struct {
    const char *path, *to;
} links[] = {
    {"etc/mtab", "../proc/self/mounts"},
    {"etc/pki/tls/certs/ca-bundle.crt", ROOTFS_TRUST},
    {"etc/ssl/cert.pem", "certs/ca-certificates.crt"},
    {"etc/systemd/system/multi-user.target.wants/amazon-ssm-agent.service", "../amazon-ssm-agent.service"},
    {"var/lock", "/run/lock"},
    {"var/run", "/run"},
};

/* Names in /usr whose machine's version would not work inside: ours answers under the full path too. */
static const char *const shadowed[] = {
    "usr-upper/bin/systemctl",
    "usr-upper/sbin/service",
    "usr-upper/bin/yum",
    "usr-upper/bin/dnf",
    "usr-upper/bin/amazon-linux-extras",
    "usr-upper/bin/sudo",
    "usr-upper/sbin/modprobe",
    "usr-upper/bin/journalctl",
};

const char *const rootfs_trust_environment[] = {
    "AWS_CA_BUNDLE", ROOTFS_TRUST, "REQUESTS_CA_BUNDLE", ROOTFS_TRUST, "NODE_EXTRA_CA_CERTS",
    ROOTFS_TRUST,    NULL,
};

static int copy_file(int from_dir, int to_dir, const char *name) {
    char data[65536];
    struct stat st;
    int from = openat(from_dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), to, r = 0;
    ssize_t n;

    if (from < 0)
        return 0; /* not ours to read: not for the instance either */
    if (fstat(from, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 0004) == 0 ||
        st.st_size > COPY_MAX_BYTES) {
        close(from);
        return 0;
    }
    to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, st.st_mode & 0755);
    if (to < 0)
        r = errno == EEXIST ? 0 : -errno;
    while (to >= 0 && r == 0 && (n = read(from, data, sizeof(data))) > 0)
        r = fd_write_all(to, data, (size_t)n);
    fd_close(&to);
    close(from);
    return r;
}

static int copy_entry(int from_dir, int to_dir, const char *name, int depth);

static int copy_folder(int from_dir, int to_dir, const char *name, int depth) {
    int from = openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), to, r = 0;
    struct dirent *e;
    DIR *list;

    if (from < 0)
        return 0;
    if (mkdirat(to_dir, name, 0755) < 0 && errno != EEXIST) {
        r = -errno;
        close(from);
        return r;
    }
    to = tree_open(to_dir, name);
    list = fdopendir(from);
    if (to < 0)
        r = tree_in_the_way(to) ? 0 : to;
    else if (list == NULL)
        r = -errno;
    while (r == 0 && to >= 0 && list != NULL && (e = readdir(list)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            r = copy_entry(from, to, e->d_name, depth + 1);
    fd_close(&to);
    if (list != NULL)
        closedir(list);
    else
        close(from);
    return r;
}

static int copy_entry(int from_dir, int to_dir, const char *name, int depth) {
    char target[1024];
    struct stat st;
    ssize_t n;

    if (depth > COPY_DEPTH || fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    if (S_ISDIR(st.st_mode))
        return copy_folder(from_dir, to_dir, name, depth);
    if (S_ISREG(st.st_mode))
        return copy_file(from_dir, to_dir, name);
    if (!S_ISLNK(st.st_mode))
        return 0;
    n = readlinkat(from_dir, name, target, sizeof(target) - 1);
    if (n < 0)
        return 0;
    target[n] = '\0';
    return symlinkat(target, to_dir, name) < 0 && errno != EEXIST ? -errno : 0;
}

static int copy_harmless(int root) {
    int from = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), to, r = 0;
    struct dirent *e;
    DIR *list;

    to = tree_open(root, "etc");
    list = from < 0 ? NULL : fdopendir(from);
    while (list != NULL && to >= 0 && r == 0 && (e = readdir(list)) != NULL)
        for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
            if (fnmatch(harmless[i], e->d_name, FNM_PERIOD) == 0) {
                r = copy_entry(from, to, e->d_name, 0);
                break;
            }
    if (r == 0 && list != NULL && to >= 0) {
        int ssl = openat(from, "ssl", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int our_ssl = tree_open(to, "ssl");

        if (ssl >= 0 && our_ssl >= 0)
            r = copy_file(ssl, our_ssl, "openssl.cnf");
        fd_close(&ssl);
        fd_close(&our_ssl);
    }
    if (list != NULL)
        closedir(list);
    fd_close(&to);
    return r;
}

/* What the instance put in the way of a file is its own business: a machine starts all the same. */
static int yield(const struct rootfs *f, const char *path, int r) {
    if (r == 0 || !tree_in_the_way(r))
        return r;
    if (f->console >= 0)
        dprintf(f->console, "vpcbox: /%s is left as it is (%s)\n", path, strerror(-r));
    return 0;
}

static int put(const struct rootfs *f, int root, const char *path, const void *data, size_t length,
               mode_t mode) {
    return yield(f, path, tree_put(root, path, data, length, mode));
}

static int put_identity(const struct rootfs *f, int root) {
    char text[1024], ip[IP4_TEXT_BYTES], id[34];
    const struct message_instance_start *s = f->start;
    int n = 0, r;

    snprintf(text, sizeof(text), "%s\n", s->hostname);
    r = put(f, root, "etc/hostname", text, strlen(text), 0644);
    if (r < 0)
        return r;
    text[0] = '\0';
    if (s->search[0] != '\0')
        n = snprintf(text, sizeof(text), "search %s\n", s->search);
    if (s->resolver.v != 0)
        snprintf(text + n, sizeof(text) - (size_t)n, "nameserver %s\noptions timeout:2 attempts:5\n",
                 ip4_format(s->resolver, ip));
    r = put(f, root, "etc/resolv.conf", text, strlen(text), 0644);
    if (r < 0)
        return r;
    n = snprintf(text, sizeof(text),
                 "PATH=" ROOTFS_PATH "\nLANG=C.UTF-8\nAWS_DEFAULT_REGION=%s\nAWS_REGION=%s\n", f->region,
                 f->region);
    for (const char *const *v = rootfs_trust_environment; *v != NULL; v += 2)
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%s=%s\n", v[0], v[1]);
    r = yield(f, "etc/environment", tree_make_file(root, "etc/environment", text, strlen(text), 0644));
    if (r < 0)
        return r;
    random_hex(id, 32);
    id[32] = '\n';
    r = yield(f, "etc/machine-id", tree_make_file(root, "etc/machine-id", id, 33, 0444));
    if (r == 0)
        r = put(f, root, &ROOTFS_TRUST[1], f->trust, f->trust_bytes, 0644);
    return r < 0 ? r : put(f, root, &ROOTFS_USER_DATA[1], f->user_data, f->user_data_bytes, 0600);
}

static int put_shadowed(int root) {
    for (size_t i = 0; i < sizeof(shadowed) / sizeof(shadowed[0]); i++) {
        char to[64];
        int r;

        snprintf(to, sizeof(to), SPACE_BIN "%s", strrchr(shadowed[i], '/'));
        r = tree_make_link(root, shadowed[i], to);
        if (r < 0 && !tree_in_the_way(r))
            return r;
    }
    return 0;
}

/* What a first boot finds missing; the last file made tells a later one that it need not look at the hundreds before
 * it. */
static int make_fresh(int root, const char **ret_what) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(fresh) / sizeof(fresh[0]); i++) {
        *ret_what = fresh[i].path;
        r = tree_make_file(root, fresh[i].path, fresh[i].text, strlen(fresh[i].text), fresh[i].mode);
        r = tree_in_the_way(r) ? 0 : r;
    }
    for (size_t i = 0; r == 0 && i < sizeof(links) / sizeof(links[0]); i++) {
        *ret_what = links[i].path;
        r = tree_make_link(root, links[i].path, links[i].to);
        r = tree_in_the_way(r) ? 0 : r;
    }
    if (r == 0) {
        *ret_what = "etc";
        r = copy_harmless(root);
        if (r == 0)
            r = defaults_copy(root);
    }
    if (r == 0) {
        *ret_what = "usr-upper";
        r = put_shadowed(root);
    }
    if (r == 0)
        r = tree_make_file(root, "etc/.vpcbox-made", "", 0, 0644);
    return r;
}

int rootfs_make(const struct rootfs *f, const char **ret_what) {
    int root = open(f->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), r = 0;
    const char *what = f->folder;

    if (root < 0) {
        *ret_what = "its folder";
        return -errno;
    }
    for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        what = folders[i].path;
        r = tree_make_folder(root, what, folders[i].mode);
        r = tree_in_the_way(r) ? 0 : r;
    }
    if (r == 0 && tree_lacks(root, "etc/.vpcbox-made"))
        r = make_fresh(root, &what);
    if (r == 0) {
        what = "etc";
        r = put_identity(f, root);
    }
    if (r == 0)
        r = ssh_make(root, f->start, &what);
    close(root);
    if (r < 0)
        *ret_what = what;
    return r;
}

/* Without paths of the machine in it: what is mounted, and from where, is told inside (mountinfo). */
static int mount_overlay(const char *to, const char *lower, const char *upper, const char *work) {
    char options[512];

    snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s,userxattr", lower, upper, work);
    return mount("overlay", to, "overlay", 0, options) < 0 ? -errno : 0;
}

/* The tree again, as a file system of its own: where a folder of a file system is bound, its path is told. */
static bool mount_view(void) {
    static const char *const folders_of_view[] = {ROOTFS_VIEW "/lower", ROOTFS_VIEW "/work",
                                                  ROOTFS_VIEW "/view"};
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = here < 0 ? -errno : 0;

    for (size_t i = 0; r == 0 && i < 3; i++)
        r = tree_make_folder(here, folders_of_view[i], 0755);
    fd_close(&here);
    return r == 0 && mount_overlay(folders_of_view[2], folders_of_view[0], "root", folders_of_view[1]) == 0;
}

int rootfs_mount(const char *folder, struct rootfs_mounts *ret) {
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    int r = 0;

    *ret = (struct rootfs_mounts){.read_only = false};
    if (chdir(folder) < 0)
        return -errno;
    if (mount_overlay("root/usr", SPACE_USR, "root/usr-upper", "root/usr-work") < 0) {
        if (mount(SPACE_USR, "root/usr", NULL, MS_BIND | MS_REC, NULL) < 0)
            r = -errno;
        ret->read_only = true;
    }
    /* A /sys of its own network namespace; a machine that hides parts of its own refuses. */
    if (r == 0 && mount("sysfs", "root/sys", "sysfs", flags, NULL) < 0)
        mount("sysfs", "root/sys", "sysfs", flags | MS_RDONLY, NULL);
    ret->tree = mount_view() ? ROOTFS_VIEW "/view" : "root";
    return chdir("/") < 0 ? -errno : r;
}
