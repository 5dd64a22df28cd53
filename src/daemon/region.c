/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/region.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "daemon/admin.h"
#include "host/host.h"

enum { ANSWER_MS = 10000, INSTANCE_MS = 30000, BUCKETS = 64 };

/* A request that waits for its answer, on the asker's stack. */
struct waiting {
    struct waiting *next;
    uint64_t id;
    struct message *answer;
    bool done;
    pthread_cond_t wake;
};

/* A command that runs. */
struct exec {
    struct exec *next;
    uint64_t id;
    region_exited *exited;
    void *context;
};

struct region_link {
    int sock, listener;
    struct message_config config;
    pthread_t reader;
    pthread_mutex_t calling; /* held while a callback runs; taken before lock */
    struct region_callbacks callbacks;
    pthread_mutex_t lock; /* for what follows */
    bool closing;
    struct waiting *waiting[BUCKETS];
    struct exec *execs;
    uint64_t next_id;
};

/* The box is over: nobody would start what this process may still answer. */
static void host_is_gone(void) {
    log_error("host is gone");
    _exit(1);
}

static struct waiting *take_waiting(struct region_link *link, uint64_t id) {
    for (struct waiting **p = &link->waiting[id % BUCKETS]; *p != NULL; p = &(*p)->next)
        if ((*p)->id == id) {
            struct waiting *w = *p;

            *p = w->next;
            return w;
        }
    return NULL;
}

static struct exec *take_exec(struct region_link *link, uint64_t id) {
    struct exec *e = NULL;

    pthread_mutex_lock(&link->lock);
    for (struct exec **p = &link->execs; *p != NULL; p = &(*p)->next)
        if ((*p)->id == id) {
            e = *p;
            *p = e->next;
            break;
        }
    pthread_mutex_unlock(&link->lock);
    return e;
}

static bool exec_ended(struct region_link *link, const struct message *m) {
    struct exec *e;

    pthread_mutex_lock(&link->calling);
    e = take_exec(link, m->header.id);
    if (e != NULL)
        e->exited(e->context, m->header.kind == MESSAGE_EXEC_EXITED ? m->u.exec_exited.status : 126);
    pthread_mutex_unlock(&link->calling);
    free(e);
    return e != NULL;
}

static void message_copy(struct message *to, const struct message *from) {
    memcpy(to, from, offsetof(struct message, tail));
    memcpy(to->tail, from->tail, from->header.tail_bytes + 1);
}

static void dispatch(struct region_link *link, struct message *m) {
    struct waiting *w;

    if (m->header.kind == MESSAGE_INSTANCE_EVENT) {
        pthread_mutex_lock(&link->calling);
        if (link->callbacks.instance_event != NULL)
            link->callbacks.instance_event(link->callbacks.context, &m->u.instance_event);
        pthread_mutex_unlock(&link->calling);
        return;
    }
    pthread_mutex_lock(&link->lock);
    w = take_waiting(link, m->header.id);
    if (w != NULL) {
        message_copy(w->answer, m);
        m->fd_count = 0;
        w->done = true;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&link->lock);
    if (w != NULL && m->header.kind == MESSAGE_EXEC_EXITED)
        exec_ended(link,
                   m); /* its instance went down before its init had started it: start and end at once */
    if (w == NULL && (m->header.kind == MESSAGE_EXEC_STARTED || !exec_ended(link, m)))
        message_close_fds(m); /* the asker has given up */
}

static bool is_closing(struct region_link *link) {
    bool closing;

    pthread_mutex_lock(&link->lock);
    closing = link->closing;
    pthread_mutex_unlock(&link->lock);
    return closing;
}

static void *reader(void *context) {
    struct region_link *link = context;
    struct message *m = malloc(sizeof(*m));
    int r = m == NULL ? -ENOMEM : 1;

    while (r > 0 || r == -EPROTO) {
        m->fd_count = 0;
        r = message_receive(link->sock, m);
        if (r > 0)
            dispatch(link, m);
    }
    if (!is_closing(link))
        host_is_gone();
    free(m);
    return NULL;
}

/* Before the reader runs: the greeting, in this thread. */
static int greeting(struct region_link *link, struct message *m) {
    for (;;) {
        int r;

        m->fd_count = 0;
        r = message_receive(link->sock, m);
        if (r <= 0)
            return r == 0 ? -ECONNRESET : r;
        if (m->header.kind == MESSAGE_CONFIG) {
            link->config = m->u.config;
            link->listener = m->fds[0];
        } else if (m->header.kind == MESSAGE_INSTANCE_EVENT) {
            dispatch(link, m);
        } else if (m->header.kind == MESSAGE_START) {
            return link->listener >= 0 ? 0 : -EPROTO;
        }
    }
}

