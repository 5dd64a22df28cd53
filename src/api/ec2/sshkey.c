/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ec2/sshkey.h"

#include <errno.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/text.h"

enum {
    BLOB_MAX = 16 * 1024,
    RSA_MADE_BITS = 2048,
    RSA_BITS_MIN = 1024,
    RSA_BITS_MAX = 4096,
    ED25519_BYTES = 32,
    OPENSSH_COLUMNS = 70,
    PUTTY_COLUMNS = 64,
    OPENSSH_PAD_TO = 8,
};

/* ---- SSH's wire form ---- */

static void put_u32(struct buf *b, uint32_t v) {
    const unsigned char n[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16), (unsigned char)(v >> 8),
                                (unsigned char)v};

    buf_append(b, n, sizeof(n));
}

static void put_string(struct buf *b, const void *data, size_t length) {
    put_u32(b, (uint32_t)length);
    buf_append(b, data, length);
}

/* Positive, so a number whose top bit is set gets a zero byte before it. */
static void put_number(struct buf *b, const BIGNUM *n) {
    unsigned char bytes[RSA_BITS_MAX / 8 + 1] = {0};
    size_t length = (size_t)BN_num_bytes(n), sign = BN_num_bits(n) % 8 == 0 && length > 0;

    if (length >= sizeof(bytes))
        return;
    BN_bn2bin(n, bytes + sign);
    put_string(b, bytes, length + sign);
}

struct reader {
    const unsigned char *at;
    size_t left;
};

static bool get_string(struct reader *r, const unsigned char **ret_data, size_t *ret_length) {
    size_t length;

    if (r->left < 4)
        return false;
    length = (size_t)r->at[0] << 24 | (size_t)r->at[1] << 16 | (size_t)r->at[2] << 8 | r->at[3];
    if (length > r->left - 4)
        return false;
    *ret_data = r->at + 4;
    *ret_length = length;
    r->at += 4 + length;
    r->left -= 4 + length;
    return true;
}

static EVP_PKEY *rsa_public(const unsigned char *e, size_t e_length, const unsigned char *n,
                            size_t n_length) {
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    BIGNUM *e_number = BN_bin2bn(e, (int)e_length, NULL), *n_number = BN_bin2bn(n, (int)n_length, NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    if (build != NULL && ctx != NULL && e_number != NULL && n_number != NULL &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n_number) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e_number) == 1 &&
        (params = OSSL_PARAM_BLD_to_param(build)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    OSSL_PARAM_free(params);
    BN_free(e_number);
    BN_free(n_number);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *from_wire(const void *data, size_t length) {
    struct reader r = {data, length};
    const unsigned char *name, *e, *n;
    size_t name_length, e_length, n_length;

    if (!get_string(&r, &name, &name_length) || !get_string(&r, &e, &e_length))
        return NULL;
    if (name_length == 11 && memcmp(name, "ssh-ed25519", 11) == 0)
        return e_length == ED25519_BYTES && r.left == 0
                   ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, e, e_length)
                   : NULL;
    if (name_length != 7 || memcmp(name, "ssh-rsa", 7) != 0 || !get_string(&r, &n, &n_length) ||
        r.left != 0 || e_length > RSA_BITS_MAX / 8 || n_length > RSA_BITS_MAX / 8 + 1)
        return NULL;
    return rsa_public(e, e_length, n, n_length);
}

static void put_public(struct buf *b, EVP_PKEY *key) {
    BIGNUM *e = NULL, *n = NULL;
    unsigned char point[ED25519_BYTES];
    size_t length = sizeof(point);

    if (EVP_PKEY_is_a(key, "ED25519")) {
        put_string(b, "ssh-ed25519", 11);
        if (EVP_PKEY_get_raw_public_key(key, point, &length) == 1)
            put_string(b, point, length);
        return;
    }
    put_string(b, "ssh-rsa", 7);
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1) {
        put_number(b, e);
        put_number(b, n);
    }
    BN_free(e);
    BN_free(n);
}

