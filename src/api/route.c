/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: which service a request is for.
 *
 * Theory of operation: a signed request says it in its credential scope, whatever host it was sent to,
 * so one port serves all.  Others are told by host name, then by X-Amz-Target, then by the Version
 * parameter; what is left is an anonymous request to S3.  Host names also carry S3's bucket:
 *
 *   ec2.ap-northeast-1.amazonaws.com            sts.amazonaws.com
 *   my.bucket.s3.ap-northeast-1.amazonaws.com   my.bucket.s3.amazonaws.com    my.bucket.s3.localhost
 *   vpce-0a-b.ssm.ap-northeast-1.vpce.amazonaws.com   my.bucket.bucket.vpce-0a-b.s3.….vpce.amazonaws.com
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/inside.h"
#include "base/arena.h"
#include "base/text.h"

enum { HOST_LABELS_MAX = 40 };

static const struct model_service *by_prefix(const char *label) {
    if (strcmp(label, "s3") == 0 || text_starts(label, "s3-"))
        return model_service_find("s3");
    for (size_t i = 0; model_services[i] != NULL; i++)
        if (strcmp(model_services[i]->endpoint_prefix, label) == 0)
            return model_services[i];
    return NULL;
}

/* What may follow the service's label: [dualstack.][region.][vpce.]amazonaws.com, or localhost. */
static bool domain_follows(char *const *labels, size_t count) {
    if (count > 0 && strcmp(labels[0], "dualstack") == 0)
        labels++, count--;
    if (count == 1)
        return strcmp(labels[0], "localhost") == 0;
    if (count < 2 || strcmp(labels[count - 2], "amazonaws") != 0 || strcmp(labels[count - 1], "com") != 0)
        return false;
    return count <= 3 || (count == 4 && strcmp(labels[1], "vpce") == 0);
}

/* What stands before the service's label, less an endpoint's name: the bucket, or NULL. */
static const char *bucket_of(struct arena *a, char *const *labels, size_t count) {
    const char *bucket = NULL;

    if (count > 0 && text_starts(labels[count - 1], "vpce-")) {
        count--;
        if (count > 0 && strcmp(labels[count - 1], "bucket") == 0)
            count--;
    }
    for (size_t i = 0; i < count; i++)
        bucket = bucket == NULL ? labels[i] : arena_printf(a, "%s.%s", bucket, labels[i]);
    return bucket;
}