int region_link_open(int sock, const struct region_callbacks *callbacks, struct region_link **ret_link) {
    struct region_link *link = calloc(1, sizeof(*link));
    struct message *m = malloc(sizeof(*m));
    int r = link == NULL || m == NULL ? -ENOMEM : 0;

    if (r == 0) {
        link->sock = sock;
        link->listener = -1;
        if (callbacks != NULL)
            link->callbacks = *callbacks;
        pthread_mutex_init(&link->lock, NULL);
        pthread_mutex_init(&link->calling, NULL);
        r = greeting(link, m);
    }
    if (r == 0)
        r = -pthread_create(&link->reader, NULL, reader, link);
    if (r == 0)
        *ret_link = link;
    else
        free(link);
    free(m);
    return r;
}

void region_link_quiet(struct region_link *link) {
    pthread_mutex_lock(&link->calling);
    link->callbacks = (struct region_callbacks){0};
    pthread_mutex_unlock(&link->calling);
}

void region_link_close(struct region_link *link) {
    pthread_mutex_lock(&link->lock);
    link->closing = true;
    pthread_mutex_unlock(&link->lock);
    shutdown(link->sock, SHUT_RD); /* the reader wakes to that */
    pthread_join(link->reader, NULL);
    close(link->sock);
    pthread_mutex_destroy(&link->lock);
    pthread_mutex_destroy(&link->calling);
    free(link);
}

const struct message_config *region_config(const struct region_link *link) {
    return &link->config;
}

int region_listener(const struct region_link *link) {
    return link->listener;
}

int region_ready(struct region_link *link) {
    struct message *m = malloc(sizeof(*m));
    int r;

    if (m == NULL)
        return -ENOMEM;
    message_init(m, MESSAGE_READY, 0);
    r = message_send(link->sock, m);
    free(m);
    return r;
}

static uint64_t new_id(struct region_link *link) {
    return __atomic_add_fetch(&link->next_id, 1, __ATOMIC_RELAXED);
}

static int request_as(struct region_link *link, uint64_t id, struct message *m, unsigned timeout_ms) {
    struct waiting w = {.id = id, .answer = m};
    struct timespec until = clock_deadline(timeout_ms);
    int r;

    clock_cond_init(&w.wake);
    m->header.id = w.id;
    pthread_mutex_lock(&link->lock);
    w.next = link->waiting[w.id % BUCKETS];
    link->waiting[w.id % BUCKETS] = &w;
    pthread_mutex_unlock(&link->lock);
    r = message_send(link->sock, m);
    pthread_mutex_lock(&link->lock);
    while (r == 0 && !w.done)
        if (pthread_cond_timedwait(&w.wake, &link->lock, &until) == ETIMEDOUT && !w.done)
            r = -ETIMEDOUT;
    if (r < 0)
        take_waiting(link, w.id);
    pthread_mutex_unlock(&link->lock);
    pthread_cond_destroy(&w.wake);
    if (r == 0 && m->header.kind == MESSAGE_RESULT)
        return m->u.result.error;
    return r;
}

/* Sends *m (its id is filled in, its descriptors stay the caller's) and waits at most timeout_ms for
 * the answer, which replaces *m (its descriptors become the caller's).  A RESULT with an error is
 * returned as that error, its text in *m.  -ETIMEDOUT. */
static int request(struct region_link *link, struct message *m, unsigned timeout_ms) {
    return request_as(link, new_id(link), m, timeout_ms);
}

static struct message *message_new(enum message_kind kind) {
    struct message *m = malloc(sizeof(*m));

    if (m != NULL)
        message_init(m, kind, 0);
    return m;
}

static void explain(const struct message *m, int r, char *why) {
    if (why != NULL)
        snprintf(why, MESSAGE_NAME_BYTES, "%s",
                 r >= 0                             ? ""
                 : m->header.kind == MESSAGE_RESULT ? m->u.result.text
                                                    : strerror(-r));
}

static int ask_and_free(struct region_link *link, struct message *m, unsigned timeout_ms, char *why) {
    int r = request(link, m, timeout_ms);

    explain(m, r, why);
    free(m);
    return r;
}

int region_publish_image(struct region_link *link, int fd, uint64_t bytes, uint64_t generation) {
    struct message *m = message_new(MESSAGE_IMAGE);
    int r;

    if (m == NULL)
        return -ENOMEM;
    m->u.image.bytes = bytes;
    m->u.image.generation = generation;
    m->fds[0] = fd;
    m->fd_count = 1;
    r = request(link, m, ANSWER_MS);
    free(m);
    return r;
}

int region_socket(struct region_link *link, enum message_ns ns, int type, struct ip4 address, uint16_t port,
                  int *ret_fd) {
    struct message *m = message_new(MESSAGE_SOCKET_OPEN);
    int r;

    if (m == NULL)
        return -ENOMEM;
    m->u.socket_open.ns = (uint8_t)ns;
    m->u.socket_open.stream = type == SOCK_STREAM;
    m->u.socket_open.address = address;
    m->u.socket_open.port = port;
    r = request(link, m, ANSWER_MS);
    if (r == 0 && m->fd_count != 1)
        r = -EPROTO;
    if (r == 0)
        *ret_fd = m->fds[0];
    free(m);
    return r;
}

