/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest: rest-xml and rest-json: members in path, query, headers and body.
 *
 * Theory of operation: the model says where each member travels.  Several operations may share method
 * and path (S3): the one is meant that asks for the most parameters and headers that the request has.
 * What is said below about XML holds for JSON bodies alike; S3's own habits are in the tables `roots`
 * and `subresources`.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "proto/engines.h"
#include "proto/rest_uri.h"
#include "proto/value.h"
#include "proto/xml_in.h"
#include "proto/xml_out.h"

/* ---- routing ---- */

/* S3's subresources: GET ?acl is GetBucketAcl or GetObjectAcl. */
static const struct {
    const char *parameter, *noun;
} subresources[] = {
    {"accelerate", "AccelerateConfiguration"},
    {"acl", "Acl"},
    {"analytics", "AnalyticsConfiguration"},
    {"attributes", "Attributes"},
    {"cors", "Cors"},
    {"encryption", "Encryption"},
    {"intelligent-tiering", "IntelligentTieringConfiguration"},
    {"inventory", "InventoryConfiguration"},
    {"legal-hold", "LegalHold"},
    {"lifecycle", "LifecycleConfiguration"},
    {"logging", "Logging"},
    {"metrics", "MetricsConfiguration"},
    {"notification", "NotificationConfiguration"},
    {"object-lock", "LockConfiguration"},
    {"ownershipControls", "OwnershipControls"},
    {"policy", "Policy"},
    {"policyStatus", "PolicyStatus"},
    {"publicAccessBlock", "PublicAccessBlock"},
    {"replication", "Replication"},
    {"requestPayment", "RequestPayment"},
    {"restore", "Restore"},
    {"retention", "Retention"},
    {"select", "Content"},
    {"tagging", "Tagging"},
    {"torrent", "Torrent"},
    {"versioning", "Versioning"},
    {"website", "Website"},
};

/* The lacking operation that a subresource means, or the parameter itself. */
static const char *lacking_name(const struct model_service *s, const char *method, size_t which) {
    const char *verb = strcmp(method, "PUT") == 0 ? "Put" : strcmp(method, "DELETE") == 0 ? "Delete" : "Get";

    for (size_t i = 0; s->lacking[i] != NULL; i++)
        if (text_starts(s->lacking[i], verb) && text_ends(s->lacking[i], subresources[which].noun))
            return s->lacking[i];
    return subresources[which].parameter;
}

static int score(const struct model_operation *op, const struct proto_request *rq) {
    int literals = rest_uri_literals(op->http_uri, rq->parameters), wanted = 0;

    if (literals < 0)
        return -1;
    for (uint16_t i = 0; op->input != NULL && i < op->input->member_count; i++) {
        const struct model_member *m = &op->input->members[i];

        if (!m->required || (m->location != MODEL_IN_QUERY && m->location != MODEL_IN_HEADER))
            continue;
        if (m->location == MODEL_IN_QUERY ? proto_parameter_get(rq->parameters, m->wire) == NULL
                                          : proto_header_get(&rq->headers, m->wire) == NULL)
            return -1;
        wanted++;
    }
    return literals + wanted;
}

const struct model_operation *proto_rest_route(const struct model_service *s, const char *method,
                                               const struct proto_request *rq, const char **ret_lacking) {
    const struct model_operation *best = NULL;
    struct rest_label labels[REST_LABELS_MAX];
    int best_score = -1;
    size_t count;

    *ret_lacking = NULL;
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct model_operation *op = &s->operations[i];
        int points;

        if (strcmp(op->http_method, method) != 0 || !rest_uri_match(op->http_uri, rq->path, labels, &count))
            continue;
        points = score(op, rq);
        if (points > best_score) {
            best = op;
            best_score = points;
        }
    }
    if (s->protocol != MODEL_REST_XML)
        return best;
    for (size_t i = 0; i < sizeof(subresources) / sizeof(subresources[0]); i++)
        if (proto_parameter_get(rq->parameters, subresources[i].parameter) != NULL &&
            (best == NULL || !rest_uri_names(best->http_uri, subresources[i].parameter))) {
            *ret_lacking = lacking_name(s, method, i);
            return NULL;
        }
    return best;
}

/* ---- heads: path, query and headers ---- */

