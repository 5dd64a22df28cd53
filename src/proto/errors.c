/* SPDX-License-Identifier: Apache-2.0 */
/* errors: the error document of each protocol, both ends. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "proto/engines.h"
#include "proto/xml_in.h"
#include "proto/xml_out.h"

/* A message may repeat what was sent; XML has no way to say control characters. */
static const char *printable(struct arena *a, const char *message) {
    char *text = arena_strdup(a, message != NULL ? message : "");

    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' && *p != '\n' && *p != '\t')
            *p = '?';
    return text;
}

static void encode_s3(struct buf *b, struct arena *a, const struct proto_error *e,
                      const struct proto_error_details *more, const char *request_id, const char *host_id) {
    buf_puts(b, XML_DECLARATION "<Error>");
    xml_element(b, "Code", e->code);
    xml_element(b, "Message", e->message);
    for (size_t i = 0; more != NULL && more->details != NULL && i < more->details->count; i++)
        xml_element(b, more->details->items[i].name, printable(a, more->details->items[i].value));
    if (more != NULL && more->resource != NULL)
        xml_element(b, "Resource", more->resource);
    if (request_id != NULL)
        xml_element(b, "RequestId", request_id);
    if (host_id != NULL)
        xml_element(b, "HostId", host_id);
    buf_puts(b, "</Error>");
}

static void encode_ec2(struct buf *b, const struct proto_error *e, const char *request_id) {
    buf_puts(b, XML_DECLARATION "<Response><Errors><Error>");
    xml_element(b, "Code", e->code);
    xml_element(b, "Message", e->message);
    buf_puts(b, "</Error></Errors>");
    xml_element(b, "RequestID", request_id != NULL ? request_id : "");
    buf_puts(b, "</Response>");
}

static void encode_query(struct buf *b, const struct model_service *s, const struct proto_error *e,
                         const char *request_id) {
    buf_printf(b, "<ErrorResponse xmlns=\"%s\"><Error>", s->xml_namespace);
    xml_element(b, "Type", e->http_status >= 500 ? "Receiver" : "Sender");
    xml_element(b, "Code", e->code);
    xml_element(b, "Message", e->message);
    buf_puts(b, "</Error>");
    xml_element(b, "RequestId", request_id != NULL ? request_id : "");
    buf_puts(b, "</ErrorResponse>");
}

void proto_encode_error(const struct model_service *s, struct arena *a, const struct proto_error *error,
                        const struct proto_error_details *details, const char *request_id,
                        const char *host_id, struct proto_response *ret) {
    struct proto_error said = {error->code, printable(a, error->message), error->http_status};

    *ret = (struct proto_response){.status = error->http_status, .body = BUF_INIT(PROTO_OUTPUT_MAX_BYTES)};
    switch (s->protocol) {
    case MODEL_REST_XML:
        proto_header_add(a, &ret->headers, "Content-Type", "application/xml");
        if (request_id != NULL)
            proto_header_add(a, &ret->headers, "x-amz-request-id", request_id);
        if (host_id != NULL)
            proto_header_add(a, &ret->headers, "x-amz-id-2", host_id);
        if (error->http_status != 304) /* which has no body */
            encode_s3(&ret->body, a, &said, details, request_id, host_id);
        return;
    case MODEL_EC2:
    case MODEL_QUERY:
        proto_header_add(a, &ret->headers, "Content-Type", "text/xml;charset=UTF-8");
        if (s->protocol == MODEL_EC2)
            encode_ec2(&ret->body, &said, request_id);
        else
            encode_query(&ret->body, s, &said, request_id);
        break;
    case MODEL_JSON:
    case MODEL_REST_JSON:
        proto_header_add(a, &ret->headers, "Content-Type",
                         s->protocol == MODEL_JSON
                             ? arena_printf(a, "application/x-amz-json-%s", s->json_version)
                             : "application/json");
        proto_header_add(a, &ret->headers, "x-amzn-ErrorType", error->code);
        buf_puts(&ret->body, "{\"__type\":");
        json_quote(&ret->body, error->code);
        buf_puts(&ret->body, ",\"message\":");
        json_quote(&ret->body, error->message);
        buf_putc(&ret->body, '}');
        break;
    }
    if (request_id != NULL)
        proto_header_add(a, &ret->headers, "x-amzn-RequestId", request_id);
}

/* ---- client ---- */

static const char *child_text(struct arena *a, const xmlNode *node, const char *name) {
    const xmlNode *child = xml_child(node, name);

    return child == NULL ? NULL : xml_content(a, child);
}

static void decode_xml(struct arena *a, const char *body, size_t length, struct proto_error *e) {
    const xmlNode *node;
    xmlDoc *doc;

    if (xml_read(body, length, &doc) < 0)
        return;
    node = xmlDocGetRootElement(doc);
    if (xml_child(node, "Errors") != NULL)
        node = xml_child(node, "Errors");
    if (xml_child(node, "Error") != NULL)
        node = xml_child(node, "Error");
    e->code = child_text(a, node, "Code");
    e->message = child_text(a, node, "Message");
    xmlFreeDoc(doc);
}

static void decode_json(struct arena *a, const char *body, size_t length, struct proto_error *e) {
    json_t *root = json_loadb(body, length, 0, NULL);
    const json_t *message = json_object_get(root, "message");

    if (message == NULL)
        message = json_object_get(root, "Message");
    e->code = arena_strdup(a, json_string_value(json_object_get(root, "__type")));
    e->message = arena_strdup(a, json_string_value(message));
    json_decref(root);
}

/* "aws.api#ThrottlingException:http://…" → "ThrottlingException" */
static const char *bare_code(struct arena *a, const char *code) {
    const char *hash = strrchr(code, '#');

    code = hash != NULL ? hash + 1 : code;
    return arena_strndup(a, code, strcspn(code, ":"));
}

void error_client_decode(const struct model_service *s, struct arena *a, int status,
                         const struct proto_headers *headers, const char *body, size_t length,
                         struct proto_error *e) {
    *e = (struct proto_error){NULL, NULL, status};
    if (s->protocol == MODEL_JSON || s->protocol == MODEL_REST_JSON) {
        decode_json(a, body, length, e);
        if (e->code == NULL)
            e->code = proto_header_get(headers, "x-amzn-ErrorType");
        if (e->code != NULL)
            e->code = bare_code(a, e->code);
    } else if (length > 0) {
        decode_xml(a, body, length, e);
    }
    if (e->code == NULL) /* HEAD has no body, a proxy its own */
        e->code = arena_printf(a, "%d", status);
    if (e->message == NULL)
        e->message = arena_printf(a, "HTTP status %d", status);
}
