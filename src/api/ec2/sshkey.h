/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshkey: SSH keys as EC2 makes, reads and names them.
 *
 * Theory of operation: OpenSSL makes and parses the numbers; what is written here are the wrappings that it
 * does not know: SSH's wire form (RFC 4253, 8709), OpenSSH's file of private keys, PuTTY's.  Fingerprints
 * are those of AWS ("Verify the fingerprint of your key pair"): of an RSA key that AWS made SHA-1 of the
 * private key's PKCS #8, of an imported one MD5 of the public key's DER, of ED25519 always SHA-256 of the
 * wire form in base64.
 */
#ifndef VPCBOX_API_EC2_SSHKEY_H
#define VPCBOX_API_EC2_SSHKEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { SSHKEY_MATERIAL_MAX_BYTES = 2048 };

struct sshkey {
    const char *type;        /* "rsa", "ed25519" */
    const char *line;        /* "ssh-rsa AAAA…", without a comment */
    const char *fingerprint; /* of an imported key; sshkey_make(): of a made one */
    int bits;                /* RSA */
};

/*
 * A public key: OpenSSH's line, RFC 4716, or DER (bare, in base64, in PEM).  0; -EINVAL: none of those, or
 * neither RSA of 1024 to 4096 bits nor ED25519.  Everything in the arena.
 */
int sshkey_parse(struct arena *a, const void *data, size_t length, struct sshkey *ret_key);

/*
 * A new pair.  type "rsa" (2048 bits) or "ed25519"; putty: as PuTTY's file (version 2), else as PEM; comment:
 * what the file says it is.  *ret_private in the arena.  0 or -ENOMEM.
 */
int sshkey_make(struct arena *a, const char *type, bool putty, const char *comment, struct sshkey *ret_key,
                const char **ret_private);

#endif
