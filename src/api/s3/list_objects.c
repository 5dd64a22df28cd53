/* SPDX-License-Identifier: Apache-2.0 */
/* list_objects: ListObjects, ListObjectsV2 and ListObjectVersions. */
#include <string.h>

#include "api/s3/list.h"
#include "base/text.h"

/* Goes over the latest version of each key and offers it to take(), which asks list_take(). */
struct walk {
    struct api_request *rq;
    const char *bucket;
    struct list_page page;
    bool markers; /* keys whose latest version is a delete marker count too */
    enum list_fate (*take)(struct walk *w, const struct s3_object_row *row);
    void *out;
    bool owner;
    const char *account;             /* the bucket's */
    const char *last, *last_version; /* put on the page; last_version NULL: it was a prefix */
};

/* Rows after `at`, until the page is full. */
static void walk_rows(struct walk *w, const char *at, const char *end) {
    for (;;) {
        size_t batch = list_batch(&w->page);
        struct s3_object_rows rows = s3_object_range(w->rq->tx, at, end, batch);
        bool jumped = false;

        for (size_t i = 0; i < rows.count && !jumped; i++) {
            enum list_fate fate;

            at = rows.items[i].key;
            if (rows.items[i].marker && !w->markers)
                continue;
            fate = w->take(w, &rows.items[i]);
            if (fate == LIST_FULL)
                return;
            jumped = fate == LIST_PREFIX;
            if (jumped)
                at = s3_past(w->rq->arena, s3_object_key(w->rq->arena, w->bucket, w->page.rolled_up));
        }
        if (!jumped && rows.count < batch)
            return;
    }
}

/* after: an object's key or past one, or NULL */
static void walk(struct walk *w, const char *after) {
    const char *all = s3_object_key(w->rq->arena, w->bucket, w->page.prefix);
    const char *at = after == NULL ? NULL : s3_object_key(w->rq->arena, w->bucket, after);

    if (w->page.max == 0)
        return;
    if (at == NULL || strcmp(at, all) < 0) {
        /* ranges leave their start out, so the key that equals the prefix is asked for by itself */
        const struct s3_object_row *own = s3_object_find(w->rq->tx, all);

        if (own != NULL && (!own->marker || w->markers) && w->take(w, own) == LIST_FULL)
            return;
        at = all;
    }
    walk_rows(w, at, s3_past(w->rq->arena, all));
}

static enum list_fate take_key(struct walk *w, const char *key) {
    enum list_fate fate = list_take(w->rq, &w->page, key);

    if (fate == LIST_ITEM)
        w->last = key;
    else if (fate == LIST_PREFIX) {
        w->last = w->page.rolled_up;
        w->last_version = NULL;
    }
    return fate;
}

typedef VEC(struct s3_object) object_list;

static enum list_fate take_object(struct walk *w, const struct s3_object_row *row) {
    const char *key = s3_key_of(row->key);
    struct s3_object *o;
    enum list_fate fate = take_key(w, key);

    if (fate != LIST_ITEM)
        return fate;
    o = vec_push(w->rq->arena, (object_list *)w->out);
    *o = (struct s3_object){
        .key = list_text(w->rq, &w->page, key),
        .last_modified = SOME_TIME(row->created_ms),
        .e_tag = s3_quoted(w->rq->arena, row->etag),
        .checksum_type = row->checksum_type,
        .size = SOME_INT(row->size),
        .storage_class = row->storage_class,
        .owner = w->owner ? s3_owner_of(w->rq, w->account) : NULL,
    };
    if (row->checksum_algorithm != NULL)
        *vec_push(w->rq->arena, &o->checksum_algorithm) = row->checksum_algorithm;
    return fate;
}

/* Permission to list, with what is listed as condition keys. */
static const struct s3_bucket_row *open_listing(struct api_request *rq, const char *bucket, const char *owner,
                                                const char *action, const char *prefix, const char *delimiter,
                                                struct opt_int max) {
    struct policy_context ctx = {0};

    policy_context_add(rq->arena, &ctx, "s3:prefix", prefix);
    policy_context_add(rq->arena, &ctx, "s3:delimiter", delimiter);
    if (max.set)
        policy_context_add(rq->arena, &ctx, "s3:max-keys", arena_printf(rq->arena, "%lld", (long long)max.v));
    return s3_open_bucket(
        rq,
        &(struct s3_question){.bucket = bucket, .expected_owner = owner, .action = action, .context = &ctx});
}

