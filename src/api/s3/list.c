/* SPDX-License-Identifier: Apache-2.0 */
#include "api/s3/list.h"

#include <string.h>

#include "base/text.h"

enum { BATCH_ROLLED = 64, TEXT_MAX_BYTES = 64 * 1024 };

int list_begin(struct api_request *rq, const char *prefix, const char *delimiter, struct opt_int max,
               const char *encoding_type, struct list_page *ret_page) {
    if (max.set && max.v < 0)
        return s3_refuse_argument(rq, "max-keys", arena_printf(rq->arena, "%lld", (long long)max.v),
                                  "Argument max-keys must be an integer between 0 and 2147483647");
    *ret_page = (struct list_page){
        .prefix = prefix != NULL ? prefix : "",
        .delimiter = delimiter != NULL ? delimiter : "",
        .max = !max.set || max.v > S3_LIST_MAX ? S3_LIST_MAX : (size_t)max.v,
        .url = text_is(encoding_type, "url"),
    };
    return 0;
}

const char *list_common_prefix(struct arena *a, const struct list_page *page, const char *key) {
    const char *end;

    if (*page->delimiter == '\0' || !text_starts(key, page->prefix))
        return NULL;
    end = strstr(key + strlen(page->prefix), page->delimiter);
    return end == NULL ? NULL : arena_strndup(a, key, (size_t)(end - key) + strlen(page->delimiter));
}

enum list_fate list_take(struct api_request *rq, struct list_page *page, const char *key) {
    const char *rolled_up = list_common_prefix(rq->arena, page, key);

    if (page->count == page->max) {
        page->full = true;
        return LIST_FULL;
    }
    page->count++;
    if (rolled_up == NULL)
        return LIST_ITEM;
    page->rolled_up = rolled_up;
    vec_push(rq->arena, &page->prefixes)->prefix = list_text(rq, page, rolled_up);
    return LIST_PREFIX;
}

const char *list_text(struct api_request *rq, const struct list_page *page, const char *text) {
    struct buf b = BUF_INIT(3 * TEXT_MAX_BYTES);
    const char *encoded;

    if (text == NULL || !page->url)
        return text;
    buf_puts(&b, "");
    percent_encode(&b, text, strlen(text), true);
    encoded = arena_strdup(rq->arena, b.data);
    buf_free(&b);
    return encoded;
}

const char *list_delimiter(struct api_request *rq, const struct list_page *page) {
    return *page->delimiter == '\0' ? NULL : list_text(rq, page, page->delimiter);
}

size_t list_batch(const struct list_page *page) {
    return *page->delimiter != '\0' ? BATCH_ROLLED : page->max - page->count + 1;
}

const char *list_after(struct arena *a, const struct list_page *page, const char *marker) {
    if (marker == NULL || *marker == '\0')
        return NULL;
    return text_is(list_common_prefix(a, page, marker), marker) ? s3_past(a, marker) : marker;
}
