/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imds_sign: signatures of instance identity documents.
 *
 * Theory of operation: one RSA key of 2048 bits and a certificate for it, made at the first question and kept as
 * instance-identity.key and instance-identity.crt: whoever gets a document from an instance verifies it with the
 * certificate, as with the one that AWS publishes for each region:
 *
 *   signature     RSA with SHA-256 over the document
 *   pkcs7         PKCS #7 with the document in it, without PEM's first and last line.  AWS's is by a DSA key.
 *   rsa2048       the same, of the same key
 *
 * Thread-safe.
 */
#ifndef VPCBOX_EDGE_IMDS_SIGN_H
#define VPCBOX_EDGE_IMDS_SIGN_H

#include <stddef.h>

#include "base/arena.h"

enum imds_signature { IMDS_SIGNATURE, IMDS_PKCS7 };

struct imds_signer;

/* directory: where the files are, or will be; kept, not copied.  NULL when memory is out. */
struct imds_signer *imds_signer_new(const char *directory);
void imds_signer_free(struct imds_signer *s); /* accepts NULL */

/* Base64 in lines, in the arena; NULL when there is no key and none can be made. */
const char *imds_sign(struct imds_signer *s, enum imds_signature kind, const char *document, size_t length,
                      struct arena *a);

#endif
