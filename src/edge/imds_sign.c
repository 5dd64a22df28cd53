/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/imds_sign.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"

#define CERTIFICATE "instance-identity.crt"
#define KEY "instance-identity.key"

enum { KEY_BITS = 2048, LIFE_DAYS = 3650, DAY_S = 86400, FILE_BYTES = 64 * 1024, BASE64_LINE = 64 };

struct imds_signer {
    const char *directory;
    pthread_mutex_t lock;
    EVP_PKEY *key; /* NULL: not asked for yet */
    X509 *certificate;
};

struct imds_signer *imds_signer_new(const char *directory) {
    struct imds_signer *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->directory = directory;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void imds_signer_free(struct imds_signer *s) {
    if (s == NULL)
        return;
    EVP_PKEY_free(s->key);
    X509_free(s->certificate);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* -- the key --------------------------------------------------------------------------------------- */

static BIO *read_file(struct arena *a, const char *path) {
    size_t length;
    char *data;
    BIO *bio;

    if (fd_read_file(path, FILE_BYTES, &data, &length) < 0)
        return NULL;
    bio = BIO_new_mem_buf(arena_strndup(a, data, length), (int)length);
    OPENSSL_cleanse(data, length);
    free(data);
    return bio;
}

static int write_file(const char *path, BIO *bio, mode_t mode) {
    char *data;
    long length = BIO_get_mem_data(bio, &data);

    return length <= 0 ? -EIO : fd_replace_file(path, data, (size_t)length, mode);
}

static X509 *self_signed(EVP_PKEY *key) {
    static const unsigned char name[] = "vpcbox instance identity";
    X509 *cert = X509_new();

    if (cert != NULL && X509_set_version(cert, X509_VERSION_3) &&
        ASN1_INTEGER_set_int64(X509_get_serialNumber(cert), 1) &&
        X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(cert), (long)LIFE_DAYS * DAY_S) != NULL &&
        X509_set_pubkey(cert, key) &&
        X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, name, -1, -1, 0) &&
        X509_set_issuer_name(cert, X509_get_subject_name(cert)) && X509_sign(cert, key, EVP_sha256()))
        return cert;
    X509_free(cert);
    return NULL;
}

/* The certificate is written last: what has one has its key. */
static int make_key(struct imds_signer *s, const char *key_path, const char *certificate_path) {
    BIO *key = BIO_new(BIO_s_secmem()), *certificate = BIO_new(BIO_s_mem());
    int r = -EIO;

    s->key = EVP_RSA_gen(KEY_BITS);
    s->certificate = s->key == NULL ? NULL : self_signed(s->key);
    if (key != NULL && certificate != NULL && s->certificate != NULL &&
        PEM_write_bio_PrivateKey(key, s->key, NULL, NULL, 0, NULL, NULL) &&
        PEM_write_bio_X509(certificate, s->certificate)) {
        r = write_file(key_path, key, 0600);
        r = r < 0 ? r : write_file(certificate_path, certificate, 0644);
    }
    BIO_free(key);
    BIO_free(certificate);
    return r;
}

/* With the lock held. */
static int have_key(struct imds_signer *s, struct arena *a) {
    const char *key_path = arena_printf(a, "%s/" KEY, s->directory);
    const char *certificate_path = arena_printf(a, "%s/" CERTIFICATE, s->directory);
    BIO *certificate, *key;
    int r = 0;

    if (s->key != NULL)
        return 0;
    certificate = read_file(a, certificate_path);
    key = certificate == NULL ? NULL : read_file(a, key_path);
    if (key == NULL) {
        r = make_key(s, key_path, certificate_path);
    } else {
        s->certificate = PEM_read_bio_X509(certificate, NULL, NULL, NULL);
        s->key = PEM_read_bio_PrivateKey(key, NULL, NULL, NULL);
        if (s->key == NULL || s->certificate == NULL || X509_check_private_key(s->certificate, s->key) != 1)
            r = -EKEYREJECTED;
    }
    BIO_free(certificate);
    BIO_free(key);
    if (r < 0) {
        log_warn("instance identity documents cannot be signed: %s: %s", certificate_path, strerror(-r));
        EVP_PKEY_free(s->key);
        X509_free(s->certificate);
        s->key = NULL;
        s->certificate = NULL;
    }
    return r;
}

/* -- signatures ------------------------------------------------------------------------------------ */

static const char *in_lines(struct arena *a, const unsigned char *data, size_t length) {
    char *flat = arena_alloc(a, length / 3 * 4 + 8), *out;
    size_t n = (size_t)EVP_EncodeBlock((unsigned char *)flat, data, (int)length), at = 0;

    out = arena_alloc(a, n + n / BASE64_LINE + 2);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i % BASE64_LINE == 0)
            out[at++] = '\n';
        out[at++] = flat[i];
    }
    out[at] = '\0';
    return out;
}

static const char *plain_signature(struct imds_signer *s, const char *document, size_t length,
                                   struct arena *a) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char bytes[KEY_BITS / 8];
    size_t n = sizeof(bytes);
    const char *text = NULL;

    if (ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, s->key) == 1 &&
        EVP_DigestSign(ctx, bytes, &n, (const unsigned char *)document, length) == 1)
        text = in_lines(a, bytes, n);
    EVP_MD_CTX_free(ctx);
    return text;
}

static const char *pkcs7(struct imds_signer *s, const char *document, size_t length, struct arena *a) {
    BIO *in = BIO_new_mem_buf(document, (int)length);
    PKCS7 *signed_document =
        in == NULL ? NULL : PKCS7_sign(s->certificate, s->key, NULL, in, PKCS7_BINARY | PKCS7_NOCERTS);
    unsigned char *der = NULL;
    int n = signed_document == NULL ? -1 : i2d_PKCS7(signed_document, &der);
    const char *text = n > 0 ? in_lines(a, der, (size_t)n) : NULL;

    OPENSSL_free(der);
    PKCS7_free(signed_document);
    BIO_free(in);
    return text;
}

const char *imds_sign(struct imds_signer *s, enum imds_signature kind, const char *document, size_t length,
                      struct arena *a) {
    const char *text = NULL;

    pthread_mutex_lock(&s->lock);
    if (have_key(s, a) == 0)
        text = kind == IMDS_PKCS7 ? pkcs7(s, document, length, a) : plain_signature(s, document, length, a);
    pthread_mutex_unlock(&s->lock);
    return text;
}
