/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate: what the model requires of an input, told as the service tells it.
 *
 * Theory of operation: one walk over the struct finds what is missing, too long, too short, too large,
 * too small or not among the values allowed.  EC2 and S3 tell the first mistake, each in its way; the other
 * services count them all: "2 validation errors detected: Value null at 'roleName' failed to …".
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "proto/value.h"

enum { MISTAKES_MAX = 10, SHOWN_MAX = 1024 };

struct walk {
    const struct model_service *service;
    struct arena *arena;
    struct buf path;
    VEC(const char *) mistakes; /* services that count them */
    struct proto_error *error;  /* EC2, S3 */
    bool failed, in_header;
    bool list; /* what is missing is one */
};

static bool counts_mistakes(const struct walk *w) {
    return w->service->protocol != MODEL_EC2 && w->service->protocol != MODEL_REST_XML;
}

static bool enough(const struct walk *w) {
    return w->failed && (!counts_mistakes(w) || w->mistakes.count >= MISTAKES_MAX);
}

/* What S3 says of some headers and parameters that have none of the values allowed. */
static const struct {
    const char *wire, *code, *message;
} s3_words[] = {
    {"encoding-type", "InvalidArgument", "Invalid Encoding Method specified in Request"},
    {"x-amz-checksum-algorithm", "InvalidRequest",
     "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, "
     "CRC32C, "
     "CRC64NVME, SHA1, SHA256]"},
    {"x-amz-metadata-directive", "InvalidArgument", "Unknown metadata directive."},
    {"x-amz-server-side-encryption", "InvalidEncryptionAlgorithmError",
     "The encryption request you specified is not valid. The valid value is AES256."},
    {"x-amz-storage-class", "InvalidStorageClass", "The storage class you specified is not valid"},
    {"x-amz-tagging-directive", "InvalidArgument", "Unknown tagging directive."},
};

