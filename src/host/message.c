/* SPDX-License-Identifier: Apache-2.0 */
#include "host/message.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fd.h"

/* What each kind carries.  fds_min < fds_max where the direction decides. */
static const struct kind_rule {
    const char *name;
    uint32_t body_bytes;
    uint8_t fds_min, fds_max;
    bool tail;
} rules[MESSAGE_KIND_END] = {
#define BODY(member) sizeof(((struct message *)0)->u.member)
    [MESSAGE_RESULT] = {"RESULT", BODY(result), 0, 1, false},
    [MESSAGE_CONFIG] = {"CONFIG", BODY(config), 1, 1, false},
    [MESSAGE_READY] = {"READY", 0, 0, 0, false},
    [MESSAGE_SOCKET_OPEN] = {"SOCKET_OPEN", BODY(socket_open), 0, 0, false},
    [MESSAGE_LAB_ADDRESS] = {"LAB_ADDRESS", BODY(lab_address), 0, 0, false},
    [MESSAGE_IMAGE] = {"IMAGE", BODY(image), 1, 1, false},
    [MESSAGE_PORT_ADD] = {"PORT_ADD", BODY(port), 0, 1, false},
    [MESSAGE_PORT_DELETE] = {"PORT_DELETE", BODY(port), 0, 0, false},
    [MESSAGE_FLOW_TABLE] = {"FLOW_TABLE", BODY(flow_table), 0, 1, false},
    [MESSAGE_START] = {"START", 0, 0, 0, false},
    [MESSAGE_INSTANCE_START] = {"INSTANCE_START", BODY(instance_start), 0, 0, true},
    [MESSAGE_INSTANCE_STOP] = {"INSTANCE_STOP", BODY(instance_stop), 0, 0, false},
    [MESSAGE_INSTANCE_EVENT] = {"INSTANCE_EVENT", BODY(instance_event), 0, 0, false},
    [MESSAGE_EXEC] = {"EXEC", BODY(exec), 3, 3, true},
    [MESSAGE_EXEC_STARTED] = {"EXEC_STARTED", 0, 0, 0, false},
    [MESSAGE_EXEC_EXITED] = {"EXEC_EXITED", BODY(exec_exited), 0, 0, false},
    [MESSAGE_EXEC_SIGNAL] = {"EXEC_SIGNAL", BODY(exec_signal), 0, 0, false},
    [MESSAGE_NETNS_QUERY] = {"NETNS_QUERY", BODY(netns_query), 0, 0, false},
    [MESSAGE_NETNS] = {"NETNS", BODY(netns), 0, 0, false},
    [MESSAGE_SHUTDOWN] = {"SHUTDOWN", 0, 0, 0, false},
    [MESSAGE_FLOW_CACHE] = {"FLOW_CACHE", 0, 6, 6, false},
    [MESSAGE_EXEC_READS] = {"EXEC_READS", 0, 0, 0, false},
    [MESSAGE_INSTANCE_INTERFACE] = {"INSTANCE_INTERFACE", BODY(interface), 0, 0, false},
#undef BODY
};

const char *message_kind_name(unsigned kind) {
    return kind < MESSAGE_KIND_END && rules[kind].name != NULL ? rules[kind].name : "unknown";
}

