/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/aws_chunked.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "proto/checksum.h"
#include "proto/sha256.h"

enum { WINDOW_BYTES = 16 * 1024, LINE_MAX_BYTES = 4096, SIGNATURE_BYTES = 64, COMPUTED_BYTES = 128 };

_Static_assert((int)SIGV4_HEX_BYTES <= (int)COMPUTED_BYTES && (int)CHECKSUM_TEXT_BYTES <= (int)COMPUTED_BYTES,
               "room for either");

#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum state { CHUNK_HEAD, CHUNK_DATA, CHUNK_TAIL, TRAILER, ENDED };

struct aws_chunked {
    struct aws_chunked_options o;
    EVP_MD_CTX *hash; /* of the body (plain) or the chunk (signed) */
    enum state state;
    int error; /* stays */
    uint64_t left, total;
    char previous[SIGNATURE_BYTES + 1], claimed[SIGNATURE_BYTES + 1];
    struct checksum checksum;
    bool has_checksum;
    char *trailer;
    char computed[COMPUTED_BYTES];
    char window[WINDOW_BYTES];
    size_t from, to;
};

static bool is_signed(const struct aws_chunked *c) {
    return c->o.payload == SIGV4_PAYLOAD_CHUNKED || c->o.payload == SIGV4_PAYLOAD_CHUNKED_TRAILER;
}

static bool is_chunked(const struct aws_chunked *c) {
    return is_signed(c) || c->o.payload == SIGV4_PAYLOAD_UNSIGNED_TRAILER;
}

static void hash_begin(struct aws_chunked *c) {
    if (EVP_DigestInit_ex2(c->hash, sha256_md(), NULL) != 1)
        out_of_memory();
}

struct aws_chunked *aws_chunked_new(const struct aws_chunked_options *options) {
    struct aws_chunked *c = calloc(1, sizeof(*c));
    enum checksum_kind kind;

    if (c == NULL)
        out_of_memory();
    c->o = *options;
    if (is_signed(c) || options->payload == SIGV4_PAYLOAD_HASH) {
        c->hash = EVP_MD_CTX_new();
        if (c->hash == NULL)
            out_of_memory();
        hash_begin(c);
    }
    if (is_signed(c))
        snprintf(c->previous, sizeof(c->previous), "%s", options->seed_signature);
    kind = options->trailer_name == NULL ? CHECKSUM_NONE : checksum_of_header(options->trailer_name);
    if (kind != CHECKSUM_NONE) {
        checksum_begin(&c->checksum, kind);
        c->has_checksum = true;
    }
    return c;
}

void aws_chunked_free(struct aws_chunked *c) {
    char text[CHECKSUM_TEXT_BYTES];

    if (c == NULL)
        return;
    if (c->has_checksum)
        checksum_end_text(&c->checksum, text);
    EVP_MD_CTX_free(c->hash);
    free(c->trailer);
    free(c);
}

/* ---- the raw body through the window ---- */

/* More bytes in the window: their number, 0 at the end, or an error. */
static ssize_t fill(struct aws_chunked *c) {
    ssize_t n;

    if (c->from > 0) {
        memmove(c->window, c->window + c->from, c->to - c->from);
        c->to -= c->from;
        c->from = 0;
    }
    n = c->o.read(c->o.user, c->window + c->to, sizeof(c->window) - c->to);
    if (n > 0)
        c->to += (size_t)n;
    return n;
}

/* A line without its CRLF, NUL-terminated in the window until the next fill. */
static int read_line(struct aws_chunked *c, char **ret_line) {
    char *end;

    while ((end = memchr(c->window + c->from, '\n', c->to - c->from)) == NULL) {
        ssize_t n;

        if (c->to - c->from >= LINE_MAX_BYTES)
            return -EBADMSG;
        n = fill(c);
        if (n <= 0)
            return n < 0 ? (int)n : -EBADMSG;
    }
    *ret_line = c->window + c->from;
    c->from = (size_t)(end - c->window) + 1;
    if (end == *ret_line || end[-1] != '\r' || memchr(*ret_line, '\0', (size_t)(end - *ret_line)) != NULL)
        return -EBADMSG;
    end[-1] = '\0';
    return 0;
}

/* ---- signatures ---- */

