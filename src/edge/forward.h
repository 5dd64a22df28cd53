/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward: names of the internet asked of the machine's own resolvers.
 *
 * Theory of operation: part of a loop of its owner's, who watches one descriptor and calls
 * forward_serve() when it is readable; nothing here waits.  A query goes out as it came, over the
 * transport that the client used (so that a cut answer is the client's to ask again by TCP), under an id
 * of our own and from a socket of its own, so that a forged answer must guess both.  A resolver that says
 * nothing for a while, refuses or fails makes room for the next.  resolv.conf is read again when it
 * has changed.
 */
#ifndef VPCBOX_EDGE_FORWARD_H
#define VPCBOX_EDGE_FORWARD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who asked, as the owner needs it to answer. */
struct forward_asker {
    bool tcp;
    struct sockaddr_in peer;
    struct in_pktinfo local;
    uint32_t connection; /* TCP */
    uint64_t serial;     /* of that connection */
};

/* query: as it was asked; answer under the query's id, or NULL when no resolver gave one. */
typedef void forward_done_fn(void *user, const struct forward_asker *asker, const uint8_t *query,
                             size_t query_length, const uint8_t *answer, size_t length);

struct forward_options {
    const char *resolv_conf; /* must outlive the forwarder */
    uint16_t port;           /* of the resolvers: 53, but for tests */
    uint32_t patience_ms;    /* for each resolver, twice round */
    forward_done_fn *done;
    void *user;
};

struct forward;

int forward_new(const struct forward_options *options, struct forward **ret_forward);
void forward_free(struct forward *f); /* accepts NULL; nobody is told any more */
int forward_fd(const struct forward *f);
void forward_serve(struct forward *f);

/* The query parses, with one question.  May call done() at once. */
void forward_ask(struct forward *f, const struct forward_asker *asker, const uint8_t *query, size_t length);

#endif
