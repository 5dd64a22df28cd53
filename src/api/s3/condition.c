/* SPDX-License-Identifier: Apache-2.0 */
/* condition: conditional requests (RFC 9110, section 13) and ranges (section 14), as S3 takes them. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "api/s3/s3.h"
#include "base/text.h"

/* A list of entity tags, quoted or not, or "*". */
static bool names_etag(const char *list, const char *etag) {
    size_t length = strlen(etag);

    while (*list != '\0') {
        const char *end;

        list += strspn(list, " \t,");
        if (strncmp(list, "W/", 2) == 0)
            list += 2;
        if (*list == '"') {
            end = strchr(++list, '"');
            if (end == NULL)
                return false;
        } else {
            end = list + strcspn(list, " \t,\"");
        }
        if ((end - list == 1 && *list == '*') ||
            ((size_t)(end - list) == length && memcmp(list, etag, length) == 0))
            return true;
        list = *end == '"' ? end + 1 : end;
    }
    return false;
}

int s3_conditions_hold(const struct s3_conditions *c, const char *etag, int64_t modified_ms,
                       const char **ret_failed) {
    int64_t modified = modified_ms / 1000;

    *ret_failed = c->if_match != NULL ? "If-Match" : "If-Unmodified-Since";
    if (c->if_match != NULL) {
        if (!names_etag(c->if_match, etag))
            return 412;
    } else if (c->if_unmodified_since.set && modified > c->if_unmodified_since.ms / 1000) {
        return 412;
    }
    *ret_failed = c->if_none_match != NULL ? "If-None-Match" : "If-Modified-Since";
    if (c->if_none_match != NULL) {
        if (names_etag(c->if_none_match, etag))
            return 304;
    } else if (c->if_modified_since.set && modified <= c->if_modified_since.ms / 1000) {
        return 304;
    }
    return 0;
}

int s3_refuse_condition(struct api_request *rq, const char *condition) {
    api_refuse(rq, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    return api_detail(rq, "Condition", condition);
}

int s3_check_write(struct api_request *rq, const char *if_match, const char *if_none_match,
                   const struct s3_object_row *latest) {
    bool there = latest != NULL && !latest->marker;

    if (if_none_match != NULL && (strcmp(if_none_match, "*") != 0 || if_match != NULL))
        return s3_refuse_lacking(rq, "If-None-Match", "If-None-Match");
    if (if_match != NULL && !there)
        return api_refuse(rq, "NoSuchKey", "The specified key does not exist.");
    if (if_none_match != NULL && there)
        return s3_refuse_condition(rq, "If-None-Match");
    if (if_match != NULL && !names_etag(if_match, latest->etag))
        return s3_refuse_condition(rq, "If-Match");
    return 0;
}

/* Digits up to `end`.  -ENOENT when there are none or something else. */
static int parse_position(const char *text, const char *end, int64_t *ret_value) {
    int64_t value = 0;

    if (text == end)
        return -ENOENT;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return -ENOENT;
        if (value < INT64_MAX / 10 - 1) /* larger than any object: all the same */
            value = value * 10 + (*text - '0');
    }
    *ret_value = value;
    return 0;
}

int s3_parse_range(const char *text, int64_t size, int64_t *ret_first, int64_t *ret_length) {
    const char *dash, *end;
    int64_t first, last = INT64_MAX;

    if (strncasecmp(text, "bytes=", 6) != 0)
        return -ENOENT;
    text += 6;
    dash = strchr(text, '-');
    end = text + strlen(text);
    if (dash == NULL || strchr(text, ',') != NULL)
        return -ENOENT;
    if (dash == text) { /* the last bytes */
        if (parse_position(dash + 1, end, &last) < 0)
            return -ENOENT;
        if (last == 0 || size == 0)
            return -ERANGE;
        *ret_first = last < size ? size - last : 0;
        *ret_length = size - *ret_first;
        return 0;
    }
    if (parse_position(text, dash, &first) < 0 ||
        (dash[1] != '\0' && (parse_position(dash + 1, end, &last) < 0 || last < first)))
        return -ENOENT;
    if (first >= size)
        return -ERANGE;
    *ret_first = first;
    *ret_length = (last < size - 1 ? last : size - 1) - first + 1;
    return 0;
}
