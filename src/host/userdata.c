/* SPDX-License-Identifier: Apache-2.0 */
#include "host/userdata.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "host/cloudconfig.h"
#include "host/init.h"
#include "host/rootfs.h"

#define MARK "/var/lib/cloud/instance/sem/config_scripts_user"
#define SCRIPTS "/var/lib/cloud/instance/scripts"
#define OUTPUT_LOG "/var/log/cloud-init-output.log"

enum { USER_DATA_MAX = 1 << 20 };

static void output_ready(void *context, uint32_t events) {
    struct userdata *u = context;
    char text[8192];
    ssize_t n = read(u->output.fd, text, sizeof(text));

    (void)events;
    if (n > 0) {
        /* The console's reader is host; a full pipe may cost a line, never init's time. */
        if (write(STDOUT_FILENO, text, (size_t)n) < 0 && errno == EPIPE)
            n = 0;
        if (u->log >= 0)
            fd_write_all(u->log, text, (size_t)(n > 0 ? n : 0));
        return;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    loop_remove(u->loop, &u->output);
    close(u->output.fd);
    fd_close(&u->log);
}

static int write_script(const char *path, const char *text, size_t length) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700), r;

    if (fd < 0)
        return -errno;
    r = fd_write_all(fd, text, length);
    close(fd);
    return r;
}

static void become_script(const char *path, int out) {
    char *argv[] = {(char *)(size_t)path, NULL};
    sigset_t none;

    for (int n = 1; n < NSIG; n++)
        signal(n, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    unsetenv(INIT_ENV_INSTANCE);
    if (dup2(out, 1) < 0 || dup2(out, 2) < 0 || chdir("/") < 0)
        _exit(126);
    close_range(3, ~0U, 0);
    execv(path, argv);
    dprintf(2, "cloud-init: %s: %s\n", path, strerror(errno));
    _exit(126);
}

static int run(struct userdata *u, const char *path) {
    int out[2], r;
    pid_t pid;

    if (pipe2(out, O_CLOEXEC) < 0)
        return -errno;
    u->log = open(OUTPUT_LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    pid = fork();
    if (pid == 0)
        become_script(path, out[1]);
    r = pid < 0 ? -errno : 0;
    close(out[1]);
    if (r < 0) {
        close(out[0]);
        return r;
    }
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    u->pid = pid;
    u->output = (struct loop_source){.ready = output_ready, .context = u};
    return loop_add(u->loop, &u->output, out[0], EPOLLIN);
}

/* 1 with a script at path, 0 for nothing to run, negative when what is there cannot be run. */
static int prepare(const char *text, size_t length, const char *path) {
    struct arena a = {0};
    const char *why = NULL;
    char *script;
    int r;

    if (length == 0)
        return 0;
    mkdir(SCRIPTS, 0700);
    if (text_starts(text, "#!")) {
        r = write_script(path, text, length);
    } else if (text_starts(text, "#cloud-config")) {
        r = cloudconfig_script(&a, text, length, &script, &why);
        if (r == 0)
            r = write_script(path, script, strlen(script));
    } else {
        r = -ENOTSUP;
        why = "user data is neither a script (#!) nor #cloud-config";
    }
    if (r < 0)
        dprintf(1, "cloud-init: user data is not run: %s\n", why != NULL ? why : strerror(-r));
    arena_free(&a);
    return r < 0 ? r : 1;
}

void userdata_start(struct userdata *u, struct loop *loop, void (*ended)(void *context, int status),
                    void *context) {
    static const char path[] = SCRIPTS "/part-001";
    char *text;
    size_t length;
    int mark, r;

    *u = (struct userdata){.loop = loop, .ended = ended, .context = context, .log = -1};
    mark = open(MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (mark < 0)
        return;
    close(mark);
    r = fd_read_file(ROOTFS_USER_DATA, USER_DATA_MAX, &text, &length);
    if (r < 0)
        return;
    r = prepare(text, length, path);
    free(text);
    if (r > 0)
        r = run(u, path);
    if (r < 0)
        ended(context, 1);
}

bool userdata_reaped(struct userdata *u, pid_t pid, int status) {
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

    if (u->pid == 0 || pid != u->pid)
        return false;
    u->pid = 0;
    if (u->output.on)
        output_ready(u, 0);
    if (code != 0)
        dprintf(1, "cloud-init: user data ended with status %d\n", code);
    u->ended(u->context, code);
    return true;
}
