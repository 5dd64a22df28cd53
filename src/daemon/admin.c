/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/admin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"

enum { REQUEST_MAX = 128 * 1024, OPERATIONS_MAX = 32, STACK_BYTES = 512 * 1024 };

static struct operation {
    const char *name;
    admin_operation *run; /* or NULL, and file is set */
    admin_file *file;
    void *context;
} operations[OPERATIONS_MAX];
static size_t operation_count;

struct connection {
    struct region_link *link;
    int sock;
    struct connection *next;
};

static struct {
    struct region_link *link;
    int sock;
    pthread_t thread;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t left;
    struct connection *connections;
    bool stopping;
} admin = {.sock = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .left = PTHREAD_COND_INITIALIZER};

static bool is_stopping(void) {
    bool stopping;

    pthread_mutex_lock(&admin.lock);
    stopping = admin.stopping;
    pthread_mutex_unlock(&admin.lock);
    return stopping;
}

void admin_register(const char *name, admin_operation *operation, void *context) {
    if (operation_count < OPERATIONS_MAX)
        operations[operation_count++] = (struct operation){name, operation, NULL, context};
}

void admin_register_file(const char *name, admin_file *file, void *context) {
    if (operation_count < OPERATIONS_MAX)
        operations[operation_count++] = (struct operation){name, NULL, file, context};
}

static int send_json(int sock, json_t *answer) {
    char *text = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT);
    int r = text == NULL ? -ENOMEM : fd_send(sock, text, strlen(text), NULL, 0);

    /* An answer larger than the socket takes at once is told as such instead of nothing. */
    if (r == -EMSGSIZE)
        r = fd_send(sock, "{\"error\":\"the answer is too large\"}", 35, NULL, 0);
    free(text);
    json_decref(answer);
    return r;
}

static int send_error(int sock, const char *text) {
    return send_json(sock, json_pack("{s:s}", "error", text));
}

/* 0 when it was answered. */
static int send_file(int sock, const struct operation *o, const char **ret_error) {
    int fd = o->file(o->context, ret_error), r;
    struct stat st;

    if (fd < 0)
        return fd;
    r = fstat(fd, &st) < 0 ? -errno : send_json(sock, json_pack("{s:I}", "bytes", (json_int_t)st.st_size));
    if (r == 0)
        r = fd_send(sock, "", 1, &fd, 1);
    if (r < 0)
        log_debug("a client left before its answer");
    close(fd);
    return 0;
}

/* --- run --- */

struct run {
    int wake; /* the thread's end of a pipe: the reader thread writes the exit status */
};

static void run_exited(void *context, int status) {
    struct run *r = context;

    /* The waiting thread may be gone as soon as this is written. */
    if (write(r->wake, &status, sizeof(status)) < 0)
        log_debug("a command's end was not noticed");
}

/* Strings of a JSON array as a NULL-terminated vector that borrows them; NULL when it is something else. */
static char **vector(const json_t *array) {
    size_t count = json_array_size(array);
    char **v;

    if ((array != NULL && !json_is_array(array)) || count > MESSAGE_ARGS_MAX)
        return NULL;
    v = calloc(count + 1, sizeof(*v));
    for (size_t i = 0; v != NULL && i < count; i++) {
        v[i] = (char *)(size_t)json_string_value(json_array_get(array, i));
        if (v[i] == NULL) {
            free(v);
            return NULL;
        }
    }
    return v;
}

static void pass_signal(struct connection *c, uint64_t exec, const char *text, size_t length) {
    json_t *request = json_loadb(text, length, 0, NULL);
    json_int_t number = json_integer_value(json_object_get(request, "signal"));

    if (number > 0 && number < 65)
        region_exec_signal(c->link, exec, (int)number);
    json_decref(request);
}

/* Until the command ends; a client that leaves takes its command with it.  When the box ends, so will the
 * command, but nobody waits for it. */
