/* SPDX-License-Identifier: Apache-2.0 */
#include "host/usr.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

enum { SOCK = 3 };

static int map_usr(int user) {
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_RDONLY, .userns_fd = (uint64_t)user};
    int tree = open_tree(AT_FDCWD, "/usr", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), r;

    if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0)
        return tree < 0 ? -errno : tree;
    r = -errno;
    close(tree);
    return r;
}

static void keep_one_capability(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct one[2] = {
        {.effective = 1U << CAP_SYS_ADMIN, .permitted = 1U << CAP_SYS_ADMIN}};

    if (syscall(SYS_capset, &header, one) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        _exit(1);
}

static _Noreturn void serve(int sock) {
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || dup2(sock, SOCK) < 0 ||
        chdir("/") < 0)
        _exit(1);
    close_range(SOCK + 1, ~0U, 0);
    keep_one_capability();
    setsid();
    prctl(PR_SET_NAME, "vpcbox-usr");
    for (;;) {
        int user = -1, tree, r;
        size_t count = 1;
        char byte;

        if (fd_receive(SOCK, &byte, 1, &user, &count) <= 0)
            _exit(0);
        tree = count == 1 ? map_usr(user) : -EINVAL;
        r = tree < 0 ? tree : 0;
        fd_send(SOCK, &r, sizeof(r), &tree, tree >= 0);
        fd_close(&tree);
        fd_close(&user);
    }
}

int usr_serve(void) {
    struct timeval patience = {.tv_sec = 2};
    int pair[2], status;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    pid = fork();
    if (pid == 0) {
        /* A child's child: none of those that host waits for. */
        if (fork() == 0)
            serve(pair[1]);
        _exit(0);
    }
    close(pair[1]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid ||
        setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) {
        close(pair[0]);
        return -ECHILD;
    }
    return pair[0];
}

int usr_ask(int *sock, int user) {
    int tree = -1, r = -ENOTSUP;
    size_t count = 1;
    ssize_t n;

    if (*sock < 0 || fd_send(*sock, "x", 1, &user, 1) < 0)
        return -ENOTSUP;
    n = fd_receive(*sock, &r, sizeof(r), &tree, &count);
    if (n == (ssize_t)sizeof(r) && (r < 0 ? count == 0 : count == 1))
        return r < 0 ? r : tree;
    if (n > 0 && count == 1)
        fd_close(&tree);
    fd_close(sock); /* an answer that comes late would be taken for the next one */
    return -EIO;
}