int region_lab_address(struct region_link *link, struct prefix4 prefix) {
    struct message *m = message_new(MESSAGE_LAB_ADDRESS);

    if (m == NULL)
        return -ENOMEM;
    m->u.lab_address.address = prefix.addr;
    m->u.lab_address.length = prefix.length;
    return ask_and_free(link, m, ANSWER_MS, NULL);
}

int region_flow_table(struct region_link *link, int *ret_fd, uint64_t *ret_bytes) {
    struct message *m = message_new(MESSAGE_FLOW_TABLE);
    int r;

    if (m == NULL)
        return -ENOMEM;
    r = request(link, m, ANSWER_MS);
    if (r == 0 && (m->header.kind != MESSAGE_FLOW_TABLE || m->fd_count != 1))
        r = -EPROTO;
    if (r == 0) {
        *ret_fd = m->fds[0];
        *ret_bytes = m->u.flow_table.bytes;
    }
    free(m);
    return r;
}

int region_instance_start(struct region_link *link, const struct message_instance_start *start,
                          const void *user_data, size_t user_data_bytes, char *why) {
    struct message *m;

    if (user_data_bytes > MESSAGE_TAIL_MAX)
        return -E2BIG;
    m = message_new(MESSAGE_INSTANCE_START);
    if (m == NULL)
        return -ENOMEM;
    m->u.instance_start = *start;
    m->header.tail_bytes = (uint32_t)user_data_bytes;
    if (user_data_bytes > 0)
        memcpy(m->tail, user_data, user_data_bytes);
    return ask_and_free(link, m, INSTANCE_MS, why);
}

int region_instance_interface(struct region_link *link, const char *instance, const struct message_eni *eni,
                              bool attach, char *why) {
    struct message *m = message_new(MESSAGE_INSTANCE_INTERFACE);

    if (m == NULL)
        return -ENOMEM;
    snprintf(m->u.interface.instance, sizeof(m->u.interface.instance), "%s", instance);
    m->u.interface.attach = attach;
    m->u.interface.eni = *eni;
    return ask_and_free(link, m, INSTANCE_MS, why);
}

int region_instance_stop(struct region_link *link, const char *instance, enum message_stop how, bool force,
                         char *why) {
    struct message *m = message_new(MESSAGE_INSTANCE_STOP);

    if (m == NULL)
        return -ENOMEM;
    snprintf(m->u.instance_stop.instance, sizeof(m->u.instance_stop.instance), "%s", instance);
    m->u.instance_stop.how = (uint8_t)how;
    m->u.instance_stop.force = force;
    return ask_and_free(link, m, INSTANCE_MS, why);
}

int region_netns(struct region_link *link, const char *target, struct message_netns *ret_netns) {
    struct message *m = message_new(MESSAGE_NETNS_QUERY);
    int r;

    if (m == NULL)
        return -ENOMEM;
    snprintf(m->u.netns_query.target, sizeof(m->u.netns_query.target), "%s", target);
    r = request(link, m, ANSWER_MS);
    if (r == 0)
        *ret_netns = m->u.netns;
    free(m);
    return r;
}

int region_exec(struct region_link *link, const struct message_exec *exec, char *const *argv,
                char *const *envp, const int fds[3], region_exited *exited, void *context, uint64_t *ret_exec,
                char *why) {
    struct message *m = message_new(MESSAGE_EXEC);
    struct exec *e = malloc(sizeof(*e));
    uint64_t id = new_id(link);
    int r = m == NULL || e == NULL ? -ENOMEM : 0;

    if (r == 0) {
        m->u.exec = *exec;
        r = message_exec_pack(m, argv, envp);
    }
    if (r < 0) {
        free(m);
        free(e);
        if (why != NULL)
            snprintf(why, MESSAGE_NAME_BYTES, "%s", strerror(-r));
        return r;
    }
    memcpy(m->fds, fds, 3 * sizeof(fds[0]));
    m->fd_count = 3;
    /* Listed before it is sent, and *ret_exec set: its end may come before its start is noticed here. */
    *ret_exec = id;
    *e = (struct exec){.id = id, .exited = exited, .context = context};
    pthread_mutex_lock(&link->lock);
    e->next = link->execs;
    link->execs = e;
    pthread_mutex_unlock(&link->lock);
    r = request_as(link, id, m, ANSWER_MS);
    if (r < 0 && (e = take_exec(link, id)) != NULL) {
        explain(m, r, why);
        free(e);
    } else {
        r = 0;
    }
    free(m);
    return r;
}

void region_exec_forget(struct region_link *link, uint64_t exec) {
    pthread_mutex_lock(&link->calling);
    free(take_exec(link, exec));
    pthread_mutex_unlock(&link->calling);
}

int region_exec_signal(struct region_link *link, uint64_t exec, int signal) {
    struct message *m = message_new(MESSAGE_EXEC_SIGNAL);
    int r;

    if (m == NULL)
        return -ENOMEM;
    m->u.exec_signal.exec = exec;
    m->u.exec_signal.signal = signal;
    r = message_send(link->sock, m);
    free(m);
    return r;
}
