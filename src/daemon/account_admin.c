/* SPDX-License-Identifier: Apache-2.0 */
/* account_admin: accounts between the admin socket and the store. */
#include "daemon/account_admin.h"

#include <errno.h>
#include <string.h>

#include "api/iam/account.h"
#include "base/clock.h"
#include "daemon/admin.h"

static json_t *account_json(const struct account *a) {
    return json_pack("{s:s,s:s,s:s,s:s,s:b,s:I}", "id", a->id, "name", a->name == NULL ? "" : a->name,
                     "access_key_id", a->access_key_id == NULL ? "" : a->access_key_id, "secret_access_key",
                     a->secret_access_key == NULL ? "" : a->secret_access_key, "own", a->own, "created_ms",
                     (json_int_t)a->created_ms);
}

static const char *why_not(int r) {
    switch (r) {
    case -EEXIST:
        return "there is such an account already: `vpcbox account env` prints its keys";
    case -EINVAL:
        return "an account is a name of at most 50 characters without spaces, or 12 digits";
    case -ENOSPC:
        return "the box has as many accounts as it can hold";
    case -ENOENT:
        return "there is no such account: `vpcbox account list` lists them";
    default:
        return strerror(-r);
    }
}

static json_t *do_create(void *context, const json_t *request, const char **ret_error) {
    const char *word = json_string_value(json_object_get(request, "account"));
    struct arena arena = {0};
    json_t *out = NULL;
    struct account a;
    struct tx tx;
    int r = word == NULL ? -EINVAL : store_write_begin(context, &arena, &tx);

    if (r == 0) {
        r = account_create(&tx, word, clock_real_ms(), &a);
        int ended = store_write_end(&tx, r == 0);

        r = r == 0 ? ended : r;
        if (r == 0)
            r = store_write_sync(&tx);
    }
    if (r == 0)
        out = account_json(&a);
    else
        *ret_error = why_not(r);
    arena_free(&arena);
    return out;
}

static json_t *do_find(void *context, const json_t *request, const char **ret_error) {
    const char *word = json_string_value(json_object_get(request, "account"));
    struct arena arena = {0};
    json_t *out = NULL;
    struct account a;
    struct tx tx;
    int r = word == NULL ? -EINVAL : store_read_begin(context, &arena, &tx);

    if (r == 0) {
        r = account_find(&tx, word, &a);
        r = tx.failed < 0 ? tx.failed : r;
        store_read_end(&tx);
    }
    if (r == 0)
        out = account_json(&a);
    else
        *ret_error = why_not(r);
    arena_free(&arena);
    return out;
}

static json_t *do_list(void *context, const json_t *request, const char **ret_error) {
    struct arena arena = {0};
    struct accounts all;
    json_t *list;
    struct tx tx;
    int r = store_read_begin(context, &arena, &tx);

    (void)request;
    if (r < 0) {
        *ret_error = strerror(-r);
        return NULL;
    }
    account_list(&tx, &all);
    list = json_array();
    for (size_t i = 0; i < all.count; i++)
        json_array_append_new(list, account_json(&all.items[i]));
    store_read_end(&tx);
    arena_free(&arena);
    return json_pack("{s:o}", "accounts", list);
}

void account_admin_register(struct store *store) {
    admin_register("account-create", do_create, store);
    admin_register("account", do_find, store);
    admin_register("accounts", do_list, store);
}