/* ---- fingerprints ---- */

static const char *colons(struct arena *a, const unsigned char *sum, unsigned length) {
    char *out = arena_alloc(a, (size_t)length * 3 + 1), *at = out;

    for (unsigned i = 0; i < length; i++) {
        if (i > 0)
            *at++ = ':';
        hex_encode(&sum[i], 1, at);
        at += 2;
    }
    return out;
}

static const char *hash_of(struct arena *a, const EVP_MD *md, const void *data, size_t length) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned sum_length = 0;

    if (EVP_Digest(data, length, sum, &sum_length, md, NULL) != 1)
        return "";
    return md == EVP_sha256() ? base64_encode(a, sum, sum_length) : colons(a, sum, sum_length);
}

static const char *rsa_fingerprint(struct arena *a, EVP_PKEY *key, bool made) {
    PKCS8_PRIV_KEY_INFO *private = made ? EVP_PKEY2PKCS8(key) : NULL;
    unsigned char *der = NULL;
    int length = private != NULL ? i2d_PKCS8_PRIV_KEY_INFO(private, &der) : i2d_PUBKEY(key, &der);
    const char *text = length > 0 ? hash_of(a, made ? EVP_sha1() : EVP_md5(), der, (size_t)length) : "";

    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(private);
    return text;
}

static void describe(struct arena *a, EVP_PKEY *key, bool made, struct sshkey *k) {
    bool rsa = EVP_PKEY_is_a(key, "RSA");
    struct buf wire = BUF_INIT(BLOB_MAX);

    put_public(&wire, key);
    k->type = rsa ? "rsa" : "ed25519";
    k->bits = EVP_PKEY_get_bits(key);
    k->line =
        arena_printf(a, "%s %s", rsa ? "ssh-rsa" : "ssh-ed25519", base64_encode(a, wire.data, wire.length));
    k->fingerprint = rsa ? rsa_fingerprint(a, key, made) : hash_of(a, EVP_sha256(), wire.data, wire.length);
    buf_free(&wire);
}

/* ---- reading ---- */

static EVP_PKEY *from_base64(struct arena *a, const char *text, bool wire) {
    struct buf packed = BUF_INIT(BLOB_MAX);
    EVP_PKEY *key = NULL;
    void *data;
    size_t length;

    for (const char *c = text; *c != '\0'; c++)
        if (strchr(" \t\r\n", *c) == NULL)
            buf_putc(&packed, *c);
    if (packed.length > 0 && base64_decode(a, packed.data, packed.length, &data, &length) == 0) {
        const unsigned char *at = data;

        key = wire ? from_wire(data, length) : d2i_PUBKEY(NULL, &at, (long)length);
    }
    buf_free(&packed);
    return key;
}

/* RFC 4716: headers "Name: value", continued by '\' at the line's end, then base64. */
static EVP_PKEY *from_rfc4716(struct arena *a, const char *text) {
    char *copy = arena_strdup(a, text), *state = NULL;
    struct buf body = BUF_INIT(BLOB_MAX);
    bool inside = false, continued = false;
    EVP_PKEY *key = NULL;

    for (char *line = strtok_r(copy, "\r\n", &state); line != NULL; line = strtok_r(NULL, "\r\n", &state)) {
        size_t length = strlen(line);

        if (text_starts(line, "---- BEGIN")) {
            inside = true;
        } else if (text_starts(line, "---- END")) {
            break;
        } else if (continued || strchr(line, ':') != NULL) {
            continued = length > 0 && line[length - 1] == '\\';
        } else if (inside) {
            buf_append(&body, line, length);
        }
    }
    if (body.length > 0 && !body.overflow)
        key = from_base64(a, arena_strndup(a, body.data, body.length), true);
    buf_free(&body);
    return key;
}

