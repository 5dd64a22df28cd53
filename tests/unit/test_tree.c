/* SPDX-License-Identifier: Apache-2.0 */
/* What the box does in a tree whose owner is hostile: nothing outside changes, nothing hangs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/rootfs.h"
#include "host/tree.h"

static char work[] = "/tmp/vpcbox-tree-XXXXXX";
static int base, inside, outside; /* folders: work, work/inside, work/outside */

static int set_up(void **state) {
    (void)state;
    memcpy(work + sizeof(work) - 7, "XXXXXX", 6);
    if (mkdtemp(work) == NULL)
        return -1;
    base = open(work, O_RDONLY | O_DIRECTORY);
    mkdirat(base, "inside", 0755);
    mkdirat(base, "outside", 0755);
    inside = openat(base, "inside", O_RDONLY | O_DIRECTORY);
    outside = openat(base, "outside", O_RDONLY | O_DIRECTORY);
    alarm(60);
    return inside < 0 || outside < 0 ? -1 : tree_make_file(outside, "kept", "kept", 4, 0644);
}

static int tear_down(void **state) {
    const char *name = strrchr(work, '/') + 1;
    int tmp = open("/tmp", O_RDONLY | O_DIRECTORY), r;

    (void)state;
    alarm(0);
    close(base);
    close(inside);
    close(outside);
    r = tree_remove(tmp, name);
    close(tmp);
    return r;
}

