/* SPDX-License-Identifier: Apache-2.0 */
#include "http/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/map.h"
#include "base/text.h"

enum {
    LEAVES_MAX = 1024, /* when so many names have been asked for, all are forgotten: making one is cheap */
    NAME_MAX_BYTES = 253,
    DAY_S = 24 * 3600,
    CA_DAYS = 3650,
    LEAF_DAYS = 397,
    FILE_MAX = 64 * 1024
};

struct leaf {
    X509 *cert;
    int64_t renew_at_s;
};

struct tls_ca {
    X509 *cert;
    EVP_PKEY *key;
    char *pem;
    EVP_PKEY *leaf_key; /* one for all names: whoever has it has this process */
    SSL_CTX *ctx;
    pthread_mutex_t lock;
    struct map leaves; /* "DNS:name" or "IP:address" to struct leaf */
};

static int64_t now_s(void) {
    return clock_real_ms() / 1000;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX ctx;
    X509_EXTENSION *ext;
    bool ok;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ok = ext && X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
    return ok;
}

/* A certificate with everything but its extensions and signature. */
static X509 *start_cert(const char *common_name, EVP_PKEY *key, X509 *issuer, int days) {
    X509 *cert = X509_new();
    unsigned char serial[16];
    BIGNUM *number;
    X509_NAME *name;
    bool ok;

    random_bytes(serial, sizeof(serial));
    serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and never short */
    number = BN_bin2bn(serial, sizeof(serial), NULL);
    ok = cert && number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) &&
         X509_set_version(cert, X509_VERSION_3) && X509_set_pubkey(cert, key) &&
         ASN1_TIME_set(X509_getm_notBefore(cert), now_s() - DAY_S) &&
         ASN1_TIME_set(X509_getm_notAfter(cert), now_s() + (int64_t)days * DAY_S);
    BN_free(number);
    if (ok) {
        name = X509_get_subject_name(cert);
        ok = X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"vpcbox", -1, -1,
                                        0) &&
             X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1,
                                        0) &&
             X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : name);
    }
    if (!ok) {
        X509_free(cert);
        return NULL;
    }
    return cert;
}

/* san: "DNS:name" or "IP:address", from name_for() only, so it holds no comma. */
static X509 *make_leaf(const struct tls_ca *ca, const char *san) {
    const char *name = strchr(san, ':') + 1;
    /* A common name has at most 64 characters; clients look at the alternative name. */
    X509 *cert = start_cert(strlen(name) <= 64 ? name : "vpcbox service", ca->leaf_key, ca->cert, LEAF_DAYS);

    if (cert && add_extension(cert, ca->cert, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(cert, ca->cert, NID_key_usage, "critical,digitalSignature") &&
        add_extension(cert, ca->cert, NID_ext_key_usage, "serverAuth") &&
        add_extension(cert, ca->cert, NID_subject_key_identifier, "hash") &&
        add_extension(cert, ca->cert, NID_authority_key_identifier, "keyid") &&
        add_extension(cert, ca->cert, NID_subject_alt_name, san) && X509_sign(cert, ca->key, EVP_sha256()))
        return cert;
    X509_free(cert);
    return NULL;
}

static void forget_leaves(struct tls_ca *ca) {
    const char *key;
    void *value;

    for (size_t at = 0; map_next(&ca->leaves, &at, &key, &value) == 1;) {
        X509_free(((struct leaf *)value)->cert);
        free(value);
    }
    map_free(&ca->leaves);
    ca->leaves = (struct map){0};
}

/* A reference to the certificate for san, made now if need be. */
static X509 *leaf_for(struct tls_ca *ca, const char *san) {
    struct leaf *leaf;
    X509 *cert = NULL;

    pthread_mutex_lock(&ca->lock);
    leaf = map_get(&ca->leaves, san);
    if (leaf == NULL || leaf->renew_at_s < now_s()) {
        if (ca->leaves.count >= LEAVES_MAX || leaf)
            forget_leaves(ca);
        cert = make_leaf(ca, san);
        leaf = cert ? calloc(1, sizeof(*leaf)) : NULL;
        if (leaf) {
            leaf->cert = cert;
            leaf->renew_at_s = now_s() + (int64_t)(LEAF_DAYS - 30) * DAY_S;
            map_put(&ca->leaves, san, leaf);
            X509_up_ref(cert);
        }
    } else {
        cert = leaf->cert;
        X509_up_ref(cert);
    }
    pthread_mutex_unlock(&ca->lock);
    return cert;
}

/* What the certificate has to say: the name asked for, else the address connected to. */
static bool name_for(SSL *ssl, char *out, size_t size) {
    const char *sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    struct sockaddr_in local = {0};
    socklen_t length = sizeof(local);
    char address[INET_ADDRSTRLEN];
    size_t n;

    if (sni == NULL) {
        if (getsockname(SSL_get_fd(ssl), (struct sockaddr *)&local, &length) < 0 ||
            local.sin_family != AF_INET || !inet_ntop(AF_INET, &local.sin_addr, address, sizeof(address)))
            return false;
        snprintf(out, size, "IP:%s", address);
        return true;
    }
    n = strlen(sni);
    if (n == 0 || n > NAME_MAX_BYTES || sni[0] == '.' || sni[0] == '-')
        return false;
    snprintf(out, size, "DNS:%s", sni);
    for (char *p = out + 4; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 'a' - 'A');
        else if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || strchr("-._", *p)))
            return false;
    }
    return true;
}

