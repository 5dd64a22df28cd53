/* SPDX-License-Identifier: Apache-2.0 */
#include "host/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/rootfs.h"
#include "host/space.h"

enum { WORDS_MAX = 192, TRUST_MAX = 1 << 20 };

#define PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const struct {
    const char *path, *text;
} files[] = {
    {"/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ntcpdump:x:72:72::/:/usr/sbin/nologin\n"
                    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"},
    {"/etc/group", "root:x:0:\ntty:x:5:\ntcpdump:x:72:\nnogroup:x:65534:\n"},
    {"/etc/nsswitch.conf",
     "passwd: files\ngroup: files\nhosts: files dns\nprotocols: files\nservices: files\n"},
    {"/etc/hosts", "127.0.0.1 localhost\n"},
    {"/etc/hostname", "internet\n"},
    {"/etc/resolv.conf", "nameserver 8.8.8.8\nnameserver 1.1.1.1\noptions timeout:2 attempts:3\n"},
};

/* Of the machine's /etc: what programs need to start, without names, keys or addresses. */
static const char *const machines[] = {
    "alternatives", "bash.bashrc", "ethertypes", "gai.conf",        "host.conf", "inputrc",
    "iproute2",     "ld.so.cache", "ld.so.conf", "ld.so.conf.d",    "localtime", "magic",
    "mime.types",   "os-release",  "perl",       "protocols",       "python3",   "python3.11",
    "rpc",          "services",    "terminfo",   "ssl/openssl.cnf",
};

struct words {
    char text[8192];
    const char *argv[WORDS_MAX + MESSAGE_ARGS_MAX + 1];
    size_t used, count;
};

/* Lists of ours: what does not fit is a bug. */
static void add(struct words *w, const char *word) {
    if (w->count + 1 >= WORDS_MAX)
        abort();
    w->argv[w->count++] = word;
}

static void add_all(struct words *w, const char *const *words) {
    for (; *words != NULL; words++)
        add(w, *words);
}

static void add_text(struct words *w, const char *a, const char *b) {
    char *at = w->text + w->used;
    size_t room = sizeof(w->text) - w->used;
    int n = snprintf(at, room, "%s%s", a, b);

    if ((size_t)n >= room)
        abort();
    w->used += (size_t)n + 1;
    add(w, at);
}

/* --file: bubblewrap reads it from a descriptor. */
static int add_file(struct words *w, const char *path, const void *data, size_t length) {
    int fd = memfd_create("room", 0);
    char number[16];

    if (fd < 0 || fd_write_all(fd, data, length) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return -1;
    snprintf(number, sizeof(number), "%d", fd);
    add(w, "--file");
    add_text(w, number, "");
    add(w, path);
    return 0;
}

static int furnish(struct words *w) {
    char *trust = NULL;
    size_t length = 0;
    int r = 0;

    add_all(w, (const char *const[]){"bwrap",
                                     "--die-with-parent",
                                     "--unshare-pid",
                                     "--unshare-uts",
                                     "--unshare-ipc",
                                     "--hostname",
                                     "internet",
                                     "--cap-drop",
                                     "ALL",
                                     "--cap-add",
                                     "CAP_NET_RAW",
                                     "--cap-add",
                                     "CAP_NET_ADMIN",
                                     "--cap-add",
                                     "CAP_NET_BIND_SERVICE",
                                     "--cap-add",
                                     "CAP_SETUID",
                                     "--cap-add",
                                     "CAP_SETGID",
                                     "--cap-add",
                                     "CAP_KILL",
                                     "--cap-add",
                                     "CAP_CHOWN",
                                     "--cap-add",
                                     "CAP_FOWNER",
                                     "--cap-add",
                                     "CAP_DAC_OVERRIDE",
                                     "--ro-bind",
                                     "/usr",
                                     "/usr",
                                     "--symlink",
                                     "usr/bin",
                                     "/bin",
                                     "--symlink",
                                     "usr/sbin",
                                     "/sbin",
                                     "--symlink",
                                     "usr/lib",
                                     "/lib",
                                     "--symlink",
                                     "usr/lib64",
                                     "/lib64",
                                     "--dir",
                                     "/etc",
                                     "--dir",
                                     "/home",
                                     "--perms",
                                     "0700",
                                     "--dir",
                                     "/root",
                                     "--dir",
                                     "/var/lib",
                                     "--dir",
                                     "/var/log",
                                     "--perms",
                                     "1777",
                                     "--dir",
                                     "/var/tmp",
                                     "--perms",
                                     "1777",
                                     "--tmpfs",
                                     "/tmp",
                                     "--dir",
                                     "/run",
                                     "--ro-bind",
                                     SPACE_BIN,
                                     SPACE_BIN,
                                     "--proc",
                                     "/proc",
                                     "--dev",
                                     "/dev",
                                     NULL});
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        add(w, "--ro-bind-try");
        add_text(w, "/etc/", machines[i]);
        add_text(w, "/etc/", machines[i]);
    }
    for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++)
        r = add_file(w, files[i].path, files[i].text, strlen(files[i].text));
    if (r == 0 && fd_read_file(SPACE_HOME "/ca/ca.crt", TRUST_MAX, &trust, &length) == 0)
        r = add_file(w, ROOTFS_TRUST, trust, length);
    free(trust);
    return r;
}

static void set_environment(char **envp, const char *region) {
    clearenv();
    setenv("PATH", PATH, 1);
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    setenv("SHELL", "/bin/bash", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("AWS_REGION", region, 1);
    setenv("AWS_DEFAULT_REGION", region, 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1); /* there is none out here */
    for (const char *const *v = rootfs_trust_environment; *v != NULL; v += 2)
        setenv(v[0], v[1], 1);
    for (; *envp != NULL; envp++)
        putenv(*envp);
}

int room_become(struct message *m, const char *region, int filter) {
    static struct words w;
    char *argv[MESSAGE_ARGS_MAX + 1], *envp[MESSAGE_ARGS_MAX + 1];
    const char *directory = m->u.exec.directory;
    char number[16];

    message_exec_vectors(m, argv, envp);
    if (furnish(&w) < 0)
        return 126;
    snprintf(number, sizeof(number), "%d", filter);
    add_all(&w, (const char *const[]){"--seccomp", number, "--chdir",
                                      directory[0] != '\0' ? directory : "/root", "--", NULL});
    memcpy(&w.argv[w.count], argv, sizeof(char *) * (m->u.exec.argument_count + 1U));
    set_environment(envp, region);
    execv("/usr/bin/bwrap", (char *const *)(void *)w.argv);
    return 127;
}