static void same_text(int at, const char *path, const char *expected) {
    char text[64] = "";
    int fd = openat(at, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_true(read(fd, text, sizeof(text) - 1) >= 0);
    close(fd);
    assert_string_equal(text, expected);
}

static int count(int at) {
    DIR *list = fdopendir(openat(at, ".", O_RDONLY | O_DIRECTORY));
    int n = -2; /* . and .. */

    assert_non_null(list);
    while (readdir(list) != NULL)
        n++;
    closedir(list);
    return n;
}

static void outside_is_as_it_was(void) {
    struct stat st;

    assert_int_equal(count(outside), 1);
    same_text(outside, "kept", "kept");
    assert_int_equal(fstat(outside, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
}

/* Every way out of the tree that a name can be, on the way and at the end. */
static void no_link_is_followed(void **state) {
    char absolute[64];

    (void)state;
    snprintf(absolute, sizeof(absolute), "%s/outside", work);
    symlinkat(absolute, inside, "absolute");
    symlinkat("../outside", inside, "relative");
    symlinkat("/proc/self/cwd", inside, "magic");
    symlinkat("absolute", inside, "twice");
    symlinkat("self", inside, "self");
    mkdirat(inside, "folder", 0755);
    symlinkat("folder", inside, "within");
    for (const char *const *name =
             (const char *const[]){"absolute", "relative", "magic", "twice", "self", "within", NULL};
         *name != NULL; name++) {
        char path[64];

        snprintf(path, sizeof(path), "%s/new", *name);
        assert_int_equal(tree_open(inside, *name), -ELOOP);
        assert_int_equal(tree_put(inside, path, "x", 1, 0644), -ELOOP);
        assert_int_equal(tree_make_file(inside, path, "x", 1, 0644), -ELOOP);
        assert_int_equal(tree_make_folder(inside, path, 01777), -ELOOP);
        assert_int_equal(tree_make_link(inside, path, "x"), -ELOOP);
        snprintf(path, sizeof(path), "%s/kept", *name);
        assert_true(tree_lacks(inside, path));
        /* As the last name it is a name like any other. */
        assert_int_equal(tree_make_file(inside, *name, "x", 1, 0644), 0);
        assert_int_equal(tree_make_folder(inside, *name, 01777), 0);
        assert_int_equal(tree_put(inside, *name, "mine", 4, 0600), 0);
        same_text(inside, *name, "mine");
    }
    assert_int_equal(tree_put(inside, "../outside/new", "x", 1, 0644), -EXDEV);
    assert_int_equal(tree_open(inside, "/tmp"), -EXDEV);
    outside_is_as_it_was();
}

static void nothing_there_is_opened(void **state) {
    int fifo = mkfifoat(inside, "fifo", 0600), sock = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    (void)state;
    assert_int_equal(fifo, 0);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/inside/socket", work);
    assert_int_equal(bind(sock, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(linkat(outside, "kept", inside, "second", 0), 0);
    mknodat(inside, "device", S_IFCHR | 0666, 0x0103);
    symlinkat("/dev/zero", inside, "zero");
    mkdirat(inside, "folder", 0755);
    for (const char *const *name = (const char *const[]){"fifo", "socket", "second", "device", "zero", NULL};
         *name != NULL; name++) {
        char path[64];

        assert_int_equal(tree_make_file(inside, *name, "x", 1, 0644), 0); /* what is there stays */
        snprintf(path, sizeof(path), "%s/new", *name);
        assert_true(tree_put(inside, path, "x", 1, 0644) < 0);
        assert_int_equal(tree_put(inside, *name, "mine", 4, 0600), 0);
        same_text(inside, *name, "mine");
    }
    assert_int_equal(tree_put(inside, "folder", "x", 1, 0644), -EISDIR);
    assert_true(tree_in_the_way(-EISDIR) && !tree_in_the_way(-ENOSPC));
    /* The name that a file is written under is taken. */
    mkfifoat(inside, ".a.vpcbox", 0600);
    mkdirat(inside, ".b.vpcbox", 0700);
    symlinkat("../outside/new", inside, ".c.vpcbox");
    assert_int_equal(tree_put(inside, "a", "mine", 4, 0600), 0);
    assert_int_equal(tree_put(inside, "b", "mine", 4, 0600), -EEXIST);
    assert_int_equal(tree_put(inside, "c", "mine", 4, 0600), 0);
    same_text(inside, "c", "mine");
    outside_is_as_it_was();
    close(sock);
}

/* A program that changes folder and link as fast as it can while files are made and the tree is removed. */
static void races_lead_nowhere(void **state) {
    unsigned refused = 0, made = 0;
    pid_t pid;

    (void)state;
    mkdirat(inside, "a", 0755);
    mkdirat(inside, "a/b", 0755);
    symlinkat("../outside", inside, "link");
    pid = fork();
    if (pid == 0)
        for (;;)
            renameat2(inside, "a", inside, "link", RENAME_EXCHANGE);
    for (unsigned i = 0; i < 3000; i++) {
        int r = tree_put(inside, "a/new", "x", 1, 0644);

        assert_true(r == 0 || tree_in_the_way(r));
        made += r == 0;
        refused += r < 0;
        r = tree_make_folder(inside, "a/c", 01777);
        assert_true(r == 0 || tree_in_the_way(r));
    }
    assert_true(made > 0 && refused > 0);
    tree_remove(base, "inside");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    tree_remove(base, "inside");
    assert_int_equal(faccessat(base, "inside", F_OK, AT_SYMLINK_NOFOLLOW), -1);
    outside_is_as_it_was();
}

static void any_tree_can_be_removed(void **state) {
    enum { DEEP = 6000, WIDE = 2000 };
    char name[256], text[32];
    int at = dup(inside), next;

    (void)state;
    memset(name, 'n', 255);
    name[255] = '\0';
    for (unsigned i = 0; i < DEEP; i++) {
        assert_int_equal(mkdirat(at, i % 2 == 0 ? name : ".1", 0755), 0);
        next = openat(at, i % 2 == 0 ? name : ".1", O_RDONLY | O_DIRECTORY);
        assert_true(next >= 0);
        symlinkat("../../../outside", at, "link");
        linkat(outside, "kept", at, "kept", 0);
        if (i % 100 == 0)
            fchmod(at, 0);
        close(at);
        at = next;
    }
    close(at);
    for (unsigned i = 0; i < WIDE; i++) {
        snprintf(text, sizeof(text), ".%u", i); /* names as those that folders are lifted to */
        mkdirat(inside, text, i % 3 == 0 ? 0 : 0700);
        snprintf(text, sizeof(text), ".%u/%u", i, i);
        mkdirat(inside, text, 0755);
    }
    mkfifoat(inside, "fifo", 0);
    fchmod(inside, 0);
    assert_int_equal(tree_remove(base, "inside"), 0);
    assert_int_equal(faccessat(base, "inside", F_OK, AT_SYMLINK_NOFOLLOW), -1);
    symlinkat("outside", base, "inside");
    assert_int_equal(tree_remove(base, "inside"), -ENOTDIR);
    outside_is_as_it_was();
}

/* Every path that a boot touches, in turn a link out of the tree, a fifo, a file, a folder or a second name. */
static void a_boot_heeds_no_trap(void **state) {
    static const char *const paths[] = {"etc/ssl",
                                        "etc/ssl/certs",
                                        "etc/pki/tls/certs",
                                        "etc/hostname",
                                        "etc/resolv.conf",
                                        "etc/environment",
                                        "etc/machine-id",
                                        "etc/systemd/system",
                                        "etc/passwd",
                                        "etc/skel",
                                        "etc/ssl/certs/ca-certificates.crt",
                                        "etc/.hostname.vpcbox",
                                        "etc/.vpcbox-made",
                                        "home/ec2-user",
                                        "usr-upper/bin",
                                        "usr-upper/local",
                                        "usr-upper/bin/systemctl",
                                        "var/lib",
                                        "var/lib/cloud",
                                        "var/lib/cloud/instance",
                                        "var/lib/cloud/instance/user-data.txt",
                                        "var/lib/cloud/instance/sem",
                                        "var/tmp"};
    static const struct message_instance_start start = {.hostname = "trapped", .search = "x"};
    char folder[64], target[64];
    struct rootfs fs = {folder, &start, "data", 4, "trust", 5, "us-east-1", -1};
    const char *what = "nothing";

    (void)state;
    snprintf(folder, sizeof(folder), "%s/inside", work);
    snprintf(target, sizeof(target), "%s/outside", work);
    assert_int_equal(rootfs_make(&fs, &what), 0);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        for (unsigned kind = 0; kind < 6; kind++) {
            const char *slash = strrchr(paths[i], '/');
            char parent[64];
            int at, r;

            snprintf(parent, sizeof(parent), "%.*s", (int)(slash - paths[i]), paths[i]);
            at = tree_open(inside, parent);
            assert_true(at >= 0);
            if (unlinkat(at, slash + 1, 0) < 0 && errno == EISDIR)
                tree_remove(at, slash + 1);
            r = kind == 0   ? symlinkat(target, at, slash + 1)
                : kind == 1 ? mkfifoat(at, slash + 1, 0600)
                : kind == 2 ? mkdirat(at, slash + 1, 0)
                : kind == 3 ? linkat(outside, "kept", at, slash + 1, 0)
                : kind == 4 ? symlinkat("/dev/full", at, slash + 1)
                            : tree_make_file(at, slash + 1, "", 0, 0);
            assert_int_equal(r, 0);
            tree_remove(inside, "etc/.vpcbox-made");
            if (strcmp(paths[i], "etc/.vpcbox-made") != 0)
                unlinkat(inside, "etc/.vpcbox-made", 0); /* all of it is looked at again */
            r = rootfs_make(&fs, &what);
            if (r != 0)
                print_error("%s, %u: %s: %s\n", paths[i], kind, what, strerror(-r));
            assert_int_equal(r, 0);
            outside_is_as_it_was();
            if (unlinkat(at, slash + 1, 0) < 0)
                tree_remove(at, slash + 1);
            close(at);
            assert_int_equal(rootfs_make(&fs, &what), 0);
        }
    same_text(inside, "var/lib/cloud/instance/user-data.txt", "data");
    same_text(inside, "etc/ssl/certs/ca-certificates.crt", "trust");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_link_is_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_there_is_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(races_lead_nowhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_tree_can_be_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_boot_heeds_no_trap, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