static EVP_PKEY *from_pem(const char *text) {
    BIO *in = BIO_new_mem_buf(text, -1);
    EVP_PKEY *key = in != NULL ? PEM_read_bio_PUBKEY(in, NULL, NULL, NULL) : NULL;

    BIO_free(in);
    return key;
}

static EVP_PKEY *from_text(struct arena *a, const char *text) {
    text += strspn(text, " \t\r\n");
    if (text_starts(text, "ssh-rsa ") || text_starts(text, "ssh-ed25519 ")) {
        const char *body = strchr(text, ' ') + 1;

        body += strspn(body, " ");
        return from_base64(a, arena_strndup(a, body, strcspn(body, " \t\r\n")), true);
    }
    if (text_starts(text, "---- BEGIN"))
        return from_rfc4716(a, text);
    return text_starts(text, "-----BEGIN") ? from_pem(text) : from_base64(a, text, false);
}

int sshkey_parse(struct arena *a, const void *data, size_t length, struct sshkey *ret_key) {
    const unsigned char *at = data;
    EVP_PKEY *key;
    int bits, r = -EINVAL;

    if (length == 0 || length > SSHKEY_MATERIAL_MAX_BYTES)
        return -EINVAL;
    key = *at == 0x30 ? d2i_PUBKEY(NULL, &at, (long)length)
                      : from_text(a, arena_strndup(a, data, length)); /* 0x30: DER's sequence */
    if (key == NULL && *(const unsigned char *)data == 0x30)          /* … or text that begins with a '0' */
        key = from_text(a, arena_strndup(a, data, length));
    if (key == NULL)
        return -EINVAL;
    bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_is_a(key, "ED25519") ||
        (EVP_PKEY_is_a(key, "RSA") && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX)) {
        describe(a, key, false, ret_key);
        r = 0;
    }
    EVP_PKEY_free(key);
    return r;
}

/* ---- writing private keys ---- */

static void put_lines(struct buf *b, const char *text, size_t columns) {
    for (size_t length = strlen(text), i = 0; i < length; i += columns) {
        buf_append(b, text + i, length - i < columns ? length - i : columns);
        buf_putc(b, '\n');
    }
}

