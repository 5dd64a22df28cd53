/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/table_admin.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/admin.h"
#include "daemon/busiest.h"
#include "fwd/fwd.h"
#include "net/door.h"

/* So many rows fit one packet of the admin socket. */
enum { FLOWS_AT_ONCE = 300, PORTS_MAX = 1000 };

static struct {
    struct region_link *link;
    struct backend *backend;
} ctx;

/* The table and the names to read it by, for one answer. */
struct reading {
    struct image *image;
    struct fwd_table table;
    void *memory;
    uint64_t bytes;
};

static const char *reading_open(struct reading *r) {
    int fd, result = region_flow_table(ctx.link, &fd, &r->bytes);

    if (result < 0)
        return result == -ENOTSUP ? "this box has no data plane" : strerror(-result);
    r->memory = mmap(NULL, r->bytes, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (r->memory == MAP_FAILED)
        return "the flow table cannot be mapped";
    if (fwd_table_peek(r->memory, r->bytes, &r->table) < 0 || backend_image(ctx.backend, &r->image) < 0) {
        munmap(r->memory, r->bytes);
        return "the flow table cannot be read";
    }
    return NULL;
}

static void reading_close(struct reading *r) {
    image_free(r->image);
    munmap(r->memory, r->bytes);
}

/* -- nat-table ------------------------------------------------------------------------------------- */

struct listing {
    const struct image *image;
    json_t *flows;
    json_int_t skip;
    bool more;
};

static void endpoint_text(char *out, size_t room, struct ipaddr ip, uint16_t port, uint8_t protocol) {
    char text[IP_TEXT_BYTES];

    if (protocol == WIRE_TCP || protocol == WIRE_UDP)
        snprintf(out, room, ip_is4(ip) ? "%s:%u" : "[%s]:%u", ip_format(ip, text), port);
    else
        snprintf(out, room, "%s", ip_format(ip, text));
}

static void interface_text(const struct image *image, uint32_t port, char *out, size_t room) {
    const struct image_vpc *vpc;
    const struct image_eni *eni = image_eni_by_num(image, port, &vpc);

    if (eni == NULL)
        snprintf(out, room, "port %u", port);
    else
        snprintf(out, room, "%s", image_name(vpc, eni->id));
}

/* By which door a translated connection reaches its service. */
static void door_text(const struct image *image, const struct fwd_connection *c, char *out, size_t room) {
    static const char *const doors[] = {"internet gateway",  "gateway endpoint", "interface endpoint",
                                        "instance metadata", "resolver",         "time"};
    const struct image_vpc *vpc;
    const struct image_eni *client = image_eni_by_num(image, c->client_port, &vpc);

    snprintf(out, room, "%s", c->door.kind < DOOR_LOOPBACK ? doors[c->door.kind] : "?");
    if (client == NULL)
        return;
    if (c->door.kind == DOOR_INTERNET)
        snprintf(out, room, "%s", image_name(vpc, vpc->internet_gateway_id));
    for (uint32_t i = 0; c->door.kind == DOOR_GATEWAY && i < vpc->endpoints.count; i++)
        if (image_endpoints(vpc)[i].num == c->door.endpoint_num)
            snprintf(out, room, "%s", image_name(vpc, image_endpoints(vpc)[i].id));
    for (uint32_t i = 0; c->door.kind == DOOR_INTERFACE && i < vpc->enis.count; i++)
        if (image_enis(vpc)[i].kind == SPEC_ENI_INTERFACE_ENDPOINT &&
            image_enis(vpc)[i].endpoint_num == c->door.endpoint_num)
            snprintf(out, room, "%s", image_name(vpc, image_enis(vpc)[i].endpoint_id));
}

static const char *protocol_text(uint8_t protocol, char *out, size_t room) {
    if (protocol == WIRE_TCP || protocol == WIRE_UDP || protocol == WIRE_ICMP)
        return protocol == WIRE_TCP ? "tcp" : protocol == WIRE_UDP ? "udp" : "icmp";
    if (protocol == WIRE_ICMP6)
        return "icmpv6";
    snprintf(out, room, "%u", protocol);
    return out;
}

static bool list_one(void *user, const struct fwd_connection *c) {
    struct listing *l = user;
    struct ipaddr from = c->outward ? c->local : c->remote, to = c->outward ? c->remote : c->local;
    uint16_t sport = c->outward ? c->local_port : c->remote_port,
             dport = c->outward ? c->remote_port : c->local_port;
    char interface[64], source[64], destination[64], translated[64] = "", protocol[8];

    if (l->skip > 0) {
        l->skip--;
        return true;
    }
    if (json_array_size(l->flows) == FLOWS_AT_ONCE) {
        l->more = true;
        return false;
    }
    if (c->translated) {
        from = c->client;
        to = c->service;
        sport = c->client_l4;
        dport = c->service_l4;
        door_text(l->image, c, translated, sizeof(translated));
    }
    interface_text(l->image, c->translated ? c->client_port : c->port, interface, sizeof(interface));
    endpoint_text(source, sizeof(source), from, sport, c->protocol);
    endpoint_text(destination, sizeof(destination), to, dport, c->protocol);
    json_array_append_new(
        l->flows,
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "interface", interface, "protocol",
                  protocol_text(c->protocol, protocol, sizeof(protocol)), "source", source, "destination",
                  destination, "translated", translated, "state", c->state, "packets",
                  json_sprintf("%llu", (unsigned long long)(c->packets[0] + c->packets[1])), "bytes",
                  json_sprintf("%llu", (unsigned long long)(c->bytes[0] + c->bytes[1])), "idle",
                  json_sprintf("%us", c->idle_s)));
    return true;
}