bool message_name_ok(const char *name) {
    size_t n = strnlen(name, MESSAGE_ID_BYTES);

    if (n < 2 || n == MESSAGE_ID_BYTES || name[0] == '-')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* Terminated within its array, and one line of printable text: it ends up in files and logs. */
static bool text_ok(const char *text, size_t room) {
    size_t n = strnlen(text, room);

    if (n == room)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            return false;
    return true;
}

static bool hostname_ok(const char *text, size_t room) {
    size_t n = strnlen(text, room);

    return n < room && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") == n;
}

enum { DEVICES_MAX = 128 }; /* names have room for more */

static bool eni_ok(const struct message_eni *e) {
    return e->num != 0 && e->num < 1 << 20 && e->mtu >= 68 && e->mtu <= 65521 && e->prefix_length <= 32 &&
           e->prefix6_length <= 128 && e->address6_count <= MESSAGE_ADDRESSES_MAX &&
           e->address_count <= MESSAGE_ADDRESSES_MAX && (e->mac.b[0] & 1) == 0 && e->device < DEVICES_MAX &&
           memchr(e->id, '\0', sizeof(e->id)) != NULL && (e->id[0] == '\0' || message_name_ok(e->id));
}

static bool interface_ok(const struct message_interface *i) {
    return message_name_ok(i->instance) && (i->attach ? eni_ok(&i->eni) : i->eni.num != 0);
}

static bool instance_start_ok(const struct message_instance_start *s) {
    if (!message_name_ok(s->instance) || !hostname_ok(s->hostname, sizeof(s->hostname)) ||
        !hostname_ok(s->search, sizeof(s->search)) || s->eni_count > MESSAGE_ENIS_MAX ||
        s->size.memory_mib > 1 << 26 || s->size.vcpus > 1 << 12 || s->size.disk_gib > 1 << 16)
        return false;
    for (uint32_t i = 0; i < s->eni_count; i++) {
        if (!eni_ok(&s->enis[i]))
            return false;
        for (uint32_t k = 0; k < i; k++)
            if (s->enis[k].device == s->enis[i].device)
                return false;
    }
    return true;
}

static bool exec_ok(const struct message_exec *e, const char *tail, size_t tail_bytes) {
    size_t strings = 0;

    if (!message_name_ok(e->target) || !text_ok(e->user, sizeof(e->user)) ||
        !text_ok(e->directory, sizeof(e->directory)) || e->argument_count == 0 ||
        e->argument_count > MESSAGE_ARGS_MAX || e->environment_count > MESSAGE_ARGS_MAX)
        return false;
    if (tail_bytes == 0 || tail[tail_bytes - 1] != '\0')
        return false;
    for (size_t i = 0; i < tail_bytes; i++)
        strings += tail[i] == '\0';
    return strings == (size_t)e->argument_count + e->environment_count;
}

static bool body_ok(const struct message *m) {
    switch (m->header.kind) {
    case MESSAGE_RESULT:
        return m->u.result.error <= 0 && text_ok(m->u.result.text, sizeof(m->u.result.text));
    case MESSAGE_CONFIG:
        return text_ok(m->u.config.home, sizeof(m->u.config.home)) &&
               text_ok(m->u.config.account, sizeof(m->u.config.account)) &&
               text_ok(m->u.config.region, sizeof(m->u.config.region)) &&
               text_ok(m->u.config.packets_text, sizeof(m->u.config.packets_text)) &&
               m->u.config.internet <= MESSAGE_INTERNET_HOST;
    case MESSAGE_SOCKET_OPEN:
        return m->u.socket_open.ns <= MESSAGE_NS_LAB && m->u.socket_open.port != 0 &&
               m->u.socket_open.stream <= 1;
    case MESSAGE_LAB_ADDRESS:
        return m->u.lab_address.length >= 8 && m->u.lab_address.length <= 32;
    case MESSAGE_INSTANCE_START:
        return instance_start_ok(&m->u.instance_start);
    case MESSAGE_INSTANCE_INTERFACE:
        return interface_ok(&m->u.interface);
    case MESSAGE_INSTANCE_STOP:
        return message_name_ok(m->u.instance_stop.instance) && m->u.instance_stop.how <= MESSAGE_TERMINATE;
    case MESSAGE_INSTANCE_EVENT:
        return message_name_ok(m->u.instance_event.instance) &&
               m->u.instance_event.state <= MESSAGE_INSTANCE_REBOOTING &&
               text_ok(m->u.instance_event.text, sizeof(m->u.instance_event.text));
    case MESSAGE_EXEC:
        return exec_ok(&m->u.exec, m->tail, m->header.tail_bytes);
    case MESSAGE_EXEC_SIGNAL:
        return m->u.exec_signal.signal > 0 && m->u.exec_signal.signal < 65;
    case MESSAGE_NETNS_QUERY:
        return message_name_ok(m->u.netns_query.target);
    case MESSAGE_NETNS:
        return text_ok(m->u.netns.path, sizeof(m->u.netns.path));
    default:
        return true;
    }
}

int message_decode(const void *data, size_t length, size_t fd_count, struct message *m) {
    const struct kind_rule *rule;
    const char *p = data;

    if (length < sizeof(m->header))
        return -EPROTO;
    memcpy(&m->header, p, sizeof(m->header));
    if (m->header.version != MESSAGE_VERSION || m->header.kind >= MESSAGE_KIND_END)
        return -EPROTO;
    rule = &rules[m->header.kind];
    if (rule->name == NULL || m->header.tail_bytes > MESSAGE_TAIL_MAX ||
        length != sizeof(m->header) + rule->body_bytes + m->header.tail_bytes)
        return -EPROTO;
    if ((!rule->tail && m->header.tail_bytes > 0) || fd_count < rule->fds_min || fd_count > rule->fds_max)
        return -EPROTO;
    memcpy(&m->u, p + sizeof(m->header), rule->body_bytes);
    memcpy(m->tail, p + sizeof(m->header) + rule->body_bytes, m->header.tail_bytes);
    m->tail[m->header.tail_bytes] = '\0';
    return body_ok(m) ? 0 : -EPROTO;
}

int message_receive(int sock, struct message *m) {
    char data[MESSAGE_MAX_BYTES];
    int fds[MESSAGE_FDS_MAX + 1], r;
    size_t count = MESSAGE_FDS_MAX + 1;
    ssize_t n = fd_receive(sock, data, sizeof(data), fds, &count);

    if (n == 0)
        return 0;
    if (n == -EMSGSIZE)
        return -EPROTO;
    if (n < 0)
        return n == -ECONNRESET ? 0 : (int)n;
    r = message_decode(data, (size_t)n, count, m);
    if (r < 0) {
        for (size_t i = 0; i < count; i++)
            close(fds[i]);
        return r;
    }
    m->fd_count = count;
    memcpy(m->fds, fds, count * sizeof(fds[0]));
    return 1;
}

int message_send(int sock, struct message *m) {
    char data[MESSAGE_MAX_BYTES];
    const struct kind_rule *rule;

    if (m->header.kind >= MESSAGE_KIND_END || rules[m->header.kind].name == NULL)
        return -EINVAL;
    rule = &rules[m->header.kind];
    if (!rule->tail)
        m->header.tail_bytes = 0;
    if (m->header.tail_bytes > MESSAGE_TAIL_MAX)
        return -E2BIG;
    m->header.version = MESSAGE_VERSION;
    memcpy(data, &m->header, sizeof(m->header));
    memcpy(data + sizeof(m->header), &m->u, rule->body_bytes);
    memcpy(data + sizeof(m->header) + rule->body_bytes, m->tail, m->header.tail_bytes);
    return fd_send(sock, data, sizeof(m->header) + rule->body_bytes + m->header.tail_bytes, m->fds,
                   m->fd_count);
}

void message_close_fds(struct message *m) {
    for (size_t i = 0; i < m->fd_count; i++)
        fd_close(&m->fds[i]);
    m->fd_count = 0;
}

void message_init(struct message *m, enum message_kind kind, uint64_t id) {
    memset(m, 0, offsetof(struct message, tail));
    m->tail[0] = '\0';
    m->header.kind = (uint16_t)kind;
    m->header.id = id;
}

int message_reply(int sock, uint64_t id, int error, const char *text) {
    struct message m;

    message_init(&m, MESSAGE_RESULT, id);
    m.u.result.error = error;
    snprintf(m.u.result.text, sizeof(m.u.result.text), "%s",
             text != NULL ? text
             : error == 0 ? ""
                          : strerror(-error));
    return message_send(sock, &m);
}

void message_exec_vectors(struct message *m, char **argv, char **envp) {
    char *p = m->tail;

    for (size_t i = 0; i < m->u.exec.argument_count; i++, p += strlen(p) + 1)
        argv[i] = p;
    argv[m->u.exec.argument_count] = NULL;
    for (size_t i = 0; i < m->u.exec.environment_count; i++, p += strlen(p) + 1)
        envp[i] = p;
    envp[m->u.exec.environment_count] = NULL;
}

static int pack_strings(struct message *m, char *const *strings, uint16_t *ret_count) {
    size_t count = 0;

    for (; strings != NULL && strings[count] != NULL; count++) {
        size_t n = strlen(strings[count]) + 1;

        if (count == MESSAGE_ARGS_MAX || n > MESSAGE_TAIL_MAX - m->header.tail_bytes)
            return -E2BIG;
        memcpy(m->tail + m->header.tail_bytes, strings[count], n);
        m->header.tail_bytes += (uint32_t)n;
    }
    *ret_count = (uint16_t)count;
    return 0;
}

int message_exec_pack(struct message *m, char *const *argv, char *const *envp) {
    int r;

    m->header.tail_bytes = 0;
    r = pack_strings(m, argv, &m->u.exec.argument_count);
    return r < 0 ? r : pack_strings(m, envp, &m->u.exec.environment_count);
}
