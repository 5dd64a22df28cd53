/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyid: ids of access keys, which carry their account as AWS's do.
 *
 * Theory of operation: four letters say the kind (AKIA: long-term, ASIA: a session's), sixteen more are ten bytes in
 * base32.  Of the first six bytes the highest bit is set, then come 40 bits of the account's number; the rest
 * is random.  So everybody can tell the account of a key, as sts:GetAccessKeyInfo does and AWS's own ids let one.
 */
#ifndef VPCBOX_API_IAM_KEYID_H
#define VPCBOX_API_IAM_KEYID_H

#include <stdbool.h>
#include <stdint.h>

enum { KEYID_RANDOM_BYTES = 10, KEYID_BYTES = 4 + 16 + 1, KEYID_ACCOUNT_BYTES = 12 + 1 };

/* kind: "AKIA", "ASIA".  account: 12 digits. */
char *keyid_make(const char *kind, const char *account, const uint8_t random[KEYID_RANDOM_BYTES],
                 char out[KEYID_BYTES]);
/* False when it looks otherwise, or says a number that is no account's. */
bool keyid_account(const char *id, char out[KEYID_ACCOUNT_BYTES]);

/* 12 digits? */
bool keyid_is_account(const char *text);

#endif
