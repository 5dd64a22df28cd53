/* SPDX-License-Identifier: Apache-2.0 */
/* An instance's tree as its root may leave it: a boot writes nothing outside of it, and it can be removed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/rootfs.h"
#include "host/tree.h"

static const char *const places[] = {
    "etc",
    "etc/ssl",
    "etc/ssl/certs",
    "etc/pki",
    "etc/pki/tls",
    "etc/pki/tls/certs",
    "etc/hostname",
    "etc/resolv.conf",
    "etc/environment",
    "etc/machine-id",
    "etc/passwd",
    "etc/systemd",
    "etc/systemd/system",
    "etc/.vpcbox-made",
    "etc/security",
    "etc/ssl/certs/ca-certificates.crt",
    "usr-upper",
    "usr-upper/bin",
    "usr-upper/local",
    "usr-upper/bin/sudo",
    "var",
    "var/lib",
    "var/lib/cloud",
    "var/tmp",
    "var/lib/cloud/instance",
    "home",
    "home/ec2-user",
    "root",
    "a",
    "a/b",
    "var/lib/cloud/instance/user-data.txt",
    "var/lib/cloud/instance/sem",
};
enum { PLACES = sizeof(places) / sizeof(places[0]) };

static char work[] = "/dev/shm/vpcbox-fuzz-tree-XXXXXX";
static int base = -1;

static void clean(void) {
    int tmp = open("/dev/shm", O_RDONLY | O_DIRECTORY);

    tree_remove(tmp, strrchr(work, '/') + 1);
    close(tmp);
}

static void begin(void) {
    if (base < 0) {
        if (mkdtemp(work) == NULL || (base = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
            abort();
        atexit(clean);
        if (mkdirat(base, "out", 0755) < 0 || tree_make_file(base, "out/kept", "kept", 4, 0600) < 0)
            abort();
    }
    if (mkdirat(base, "in", 0755) < 0)
        abort();
}

/* The folder that a place is in; what followed links here would itself leave the tree. */
static int folder_of(int in, const char *place, const char **ret_name) {
    const char *slash = strrchr(place, '/');
    char folder[64] = ".";

    if (slash != NULL)
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - place), place);
    *ret_name = slash != NULL ? slash + 1 : place;
    return tree_open(in, folder);
}

static void dig(int at, const char *name, unsigned levels) {
    char deep[256];

    memset(deep, 'd', sizeof(deep) - 1);
    deep[255] = '\0';
    at = tree_open(at, name);
    for (unsigned i = 0; at >= 0 && i < levels; i++) {
        int next = mkdirat(at, deep, 0755) < 0 && errno != EEXIST ? -1 : tree_open(at, deep);

        close(at);
        at = next;
    }
    if (at >= 0)
        close(at);
}

/* One thing in the place of what is there, as the instance's root could put it. */
static void plant(int in, uint8_t what, const char *place, const char *other) {
    const char *name, *source;
    int at = folder_of(in, place, &name), from = folder_of(in, other, &source);
    char out[64];

    snprintf(out, sizeof(out), "%s/out", work);
    if (at >= 0 && what % 9 != 8 && unlinkat(at, name, 0) < 0 && errno == EISDIR)
        tree_remove(at, name);
    switch (what % 9) {
    case 0:
        symlinkat(out, at, name);
        break;
    case 1:
        symlinkat(other, at, name);
        break;
    case 2:
        symlinkat("../../../../../../../../../../../../dev/full", at, name);
        break;
    case 3:
        mkfifoat(at, name, 0600);
        break;
    case 4:
        mkdirat(at, name, what & 0x80 ? 0 : 0755);
        break;
    case 5:
        linkat(base, "out/kept", at, name, 0);
        break;
    case 6:
        renameat(from, source, at, name);
        break;
    case 7:
        mknodat(at, name, S_IFCHR | 0666, 0x0103);
        break;
    default:
        dig(at, name, what);
    }
    if (at >= 0)
        close(at);
    if (from >= 0)
        close(from);
}

static void check_outside(void) {
    int out = openat(base, "out", O_RDONLY | O_DIRECTORY);
    DIR *list = fdopendir(out);
    char text[8] = "";
    int n = 0, kept = openat(base, "out/kept", O_RDONLY | O_NOFOLLOW);
    struct stat st;

    if (list == NULL || kept < 0 || fstat(out, &st) < 0 || (st.st_mode & 07777) != 0755)
        abort();
    while (readdir(list) != NULL)
        n++;
    if (n != 3 || read(kept, text, sizeof(text)) != 4 || memcmp(text, "kept", 4) != 0)
        abort();
    close(kept);
    closedir(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct message_instance_start start = {.hostname = "fuzzed"};
    char folder[64];
    struct rootfs fs = {folder, &start, "data", 4, "trust", 5, "us-east-1", -1};
    const char *what;
    int in;

    begin();
    snprintf(folder, sizeof(folder), "%s/in", work);
    in = openat(base, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i + 3 <= size && i < 60; i += 3) {
        if (data[i] != 0xff)
            plant(in, data[i], places[data[i + 1] % PLACES], places[data[i + 2] % PLACES]);
        else if (rootfs_make(&fs, &what) < 0)
            abort();
    }
    rootfs_make(&fs, &what);
    rootfs_make(&fs, &what);
    check_outside();
    close(in);
    if (tree_remove(base, "in") < 0)
        abort();
    check_outside();
    return 0;
}
