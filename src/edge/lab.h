/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lab: the simulated internet behind the uplink.
 *
 * Theory of operation: data/lab/hosts.tsv lists hosts: address, what each serves, names.  The `lab`
 * namespace holds all their addresses, so its kernel answers ping; one socket a service, bound to
 * 0.0.0.0 there, serves them all, and the address that a connection came to says which host it is:
 *
 *   dns      a public resolver on 53 (UDP and TCP): the lab's names and AWS's public names
 *   address  what-is-my-address: the peer's address and a newline, over HTTP and HTTPS
 *            (as JSON at /json, and with ?format=json)
 *   origin   the same as {"origin": …} at /ip
 *   page     a static file: data/lab/pages/<first name of the host>.html
 *   git      repositories, one a folder of data/lab/git/, to clone over HTTP(S): https://host/any/name.git;
 *            a page too, when there is a file for the host
 *   files    /bytes/N: N bytes; PUT or POST anything: counts it
 *   echo     TCP 7: what comes in goes back
 *
 * AWS's public addresses belong to the namespace too, for programs that run out there (host/room.h): HTTP and HTTPS
 * requests to them are handed on.  Instances never come this way: the fabric leads them to the services' doors.
 *
 * A repository is made in dir when it is first asked for, with the machine's git (plumbing commands), and
 * served as plain files.
 */
#ifndef VPCBOX_EDGE_LAB_H
#define VPCBOX_EDGE_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "edge/dns.h"

struct tls_ca;       /* http/tls.h */
struct http_request; /* http/http.h */

/* What the lab's namespace must have on its loopback; lives for ever. */
const struct ip4 *lab_addresses(size_t *ret_count);
/* The lab's names: for dns_view.public_name and .public_pointer (user is not used). */
bool lab_name(void *user, const char *name, struct dns_addresses *ret_addresses);
bool lab_pointer(void *user, struct ip4 address, char ret_name[DNS_NAME_BYTES]);

struct lab_options {
    /* A socket of the lab's namespace, SOCK_STREAM (listening) or SOCK_DGRAM, bound to 0.0.0.0:port; a
     * descriptor that the lab takes over, or a negative errno. */
    int (*socket)(void *user, int type, uint16_t port);
    /* As in dns_view, for queries from outside all VPCs; may be NULL.  Called in the lab's thread. */
    bool (*public_address)(void *user, struct ip4 address, struct dns_public *ret_public);
    bool (*endpoint)(void *user, const struct dns_endpoint *endpoint, struct dns_addresses *ret_addresses);
    /* Answers a request that came to a public address of AWS's services (net/awsnet.h); NULL: they are not here. */
    void (*service)(void *user, struct http_request *rq);
    void *user;
    const char *region; /* must outlive the lab */
    const char *dir;    /* where the lab keeps its repositories; made if missing */
    struct tls_ca *ca;  /* NULL: no HTTPS */
};

struct lab;

int lab_start(const struct lab_options *options, struct lab **ret_lab);
void lab_stop(struct lab *l); /* accepts NULL */

#endif