static int on_certificate(SSL *ssl, void *arg) {
    struct tls_ca *ca = arg;
    char san[NAME_MAX_BYTES + 8];
    X509 *cert;
    int ok;

    if (!name_for(ssl, san, sizeof(san)))
        return 0;
    cert = leaf_for(ca, san);
    ok = cert && SSL_use_certificate(ssl, cert) == 1 && SSL_use_PrivateKey(ssl, ca->leaf_key) == 1;
    X509_free(cert);
    return ok;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *in,
                   unsigned int in_length, void *arg) {
    static const unsigned char ours[] = "\x08http/1.1";

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_length, ours, sizeof(ours) - 1, in,
                              in_length) == OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_NOACK;
}

static char *bio_text(BIO *bio, size_t *ret_length) {
    char *data, *copy;
    long n = BIO_get_mem_data(bio, &data);

    copy = n > 0 ? strndup(data, (size_t)n) : NULL;
    if (copy && ret_length)
        *ret_length = (size_t)n;
    return copy;
}

static int make_authority(struct tls_ca *ca, const char *cert_path, const char *key_path) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *key_pem;
    size_t length;
    int r = -EIO;

    ca->key = EVP_EC_gen("P-256");
    ca->cert = ca->key ? start_cert("vpcbox certificate authority", ca->key, NULL, CA_DAYS) : NULL;
    if (bio && ca->cert && add_extension(ca->cert, ca->cert, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(ca->cert, ca->cert, NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature") &&
        add_extension(ca->cert, ca->cert, NID_subject_key_identifier, "hash") &&
        X509_sign(ca->cert, ca->key, EVP_sha256()) &&
        PEM_write_bio_PrivateKey(bio, ca->key, NULL, NULL, 0, NULL, NULL)) {
        key_pem = bio_text(bio, &length);
        r = key_pem ? fd_replace_file(key_path, key_pem, length, 0600) : -ENOMEM;
        if (key_pem)
            OPENSSL_cleanse(key_pem, length);
        free(key_pem);
        BIO_reset(bio);
        if (r == 0 && PEM_write_bio_X509(bio, ca->cert)) {
            ca->pem = bio_text(bio, &length);
            /* The certificate last: a crash in between makes both anew. */
            r = ca->pem ? fd_replace_file(cert_path, ca->pem, length, 0644) : -ENOMEM;
        }
    }
    BIO_free(bio);
    return r;
}

static int load_authority(struct tls_ca *ca, const char *cert_path, const char *key_path) {
    char *key_pem = NULL;
    size_t length;
    BIO *bio;
    int r = fd_read_file(cert_path, FILE_MAX, &ca->pem, &length);

    if (r < 0)
        return r;
    bio = BIO_new_mem_buf(ca->pem, (int)length);
    ca->cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    r = fd_read_file(key_path, FILE_MAX, &key_pem, &length);
    if (r < 0)
        return r;
    bio = BIO_new_mem_buf(key_pem, (int)length);
    ca->key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    OPENSSL_cleanse(key_pem, length);
    free(key_pem);
    return ca->cert && ca->key && X509_check_private_key(ca->cert, ca->key) == 1 ? 0 : -EKEYREJECTED;
}

static int make_context(struct tls_ca *ca) {
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    ca->ctx = ctx;
    ca->leaf_key = EVP_EC_gen("P-256");
    if (!ctx || !ca->leaf_key)
        return -ENOMEM;
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx, 1); /* a record with one call, not its header first */
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"vpcbox", 6);
    SSL_CTX_set_cert_cb(ctx, on_certificate, ca);
    SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
    return 0;
}

int tls_ca_open(const char *dir, struct tls_ca **ret_ca) {
    struct tls_ca *ca = calloc(1, sizeof(*ca));
    char cert_path[4096], key_path[4096];
    int r;

    if (ca == NULL)
        return -ENOMEM;
    pthread_mutex_init(&ca->lock, NULL);
    if (snprintf(cert_path, sizeof(cert_path), "%s/ca.crt", dir) >= (int)sizeof(cert_path) ||
        snprintf(key_path, sizeof(key_path), "%s/ca.key", dir) >= (int)sizeof(key_path))
        r = -ENAMETOOLONG;
    else if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        r = -errno;
    else if (access(cert_path, F_OK) == 0)
        r = load_authority(ca, cert_path, key_path);
    else
        r = make_authority(ca, cert_path, key_path);
    if (r == 0)
        r = make_context(ca);
    if (r < 0) {
        tls_ca_free(ca);
        return r;
    }
    *ret_ca = ca;
    return 0;
}

void tls_ca_free(struct tls_ca *ca) {
    if (ca == NULL)
        return;
    forget_leaves(ca);
    SSL_CTX_free(ca->ctx);
    EVP_PKEY_free(ca->leaf_key);
    EVP_PKEY_free(ca->key);
    X509_free(ca->cert);
    free(ca->pem);
    pthread_mutex_destroy(&ca->lock);
    free(ca);
}

const char *tls_ca_pem(const struct tls_ca *ca) {
    return ca->pem;
}

SSL *tls_ca_accept(struct tls_ca *ca, int fd) {
    SSL *ssl = SSL_new(ca->ctx);

    if (ssl && SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    return ssl;
}