static int check_signature(struct aws_chunked *c, const char *what, const char *middle, const char *hash,
                           const char *claimed) {
    struct buf text = BUF_INIT(4096);
    unsigned char expected[SHA256_BYTES], given[SHA256_BYTES];
    bool right;

    if (c->o.key == NULL)
        return 0;
    buf_printf(&text, "%s\n%s\n%s\n%s\n%s%s", what, c->o.amz_date, c->o.scope, c->previous, middle, hash);
    hmac_sha256(c->o.key, SIGV4_KEY_BYTES, text.data, text.length, expected);
    right = !text.overflow && strlen(claimed) == SIGNATURE_BYTES &&
            hex_decode(claimed, sizeof(given), given) == 0 &&
            CRYPTO_memcmp(expected, given, sizeof(given)) == 0;
    buf_free(&text);
    if (!right)
        return -EKEYREJECTED;
    memmove(c->previous, claimed, SIGNATURE_BYTES + 1);
    return 0;
}

static char *hash_end(struct aws_chunked *c, char *hex) {
    unsigned char digest[SHA256_BYTES];

    EVP_DigestFinal_ex(c->hash, digest, NULL);
    return hex_encode(digest, sizeof(digest), hex);
}

/* The data of a chunk has gone by. */
static int chunk_end(struct aws_chunked *c) {
    char hex[SIGV4_HEX_BYTES];
    int r;

    if (!is_signed(c))
        return 0;
    r = check_signature(c, "AWS4-HMAC-SHA256-PAYLOAD", EMPTY_HASH "\n", hash_end(c, hex), c->claimed);
    hash_begin(c);
    return r;
}

/* ---- parts ---- */

/* size[;chunk-signature=…] */
static int chunk_head(struct aws_chunked *c) {
    static const char field[] = ";chunk-signature=";
    size_t digits;
    char *line;
    int r = read_line(c, &line);

    if (r < 0)
        return r;
    digits = strspn(line, "0123456789abcdefABCDEF");
    if (digits == 0 || digits > 15)
        return -EBADMSG;
    c->left = strtoull(line, NULL, 16);
    if (is_signed(c)) {
        if (strncmp(line + digits, field, sizeof(field) - 1) != 0 ||
            strlen(line + digits + sizeof(field) - 1) != SIGNATURE_BYTES)
            return -EBADMSG;
        memcpy(c->claimed, line + digits + sizeof(field) - 1, SIGNATURE_BYTES + 1);
    } else if (line[digits] != '\0' && line[digits] != ';') {
        return -EBADMSG;
    }
    if (c->o.decoded_length >= 0 && c->left > (uint64_t)c->o.decoded_length - c->total)
        return -EBADMSG;
    if (c->left > 0) {
        c->state = CHUNK_DATA;
        return 0;
    }
    c->state = TRAILER;
    return chunk_end(c);
}

static int take_trailer(struct aws_chunked *c, char *line, struct buf *signed_text) {
    char *colon = strchr(line, ':'), *value;

    if (colon == NULL)
        return -ENOMSG;
    *colon = '\0';
    value = colon + 1 + strspn(colon + 1, " \t");
    if (strcasecmp(line, "x-amz-trailer-signature") == 0) {
        char hex[SIGV4_HEX_BYTES];

        if (c->o.payload != SIGV4_PAYLOAD_CHUNKED_TRAILER)
            return -ENOMSG;
        sigv4_sha256_hex(signed_text->data, signed_text->length, hex);
        c->claimed[0] = '\0'; /* seen */
        return check_signature(c, "AWS4-HMAC-SHA256-TRAILER", "", hex, value);
    }
    if (c->o.trailer_name == NULL || strcasecmp(line, c->o.trailer_name) != 0 || c->trailer != NULL)
        return -ENOMSG;
    buf_printf(signed_text, "%s:%s\n", line, value);
    c->trailer = strdup(value);
    if (c->trailer == NULL)
        return -ENOMEM;
    return 0;
}