/* OpenSSH's PROTOCOL.key, without encryption. */
static void openssh_file(struct arena *a, EVP_PKEY *key, const char *comment, struct buf *out) {
    static const char magic[] = "openssh-key-v1";
    unsigned char pair[2 * ED25519_BYTES];
    size_t seed = ED25519_BYTES, point = ED25519_BYTES;
    struct buf wire = BUF_INIT(BLOB_MAX), inner = BUF_INIT(BLOB_MAX), all = BUF_INIT(BLOB_MAX);
    uint32_t check;

    random_bytes(&check, sizeof(check));
    put_public(&wire, key);
    put_u32(&inner, check);
    put_u32(&inner, check);
    buf_append(&inner, wire.data, wire.length);
    if (EVP_PKEY_get_raw_private_key(key, pair, &seed) == 1 &&
        EVP_PKEY_get_raw_public_key(key, pair + ED25519_BYTES, &point) == 1)
        put_string(&inner, pair, sizeof(pair));
    put_string(&inner, comment, strlen(comment));
    for (char pad = 1; inner.length % OPENSSH_PAD_TO != 0; pad++)
        buf_putc(&inner, pad);
    buf_append(&all, magic, sizeof(magic));
    put_string(&all, "none", 4);
    put_string(&all, "none", 4);
    put_string(&all, "", 0);
    put_u32(&all, 1);
    put_string(&all, wire.data, wire.length);
    put_string(&all, inner.data, inner.length);
    buf_printf(out, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    put_lines(out, base64_encode(a, all.data, all.length), OPENSSH_COLUMNS);
    buf_printf(out, "-----END OPENSSH PRIVATE KEY-----\n");
    OPENSSL_cleanse(pair, sizeof(pair));
    buf_free(&wire);
    buf_free(&inner);
    buf_free(&all);
}

static void put_putty_private(struct buf *b, EVP_PKEY *key) {
    static const char *const parts[] = {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
                                        OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    unsigned char seed[ED25519_BYTES];
    size_t length = sizeof(seed);

    if (EVP_PKEY_is_a(key, "ED25519")) {
        if (EVP_PKEY_get_raw_private_key(key, seed, &length) == 1)
            put_string(b, seed, length);
        OPENSSL_cleanse(seed, sizeof(seed));
        return;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        BIGNUM *n = NULL;

        if (EVP_PKEY_get_bn_param(key, parts[i], &n) == 1)
            put_number(b, n);
        BN_clear_free(n);
    }
}

/* PuTTY's manual, appendix "PPK file format", version 2, without encryption. */
static void putty_file(struct arena *a, EVP_PKEY *key, const char *comment, struct buf *out) {
    static const char salt[] = "putty-private-key-file-mac-key";
    const char *algorithm = EVP_PKEY_is_a(key, "RSA") ? "ssh-rsa" : "ssh-ed25519", *text;
    struct buf wire = BUF_INIT(BLOB_MAX), private = BUF_INIT(BLOB_MAX), signed_ = BUF_INIT(4 * BLOB_MAX);
    unsigned char mac_key[EVP_MAX_MD_SIZE], mac[EVP_MAX_MD_SIZE];
    unsigned mac_key_length = 0, mac_length = 0;
    char hex[2 * EVP_MAX_MD_SIZE + 1];

    put_public(&wire, key);
    put_putty_private(&private, key);
    put_string(&signed_, algorithm, strlen(algorithm));
    put_string(&signed_, "none", 4);
    put_string(&signed_, comment, strlen(comment));
    put_string(&signed_, wire.data, wire.length);
    put_string(&signed_, private.data, private.length);
    EVP_Digest(salt, strlen(salt), mac_key, &mac_key_length, EVP_sha1(), NULL);
    HMAC(EVP_sha1(), mac_key, (int)mac_key_length, (const unsigned char *)signed_.data, signed_.length, mac,
         &mac_length);
    buf_printf(out, "PuTTY-User-Key-File-2: %s\nEncryption: none\nComment: %s\n", algorithm, comment);
    text = base64_encode(a, wire.data, wire.length);
    buf_printf(out, "Public-Lines: %zu\n", (strlen(text) + PUTTY_COLUMNS - 1) / PUTTY_COLUMNS);
    put_lines(out, text, PUTTY_COLUMNS);
    text = base64_encode(a, private.data, private.length);
    buf_printf(out, "Private-Lines: %zu\n", (strlen(text) + PUTTY_COLUMNS - 1) / PUTTY_COLUMNS);
    put_lines(out, text, PUTTY_COLUMNS);
    buf_printf(out, "Private-MAC: %s\n", hex_encode(mac, mac_length, hex));
    buf_free(&wire);
    buf_free(&private);
    buf_free(&signed_);
}

static void pem_file(EVP_PKEY *key, struct buf *out) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    long length;

    if (bio != NULL && PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL) == 1) {
        length = BIO_get_mem_data(bio, &data);
        buf_append(out, data, (size_t)length);
    }
    BIO_free(bio);
}

int sshkey_make(struct arena *a, const char *type, bool putty, const char *comment, struct sshkey *ret_key,
                const char **ret_private) {
    bool rsa = text_is(type, "rsa");
    EVP_PKEY *key = rsa ? EVP_RSA_gen(RSA_MADE_BITS) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct buf out = BUF_INIT(BLOB_MAX);

    if (key == NULL)
        return -ENOMEM;
    describe(a, key, true, ret_key);
    if (putty)
        putty_file(a, key, comment, &out);
    else if (rsa)
        pem_file(key, &out);
    else
        openssh_file(a, key, comment, &out);
    *ret_private = arena_strndup(a, out.data, out.length);
    buf_free(&out);
    EVP_PKEY_free(key);
    return 0;
}
