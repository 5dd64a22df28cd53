/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account: the accounts of a box, and the keys of their roots.
 *
 * Theory of operation.  A box has one account of its own, which its start names; others are made.  Each has a row and
 * a root key, and that key is all that tells them apart: there is no organisation, no mail address and no bill.
 * Long-term keys are one table, in which a request's key is looked up once (identity.h).  The box's own
 * key ("test") is a row of it too, written anew whenever a start says otherwise.  On AWS the root of an account can do
 * all in it and nothing in another, and so it is here.
 */
#ifndef VPCBOX_API_IAM_ACCOUNT_H
#define VPCBOX_API_IAM_ACCOUNT_H

#include "api/api.h"
#include "store/rows.h"

enum { ACCOUNT_NAME_MAX = 50, ACCOUNTS_MAX = 1000 };

struct account {
    const char *id, *name; /* name: NULL when it has none */
    const char *access_key_id, *secret_access_key;
    bool own; /* the box's */
    int64_t created_ms;
};

struct accounts {
    struct account *items;
    size_t count, capacity;
};

/* The box's own account and its key, as its start says. */
void account_setup(struct tx *tx, const struct api_config *config);

/*
 * word: its name, or 12 digits to be its number; 0, or
 *   -EINVAL   neither that nor a name        -EEXIST   *ret_account is who has it already
 *   -ENOSPC   there are ACCOUNTS_MAX
 */
int account_create(struct tx *tx, const char *word, int64_t now_ms, struct account *ret_account);
/* By name (in any case) or number.  0 or -ENOENT. */
int account_find(struct tx *tx, const char *word, struct account *ret_account);
/* The box's own first, then as they were made.  In the transaction's arena. */
void account_list(struct tx *tx, struct accounts *ret_accounts);

#endif
