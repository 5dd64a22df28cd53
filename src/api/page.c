/* SPDX-License-Identifier: Apache-2.0 */
/* page: ids and pages, the small things that every handler needs. */
#include <pthread.h>
#include <string.h>

#include "api/api.h"
#include "base/text.h"

/*
 * Ids look random and are never given twice, but those made within a moment lie side by side: so that a
 * burst of creations changes a few pages of the database and not one for each row.  '0', as AWS's long
 * ids begin; 6 random digits, the same for a moment; 3 that count; 7 random ones.
 */
enum { PLACE_DIGITS = 6, PLACE_MS = 1000, PLACE_IDS = 4096, TAIL_DIGITS = 7 };

const char *api_new_id(struct api_request *rq, const char *prefix) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char place[PLACE_DIGITS + 1];
    static unsigned count = PLACE_IDS;
    static int64_t until_ms;
    char here[PLACE_DIGITS + 1], tail[TAIL_DIGITS + 1];
    unsigned number;

    random_hex(tail, TAIL_DIGITS);
    pthread_mutex_lock(&lock);
    if (count == PLACE_IDS || rq->now_ms >= until_ms) {
        random_hex(place, PLACE_DIGITS);
        until_ms = rq->now_ms + PLACE_MS;
        count = 0;
    }
    memcpy(here, place, sizeof(here));
    number = count++;
    pthread_mutex_unlock(&lock);
    return arena_printf(rq->arena, "%s-0%s%03x%s", prefix, here, number, tail);
}

static const char *bad_token_code(const struct api_request *rq) {
    switch (rq->service->protocol) {
    case MODEL_EC2:
        return "InvalidNextToken";
    case MODEL_QUERY:
        return "ValidationError";
    case MODEL_REST_XML:
        return "InvalidArgument";
    default:
        return "InvalidNextToken";
    }
}

/* A token is the position to go on at, sealed against typing errors by the operation's name. */
static const char *token_prefix(const struct api_request *rq) {
    return arena_printf(rq->arena, "%s:%s:", rq->service->id, rq->operation->name);
}

int api_page(struct api_request *rq, size_t count, struct opt_int max_results, const char *next_token,
             size_t default_max, size_t *ret_from, size_t *ret_to, const char **ret_next_token) {
    const char *prefix = token_prefix(rq);
    int64_t from = 0;
    size_t most = max_results.set && max_results.v > 0 ? (size_t)max_results.v : default_max;
    size_t to;

    if (next_token != NULL) {
        void *text;
        size_t length;

        if (base64_decode(rq->arena, next_token, strlen(next_token), &text, &length) < 0 ||
            strlen(text) != length || !text_starts(text, prefix) ||
            parse_int((const char *)text + strlen(prefix), 0, INT32_MAX, &from) < 0)
            return api_refuse(rq, bad_token_code(rq), "The token '%s' is invalid", next_token);
    }
    if ((size_t)from > count) /* what was to come has gone meanwhile */
        from = (int64_t)count;
    to = most > count - (size_t)from ? count : (size_t)from + most;
    *ret_from = (size_t)from;
    *ret_to = to;
    *ret_next_token = NULL;
    if (to < count) {
        const char *text = arena_printf(rq->arena, "%s%zu", prefix, to);

        *ret_next_token = base64_encode(rq->arena, text, strlen(text));
    }
    return 0;
}
