/* SPDX-License-Identifier: Apache-2.0 */
/* account: accounts made, found and listed. */
#include "api/iam/account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/iam/keyid.h"
#include "base/text.h"

enum { SECRET_BYTES = 30 }; /* 40 characters in base64, as AWS's */

/* The key of an account's root: the box's, if it is the box's own. */
static const struct iam_access_key_row *root_key(struct tx *tx, const char *account) {
    struct iam_access_key_rows keys = iam_access_key_list_by(tx, COL(iam_access_key, account), account);

    for (size_t i = 0; i < keys.count; i++)
        if (keys.items[i].own)
            return &keys.items[i];
    return keys.count > 0 ? &keys.items[0] : NULL;
}

static void new_root_key(struct tx *tx, const char *account) {
    struct iam_access_key_row key = {.account = account};
    uint8_t random[KEYID_RANDOM_BYTES], secret[SECRET_BYTES];

    random_bytes(random, sizeof(random));
    random_bytes(secret, sizeof(secret));
    key.id = keyid_make("AKIA", account, random, arena_alloc(tx->arena, KEYID_BYTES));
    key.secret = base64_encode(tx->arena, secret, sizeof(secret));
    iam_access_key_put(tx, &key);
}

void account_setup(struct tx *tx, const struct api_config *config) {
    struct iam_access_key_row wanted = {
        .id = config->access_key_id != NULL ? config->access_key_id : "test",
        .account = config->account,
        .secret = config->secret_access_key != NULL ? config->secret_access_key : "test",
        .own = 1,
    };
    const struct iam_access_key_row *there = iam_access_key_find(tx, wanted.id);
    struct iam_access_key_rows owns = iam_access_key_list_by_int(tx, COL(iam_access_key, own), 1);

    if (iam_account_find(tx, config->account) == NULL)
        iam_account_put(tx, &(struct iam_account_row){.id = config->account});
    for (size_t i = 0; i < owns.count; i++) {
        if (!text_is(owns.items[i].id, wanted.id))
            iam_access_key_delete(tx, owns.items[i].id);
        if (!text_is(owns.items[i].account, wanted.account))
            new_root_key(tx, owns.items[i].account); /* it is an account like others now */
    }
    if (there == NULL || !there->own || !text_is(there->account, wanted.account) ||
        !text_is(there->secret, wanted.secret))
        iam_access_key_put(tx, &wanted);
}

static struct account view(struct tx *tx, const struct iam_account_row *row) {
    const struct iam_access_key_row *key = root_key(tx, row->id);

    return (struct account){.id = row->id,
                            .name = row->name,
                            .access_key_id = key == NULL ? NULL : key->id,
                            .secret_access_key = key == NULL ? NULL : key->secret,
                            .own = key != NULL && key->own,
                            .created_ms = row->created_ms};
}

static bool name_valid(const char *name) {
    size_t length = strlen(name);

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == 127)
            return false;
    return length > 0 && length <= ACCOUNT_NAME_MAX && name[0] != '-' && !keyid_is_account(name);
}

int account_find(struct tx *tx, const char *word, struct account *ret_account) {
    const struct iam_account_row *row = iam_account_find(tx, word);

    if (row == NULL && !keyid_is_account(word)) {
        struct iam_account_rows all = iam_account_list(tx);

        for (size_t i = 0; i < all.count && row == NULL; i++)
            if (all.items[i].name != NULL && strcasecmp(all.items[i].name, word) == 0)
                row = &all.items[i];
    }
    if (row == NULL)
        return -ENOENT;
    *ret_account = view(tx, row);
    return 0;
}

/* 12 random digits that nobody has, the first of them none of 0. */
static const char *new_number(struct tx *tx) {
    const char *id;

    do {
        uint64_t n;

        random_bytes(&n, sizeof(n));
        id = arena_printf(tx->arena, "%012llu",
                          (unsigned long long)(n % UINT64_C(900000000000) + UINT64_C(100000000000)));
    } while (iam_account_find(tx, id) != NULL);
    return id;
}

int account_create(struct tx *tx, const char *word, int64_t now_ms, struct account *ret_account) {
    bool numbered = keyid_is_account(word);
    struct iam_account_row row = {.created_ms = now_ms};

    if (!numbered && !name_valid(word))
        return -EINVAL;
    if (account_find(tx, word, ret_account) == 0)
        return -EEXIST;
    if (iam_account_list(tx).count >= ACCOUNTS_MAX)
        return -ENOSPC;
    row.id = numbered ? arena_strdup(tx->arena, word) : new_number(tx);
    row.name = numbered ? NULL : arena_strdup(tx->arena, word);
    iam_account_put(tx, &row);
    new_root_key(tx, row.id);
    *ret_account = view(tx, &row);
    return 0;
}

void account_list(struct tx *tx, struct accounts *ret_accounts) {
    struct iam_account_rows all = iam_account_list(tx);

    *ret_accounts = (struct accounts){0};
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < all.count; i++) {
            struct account a = view(tx, &all.items[i]);

            if (a.own == own)
                *vec_push(tx->arena, ret_accounts) = a;
        }
}
