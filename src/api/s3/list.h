/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list: what all of S3's listings share: a page of keys under a prefix, rolled up at a delimiter.
 *
 * Theory of operation: a lister walks rows in the order of their keys and offers each key to
 * list_take(), which says what becomes of it.  After LIST_PREFIX the lister jumps past the whole prefix,
 * so rolled-up keys cost nothing however many they are.
 */
#ifndef VPCBOX_API_S3_LIST_H
#define VPCBOX_API_S3_LIST_H

#include "api/s3/s3.h"

struct list_page {
    const char *prefix, *delimiter; /* "" for none */
    size_t max, count;
    bool url; /* encoding-type */
    VEC(struct s3_common_prefix) prefixes;
    const char *rolled_up; /* the last common prefix, as it is */
    bool full;
};

enum list_fate {
    LIST_ITEM,   /* belongs on the page, and has been counted */
    LIST_PREFIX, /* rolled up into page->rolled_up, which has been put on the page */
    LIST_FULL,   /* the page ended before it */
};

/* 0 or API_REFUSED. */
int list_begin(struct api_request *rq, const char *prefix, const char *delimiter, struct opt_int max,
               const char *encoding_type, struct list_page *ret_page);
enum list_fate list_take(struct api_request *rq, struct list_page *page, const char *key);
/* The common prefix that the key falls under, or NULL. */
const char *list_common_prefix(struct arena *a, const struct list_page *page, const char *key);
/* As the answer shows it; NULL stays NULL. */
const char *list_text(struct api_request *rq, const struct list_page *page, const char *text);
/* … of the delimiter; NULL when there is none. */
const char *list_delimiter(struct api_request *rq, const struct list_page *page);
/*
 * Where to go on after a marker: behind all that was rolled up into it if it is a common prefix, else
 * behind the key.  NULL: at the beginning.
 */
const char *list_after(struct arena *a, const struct list_page *page, const char *marker);
/* How many rows to read at once. */
size_t list_batch(const struct list_page *page);

#define LIST_PREFIXES(page, out) memcpy(&(out)->common_prefixes, &(page)->prefixes, sizeof((page)->prefixes))

#endif
