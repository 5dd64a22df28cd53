/* SPDX-License-Identifier: Apache-2.0 */
#include "host/control.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

enum { OTHER_MS = 10000, RESTART_MS = 3000 };

static int join(const char *home, const char *name, char out[CONTROL_PATH_BYTES]) {
    return (size_t)snprintf(out, CONTROL_PATH_BYTES, "%s/%s", home, name) < CONTROL_PATH_BYTES
               ? 0
               : -ENAMETOOLONG;
}

int control_home(const char *option, char ret_home[CONTROL_PATH_BYTES]) {
    const char *env = getenv("VPCBOX_HOME"), *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
    char path[CONTROL_PATH_BYTES], here[CONTROL_PATH_BYTES];
    size_t n;

    if (option != NULL && *option != '\0')
        n = (size_t)snprintf(path, sizeof(path), "%s", option);
    else if (env != NULL && *env != '\0')
        n = (size_t)snprintf(path, sizeof(path), "%s", env);
    else if (geteuid() == 0)
        n = (size_t)snprintf(path, sizeof(path), "/var/lib/vpcbox");
    else if (data != NULL && *data == '/')
        n = (size_t)snprintf(path, sizeof(path), "%s/vpcbox", data);
    else
        n = (size_t)snprintf(path, sizeof(path), "%s/.local/share/vpcbox", user != NULL ? user : "");
    while (n > 1 && n < sizeof(path) && path[n - 1] == '/')
        path[--n] = '\0';
    if (n >= sizeof(path))
        return -ENAMETOOLONG;
    if (path[0] == '/') {
        snprintf(ret_home, CONTROL_PATH_BYTES, "%s", path);
        return 0;
    }
    if (getcwd(here, sizeof(here)) == NULL)
        return -errno;
    return join(here, path, ret_home);
}

int control_lock(const char *home, int *ret_fd, pid_t *ret_holder) {
    char path[CONTROL_PATH_BYTES], text[32] = "";
    int r = join(home, "box.lock", path), fd;

    if (r < 0)
        return r;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        r = errno == EWOULDBLOCK ? -EBUSY : -errno;
        if (pread(fd, text, sizeof(text) - 1, 0) > 0)
            *ret_holder = (pid_t)strtol(text, NULL, 10);
        close(fd);
        return r;
    }
    snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, strlen(text), 0) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    /* What a box that was killed left behind must not be taken for ours. */
    if (join(home, "box.json", path) == 0)
        unlink(path);
    *ret_fd = fd;
    return 0;
}

int control_publish(const char *home_seen, const struct control_box *box) {
    char path[CONTROL_PATH_BYTES], text[256];
    int r = join(home_seen, "box.json", path);

    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "{\"pid\":%d,\"port\":%u,\"account\":\"%s\",\"region\":\"%s\"}\n",
             (int)box->pid, box->port, box->account, box->region);
    return fd_replace_file(path, text, strlen(text), 0644);
}

/* The pid of the box that holds the lock; -ENOENT when nobody does. */
static int lock_holder(const char *home, pid_t *ret_pid) {
    char path[CONTROL_PATH_BYTES], text[32] = "";
    int r = join(home, "box.lock", path), fd;

    if (r < 0)
        return r;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES ? -EACCES : -ENOENT;
    if (flock(fd, LOCK_SH | LOCK_NB) == 0)
        r = -ENOENT;
    else if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
        r = -EAGAIN;
    else
        *ret_pid = (pid_t)strtol(text, NULL, 10);
    close(fd);
    return r;
}

int control_find(const char *home, struct control_box *ret_box) {
    char path[CONTROL_PATH_BYTES];
    struct control_box box = {0};
    int r = lock_holder(home, &box.pid);
    json_t *json;

    if (r == 0)
        r = join(home, "box.json", path);
    if (r < 0)
        return r;
    json = json_load_file(path, 0, NULL);
    if (json == NULL)
        return -EAGAIN;
    box.port = (uint16_t)json_integer_value(json_object_get(json, "port"));
    snprintf(box.account, sizeof(box.account), "%s", json_string_value(json_object_get(json, "account")));
    snprintf(box.region, sizeof(box.region), "%s", json_string_value(json_object_get(json, "region")));
    json_decref(json);
    *ret_box = box;
    return 0;
}