#define OPEN_LISTING(rq, in, action)                                                                         \
    open_listing((rq), (in)->bucket, (in)->expected_bucket_owner, (action), (in)->prefix, (in)->delimiter,   \
                 (in)->max_keys)

/* What all three say of the request. */
#define VIEW(rq, w, in, out)                                                                                 \
    do {                                                                                                     \
        (out)->is_truncated = SOME_BOOL((w)->page.full);                                                     \
        (out)->name = (in)->bucket;                                                                          \
        (out)->prefix = list_text((rq), &(w)->page, (w)->page.prefix);                                       \
        (out)->delimiter = list_delimiter((rq), &(w)->page);                                                 \
        (out)->max_keys = SOME_INT((in)->max_keys.set ? (in)->max_keys.v : S3_LIST_MAX);                     \
        (out)->encoding_type = (in)->encoding_type;                                                          \
        LIST_PREFIXES(&(w)->page, (out));                                                                    \
    } while (0)

int s3_list_objects(struct api_request *rq, const struct s3_list_objects_request *in,
                    struct s3_list_objects_output *out) {
    const struct s3_bucket_row *bucket = OPEN_LISTING(rq, in, "s3:ListBucket");
    struct walk w = {.rq = rq, .bucket = in->bucket, .take = take_object, .out = &out->contents};

    w.owner = true;
    if (bucket == NULL ||
        list_begin(rq, in->prefix, in->delimiter, in->max_keys, in->encoding_type, &w.page) < 0)
        return API_REFUSED;
    w.account = bucket->account;
    walk(&w, list_after(rq->arena, &w.page, in->marker));
    VIEW(rq, &w, in, out);
    out->marker = list_text(rq, &w.page, in->marker != NULL ? in->marker : "");
    if (w.page.full && *w.page.delimiter != '\0')
        out->next_marker = list_text(rq, &w.page, w.last);
    return 0;
}

/* 0 or API_REFUSED. */
static int read_token(struct api_request *rq, const char *token, const char **ret_key) {
    size_t length;
    void *text;

    if (base64_decode(rq->arena, token, strlen(token), &text, &length) < 0 || length == 0 ||
        strlen(text) != length || length > S3_KEY_MAX_BYTES)
        return s3_refuse_argument(rq, "continuation-token", token,
                                  "The continuation token provided is incorrect");
    *ret_key = text;
    return 0;
}

int s3_list_objects_v2(struct api_request *rq, const struct s3_list_objects_v2_request *in,
                       struct s3_list_objects_v2_output *out) {
    const struct s3_bucket_row *bucket = OPEN_LISTING(rq, in, "s3:ListBucket");
    struct walk w = {.rq = rq, .bucket = in->bucket, .take = take_object, .out = &out->contents};
    const char *after = in->start_after;

    w.owner = in->fetch_owner.v;
    if (bucket == NULL ||
        list_begin(rq, in->prefix, in->delimiter, in->max_keys, in->encoding_type, &w.page) < 0 ||
        (in->continuation_token != NULL && read_token(rq, in->continuation_token, &after) < 0))
        return API_REFUSED;
    w.account = bucket->account;
    walk(&w, list_after(rq->arena, &w.page, after));
    VIEW(rq, &w, in, out);
    out->key_count = SOME_INT((int64_t)w.page.count);
    out->continuation_token = in->continuation_token;
    out->start_after = list_text(rq, &w.page, in->start_after);
    if (w.page.full)
        out->next_continuation_token = base64_encode(rq->arena, w.last, strlen(w.last));
    return 0;
}

/* ---- versions ---- */