static json_t *do_nat_table(void *context, const json_t *request, const char **ret_error) {
    json_int_t from = json_integer_value(json_object_get(request, "from"));
    struct listing l = {.skip = from};
    struct reading r;
    json_t *out;

    (void)context;
    *ret_error = reading_open(&r);
    if (*ret_error != NULL)
        return NULL;
    l.image = r.image;
    l.flows = json_array();
    fwd_table_each(&(struct fwd_env){.image = r.image, .table = &r.table, .now_ns = clock_mono_ns()},
                   list_one, &l);
    out = json_pack("{s:o}", "flows", l.flows);
    if (l.more)
        json_object_set_new(out, "next", json_integer(from + FLOWS_AT_ONCE));
    reading_close(&r);
    return out;
}

/* -- top ------------------------------------------------------------------------------------------- */

static void add_port(json_t *ports, const struct fwd_table *table, uint32_t port, const char *name,
                     const char *what) {
    struct fwd_port_counters c = fwd_table_port(table, port);

    json_array_append_new(ports, json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I}", "name", name, "what", what,
                                           "rx_packets", (json_int_t)c.rx_packets, "rx_bytes",
                                           (json_int_t)c.rx_bytes, "tx_packets", (json_int_t)c.tx_packets,
                                           "tx_bytes", (json_int_t)c.tx_bytes, "dropped",
                                           (json_int_t)c.dropped, "lost", (json_int_t)c.lost));
}

static json_t *all_ports(const struct reading *r) {
    json_t *ports = json_array();

    for (size_t v = 0; v < image_vpc_count(r->image); v++) {
        const struct image_vpc *vpc = image_vpc_at(r->image, v);

        for (uint32_t i = 0; i < vpc->enis.count && json_array_size(ports) < PORTS_MAX; i++) {
            const struct image_eni *eni = &image_enis(vpc)[i];

            if (eni->kind == SPEC_ENI_INSTANCE && eni->up)
                add_port(ports, &r->table, eni->num, image_name(vpc, eni->id),
                         image_name(vpc, eni->instance_id));
        }
    }
    add_port(ports, &r->table, PORT_UPLINK, "internet gateways", "the internet");
    add_port(ports, &r->table, PORT_SERVICE, "doors", "AWS services, IMDS, DNS");
    return ports;
}

static json_t *busiest(const struct reading *r) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct busiest busiest;
    struct fwd_table table = r->table;
    struct fwd_env env = {.image = r->image, .table = &table, .now_ns = clock_mono_ns()};
    struct busiest_flow flows[BUSIEST_MAX];
    json_t *rows = json_array();
    int count;

    pthread_mutex_lock(&lock);
    count = busiest_flows(&busiest, &env, flows);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < count; i++) {
        char source[32], destination[32], protocol[8];

        endpoint_text(source, sizeof(source), flows[i].source, flows[i].source_port, flows[i].protocol);
        endpoint_text(destination, sizeof(destination), flows[i].destination, flows[i].destination_port,
                      flows[i].protocol);
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:s,s:f,s:f}", "protocol",
                                              protocol_text(flows[i].protocol, protocol, sizeof(protocol)),
                                              "source", source, "destination", destination, "state",
                                              flows[i].state, "bits_per_s", flows[i].bits_per_s,
                                              "packets_per_s", flows[i].packets_per_s));
    }
    return rows;
}

static json_t *do_top(void *context, const json_t *request, const char **ret_error) {
    struct reading r;
    json_t *drops, *out;

    (void)context;
    (void)request;
    *ret_error = reading_open(&r);
    if (*ret_error != NULL)
        return NULL;
    drops = json_array();
    for (int reason = 0; reason < FWD_REASON_COUNT; reason++) {
        uint64_t count = fwd_table_reason(&r.table, (enum fwd_reason)reason);

        if (reason != FWD_OK && reason != FWD_ANSWERED && count > 0)
            json_array_append_new(
                drops, json_pack("{s:s,s:s,s:I}", "reason", fwd_reason_name((enum fwd_reason)reason), "text",
                                 fwd_reason_text((enum fwd_reason)reason), "packets", (json_int_t)count));
    }
    out = json_pack("{s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "now_ns", (json_int_t)clock_mono_ns(), "connections",
                    (json_int_t)fwd_table_connections(&r.table), "hits", (json_int_t)fwd_table_hits(&r.table),
                    "refused", (json_int_t)fwd_table_refused(&r.table), "ports", all_ports(&r), "flows",
                    busiest(&r), "drops", drops);
    reading_close(&r);
    return out;
}

/* -- failures -------------------------------------------------------------------------------------- */

/* The VPCs whose last change is not in force (compile.h). */
static json_t *do_failures(void *context, const json_t *request, const char **ret_error) {
    struct compile_failures f;
    json_t *list = json_array();

    (void)request;
    (void)context;
    (void)ret_error;
    backend_failures(ctx.backend, &f);
    for (size_t i = 0; i < f.count && i < COMPILE_FAILURES_MAX; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s}", "vpc", f.of[i].vpc_id, "error", strerror(-f.of[i].error)));
    return json_pack("{s:o,s:I}", "vpcs", list, "count", (json_int_t)f.count);
}

void table_admin_register(struct region_link *link, struct backend *backend) {
    ctx.link = link;
    ctx.backend = backend;
    admin_register("nat-table", do_nat_table, NULL);
    admin_register("top", do_top, NULL);
    admin_register("failures", do_failures, NULL);
}