static void follow(struct connection *c, uint64_t exec, int ended) {
    struct pollfd p[2] = {{.fd = ended, .events = POLLIN}, {.fd = c->sock, .events = POLLIN}};
    char text[256];
    bool left = false;
    int status;

    for (;;) {
        if (poll(p, left ? 1 : 2, -1) < 0)
            continue;
        if (p[0].revents != 0) {
            if (fd_read_all(ended, &status, sizeof(status)) == 0 && !left)
                send_json(c->sock, json_pack("{s:i}", "exit", status));
            return;
        }
        if (p[1].revents != 0) {
            ssize_t n = fd_receive(c->sock, text, sizeof(text), NULL, NULL);

            if (n > 0) {
                pass_signal(c, exec, text, (size_t)n);
            } else {
                if (is_stopping()) {
                    region_exec_forget(c->link, exec);
                    return;
                }
                left = true;
                region_exec_signal(c->link, exec, SIGHUP);
                region_exec_signal(c->link, exec, SIGKILL);
            }
        }
    }
}

static void do_run(struct connection *c, const json_t *request, const int *fds, size_t fd_count) {
    const char *target = json_string_value(json_object_get(request, "target"));
    const char *user = json_string_value(json_object_get(request, "user"));
    char **argv = vector(json_object_get(request, "argv")), **envp = vector(json_object_get(request, "env"));
    char why[MESSAGE_NAME_BYTES] = "";
    struct message_exec e = {.tty = json_is_true(json_object_get(request, "tty"))};
    struct run run;
    int ends[2];
    uint64_t exec = 0;

    if (target == NULL || argv == NULL || argv[0] == NULL || envp == NULL || fd_count != 3) {
        send_error(c->sock, "run needs target, argv and three descriptors");
    } else if (pipe2(ends, O_CLOEXEC) < 0) {
        send_error(c->sock, strerror(errno));
    } else {
        snprintf(e.target, sizeof(e.target), "%s", target);
        snprintf(e.user, sizeof(e.user), "%s", user != NULL ? user : "");
        run.wake = ends[1];
        if (!message_name_ok(e.target) || strlen(target) >= sizeof(e.target))
            send_error(c->sock, "there is no such target");
        else if (region_exec(c->link, &e, argv, envp, fds, run_exited, &run, &exec, why) < 0)
            send_error(c->sock, why);
        else {
            /* The client's own copies are the only ones that count from here on. */
            for (size_t i = 0; i < fd_count; i++)
                close(fds[i]);
            send_json(c->sock, json_pack("{s:b}", "started", 1));
            follow(c, exec, ends[0]);
            fd_count = 0;
        }
        close(ends[0]);
        close(ends[1]);
    }
    for (size_t i = 0; i < fd_count; i++)
        close(fds[i]);
    free(argv);
    free(envp);
}

/* --- netns, status --- */

static json_t *do_netns(struct connection *c, const json_t *request, const char **ret_error) {
    const char *target = json_string_value(json_object_get(request, "target"));
    struct message_netns ns;
    int r = target == NULL || strlen(target) >= MESSAGE_ID_BYTES || !message_name_ok(target)
                ? -EINVAL
                : region_netns(c->link, target, &ns);

    if (r < 0) {
        *ret_error = r == -ESRCH    ? "the instance is not running"
                     : r == -EINVAL ? "no such target"
                                    : strerror(-r);
        return NULL;
    }
    return json_pack("{s:s,s:i}", "path", ns.path, "pid", ns.pid);
}

static json_t *do_status(const struct connection *c) {
    static const char *const internets[] = {"lab", "none", "host"};
    const struct message_config *config = region_config(c->link);

    return json_pack("{s:i,s:s,s:s,s:b,s:s,s:s,s:s,s:i}", "port", config->port, "account", config->account,
                     "region", config->region, "packets", config->packets, "dataplane",
                     !config->packets ? "none"
                     : config->kernel ? "kernel"
                                      : "tap",
                     "packets_text", config->packets_text, "internet", internets[config->internet],
                     "region_pid", (int)getpid());
}

/* --- connections --- */

