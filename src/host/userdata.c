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

#include "base/buf.h"
#include "base/fd.h"
#include "base/text.h"
#include "host/cloudconfig.h"
#include "host/init.h"
#include "host/rootfs.h"
#include "host/userpart.h"

#define MARK "/var/lib/cloud/instance/sem/config_scripts_user"
#define SCRIPTS "/var/lib/cloud/instance/scripts"
#define HOOKS "/var/lib/cloud/instance/boothooks"
#define FINISHED "/var/lib/cloud/instance/boot-finished"
#define OUTPUT_LOG "/var/log/cloud-init-output.log"

enum { USER_DATA_MAX = 1 << 20, STATUS_MAX = 16384 };

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

/* One pipe for all: what a program leaves in the background may print on when it has ended. */
static int open_output(struct userdata *u) {
    int out[2];

    if (u->out >= 0)
        return 0;
    if (pipe2(out, O_CLOEXEC) < 0)
        return -errno;
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    u->out = out[1];
    u->log = open(OUTPUT_LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    u->output = (struct loop_source){.ready = output_ready, .context = u};
    return loop_add(u->loop, &u->output, out[0], EPOLLIN);
}

static int run(struct userdata *u, const char *path) {
    int r = open_output(u);
    pid_t pid;

    if (r < 0)
        return r;
    pid = fork();
    if (pid == 0)
        become_script(path, u->out);
    if (pid < 0)
        return -errno;
    u->pid = pid;
    return 0;
}

/* --- how it goes, for `cloud-init status` --- */

static void tell(const struct userdata *u, bool over) {
    struct buf b = BUF_INIT(STATUS_MAX);

    buf_printf(&b, "{\"v1\": {\"datasource\": \"DataSourceEc2Local\", \"stage\": %s, \"errors\": [",
               over ? "null" : "\"modules-final\"");
    for (size_t i = 0; i < u->error_count; i++) {
        buf_puts(&b, i > 0 ? ", \"" : "\"");
        for (const char *p = u->errors[i]; *p != '\0'; p++)
            buf_printf(&b, *p == '"' || *p == '\\' ? "\\%c" : (unsigned char)*p < 32 ? " " : "%c", *p);
        buf_putc(&b, '"');
    }
    buf_puts(&b, "]}}\n");
    mkdir("/run/cloud-init", 0755);
    fd_replace_file(USERDATA_STATUS, b.data, b.length, 0644);
    if (over) {
        fd_replace_file(USERDATA_RESULT, b.data, b.length, 0644);
        fd_replace_file(FINISHED, "done\n", 5, 0644);
    }
    buf_free(&b);
}

static void failed(struct userdata *u, int status, const char *what) {
    dprintf(1, "cloud-init: %s\n", what);
    if (u->status == 0)
        u->status = status;
    if (u->error_count < USERDATA_ERRORS_MAX)
        snprintf(u->errors[u->error_count++], sizeof(u->errors[0]), "%.190s", what);
}

/* --- what is to be run --- */

static void enqueue(struct userdata *u, const char *folder, const char *name, const char *text,
                    size_t length) {
    char path[64];
    int r;

    mkdir(folder, 0700);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    r = u->count == USERDATA_QUEUE_MAX ? -E2BIG : write_script(path, text, length);
    if (r < 0)
        failed(u, 1, "user data cannot be written down: is the disk full?");
    else
        snprintf(u->queue[u->count++], sizeof(u->queue[0]), "%s", path);
}

/* v1.instance_id and its likes, as `cloud-init query` names them. */
static const char *variable(void *context, const char *name) {
    static char host[256];

    (void)context;
    gethostname(host, sizeof(host) - 1);
    if (text_starts(name, "v1."))
        name += 3;
    else if (text_starts(name, "ds.meta_data."))
        name += 13;
    if (text_is(name, "instance_id") || text_is(name, "instance-id"))
        return getenv(INIT_ENV_INSTANCE);
    if (text_is(name, "local_hostname") || text_is(name, "local-hostname") || text_is(name, "hostname"))
        return host;
    if (text_is(name, "region"))
        return getenv("AWS_REGION");
    return text_is(name, "cloud_name") || text_is(name, "cloud-name") ? "aws"
           : text_is(name, "platform")                                ? "ec2"
                                                                      : NULL;
}

static void enqueue_configs(struct userdata *u, struct arena *a, const userparts *parts, char **ret_late) {
    struct cloudconfig_text *texts = arena_alloc(a, (parts->count + 1) * sizeof(*texts));
    const char *why = NULL;
    char *early, *late = NULL;
    size_t count = 0;

    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].kind == USERPART_CONFIG)
            texts[count++] = (struct cloudconfig_text){parts->items[i].text, parts->items[i].length};
    *ret_late = NULL;
    if (count == 0)
        return;
    if (cloudconfig_scripts(a, texts, count, &early, &late, &why) < 0) {
        failed(u, 1, arena_printf(a, "user data is not run: %s", why));
        return;
    }
    enqueue(u, SCRIPTS, "cloud-config", early, strlen(early));
    *ret_late = late;
}

