/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/requests.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/admin.h"
#include "http/http.h"

enum { KEPT = 512, AT_ONCE = 128, TEXT_BYTES = 64 };

struct entry {
    int64_t when_ms, took_ms;
    int status;
    enum door_kind door;
    char what[TEXT_BYTES], who[TEXT_BYTES], from[24], error[48], id[40];
};

static struct {
    pthread_mutex_t lock;
    uint64_t next; /* number of the next one; its place is next % KEPT */
    struct entry entries[KEPT];
} ring = {.lock = PTHREAD_MUTEX_INITIALIZER, .next = 1};

static void put(char *to, size_t room, const char *text) {
    size_t n = text == NULL ? 0 : strnlen(text, room - 1);

    if (n > 0)
        memcpy(to, text, n);
    to[n] = '\0';
}

/* "ec2:DescribeVpcs"; of what nobody knows, the method and as much of the path as there is room for. */
static void put_what(char to[TEXT_BYTES], const struct api_request *rq) {
    const char *first = rq->operation != NULL ? rq->service->signing_name : rq->http->method;
    size_t n = strnlen(first, TEXT_BYTES / 2);

    memcpy(to, first, n);
    to[n++] = rq->operation != NULL ? ':' : ' ';
    put(to + n, TEXT_BYTES - n, rq->operation != NULL ? rq->operation->name : rq->http->path);
}

void requests_served(const struct api_request *rq) {
    const char *arn = rq->caller.arn, *name = arn == NULL ? NULL : strrchr(arn, ':');
    struct entry *e;

    pthread_mutex_lock(&ring.lock);
    e = &ring.entries[ring.next++ % KEPT];
    e->when_ms = rq->now_ms;
    e->took_ms = clock_real_ms() - rq->now_ms;
    e->status = rq->http->status;
    e->door = rq->door.kind;
    put_what(e->what, rq);
    put(e->who, sizeof(e->who), name == NULL ? "anonymous" : name + 1);
    put(e->from, sizeof(e->from), rq->source_ip);
    put(e->error, sizeof(e->error), rq->error_code);
    put(e->id, sizeof(e->id), rq->request_id);
    pthread_mutex_unlock(&ring.lock);
}

/* A path may hold any bytes; JSON takes UTF-8 alone. */
static json_t *text_json(const char *text) {
    json_t *s = json_string(text);

    return s != NULL ? s : json_string("?");
}

static json_t *entry_json(const struct entry *e) {
    static const char *const doors[] = {[DOOR_INTERNET] = "public address",
                                        [DOOR_GATEWAY] = "gateway endpoint",
                                        [DOOR_INTERFACE] = "interface endpoint",
                                        [DOOR_LOOPBACK] = "machine",
                                        [DOOR_LAB] = "internet"};
    const char *door =
        (size_t)e->door < sizeof(doors) / sizeof(doors[0]) && doors[e->door] != NULL ? doors[e->door] : "";
    char when[CLOCK_TEXT_BYTES];

    return json_pack("{s:s,s:i,s:o,s:o,s:o,s:s,s:s,s:I,s:o}", "time", clock_iso8601(e->when_ms, when),
                     "status", e->status, "what", text_json(e->what), "error", text_json(e->error), "who",
                     text_json(e->who), "from", e->from, "by", door, "ms", (json_int_t)e->took_ms, "id",
                     text_json(e->id));
}

static json_t *do_requests(void *context, const json_t *request, const char **ret_error) {
    json_int_t asked = json_integer_value(json_object_get(request, "from"));
    uint64_t from = asked < 0 ? 0 : (uint64_t)asked;
    json_t *list = json_array();

    (void)context, (void)ret_error;
    pthread_mutex_lock(&ring.lock);
    if (from + KEPT < ring.next || from == 0)
        from = ring.next > KEPT ? ring.next - KEPT : 1;
    for (size_t i = 0; i < AT_ONCE && from < ring.next; i++, from++)
        json_array_append_new(list, entry_json(&ring.entries[from % KEPT]));
    pthread_mutex_unlock(&ring.lock);
    return json_pack("{s:o,s:I}", "requests", list, "next", (json_int_t)from);
}

void requests_admin_register(void) {
    admin_register("requests", do_requests, NULL);
}
