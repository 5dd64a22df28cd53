/* SPDX-License-Identifier: Apache-2.0 */
#include "api/iam/session.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <string.h>

#include "api/iam/account.h"
#include "api/iam/keyid.h"
#include "base/text.h"
#include "store/rows.h"

enum { MAC_BYTES = 32, TOKEN_MAX_BYTES = 32 * 1024, LIST_MAX = 64, KEY_ID_RANDOM = 16, SECRET_CHARS = 40 };

static const char SETTING[] = "session_secret";
static const char PREFIX[] = "ASIA";
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void identity_setup(struct tx *tx, const struct api_config *config) {
    unsigned char secret[MAC_BYTES];
    char text[2 * MAC_BYTES + 1];

    account_setup(tx, config);
    if (setting_find(tx, SETTING) != NULL)
        return;
    random_bytes(secret, sizeof(secret));
    setting_put(tx,
                &(struct setting_row){.name = SETTING, .value = hex_encode(secret, sizeof(secret), text)});
}

/* purpose keeps what one use signs apart from what another does.  0, or -ENOKEY without a secret. */
static int mac(struct tx *tx, const char *purpose, const void *data, size_t length,
               unsigned char out[MAC_BYTES]) {
    const struct setting_row *row = setting_find(tx, SETTING);
    unsigned char secret[MAC_BYTES], key[MAC_BYTES];
    unsigned size = MAC_BYTES;

    if (row == NULL || strlen(row->value) != 2 * sizeof(secret) ||
        hex_decode(row->value, sizeof(secret), secret) < 0)
        return -ENOKEY;
    HMAC(EVP_sha256(), secret, sizeof(secret), (const unsigned char *)purpose, strlen(purpose), key, &size);
    HMAC(EVP_sha256(), key, sizeof(key), data, length, out, &size);
    return 0;
}

bool session_key_well_formed(const char *id) {
    return text_starts(id, PREFIX) && strlen(id) == sizeof(PREFIX) - 1 + KEY_ID_RANDOM &&
           id[strspn(id, base32)] == '\0';
}

const char *session_secret_key(struct tx *tx, const char *access_key_id) {
    unsigned char code[MAC_BYTES];

    if (mac(tx, "secret key", access_key_id, strlen(access_key_id), code) < 0)
        return NULL;
    return arena_strndup(tx->arena, base64_encode(tx->arena, code, sizeof(code)), SECRET_CHARS);
}

const char *session_derived_key_id(struct tx *tx, const char *account, const char *text) {
    unsigned char code[MAC_BYTES];

    if (mac(tx, "key id", text, strlen(text), code) < 0)
        return NULL;
    return keyid_make(PREFIX, account, code, arena_alloc(tx->arena, KEYID_BYTES));
}

/* ---- the token: a list of texts, in the order of put_all and take_all ---- */

static void put(struct buf *b, const char *text) {
    buf_append(b, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

static void put_number(struct buf *b, int64_t number) {
    buf_printf(b, "%" PRId64, number);
    buf_putc(b, '\0');
}

static const char *session_seal(struct tx *tx, const struct identity_session *s) {
    struct buf b = BUF_INIT(TOKEN_MAX_BYTES);
    unsigned char code[MAC_BYTES];
    const char *token = NULL;

    put(&b, s->account);
    put(&b, s->role_id);
    put(&b, s->name);
    put(&b, s->access_key_id);
    put(&b, s->instance_arn);
    put(&b, s->instance_vpc);
    put(&b, s->instance_ip);
    put(&b, s->source_identity);
    put(&b, s->policy);
    put_number(&b, s->issued_ms);
    put_number(&b, s->expires_ms);
    put_number(&b, (int64_t)s->policy_arns.count);
    for (size_t i = 0; i < s->policy_arns.count; i++)
        put(&b, s->policy_arns.items[i]);
    put_number(&b, (int64_t)s->tags.count);
    for (size_t i = 0; i < s->tags.count; i++) {
        put(&b, s->tags.items[i].key);
        put(&b, s->tags.items[i].value);
    }
    if (!b.overflow && mac(tx, "token", b.data, b.length, code) == 0) {
        buf_append(&b, code, sizeof(code));
        token = b.overflow ? NULL : base64_encode(tx->arena, b.data, b.length);
    }
    buf_free(&b);
    return token;
}

struct cursor {
    const char *at, *end;
    bool broken;
};

/* The next text: "" where there is none, and then the cursor is broken. */
static const char *take_text(struct cursor *c) {
    const char *text = c->at, *nul = c->at < c->end ? memchr(c->at, '\0', (size_t)(c->end - c->at)) : NULL;

    if (nul == NULL) {
        c->broken = true;
        return "";
    }
    c->at = nul + 1;
    return text;
}

static const char *take(struct cursor *c) {
    const char *text = take_text(c);

    return *text != '\0' ? text : NULL;
}

static int64_t take_number(struct cursor *c, int64_t max) {
    int64_t number = 0;

    if (parse_int(take_text(c), 0, max, &number) < 0)
        c->broken = true;
    return number;
}

int session_open(struct tx *tx, const char *token, struct identity_session **ret_session) {
    struct identity_session *s = arena_new(tx->arena, struct identity_session);
    unsigned char code[MAC_BYTES];
    struct cursor c = {0};
    int64_t count;
    size_t length;
    void *data;

    if (strlen(token) > TOKEN_MAX_BYTES * 2 ||
        base64_decode(tx->arena, token, strlen(token), &data, &length) < 0 || length < MAC_BYTES)
        return -EBADMSG;
    length -= MAC_BYTES;
    if (mac(tx, "token", data, length, code) < 0 ||
        CRYPTO_memcmp(code, (const char *)data + length, MAC_BYTES) != 0)
        return -EBADMSG;
    c.at = data;
    c.end = c.at + length;
    s->account = take(&c);
    s->role_id = take(&c);
    s->name = take(&c);
    s->access_key_id = take(&c);
    s->instance_arn = take(&c);
    s->instance_vpc = take(&c);
    s->instance_ip = take(&c);
    s->source_identity = take(&c);
    s->policy = take(&c);
    s->issued_ms = take_number(&c, INT64_MAX);
    s->expires_ms = take_number(&c, INT64_MAX);
    count = take_number(&c, LIST_MAX);
    for (int64_t i = 0; i < count; i++)
        *vec_push(tx->arena, &s->policy_arns) = take_text(&c);
    count = take_number(&c, LIST_MAX);
    for (int64_t i = 0; i < count; i++) {
        struct identity_tag *tag = vec_push(tx->arena, &s->tags);

        tag->key = take_text(&c);
        tag->value = take_text(&c);
    }
    if (c.broken || c.at != c.end || s->account == NULL || s->role_id == NULL || s->name == NULL ||
        s->access_key_id == NULL)
        return -EBADMSG;
    *ret_session = s;
    return 0;
}

void identity_issue(struct tx *tx, struct identity_session *session,
                    struct identity_credentials *ret_credentials) {
    if (session->access_key_id == NULL) {
        unsigned char random[KEYID_RANDOM_BYTES];

        random_bytes(random, sizeof(random));
        session->access_key_id =
            keyid_make(PREFIX, session->account, random, arena_alloc(tx->arena, KEYID_BYTES));
    }
    *ret_credentials = (struct identity_credentials){
        .access_key_id = session->access_key_id,
        .secret = session_secret_key(tx, session->access_key_id),
        .token = session_seal(tx, session),
        .issued_ms = session->issued_ms,
        .expires_ms = session->expires_ms,
    };
}
