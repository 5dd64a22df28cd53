/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: temporary credentials without memory.
 *
 * Theory of operation: a token is its session's members, each ended by a NUL, followed by their
 * HMAC-SHA256 under the box's session secret, all in base64.  The secret key that goes with it is an
 * HMAC of the access key's id.  Whoever holds the box's database can thus check and make both, and
 * nobody else.
 */
#ifndef VPCBOX_API_IAM_SESSION_H
#define VPCBOX_API_IAM_SESSION_H

#include "api/iam/identity.h"

bool session_key_well_formed(const char *access_key_id); /* ASIA and 16 more */

/* All in the arena of tx; NULL or an error when identity_setup() never ran. */
const char *session_secret_key(struct tx *tx, const char *access_key_id);
/* 0, or -EBADMSG. */
int session_open(struct tx *tx, const char *token, struct identity_session **ret_session);

/* An access key id of the account's that is always the same for the same text. */
const char *session_derived_key_id(struct tx *tx, const char *account, const char *text);

#endif
