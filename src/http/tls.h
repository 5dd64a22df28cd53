/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: the box's own certificate authority and the servers' certificates.
 *
 * Theory of operation: the authority is made once (dir/ca.crt, dir/ca.key, EC P-256, ten years) and
 * kept; whoever trusts ca.crt trusts every service of the box.  A server has no certificates prepared:
 * when a client names a host (SNI), a certificate for exactly that name is signed on the spot and
 * cached, so that AWS's endpoints, virtual-hosted buckets and the lab's hosts all just work.  Without a
 * name the certificate is for the address that was connected to.  Sessions are resumed by tickets whose
 * keys live as long as the process.
 *
 * Thread-safe.
 */
#ifndef VPCBOX_HTTP_TLS_H
#define VPCBOX_HTTP_TLS_H

#include <openssl/ssl.h>

struct tls_ca;

/* Opens dir/ca.crt and dir/ca.key (mode 0600), or makes them; dir itself is made with 0700 if missing. */
int tls_ca_open(const char *dir, struct tls_ca **ret_ca);
void tls_ca_free(struct tls_ca *ca); /* no server may be using it; accepts NULL */
/* The authority's certificate as PEM; lives as long as ca. */
const char *tls_ca_pem(const struct tls_ca *ca);
/* A new server side of a connection; fd stays the caller's.  NULL when out of memory. */
SSL *tls_ca_accept(struct tls_ca *ca, int fd);

#endif
