/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account: the accounts of a box, and which of them a shell or a command means.
 *
 * Method: the box is asked for an account's root key by its own socket (daemon/account_admin.h); from there on the
 * account is nothing but a key, for these commands as for AWS's tools.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"

static const char *word_of(struct cli *c, const json_t *account, const char *key) {
    const char *s = json_string_value(json_object_get(account, key));

    return s == NULL ? "" : arena_strdup(c->arena, s);
}

int account_use(struct cli *c, const char *word) {
    json_t *account = box_request(c, json_pack("{s:s,s:s}", "do", "account", "account", word), NULL, 0, NULL);

    if (account == NULL)
        return 1;
    c->aws.access_key_id = word_of(c, account, "access_key_id");
    c->aws.secret_access_key = word_of(c, account, "secret_access_key");
    c->aws.session_token = NULL;
    c->account = word_of(c, account, "id");
    json_decref(account);
    return 0;
}

static void add_row(struct cli *c, struct table *t, const json_t *a) {
    json_int_t created = json_integer_value(json_object_get(a, "created_ms"));
    char when[CLOCK_TEXT_BYTES] = "";

    table_row(c, t, word_of(c, a, "id"), word_of(c, a, "name"), word_of(c, a, "access_key_id"),
              created > 0 ? arena_strdup(c->arena, clock_iso8601_sec(created, when)) : "",
              json_is_true(json_object_get(a, "own")) ? "yes" : "", NULL);
}

static const char *const columns[] = {"Account", "Name", "AccessKeyId", "Created", "Own", NULL};

static int create(struct cli *c, const char *word) {
    struct table t = {.columns = columns};
    json_t *a =
        box_request(c, json_pack("{s:s,s:s}", "do", "account-create", "account", word), NULL, 0, NULL);

    if (a == NULL)
        return 1;
    if (text_is(c->output, "json")) {
        add_row(c, &t, a);
        table_print(c, &t);
    } else {
        puts(word_of(c, a, "id"));
    }
    json_decref(a);
    return 0;
}

static int list(struct cli *c) {
    struct table t = {.columns = columns};
    json_t *reply = box_ask(c, "accounts"), *a;

    if (reply == NULL)
        return 1;
    for (size_t i = 0; (a = json_array_get(json_object_get(reply, "accounts"), i)) != NULL; i++)
        add_row(c, &t, a);
    json_decref(reply);
    table_print(c, &t);
    return 0;
}

/* As AWS's tools take it of a profile's credential_process. */
static int print_process(struct cli *c) {
    json_t *out = json_pack("{s:i,s:s,s:s}", "Version", 1, "AccessKeyId", c->aws.access_key_id,
                            "SecretAccessKey", c->aws.secret_access_key);

    json_dumpf(out, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(out);
    return 0;
}

int cmd_account(struct cli *c) {
    const char *verb = c->argv[0], *word = c->argc > 1 ? c->argv[1] : NULL;

    if (c->aws.endpoint_url == NULL)
        return cli_no_box(c);
    if (text_is(verb, "list") && word == NULL)
        return list(c);
    if (text_is(verb, "create") && word != NULL)
        return create(c, word);
    if (text_is(verb, "env")) {
        if (word != NULL && account_use(c, word) != 0)
            return 1;
        return text_is(c->output, "json") ? print_process(c) : box_exports(c);
    }
    cli_error("account takes create NAME, list, or env [NAME]: `vpcbox account --help` tells about them");
    return 2;
}
