/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/busiest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

#define TOO_LONG_AGO_NS UINT64_C(30000000000)

struct key {
    struct ipaddr source, destination;
    uint16_t source_port, destination_port;
    uint32_t vpc; /* a hash of its id; 0: outside */
    uint8_t protocol, zero[7];
};
_Static_assert(sizeof(struct key) == 48, "compared and hashed as it lies");

struct seen {
    struct key key;
    bool used;
    uint64_t packets, bytes;
    const char *state;
};

struct busiest_look {
    uint64_t at_ns;
    size_t slots; /* a power of two */
    struct seen seen[];
};

static struct seen *slot_of(struct busiest_look *look, const struct key *key) {
    size_t at = (size_t)hash_bytes(key, sizeof(*key), 0);

    for (;; at++) {
        struct seen *s = &look->seen[at & (look->slots - 1)];

        if (!s->used || memcmp(&s->key, key, sizeof(*key)) == 0)
            return s;
    }
}

struct looking {
    const struct fwd_env *env;
    struct busiest_look *look;
    size_t room;
};

static struct key key_of(const struct fwd_env *env, const struct fwd_connection *c) {
    const struct image_vpc *vpc = NULL;
    struct key k = {.protocol = c->protocol};

    image_eni_by_num(env->image, c->translated ? c->client_port : c->port, &vpc);
    if (vpc)
        k.vpc = (uint32_t)hash_bytes(image_name(vpc, vpc->id), strlen(image_name(vpc, vpc->id)), 0);
    if (c->translated) {
        k.source = c->client;
        k.destination = c->service;
        k.source_port = c->client_l4;
        k.destination_port = c->service_l4;
    } else {
        k.source = c->outward ? c->local : c->remote;
        k.destination = c->outward ? c->remote : c->local;
        k.source_port = c->outward ? c->local_port : c->remote_port;
        k.destination_port = c->outward ? c->remote_port : c->local_port;
    }
    return k;
}

static bool add(void *user, const struct fwd_connection *c) {
    struct looking *l = user;
    struct key key = key_of(l->env, c);
    struct seen *s = slot_of(l->look, &key);

    if (s->used)
        return true;
    if (l->room == 0)
        return false;
    l->room--;
    *s = (struct seen){key, true, c->packets[0] + c->packets[1], c->bytes[0] + c->bytes[1], c->state};
    return true;
}

static void insert(struct busiest_flow *flows, int *count, const struct busiest_flow *flow) {
    int at = *count < BUSIEST_MAX ? (*count)++ : BUSIEST_MAX;

    for (; at > 0 && flows[at - 1].bits_per_s < flow->bits_per_s; at--) {
        if (at < BUSIEST_MAX)
            flows[at] = flows[at - 1];
    }
    if (at < BUSIEST_MAX)
        flows[at] = *flow;
}

static int compare(struct busiest_look *before, const struct busiest_look *now, struct busiest_flow *ret) {
    double seconds = (double)(now->at_ns - before->at_ns) / 1e9;
    int count = 0;

    for (size_t i = 0; i < now->slots; i++) {
        const struct seen *s = &now->seen[i], *old;
        uint64_t packets = s->packets, bytes = s->bytes;

        if (!s->used)
            continue;
        old = slot_of(before, &s->key);
        if (old->used && old->packets <= packets && old->bytes <= bytes) {
            packets -= old->packets;
            bytes -= old->bytes;
        }
        if (packets == 0)
            continue;
        insert(ret, &count,
               &(struct busiest_flow){s->key.source, s->key.destination, s->key.source_port,
                                      s->key.destination_port, s->key.protocol, s->state,
                                      (double)packets / seconds, (double)bytes * 8 / seconds});
    }
    return count;
}

int busiest_flows(struct busiest *b, const struct fwd_env *env, struct busiest_flow ret[BUSIEST_MAX]) {
    size_t room = (size_t)fwd_table_connections(env->table) + 1024, slots = 1024;
    struct busiest_look *look;
    int count = 0;

    while (slots < room * 2)
        slots *= 2;
    look = calloc(1, sizeof(*look) + slots * sizeof(look->seen[0]));
    if (look == NULL)
        return -ENOMEM;
    look->at_ns = env->now_ns;
    look->slots = slots;
    fwd_table_each(env, add, &(struct looking){env, look, room});
    if (b->last != NULL && look->at_ns > b->last->at_ns && look->at_ns - b->last->at_ns < TOO_LONG_AGO_NS)
        count = compare(b->last, look, ret);
    busiest_forget(b);
    b->last = look;
    return count;
}

void busiest_forget(struct busiest *b) {
    free(b->last);
    b->last = NULL;
}