static enum model_time_format usual_time(const struct model_member *m) {
    return m->location == MODEL_IN_HEADER ? MODEL_TIME_HTTP : MODEL_TIME_ISO8601;
}

static int parse_member(struct arena *a, const struct model_member *m, const char *text, void *message,
                        struct proto_error *e) {
    void *at = value_member_out(m, message);

    if (m->shape->type == MODEL_LIST) { /* of strings, separated by commas */
        char *copy = arena_strdup(a, text), *state = NULL;

        for (char *part = strtok_r(copy, ",", &state); part != NULL; part = strtok_r(NULL, ",", &state))
            value_parse(a, m->shape->item, m->time_format, part + strspn(part, " "),
                        value_push(a, m->shape, at));
        return 0;
    }
    if (m->shape->type != MODEL_STRING && *text == '\0')
        return 0;
    if (value_parse(a, m->shape, m->time_format, text, at) == 0)
        return 0;
    *e = (struct proto_error){
        "InvalidArgument",
        m->shape->type == MODEL_INT
            ? arena_printf(a, "Provided %s not an integer or within integer range", m->wire)
            : arena_printf(a, "Invalid value for %s", m->wire),
        400};
    return -EINVAL;
}

/* All headers that begin with the member's wire name. */
static void parse_headers_map(struct arena *a, const struct model_member *m,
                              const struct proto_headers *headers, void *message) {
    size_t prefix = strlen(m->wire);

    for (size_t i = 0; i < headers->count; i++) {
        const char *name = headers->items[i].name;
        char *pair, *key;

        if (strncasecmp(name, m->wire, prefix) != 0 || name[prefix] == '\0')
            continue;
        key = text_lower(a, name + prefix);
        pair = value_push(a, m->shape, value_member_out(m, message));
        *(const char **)(void *)pair = key;
        *(const char **)(void *)(pair + m->shape->value_offset) = headers->items[i].value;
    }
}

static int parse_labels(const struct model_operation *op, struct arena *a, const char *path, void *in,
                        struct proto_error *e) {
    struct rest_label labels[REST_LABELS_MAX];
    size_t count;

    if (!rest_uri_match(op->http_uri, path, labels, &count)) {
        *e = (struct proto_error){"InvalidURI", "Couldn't parse the specified URI.", 400};
        return -EINVAL;
    }
    for (size_t i = 0; i < count; i++) {
        for (uint16_t j = 0; j < op->input->member_count; j++) {
            const struct model_member *m = &op->input->members[j];
            char *text;

            if (m->location != MODEL_IN_URI || strncmp(m->wire, labels[i].name, labels[i].name_length) != 0 ||
                m->wire[labels[i].name_length] != '\0')
                continue;
            if (percent_decode(a, labels[i].value, labels[i].value_length, false, &text) < 0 ||
                !utf8_valid(text, strlen(text))) {
                *e = (struct proto_error){"InvalidURI", "Couldn't parse the specified URI.", 400};
                return -EINVAL;
            }
            if (parse_member(a, m, text, in, e) < 0)
                return -EINVAL;
        }
    }
    return 0;
}

/* ---- bodies ---- */

static const struct model_member *payload_of(const struct model_shape *s) {
    for (uint16_t i = 0; i < s->member_count; i++)
        if (s->members[i].payload)
            return &s->members[i];
    return NULL;
}

static bool has_document(const struct model_shape *s) {
    for (uint16_t i = 0; i < s->member_count; i++)
        if (value_in_document(&s->members[i]))
            return true;
    return false;
}

/* GetBucketLocation's answer is a bare element with the member's text. */
static bool bare(const struct model_shape *s) {
    return strcmp(s->name, "GetBucketLocationOutput") == 0;
}