static const struct model_service *by_host(struct arena *a, const char *host, const char **ret_bucket) {
    char *labels[HOST_LABELS_MAX], *state = NULL, *text;
    size_t count = 0;

    if (host == NULL)
        return NULL;
    text = arena_strndup(a, host, strcspn(host, ":"));
    for (char *c = text; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    for (char *l = strtok_r(text, ".", &state); l != NULL; l = strtok_r(NULL, ".", &state)) {
        if (count == HOST_LABELS_MAX)
            return NULL;
        labels[count++] = l;
    }
    for (size_t i = count; i-- > 0;) { /* the last one that fits: buckets may be called anything */
        const struct model_service *s = by_prefix(labels[i]);

        if (s == NULL || !domain_follows(labels + i + 1, count - i - 1))
            continue;
        if (strcmp(s->id, "s3") == 0)
            *ret_bucket = bucket_of(a, labels, i);
        return s;
    }
    if (count > 1 && strcmp(labels[count - 1], "localhost") == 0)
        *ret_bucket = bucket_of(a, labels, count - 1); /* only S3's if something else says that it is S3 */
    return NULL;
}

static const struct model_service *by_target(const char *target) {
    for (size_t i = 0; target != NULL && model_services[i] != NULL; i++) {
        const char *prefix = model_services[i]->target_prefix;

        if (prefix != NULL && text_starts(target, prefix) && target[strlen(prefix)] == '.')
            return model_services[i];
    }
    return NULL;
}

static const struct model_service *by_version(const char *version) {
    for (size_t i = 0; version != NULL && model_services[i] != NULL; i++)
        if ((model_services[i]->protocol == MODEL_EC2 || model_services[i]->protocol == MODEL_QUERY) &&
            strcmp(model_services[i]->api_version, version) == 0)
            return model_services[i];
    return NULL;
}

const struct model_service *route_service(struct api_request *rq) {
    struct api_wire *w = rq->wire;
    const char *type = proto_header_get(&w->headers, "content-type");
    const char *bucket = NULL;
    const struct model_service *host = by_host(rq->arena, proto_header_get(&w->headers, "host"), &bucket), *s;

    if (w->auth.service != NULL)
        s = model_service_by_signing(w->auth.service);
    else if ((s = host) == NULL && (s = by_target(proto_header_get(&w->headers, "x-amz-target"))) == NULL &&
             (s = by_version(proto_parameter_get(&w->parameters, "Version"))) == NULL)
        s = type != NULL && strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0
                ? model_service_find("sts") /* some query service: all refuse who did not sign */
                : model_service_find("s3");
    if (s != NULL && strcmp(s->id, "s3") == 0)
        w->bucket = bucket;
    return s;
}

static size_t place(const struct model_service *s) {
    size_t i = 0;

    while (model_services[i] != s)
        i++;
    return i;
}

const struct api_service *route_api(const struct api_request *rq) {
    return rq->api->services[place(rq->service)];
}

const struct api_entry *route_entry(const struct api_request *rq) {
    return rq->api->entries[place(rq->service)][rq->operation - rq->service->operations];
}

static const char *ready_key(struct api_request *rq) {
    return arena_printf(rq->arena, "%s|%s|%s", rq->service->id, rq->caller.account, rq->region);
}

bool route_ready(struct api_request *rq) {
    const struct api_service *s = rq->api->services[place(rq->service)];
    const char *key;
    bool known;

    if (s == NULL || s->ready == NULL || rq->caller.account == NULL)
        return true;
    key = ready_key(rq);
    pthread_mutex_lock(&rq->api->ready_lock);
    known = map_get(&rq->api->ready, key) != NULL;
    pthread_mutex_unlock(&rq->api->ready_lock);
    if (known)
        return true;
    if (!s->ready(rq->tx, rq->caller.account, rq->region))
        return false;
    pthread_mutex_lock(&rq->api->ready_lock);
    map_put(&rq->api->ready, key, rq->api);
    pthread_mutex_unlock(&rq->api->ready_lock);
    return true;
}

static int make_ready(struct api_request *rq, void *arg) {
    const struct api_service *s = arg;

    if (!s->ready(rq->tx, rq->caller.account, rq->region))
        s->setup(rq);
    return 0;
}

int route_make_ready(struct api_request *rq) {
    return api_write(rq, make_ready, (void *)(uintptr_t)rq->api->services[place(rq->service)]);
}

void route_describe(struct api_request *rq) {
    const struct api_service *s = rq->api->services[place(rq->service)];

    if (s != NULL && s->describe != NULL)
        s->describe(rq);
}

void route_setup(struct api *api) {
    for (size_t i = 0; model_services[i] != NULL; i++) {
        const struct model_service *s = model_services[i];

        if (i == API_SERVICES_MAX)
            abort();
        api->entries[i] = calloc(s->operation_count, sizeof(*api->entries[i]));
        if (api->entries[i] == NULL)
            out_of_memory();
        for (size_t j = 0; api_services[j] != NULL; j++)
            if (strcmp(api_services[j]->id, s->id) == 0)
                api->services[i] = api_services[j];
        for (size_t j = 0; api->services[i] != NULL && j < api->services[i]->entry_count; j++) {
            const struct api_entry *e = &api->services[i]->entries[j];
            const struct model_operation *op = model_operation_find(s, e->operation);

            if (op == NULL) /* a handler for what the model does not have */
                abort();
            api->entries[i][op - s->operations] = e;
        }
    }
}