static void view_version(struct walk *w, const char *key, const struct s3_object_row *row, bool latest) {
    struct s3_list_object_versions_output *out = w->out;
    const char *id = row->version_id != NULL ? row->version_id : "null";
    struct s3_owner *owner = s3_owner_of(w->rq, w->account);
    struct s3_object_version *v;

    w->last = key;
    w->last_version = id;
    if (row->marker) {
        *vec_push(w->rq->arena, &out->delete_markers) =
            (struct s3_delete_marker_entry){.owner = owner,
                                            .key = list_text(w->rq, &w->page, key),
                                            .version_id = id,
                                            .is_latest = SOME_BOOL(latest),
                                            .last_modified = SOME_TIME(row->created_ms)};
        return;
    }
    v = vec_push(w->rq->arena, &out->versions);
    *v = (struct s3_object_version){
        .e_tag = s3_quoted(w->rq->arena, row->etag),
        .checksum_type = row->checksum_type,
        .size = SOME_INT(row->size),
        .storage_class = row->storage_class,
        .key = list_text(w->rq, &w->page, key),
        .version_id = id,
        .is_latest = SOME_BOOL(latest),
        .last_modified = SOME_TIME(row->created_ms),
        .owner = owner,
    };
    if (row->checksum_algorithm != NULL)
        *vec_push(w->rq->arena, &v->checksum_algorithm) = row->checksum_algorithm;
}

/* The key's versions older than `seq` (0: all but the latest). */
static enum list_fate take_older(struct walk *w, const char *key, int64_t seq) {
    size_t room = w->page.max - w->page.count;
    struct s3_older_rows older = s3_older_versions(w->rq->tx, w->bucket, key, seq, room + 1);

    for (size_t i = 0; i < older.count; i++) {
        struct s3_object_row row;

        if (w->page.count == w->page.max) {
            w->page.full = true;
            return LIST_FULL;
        }
        w->page.count++;
        memcpy(&row, &older.items[i], sizeof(row));
        view_version(w, key, &row, false);
    }
    return LIST_ITEM;
}

static enum list_fate take_versions(struct walk *w, const struct s3_object_row *row) {
    const char *key = s3_key_of(row->key);
    enum list_fate fate = take_key(w, key);

    if (fate != LIST_ITEM)
        return fate;
    view_version(w, key, row, true);
    return row->older > 0 ? take_older(w, key, 0) : LIST_ITEM;
}

/* What is left of the marker's own key: its versions older than the one named.  0 or API_REFUSED. */
static int finish_key(struct walk *w, const char *key, const char *version_id) {
    const struct s3_object_row *latest = s3_latest(w->rq->tx, w->bucket, key);
    int64_t seq = 0;

    if (strcmp(version_id, "null") != 0 && s3_version_seq(version_id, &seq) < 0)
        return s3_refuse_argument(w->rq, "version-id-marker", version_id, "Invalid version id specified");
    if (latest == NULL || list_common_prefix(w->rq->arena, &w->page, key) != NULL)
        return 0;
    if (seq == 0)
        seq = latest->version_id == NULL ? latest->seq : latest->null_seq;
    if (seq != 0 && latest->older > 0)
        take_older(w, key, seq);
    return 0;
}

int s3_list_object_versions(struct api_request *rq, const struct s3_list_object_versions_request *in,
                            struct s3_list_object_versions_output *out) {
    const struct s3_bucket_row *bucket = OPEN_LISTING(rq, in, "s3:ListBucketVersions");
    struct walk w = {.rq = rq, .bucket = in->bucket, .markers = true, .take = take_versions, .out = out};
    const char *version = in->version_id_marker;

    if (bucket == NULL ||
        list_begin(rq, in->prefix, in->delimiter, in->max_keys, in->encoding_type, &w.page) < 0)
        return API_REFUSED;
    w.account = bucket->account;
    if (version != NULL && *version == '\0')
        version = NULL;
    if (version != NULL && (in->key_marker == NULL || *in->key_marker == '\0'))
        return s3_refuse_argument(rq, "version-id-marker", version,
                                  "A version-id marker cannot be specified without a key marker.");
    if (version != NULL && w.page.max > 0 && finish_key(&w, in->key_marker, version) < 0)
        return API_REFUSED;
    if (!w.page.full)
        walk(&w, list_after(rq->arena, &w.page, in->key_marker));
    VIEW(rq, &w, in, out);
    out->key_marker = list_text(rq, &w.page, in->key_marker != NULL ? in->key_marker : "");
    out->version_id_marker = in->version_id_marker != NULL ? in->version_id_marker : "";
    if (w.page.full) {
        out->next_key_marker = list_text(rq, &w.page, w.last);
        out->next_version_id_marker = w.last_version;
    }
    return 0;
}
