/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version: how versions of a key follow each other.
 *
 * Theory of operation: s3_object holds the latest version (a delete marker counts as one), s3_older the
 * others; a key without a latest version has none.  In a bucket that never had versioning the null version
 * is the only one and is replaced.  With versioning a new version pushes the latest into s3_older; suspended,
 * the new null version does the same but takes the place of the key's null version, wherever that was.
 * Removing the latest promotes the newest of the older ones.  The latest row counts the older ones and
 * knows where the null version is, so nothing here reads more than three rows.
 */
#include <stdio.h>
#include <string.h>

#include "api/s3/s3.h"
#include "base/text.h"
#include "store/mark.h"

struct removal {
    const char *home, *hold_id;
    const char *const *names;
    size_t count;
};

static void remove_files(struct api *api, const struct api_backend *b, void *arg) {
    const struct removal *r = arg;

    (void)api;
    (void)b;
    if (r->hold_id != NULL)
        object_remove_held(r->home, r->hold_id, r->names, r->count);
    else
        for (size_t i = 0; i < r->count; i++)
            object_remove(r->home, r->names[i]);
}

void s3_remove_files(struct api_request *rq, const char *hold_id, const char *const *names, size_t count) {
    struct removal *r = arena_new(rq->arena, struct removal);

    if (count == 0)
        return;
    *r = (struct removal){rq->config->home, hold_id, names, count};
    api_after_commit(rq, remove_files, r);
}

struct s3_part_rows s3_parts(struct tx *tx, const char *upload_id) {
    const char *prefix = arena_printf(tx->arena, "%s/", upload_id);

    return s3_part_range(tx, prefix, s3_past(tx->arena, prefix), S3_PARTS_MAX);
}

void s3_drop_parts(struct api_request *rq, const char *upload_id, const struct s3_part_rows *parts,
                   const bool *kept) {
    const char **names = arena_array(rq->arena, const char *, parts->count + 1);
    size_t count = 0;

    for (size_t i = 0; i < parts->count; i++) {
        if (kept != NULL && kept[i])
            continue;
        if (parts->items[i].file != NULL)
            names[count++] = parts->items[i].file;
        s3_part_delete(rq->tx, parts->items[i].key);
    }
    s3_remove_files(rq, upload_id, names, count);
}

/* The bytes of a version whose row goes. */
static void discard(struct api_request *rq, const struct s3_object_row *row) {
    if (row->upload_id != NULL) {
        struct s3_part_rows parts = s3_parts(rq->tx, row->upload_id);

        s3_drop_parts(rq, row->upload_id, &parts, NULL);
    } else if (row->file != NULL) {
        const char **name = arena_array(rq->arena, const char *, 1);

        *name = row->file;
        s3_remove_files(rq, NULL, name, 1);
    }
}

/* Both tables have the same columns. */
_Static_assert(sizeof(struct s3_older_row) == sizeof(struct s3_object_row), "one list of columns");

static const struct s3_object_row *as_object(const struct s3_older_row *row) {
    return (const struct s3_object_row *)(const void *)row;
}

static void put_older(struct api_request *rq, const char *bucket, const char *key,
                      const struct s3_object_row *row) {
    struct s3_older_row older;

    memcpy(&older, row, sizeof(older));
    older.key = s3_older_key(rq->arena, bucket, key, row->seq);
    older.older = 0;
    older.null_seq = 0;
    s3_older_put(rq->tx, &older);
}

const struct s3_object_row *s3_latest(struct tx *tx, const char *bucket, const char *key) {
    return s3_object_find(tx, s3_object_key(tx->arena, bucket, key));
}

int s3_find_version(struct api_request *rq, const char *bucket, const char *key, const char *version_id,
                    const struct s3_object_row **ret_row) {
    const struct s3_object_row *latest, *row;
    bool null = text_is(version_id, "null");
    int64_t seq = 0;

    if (version_id != NULL && !null && s3_version_seq(version_id, &seq) < 0)
        return s3_refuse_argument(rq, "versionId", version_id, "Invalid version id specified");
    latest = s3_latest(rq->tx, bucket, key);
    *ret_row = NULL;
    if (latest == NULL)
        return 0;
    if (version_id == NULL || text_is(latest->version_id, null ? NULL : version_id)) {
        *ret_row = latest;
        return 0;
    }
    if (null)
        seq = latest->null_seq;
    row = seq == 0 ? NULL : as_object(s3_older_find(rq->tx, s3_older_key(rq->arena, bucket, key, seq)));
    if (row != NULL && text_is(row->version_id, null ? NULL : version_id))
        *ret_row = row;
    return 0;
}

struct s3_older_rows s3_older_versions(struct tx *tx, const char *bucket, const char *key, int64_t after,
                                       size_t limit) {
    const char *all = arena_printf(tx->arena, "%s\1\1", s3_escaped_key(tx->arena, bucket, key));

    return s3_older_range(tx, after == 0 ? all : s3_older_key(tx->arena, bucket, key, after),
                          s3_past(tx->arena, all), limit);
}

