/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/explain_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "edge/lab.h"

enum { ERROR_BYTES = 256, FILE_MAX_BYTES = 1 << 30 };

/* The caller copies it before the next operation of this thread. */
static json_t *refuse(const char *text, const char **ret_error) {
    static _Thread_local char kept[ERROR_BYTES];

    snprintf(kept, sizeof(kept), "%s", text);
    *ret_error = kept;
    return NULL;
}

#define HOPS(list) hops_json((list).items, (list).count)

static json_t *hops_json(const struct explain_hop *hops, size_t count) {
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct explain_hop *h = &hops[i];
        json_t *hop = json_pack("{s:s,s:s,s:s,s:s,s:s}", "component", h->component, "stage", h->stage,
                                "action", h->action, "rule", h->rule, "text", h->text);

        if (h->route)
            json_object_set_new(hop, "route", json_string(h->rule));
        json_array_append_new(out, hop);
    }
    return out;
}

static json_t *answer_json(const struct explain_answer *answer) {
    json_t *blockers = json_array();

    for (size_t i = 0; i < answer->blockers.count; i++) {
        const struct explain_blocker *b = &answer->blockers.items[i];

        json_array_append_new(blockers,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "component", b->component, "rule",
                                        b->rule, "code", b->code, "message", b->message, "mend", b->mend,
                                        "direction", b->on_return ? "return" : "forward"));
    }
    return json_pack("{s:b,s:o,s:o,s:o}", "reachable", answer->reachable, "forward", HOPS(answer->forward),
                     "return", HOPS(answer->back), "blockers", blockers);
}

/* What `internet` stands for as a destination: a host that every box's data has. */
static struct ip4 internet_host(void) {
    struct dns_addresses found = {.count = 0};

    return lab_name(NULL, "example.com", &found) && found.count > 0 ? found.items[0]
                                                                    : (struct ip4){UINT32_C(0x08080808)};
}

static json_t *answer_in(struct arena *a, const struct image *image, const json_t *request,
                         explain_resolver *resolve, const char **ret_error) {
    const char *source = json_string_value(json_object_get(request, "source"));
    const char *destination = json_string_value(json_object_get(request, "destination"));
    struct explain_answer answer = {0};
    struct explain_question q;
    const char *error;
    bool named = true;

    if (source == NULL || destination == NULL)
        return refuse("explain needs source and destination", ret_error);
    if (explain_parse(image, a, source, destination, json_is_true(json_object_get(request, "udp")),
                      internet_host(), &q, &error) < 0)
        return refuse(error, ret_error);
    if (text_is(source, "internet"))
        q.from.address = ip_of4((struct ip4){DOOR_LAB_VISITOR}); /* whom a program out there is */
    if (q.to.place == EXPLAIN_NAME) {
        if (resolve == NULL)
            return refuse("a saved network knows no names: say an instance, interface or address", ret_error);
        named = resolve(a, image, &q, &answer);
    }
    if (named && explain_check(image, &q, &error) < 0)
        return refuse(error, ret_error);
    if (named && explain(image, &q, a, &answer) < 0)
        return refuse("out of memory", ret_error);
    return answer_json(&answer);
}

json_t *explain_json(const struct image *image, const json_t *request, explain_resolver *resolve,
                     const char **ret_error) {
    struct arena a = {0};
    json_t *out = answer_in(&a, image, request, resolve, ret_error);

    arena_free(&a);
    return out;
}

json_t *explain_file(const char *path, const json_t *request, const char **ret_error) {
    struct image *image;
    size_t length;
    json_t *out;
    char *data;
    int r = fd_read_file(path, FILE_MAX_BYTES, &data, &length);

    if (r < 0)
        return refuse(strerror(-r), ret_error);
    r = image_parse(data, length, &image);
    free(data);
    if (r < 0)
        return refuse(r == -EBADMSG ? "this is no saved network, or another version's" : strerror(-r),
                      ret_error);
    out = explain_json(image, request, NULL, ret_error);
    image_free(image);
    return out;
}