static void become_serve(const char *home, char *const *arguments, int ready, int log) {
    char *argv[64] = {(char *)(size_t) "vpcbox", (char *)(size_t) "serve", (char *)(size_t) "--home",
                      (char *)(size_t)home};
    int n = 4, null = open("/dev/null", O_RDONLY);

    while (arguments != NULL && *arguments != NULL && n < 63)
        argv[n++] = *arguments++;
    setsid();
    if (null < 0 || dup2(null, 0) < 0 || dup2(ready, 1) < 0 || dup2(log, 2) < 0)
        _exit(126);
    close_range(3, ~0U, 0);
    execv("/proc/self/exe", argv);
    _exit(127);
}

/* Serve's last words; or what is known of the end of one that had none. */
static void show_log_from(const char *path, off_t from, int status) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool any = false;
    char text[4096];
    ssize_t n;

    while (fd >= 0 && (n = pread(fd, text, sizeof(text), from)) > 0) {
        any = true;
        from += n;
        if (fd_write_all(STDERR_FILENO, text, (size_t)n) < 0)
            break;
    }
    fd_close(&fd);
    if (!any)
        dprintf(STDERR_FILENO, "vpcbox: `vpcbox serve` ended without a word (%s %d)\n",
                WIFSIGNALED(status) ? "signal" : "status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* True once a box that runs or starts already answers; false when there is none. */
static bool wait_for_other(const char *home) {
    struct timespec pause = {.tv_nsec = 5000000};
    struct control_box box;
    int r;

    for (int i = 0; i < OTHER_MS / 5; i++) {
        r = control_find(home, &box);
        if (r != -EAGAIN)
            return r == 0;
        nanosleep(&pause, NULL);
    }
    return false;
}

int control_start(const char *home, char *const *arguments) {
    char path[CONTROL_PATH_BYTES], byte[64];
    int pipe_fds[2], log, r = join(home, "serve.log", path), status = 0, made = 0;
    off_t from;
    pid_t pid;
    ssize_t n;

    if (r < 0)
        return r;
    if (wait_for_other(home))
        return -EBUSY;
    for (char *p = path + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            if (mkdir(path, p[1] != '\0' && strchr(p + 1, '/') != NULL ? 0755 : 0700) < 0 && errno != EEXIST)
                made = -errno;
            *p = '/';
        }
    log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0)
        return errno == ENOENT && made < 0 ? made : -errno;
    from = lseek(log, 0, SEEK_END);
    if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
        r = -errno;
        close(log);
        return r;
    }
    pid = fork();
    if (pid == 0)
        become_serve(home, arguments, pipe_fds[1], log);
    close(pipe_fds[1]);
    close(log);
    n = pid < 0 ? 0 : read(pipe_fds[0], byte, sizeof(byte));
    close(pipe_fds[0]);
    if (n > 0)
        return 0;
    if (pid > 0)
        waitpid(pid, &status, 0);
    if (wait_for_other(home)) /* two started at once, and this one lost */
        return -EBUSY;
    if (pid < 0)
        return -EAGAIN;
    show_log_from(path, from, status);
    return -ECHILD;
}

int control_stop(const char *home, unsigned timeout_ms) {
    struct pollfd p = {.events = POLLIN};
    pid_t pid;
    int r = lock_holder(home, &pid);

    if (r < 0)
        return r;
    p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (p.fd < 0)
        return errno == ESRCH ? 0 : -errno;
    r = syscall(SYS_pidfd_send_signal, p.fd, SIGTERM, NULL, 0) < 0 ? -errno : 0;
    if (r == 0 && poll(&p, 1, (int)timeout_ms) == 0) {
        syscall(SYS_pidfd_send_signal, p.fd, SIGKILL, NULL, 0);
        poll(&p, 1, (int)timeout_ms);
    }
    close(p.fd);
    return r;
}

static int connect_once(const char *home, int *ret_sock) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC), sock, r = 0;

    if (folder < 0)
        return -errno;
    /* Homes may be deeper than a socket's name is long. */
    snprintf(at.sun_path, sizeof(at.sun_path), "/proc/self/fd/%d/admin.sock", folder);
    sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (sock < 0 || connect(sock, (struct sockaddr *)&at, sizeof(at)) < 0)
        r = -errno;
    close(folder);
    if (r < 0)
        fd_close(&sock);
    else
        *ret_sock = sock;
    return r;
}

int control_connect(const char *home, int *ret_sock) {
    const struct timespec pause = {.tv_nsec = 5000000};
    pid_t pid;
    int r = connect_once(home, ret_sock);

    /* Region may be starting anew: then its socket is not there for some milliseconds. */
    for (int i = 0; r < 0 && i < RESTART_MS / 5 && lock_holder(home, &pid) != -ENOENT; i++) {
        nanosleep(&pause, NULL);
        r = connect_once(home, ret_sock);
    }
    return r;
}