static void answer(struct connection *c, const json_t *request, const int *fds, size_t fd_count) {
    const char *verb = json_string_value(json_object_get(request, "do"));
    const char *error = "there is no such operation";
    json_t *out = NULL;

    if (text_is(verb, "run")) {
        do_run(c, request, fds, fd_count);
        return;
    }
    for (size_t i = 0; i < fd_count; i++)
        close(fds[i]);
    if (text_is(verb, "netns"))
        out = do_netns(c, request, &error);
    else if (text_is(verb, "status"))
        out = do_status(c);
    for (size_t i = 0; out == NULL && i < operation_count; i++) {
        const struct operation *o = &operations[i];

        if (!text_is(verb, o->name))
            continue;
        if (o->run != NULL)
            out = o->run(o->context, request, &error);
        else if (send_file(c->sock, o, &error) == 0)
            return;
    }
    if (out != NULL)
        send_json(c->sock, out);
    else
        send_error(c->sock, error);
}

static void enter(struct connection *c) {
    pthread_mutex_lock(&admin.lock);
    c->next = admin.connections;
    admin.connections = c;
    pthread_mutex_unlock(&admin.lock);
}

static void leave(struct connection *c) {
    pthread_mutex_lock(&admin.lock);
    for (struct connection **p = &admin.connections; *p != NULL; p = &(*p)->next)
        if (*p == c) {
            *p = c->next;
            break;
        }
    close(c->sock);
    free(c);
    pthread_cond_broadcast(&admin.left);
    pthread_mutex_unlock(&admin.lock);
}

static void *serve_connection(void *context) {
    struct connection *c = context;
    char *text = malloc(REQUEST_MAX);

    while (text != NULL) {
        int fds[3];
        size_t fd_count = 3;
        ssize_t n = fd_receive(c->sock, text, REQUEST_MAX, fds, &fd_count);
        json_t *request;

        if (n <= 0)
            break;
        request = json_loadb(text, (size_t)n, 0, NULL);
        if (request != NULL) {
            answer(c, request, fds, fd_count);
        } else {
            for (size_t i = 0; i < fd_count; i++)
                close(fds[i]);
            send_error(c->sock, "not JSON");
        }
        json_decref(request);
    }
    free(text);
    leave(c);
    return NULL;
}

static int start_thread(void *(*run)(void *), void *context, int detached, pthread_t *ret_thread) {
    pthread_attr_t attr;
    int r;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_attr_setdetachstate(&attr, detached);
    r = pthread_create(ret_thread, &attr, run, context);
    pthread_attr_destroy(&attr);
    return -r;
}

static void *accept_all(void *context) {
    (void)context;
    while (!is_stopping()) {
        int sock = accept4(admin.sock, NULL, NULL, SOCK_CLOEXEC);
        struct connection *c = sock < 0 ? NULL : malloc(sizeof(*c));
        pthread_t thread;

        if (c == NULL) {
            fd_close(&sock);
            if (!is_stopping())
                poll(NULL, 0, 50); /* out of descriptors or memory: not at full speed */
            continue;
        }
        *c = (struct connection){admin.link, sock, NULL};
        enter(c);
        if (start_thread(serve_connection, c, PTHREAD_CREATE_DETACHED, &thread) < 0)
            leave(c);
    }
    return NULL;
}

int admin_serve(struct region_link *link, const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    mode_t old;
    int r = 0;

    if ((size_t)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path) >= sizeof(at.sun_path))
        return -ENAMETOOLONG;
    admin.link = link;
    admin.sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (admin.sock < 0)
        return -errno;
    unlink(path);
    old = umask(0177);
    if (bind(admin.sock, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(admin.sock, 128) < 0)
        r = -errno;
    umask(old);
    if (r == 0)
        r = start_thread(accept_all, NULL, PTHREAD_CREATE_JOINABLE, &admin.thread);
    if (r < 0)
        fd_close(&admin.sock);
    return r;
}

void admin_stop(void) {
    if (admin.sock < 0)
        return;
    pthread_mutex_lock(&admin.lock);
    admin.stopping = true;
    pthread_mutex_unlock(&admin.lock);
    shutdown(admin.sock, SHUT_RDWR); /* accept() ends */
    pthread_join(admin.thread, NULL);
    pthread_mutex_lock(&admin.lock);
    for (struct connection *c = admin.connections; c != NULL; c = c->next)
        shutdown(c->sock, SHUT_RDWR);
    while (admin.connections != NULL)
        pthread_cond_wait(&admin.left, &admin.lock);
    pthread_mutex_unlock(&admin.lock);
    fd_close(&admin.sock);
}