static int read_document(const struct model_service *s, struct arena *a, const struct model_shape *shape,
                         const char *body, size_t length, void *out, struct proto_error *e) {
    const char *bad = "document";
    xmlDoc *doc;
    int r;

    if (s->protocol == MODEL_REST_JSON)
        return json_decode(a, shape, body, length, out, e);
    r = xml_read(body, length, &doc);
    if (r == 0) {
        const xmlNode *root = xmlDocGetRootElement(doc);

        if (bare(shape))
            r = value_parse(a, shape->members[0].shape, MODEL_TIME_DEFAULT, xml_content(a, root),
                            value_member_out(&shape->members[0], out));
        else
            r = xml_read_members(a, MODEL_REST_XML, shape, root, out, &bad);
        xmlFreeDoc(doc);
    }
    if (r < 0)
        *e = (struct proto_error){
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema", 400};
    return r;
}

static int read_body(const struct model_service *s, struct arena *a, const struct model_shape *shape,
                     const char *body, size_t length, void *out, struct proto_error *e) {
    const struct model_member *payload = payload_of(shape);

    if (payload == NULL)
        return length == 0 || !has_document(shape) ? 0 : read_document(s, a, shape, body, length, out, e);
    if (payload->streaming || length == 0)
        return 0;
    switch (payload->shape->type) {
    case MODEL_STRUCT:
        return read_document(s, a, payload->shape, body, length,
                             value_struct(a, payload->shape, value_member_out(payload, out)), e);
    case MODEL_BLOB:
        *(struct blob *)value_member_out(payload, out) = (struct blob){arena_dup(a, body, length), length};
        return 0;
    default:
        if (!utf8_valid(body, length)) {
            *e = (struct proto_error){"InvalidRequest", "The body is not UTF-8 text", 400};
            return -EINVAL;
        }
        return value_parse(a, payload->shape, payload->time_format, arena_strndup(a, body, length),
                           value_member_out(payload, out));
    }
}

int rest_decode_input(const struct model_service *s, const struct model_operation *op, struct arena *a,
                      const struct proto_request *rq, void *in, struct proto_error *e) {
    int r = parse_labels(op, a, rq->path, in, e);

    for (uint16_t i = 0; r == 0 && i < op->input->member_count; i++) {
        const struct model_member *m = &op->input->members[i];
        const char *text = NULL;

        if (m->location == MODEL_IN_HEADERS)
            parse_headers_map(a, m, &rq->headers, in);
        else if (m->location == MODEL_IN_HEADER)
            text = proto_header_get(&rq->headers, m->wire);
        else if (m->location == MODEL_IN_QUERY)
            text = proto_parameter_get(rq->parameters, m->wire);
        if (text != NULL)
            r = parse_member(a, m, text, in, e);
    }
    return r < 0 ? r : read_body(s, a, op->input, rq->body, rq->body_length, in, e);
}

/* What S3 calls the outermost element of its answers. */
static const struct {
    const char *shape, *element;
} roots[] = {
    {"CompleteMultipartUploadOutput", "CompleteMultipartUploadResult"},
    {"CreateMultipartUploadOutput", "InitiateMultipartUploadResult"},
    {"DeleteObjectsOutput", "DeleteResult"},
    {"GetBucketTaggingOutput", "Tagging"},
    {"GetBucketVersioningOutput", "VersioningConfiguration"},
    {"ListBucketsOutput", "ListAllMyBucketsResult"},
    {"ListMultipartUploadsOutput", "ListMultipartUploadsResult"},
    {"ListObjectVersionsOutput", "ListVersionsResult"},
    {"ListObjectsOutput", "ListBucketResult"},
    {"ListObjectsV2Output", "ListBucketResult"},
    {"ListPartsOutput", "ListPartsResult"},
};

static const char *root_of(const struct model_operation *op, const struct model_shape *shape) {
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
        if (strcmp(roots[i].shape, shape->name) == 0)
            return roots[i].element;
    return shape == op->input && op->input_root != NULL ? op->input_root : shape->name;
}

/* The body of a message; true when it is a document. */
static bool write_body(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       const struct model_shape *shape, const void *message, struct buf *body) {
    const struct model_member *payload = payload_of(shape);
    const struct model_shape *document = shape;
    const char *root;

    if (payload != NULL) {
        const void *at = value_member(payload, message);

        if (payload->streaming || !value_present(payload->shape, at))
            return false;
        if (payload->shape->type == MODEL_BLOB) {
            buf_append(body, ((const struct blob *)at)->data, ((const struct blob *)at)->length);
            return false;
        }
        if (payload->shape->type != MODEL_STRUCT) {
            buf_puts(body, value_text(a, payload->shape, payload->time_format, MODEL_TIME_ISO8601, at));
            return false;
        }
        document = payload->shape;
        message = *(const void *const *)at;
        root = payload->wire;
    } else if (has_document(shape)) {
        root = root_of(op, shape);
    } else {
        return false;
    }
    if (s->protocol == MODEL_REST_JSON) {
        json_encode(body, document, message);
        return true;
    }
    buf_puts(body, XML_DECLARATION);
    if (bare(shape)) {
        const char *text = *(const char *const *)value_member(&shape->members[0], message);

        buf_printf(body, "<LocationConstraint xmlns=\"%s\">", s->xml_namespace);
        xml_text(body, text != NULL ? text : "");
        buf_puts(body, "</LocationConstraint>");
    } else {
        xml_value(body, MODEL_REST_XML, root, s->xml_namespace, document, message);
    }
    return true;
}

/* Members of the message that travel as headers. */
static void write_headers(struct arena *a, const struct model_shape *shape, const void *message,
                          struct proto_headers *headers) {
    for (uint16_t i = 0; i < shape->member_count; i++) {
        const struct model_member *m = &shape->members[i];
        const void *at;

        if (m->location != MODEL_IN_HEADER && m->location != MODEL_IN_HEADERS)
            continue;
        at = value_member(m, message);
        if (!value_present(m->shape, at))
            continue;
        if (m->location == MODEL_IN_HEADERS) {
            for (size_t j = 0; j < ((const struct model_vec *)at)->count; j++) {
                const char *pair = value_item(m->shape, at, j);

                proto_header_add(a, headers,
                                 arena_printf(a, "%s%s", m->wire, *(const char *const *)(const void *)pair),
                                 *(const char *const *)(const void *)(pair + m->shape->value_offset));
            }
        } else if (m->shape->type == MODEL_LIST) {
            const char *joined = NULL;

            for (size_t j = 0; j < ((const struct model_vec *)at)->count; j++) {
                const char *item = value_text(a, m->shape->item, m->time_format, MODEL_TIME_HTTP,
                                              value_item(m->shape, at, j));

                joined = joined == NULL ? item : arena_printf(a, "%s,%s", joined, item);
            }
            if (joined != NULL)
                proto_header_add(a, headers, m->wire, joined);
        } else {
            proto_header_add(a, headers, m->wire, value_text(a, m->shape, m->time_format, usual_time(m), at));
        }
    }
}

/* Operations that succeed with 204 although the model does not say so. */
static bool says_nothing(const struct model_operation *op) {
    return strcmp(op->name, "PutBucketPolicy") == 0 || strcmp(op->name, "PutBucketTagging") == 0;
}

void rest_encode_output(const struct model_service *s, const struct model_operation *op, struct arena *a,
                        const void *out, const char *request_id, const char *host_id,
                        struct proto_response *response) {
    bool s3 = s->protocol == MODEL_REST_XML, document = false;

    if (request_id != NULL)
        proto_header_add(a, &response->headers, s3 ? "x-amz-request-id" : "x-amzn-RequestId", request_id);
    if (host_id != NULL)
        proto_header_add(a, &response->headers, "x-amz-id-2", host_id);
    if (s3 && says_nothing(op))
        response->status = 204;
    if (op->output == NULL || out == NULL)
        return;
    for (uint16_t i = 0; i < op->output->member_count; i++) {
        const struct model_member *m = &op->output->members[i];
        const struct opt_int *status = value_member(m, out);

        if (m->location == MODEL_IN_STATUS && status->set)
            response->status = (int)status->v;
    }
    write_headers(a, op->output, out, &response->headers);
    if (strcmp(op->http_method, "HEAD") != 0 && response->status != 204)
        document = write_body(s, op, a, op->output, out, &response->body);
    if (document || strcmp(op->name, "HeadBucket") == 0)
        proto_header_add(a, &response->headers, "Content-Type", s3 ? "application/xml" : "application/json");
    else if (response->body.length > 0 && proto_header_get(&response->headers, "Content-Type") == NULL)
        proto_header_add(a, &response->headers, "Content-Type", "application/json"); /* a bucket's policy */
}

/* ---- client ---- */

static void add_parameter(struct buf *uri, char *separator_io, const char *name, const char *value) {
    buf_putc(uri, *separator_io);
    *separator_io = '&';
    percent_encode(uri, name, strlen(name), false);
    buf_putc(uri, '=');
    percent_encode(uri, value, strlen(value), false);
}

static int write_path(const struct model_operation *op, struct arena *a, const void *in, struct buf *uri,
                      struct proto_error *e) {
    for (const char *at = op->http_uri; *at != '\0'; at++) {
        const struct model_member *m = NULL;
        const char *end, *text;
        size_t length;
        bool greedy;

        if (*at != '{') {
            buf_putc(uri, *at);
            continue;
        }
        end = strchr(at, '}');
        greedy = end[-1] == '+';
        length = (size_t)(end - at) - 1 - greedy;
        for (uint16_t i = 0; op->input != NULL && i < op->input->member_count; i++)
            if (op->input->members[i].location == MODEL_IN_URI &&
                strncmp(op->input->members[i].wire, at + 1, length) == 0 &&
                op->input->members[i].wire[length] == '\0')
                m = &op->input->members[i];
        text = m == NULL || in == NULL || !value_present(m->shape, value_member(m, in))
                   ? ""
                   : value_text(a, m->shape, m->time_format, MODEL_TIME_ISO8601, value_member(m, in));
        if (*text == '\0') {
            *e = (struct proto_error){"MissingParameter",
                                      arena_printf(a, "%s needs a %.*s", op->name, (int)length, at + 1), 400};
            return -EINVAL;
        }
        percent_encode(uri, text, strlen(text), greedy);
        at = end;
    }
    return 0;
}

static void write_query(const struct model_operation *op, struct arena *a, const void *in, struct buf *uri) {
    char separator = strchr(op->http_uri, '?') != NULL ? '&' : '?';

    for (uint16_t i = 0; i < op->input->member_count; i++) {
        const struct model_member *m = &op->input->members[i];
        const void *at = value_member(m, in);

        if (m->location != MODEL_IN_QUERY || !value_present(m->shape, at))
            continue;
        if (m->shape->type != MODEL_LIST) {
            add_parameter(uri, &separator, m->wire,
                          value_text(a, m->shape, m->time_format, MODEL_TIME_ISO8601, at));
            continue;
        }
        for (size_t j = 0; j < ((const struct model_vec *)at)->count; j++)
            add_parameter(uri, &separator, m->wire,
                          value_text(a, m->shape->item, m->time_format, MODEL_TIME_ISO8601,
                                     value_item(m->shape, at, j)));
    }
}

int rest_client_encode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       const void *in, struct proto_call *call, struct proto_error *e) {
    struct buf uri = BUF_INIT(64 * 1024);
    int r = write_path(op, a, in, &uri, e);

    if (r == 0 && op->input != NULL && in != NULL) {
        write_query(op, a, in, &uri);
        write_headers(a, op->input, in, &call->headers);
        if (write_body(s, op, a, op->input, in, &call->body) &&
            proto_header_get(&call->headers, "Content-Type") == NULL)
            proto_header_add(a, &call->headers, "Content-Type",
                             s->protocol == MODEL_REST_XML ? "application/xml" : "application/json");
    }
    if (r == 0 && (uri.overflow || call->body.overflow)) {
        *e = (struct proto_error){"RequestTooLarge", "the request is too large to send", 413};
        r = -EINVAL;
    }
    if (r == 0)
        call->uri = arena_strndup(a, uri.data, uri.length);
    buf_free(&uri);
    return r;
}

int rest_client_decode(const struct model_service *s, const struct model_operation *op, struct arena *a,
                       int status, const struct proto_headers *headers, const char *body, size_t length,
                       void *out, struct proto_error *e) {
    int r = 0;

    if (op->output == NULL)
        return 0;
    for (uint16_t i = 0; r == 0 && i < op->output->member_count; i++) {
        const struct model_member *m = &op->output->members[i];
        const char *text = m->location == MODEL_IN_HEADER ? proto_header_get(headers, m->wire) : NULL;

        if (m->location == MODEL_IN_HEADERS)
            parse_headers_map(a, m, headers, out);
        else if (m->location == MODEL_IN_STATUS)
            *(struct opt_int *)value_member_out(m, out) = SOME_INT(status);
        else if (text != NULL)
            r = parse_member(a, m, text, out, e);
    }
    if (r == 0)
        r = read_body(s, a, op->output, body, length, out, e);
    if (r < 0)
        e->code = "";
    return r;
}