static int read_trailer(struct aws_chunked *c) {
    struct buf signed_text = BUF_INIT(LINE_MAX_BYTES);
    int r;

    buf_puts(&signed_text, "");
    do {
        char *line;

        r = read_line(c, &line);
        if (r < 0 || *line == '\0')
            break;
        r = take_trailer(c, line, &signed_text);
    } while (r == 0);
    buf_free(&signed_text);
    if (r < 0)
        return r;
    if (c->o.payload == SIGV4_PAYLOAD_CHUNKED_TRAILER && c->claimed[0] != '\0')
        return -EKEYREJECTED; /* the trailer was not signed */
    if (c->from != c->to || fill(c) != 0 ||
        (c->o.decoded_length >= 0 && c->total != (uint64_t)c->o.decoded_length))
        return -EBADMSG;
    if (c->o.trailer_name != NULL && c->trailer == NULL)
        return -ENOMSG;
    c->state = ENDED;
    if (!c->has_checksum)
        return 0;
    c->has_checksum = false;
    return strcmp(checksum_end_text(&c->checksum, c->computed), c->trailer) == 0 ? 0 : -EILSEQ;
}

static ssize_t chunk_data(struct aws_chunked *c, void *data, size_t capacity) {
    ssize_t n;

    if (capacity > c->left)
        capacity = c->left;
    if (c->from < c->to) {
        n = (ssize_t)(capacity < c->to - c->from ? capacity : c->to - c->from);
        memcpy(data, c->window + c->from, (size_t)n);
        c->from += (size_t)n;
    } else {
        n = c->o.read(c->o.user, data, capacity);
        if (n <= 0)
            return n < 0 ? n : -EBADMSG;
    }
    if (c->hash != NULL)
        EVP_DigestUpdate(c->hash, data, (size_t)n);
    if (c->has_checksum)
        checksum_update(&c->checksum, data, (size_t)n);
    c->left -= (size_t)n;
    c->total += (size_t)n;
    if (c->left == 0)
        c->state = CHUNK_TAIL;
    return n;
}

static ssize_t read_chunked(struct aws_chunked *c, void *data, size_t capacity) {
    while (c->state != ENDED) {
        char *line;
        int r;

        switch (c->state) {
        case CHUNK_HEAD:
            r = chunk_head(c);
            break;
        case CHUNK_DATA:
            return chunk_data(c, data, capacity);
        case CHUNK_TAIL:
            r = read_line(c, &line);
            if (r == 0)
                r = *line != '\0' ? -EBADMSG : chunk_end(c);
            c->state = CHUNK_HEAD;
            break;
        default:
            r = read_trailer(c);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

static ssize_t read_plain(struct aws_chunked *c, void *data, size_t capacity) {
    ssize_t n;

    if (c->state == ENDED)
        return 0;
    n = c->o.read(c->o.user, data, capacity);
    if (c->hash == NULL || n < 0)
        return n;
    if (n > 0) {
        EVP_DigestUpdate(c->hash, data, (size_t)n);
        return n;
    }
    c->state = ENDED;
    return strcasecmp(hash_end(c, c->computed), c->o.payload_hash) == 0 ? 0 : -EBADE;
}

ssize_t aws_chunked_read(struct aws_chunked *c, void *data, size_t capacity) {
    ssize_t n;

    if (c->error < 0)
        return c->error;
    n = is_chunked(c) ? read_chunked(c, data, capacity) : read_plain(c, data, capacity);
    if (n < 0)
        c->error = (int)n;
    return n;
}

void aws_chunked_mismatch(const struct aws_chunked *c, const char **ret_given, const char **ret_computed) {
    *ret_given = c->error == -EBADE ? c->o.payload_hash : c->error == -EILSEQ ? c->trailer : NULL;
    *ret_computed = *ret_given != NULL ? c->computed : NULL;
}

void aws_chunked_error(int error, struct proto_error *e) {
    switch (error) {
    case -EKEYREJECTED:
        *e = (struct proto_error){
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
            403};
        break;
    case -EBADE:
        *e = (struct proto_error){
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.", 400};
        break;
    case -EILSEQ:
        *e = (struct proto_error){"BadDigest",
                                  "The checksum you specified did not match the calculated checksum.", 400};
        break;
    case -ETIMEDOUT:
        *e = (struct proto_error){
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the "
            "timeout period. Idle connections will be closed.",
            400};
        break;
    case -ENOMSG:
        *e = (struct proto_error){"MalformedTrailerError",
                                  "The request contained trailing data that was not well-formed or did not "
                                  "conform to our published "
                                  "schema.",
                                  400};
        break;
    case -EBADMSG:
        *e = (struct proto_error){
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header "
            "or the chunks of the body.",
            400};
        break;
    default:
        *e =
            (struct proto_error){"InternalError", "We encountered an internal error. Please try again.", 500};
    }
}