/* S3 speaks of headers and parameters one by one, and of a document as a whole. */
static void mistake_s3(struct walk *w, const char *text) {
    for (size_t i = 0; w->in_header && i < sizeof(s3_words) / sizeof(s3_words[0]); i++) {
        if (strcmp(s3_words[i].wire, w->path.data) != 0)
            continue;
        *w->error = (struct proto_error){s3_words[i].code, s3_words[i].message, 400};
        return;
    }
    if (w->in_header)
        *w->error = (struct proto_error){
            "InvalidArgument", arena_printf(w->arena, "Invalid value for %s: '%s'", w->path.data, text), 400};
    else
        *w->error = (struct proto_error){
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema", 400};
}

static void mistake(struct walk *w, const char *text, const char *ec2, const char *constraint) {
    w->failed = true;
    if (w->service->protocol == MODEL_REST_XML)
        mistake_s3(w, text == NULL ? "" : text);
    else if (w->service->protocol == MODEL_EC2)
        *w->error = (struct proto_error){"InvalidParameterValue",
                                         arena_printf(w->arena, "Value (%s) for parameter %s is invalid.%s%s",
                                                      text, w->path.data, *ec2 != '\0' ? " " : "", ec2),
                                         400};
    else
        *vec_push(w->arena, &w->mistakes) =
            text == NULL ? arena_printf(w->arena, "Value at '%s' failed to satisfy constraint: %s",
                                        w->path.data, constraint)
                         : arena_printf(w->arena, "Value '%s' at '%s' failed to satisfy constraint: %s", text,
                                        w->path.data, constraint);
}

/* EC2 calls some parameters otherwise than they are sent. */
static void missing_ec2(struct walk *w) {
    static const char *const said[][2] = {{"ResourceId", "resourceIdSet"}, {"Tag", "tagSet"}};
    const char *name = w->path.data;

    if (w->list && strcmp(name, "InstanceId") == 0) {
        *w->error = (struct proto_error){"InvalidParameterCombination", "No instances specified", 400};
        return;
    }
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
        if (strcmp(said[i][0], name) == 0)
            name = said[i][1];
    *w->error = (struct proto_error){
        "MissingParameter", arena_printf(w->arena, "The request must contain the parameter %s", name), 400};
}

static void missing(struct walk *w) {
    w->failed = true;
    if (w->service->protocol == MODEL_REST_XML)
        mistake_s3(w, "");
    else if (w->service->protocol == MODEL_EC2)
        missing_ec2(w);
    else
        *vec_push(w->arena, &w->mistakes) =
            arena_printf(w->arena, "Value null at '%s' failed to satisfy constraint: Member must not be null",
                         w->path.data);
}

static void check_range(struct walk *w, const struct model_shape *s, const char *text, int64_t v,
                        const char *what) {
    if (v < s->min)
        mistake(w, text, arena_printf(w->arena, "Expecting a %s of at least %lld.", what, (long long)s->min),
                arena_printf(w->arena, "Member must have %s greater than or equal to %lld", what,
                             (long long)s->min));
    else if (v > s->max)
        mistake(w, text, arena_printf(w->arena, "Expecting a %s of at most %lld.", what, (long long)s->max),
                arena_printf(w->arena, "Member must have %s less than or equal to %lld", what,
                             (long long)s->max));
}

static void check_enum(struct walk *w, const struct model_shape *s, const char *text) {
    struct buf all = BUF_INIT(64 * 1024);

    if (strcmp(s->name, "BucketLocationConstraint") == 0)
        return; /* whether it fits depends on the region asked, as does what is said when it does not */
    for (size_t i = 0; s->enums[i] != NULL; i++)
        if (strcmp(s->enums[i], text) == 0)
            return;
    if (counts_mistakes(w))
        for (size_t i = 0; s->enums[i] != NULL; i++)
            buf_printf(&all, "%s%s", i > 0 ? ", " : "", s->enums[i]);
    mistake(
        w, text, "",
        arena_printf(w->arena, "Member must satisfy enum value set: [%s]", all.length > 0 ? all.data : ""));
    buf_free(&all);
}

static void check_struct(struct walk *w, const struct model_shape *s, const void *value);

static void check_value(struct walk *w, const struct model_shape *s, const void *at, bool in_list) {
    const struct model_vec *v = at;
    const char *text;
    size_t length = w->path.length;

    switch (s->type) {
    case MODEL_STRING:
        text = *(const char *const *)at;
        if (text == NULL)
            break;
        if (in_list && strcmp(s->name, "InstanceType") == 0)
            break; /* DescribeInstanceTypes says which of them do not exist */
        if (s->enums != NULL)
            check_enum(w, s, text);
        else if (s->min != INT64_MIN || s->max != INT64_MAX)
            check_range(w, s, s->sensitive ? NULL : text, (int64_t)utf8_length(text), "length");
        break;
    case MODEL_INT:
    case MODEL_LONG:
        if (((const struct opt_int *)at)->set)
            check_range(w, s, arena_printf(w->arena, "%lld", (long long)((const struct opt_int *)at)->v),
                        ((const struct opt_int *)at)->v, "value");
        break;
    case MODEL_BLOB:
        if (((const struct blob *)at)->data != NULL)
            check_range(w, s, NULL, (int64_t)((const struct blob *)at)->length, "length");
        break;
    case MODEL_STRUCT:
        if (!in_list)
            at = *(const void *const *)at;
        check_struct(w, s, at);
        break;
    case MODEL_LIST:
    case MODEL_MAP:
        check_range(w, s, NULL, (int64_t)v->count, "length");
        for (size_t i = 0; i < v->count && !enough(w); i++) {
            if (w->service->protocol == MODEL_EC2)
                buf_printf(&w->path, ".%zu", i + 1);
            else if (s->type == MODEL_LIST)
                buf_printf(&w->path, ".%zu.member", i + 1);
            else
                buf_printf(&w->path, ".%s.member", *(const char *const *)value_item(s, at, i));
            check_value(w, s->item, (const char *)value_item(s, at, i) + s->value_offset,
                        s->type == MODEL_LIST);
            w->path.length = length;
            w->path.data[length] = '\0';
        }
        break;
    default:
        break;
    }
}

static void check_struct(struct walk *w, const struct model_shape *s, const void *value) {
    size_t length = w->path.length;

    for (uint16_t i = 0; i < s->member_count && !enough(w); i++) {
        const struct model_member *m = &s->members[i];

        if (m->streaming)
            continue;
        if (length > 0)
            buf_putc(&w->path, '.');
        if (w->service->protocol == MODEL_EC2) {
            buf_puts(&w->path, m->query);
        } else if (w->service->protocol == MODEL_REST_XML) {
            buf_puts(&w->path, m->wire);
        } else {
            buf_putc(&w->path, (char)tolower((unsigned char)m->name[0]));
            buf_puts(&w->path, m->name + 1);
        }
        w->in_header = m->location != MODEL_IN_BODY;
        if (value_present(m->shape, value_member(m, value)))
            check_value(w, m->shape, value_member(m, value), false);
        else if (m->required) {
            w->list = m->shape->type == MODEL_LIST;
            missing(w);
        }
        w->path.length = length;
        w->path.data[length] = '\0';
    }
}

int proto_validate(const struct model_service *s, const struct model_operation *op, struct arena *a,
                   const void *in, struct proto_error *ret_error) {
    struct walk w = {.service = s, .arena = a, .path = BUF_INIT(SHOWN_MAX), .error = ret_error};

    if (op->input == NULL)
        return 0;
    buf_puts(&w.path, "");
    check_struct(&w, op->input, in);
    buf_free(&w.path);
    if (!w.failed)
        return 0;
    if (counts_mistakes(&w)) {
        struct buf all = BUF_INIT(64 * 1024);

        buf_printf(&all, "%zu validation error%s detected: ", w.mistakes.count,
                   w.mistakes.count == 1 ? "" : "s");
        for (size_t i = 0; i < w.mistakes.count; i++)
            buf_printf(&all, "%s%s", i > 0 ? "; " : "", w.mistakes.items[i]);
        *ret_error =
            (struct proto_error){s->protocol == MODEL_QUERY ? "ValidationError" : "ValidationException",
                                 arena_strdup(a, all.data), 400};
        buf_free(&all);
    }
    return -EINVAL;
}