static void prepare(struct userdata *u, const char *text, size_t length) {
    struct arena a = {0};
    userparts parts = {0};
    char name[32], *late = NULL;

    userpart_split(&a, text, length, variable, NULL, &parts);
    for (size_t i = 0; i < parts.count; i++)
        if (parts.items[i].kind == USERPART_BOOTHOOK) {
            snprintf(name, sizeof(name), "part-%03zu", i + 1);
            enqueue(u, HOOKS, name, parts.items[i].text, parts.items[i].length);
        } else if (u->first && parts.items[i].kind == USERPART_REFUSED) {
            failed(u, 1,
                   arena_printf(&a, "user data is not run: %s%s", parts.items[i].why,
                                parts.count > 1 ? arena_printf(&a, " (part %zu)", i + 1) : ""));
        }
    if (u->first)
        enqueue_configs(u, &a, &parts, &late);
    for (size_t i = 0; u->first && i < parts.count; i++)
        if (parts.items[i].kind == USERPART_SCRIPT) {
            snprintf(name, sizeof(name), "part-%03zu", i + 1);
            enqueue(u, SCRIPTS, name, parts.items[i].text, parts.items[i].length);
        }
    if (late != NULL)
        enqueue(u, SCRIPTS, "runcmd", late, strlen(late));
    arena_free(&a);
}

/* Starts the next program, or ends. */
static void next(struct userdata *u) {
    while (u->at < u->count) {
        int r = run(u, u->queue[u->at++]);
        char what[160];

        if (r == 0)
            return;
        snprintf(what, sizeof(what), "%s cannot be started: %s", u->queue[u->at - 1], strerror(-r));
        failed(u, 1, what);
    }
    fd_close(&u->out);
    tell(u, true);
    if (u->first && (u->count > 0 || u->status != 0))
        u->ended(u->context, u->status);
}

void userdata_start(struct userdata *u, struct loop *loop, void (*ended)(void *context, int status),
                    void *context) {
    char *text;
    size_t length;
    int mark;

    *u = (struct userdata){.loop = loop, .ended = ended, .context = context, .log = -1, .out = -1};
    mark = open(MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    u->first = mark >= 0;
    fd_close(&mark);
    if (fd_read_file(ROOTFS_USER_DATA, USER_DATA_MAX, &text, &length) == 0) {
        tell(u, false);
        prepare(u, text, length);
        free(text);
    }
    next(u);
}

bool userdata_reaped(struct userdata *u, pid_t pid, int status) {
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    char what[160];

    if (u->pid == 0 || pid != u->pid)
        return false;
    u->pid = 0;
    if (u->output.on)
        output_ready(u, 0);
    if (code != 0) {
        snprintf(what, sizeof(what), "user data ended with status %d (%s)", code, u->queue[u->at - 1]);
        failed(u, code, what);
    }
    next(u);
    return true;
}