const char *s3_version_shown(const struct s3_bucket_row *bucket, const char *version_id) {
    if (version_id != NULL)
        return version_id;
    return bucket->versioning == NULL ? NULL : "null";
}

struct newest {
    const char *home;
    struct mark mark;
};

static void raise_mark(struct api *api, const struct api_backend *b, void *arg) {
    const struct newest *n = arg;

    (void)api;
    (void)b;
    mark_raise(n->home, &n->mark);
}

/* Once it is kept, an older copy of the database can be told from this one. */
static void mark_version(struct api_request *rq, int64_t seq) {
    const struct setting_row *id = setting_find(rq->tx, S3_ID_SETTING);
    struct newest *n = arena_new(rq->arena, struct newest);

    *n = (struct newest){rq->config->home, {.number = seq}};
    if (id == NULL) { /* the box's first object */
        random_hex(n->mark.id, MARK_ID_BYTES - 1);
        setting_put(rq->tx, &(struct setting_row){.name = S3_ID_SETTING, .value = n->mark.id});
    } else {
        snprintf(n->mark.id, sizeof(n->mark.id), "%s", id->value);
    }
    api_after_commit(rq, raise_mark, n);
}

void s3_put_version(struct api_request *rq, const struct s3_bucket_row *bucket, const char *key,
                    struct s3_object_row *row) {
    const struct s3_object_row *latest = s3_latest(rq->tx, bucket->name, key);
    bool versioned = text_is(bucket->versioning, "Enabled");

    row->key = s3_object_key(rq->arena, bucket->name, key);
    row->seq = store_next_number(rq->tx, "s3-version");
    mark_version(rq, row->seq);
    row->version_id = versioned ? s3_new_version_id(rq->arena, row->seq) : NULL;
    row->created_ms = rq->now_ms;
    row->older = row->null_seq = 0;
    if (latest != NULL) {
        row->older = latest->older;
        row->null_seq = latest->null_seq;
        if (!versioned && latest->version_id == NULL) {
            discard(rq, latest);
        } else {
            put_older(rq, bucket->name, key, latest);
            row->older++;
            if (latest->version_id == NULL)
                row->null_seq = latest->seq;
        }
    }
    if (!versioned && row->null_seq != 0) {
        const char *older = s3_older_key(rq->arena, bucket->name, key, row->null_seq);
        const struct s3_older_row *null = s3_older_find(rq->tx, older);

        if (null != NULL)
            discard(rq, as_object(null));
        s3_older_delete(rq->tx, older);
        row->older--;
        row->null_seq = 0;
    }
    s3_object_put(rq->tx, row);
}

void s3_change_version(struct api_request *rq, const char *bucket, const char *key,
                       const struct s3_object_row *row) {
    if (s3_latest(rq->tx, bucket, key)->seq == row->seq)
        s3_object_put(rq->tx, row);
    else
        put_older(rq, bucket, key, row);
}

/* The newest of the older versions takes the place of the latest, which goes. */
static void promote(struct api_request *rq, const char *bucket, const char *key,
                    const struct s3_object_row *latest) {
    struct s3_older_rows next = s3_older_versions(rq->tx, bucket, key, 0, 1);
    struct s3_object_row row;

    if (next.count == 0) {
        s3_object_delete(rq->tx, latest->key);
        return;
    }
    row = *as_object(&next.items[0]);
    row.key = latest->key;
    row.older = latest->older - 1;
    row.null_seq = latest->null_seq == row.seq ? 0 : latest->null_seq;
    s3_older_delete(rq->tx, next.items[0].key);
    s3_object_put(rq->tx, &row);
}

void s3_remove_version(struct api_request *rq, const char *bucket, const char *key,
                       const struct s3_object_row *row) {
    const struct s3_object_row *latest = s3_latest(rq->tx, bucket, key);

    discard(rq, row);
    if (row->seq == latest->seq) {
        promote(rq, bucket, key, latest);
    } else {
        struct s3_object_row changed = *latest;

        changed.older--;
        if (changed.null_seq == row->seq)
            changed.null_seq = 0;
        s3_object_put(rq->tx, &changed);
        s3_older_delete(rq->tx, s3_older_key(rq->arena, bucket, key, row->seq));
    }
}

void s3_delete_latest(struct api_request *rq, const struct s3_bucket_row *bucket, const char *key,
                      bool *ret_marker, const char **ret_version_id) {
    *ret_marker = bucket->versioning != NULL;
    *ret_version_id = NULL;
    if (bucket->versioning != NULL) {
        struct s3_object_row marker = {.marker = 1};

        s3_put_version(rq, bucket, key, &marker);
        *ret_version_id = s3_version_shown(bucket, marker.version_id);
    } else {
        const struct s3_object_row *latest = s3_latest(rq->tx, bucket->name, key);

        if (latest != NULL)
            s3_remove_version(rq, bucket->name, key, latest);
    }
}
