/* SPDX-License-Identifier: Apache-2.0 */
#include "api/s3/fsck.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "api/s3/s3.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"

struct looking {
    struct store *store;
    struct s3_fsck *f;
    struct map named;                        /* files that rows name */
    struct arena kept;                       /* lives as long as all */
    VEC(const char *) objects, older, parts; /* keys of rows without their bytes */
};

static char named_by_a_row;

/* ---- finding ---- */

/* True when the file is there and is what it was. */
static bool is_sound(struct looking *l, struct arena *a, const char *whose, const char *file,
                     const struct s3_expected *expected) {
    int fd = -1, r = object_open(l->f->home, file, &fd);

    map_put(&l->named, file, &named_by_a_row);
    l->f->files++;
    l->f->bytes_mib += (size_t)(expected->size >> 20);
    if (r == 0) {
        r = s3_verify_file(a, fd, expected, true);
        close(fd);
    }
    if (r == 0)
        return true;
    if (r == -ENOENT)
        l->f->missing++;
    else
        l->f->damaged++;
    l->f->tell(l->f->user, arena_printf(a, "%s: its file objects/%.2s/%s is %s", whose, file, file,
                                        r == -ENOENT    ? "missing"
                                        : r == -EBADMSG ? "damaged"
                                                        : strerror(-r)));
    if (l->f->repair && r != -ENOENT) {
        r = object_set_aside(l->f->home, l->f->aside, file);
        if (r < 0)
            l->f->tell(l->f->user, arena_printf(a, "%s: cannot be set aside: %s", file, strerror(-r)));
    }
    return false;
}

/* "bucket/key, version …", as told. */
static const char *whose(struct arena *a, const char *row_key, const char *version_id) {
    const char *name = arena_strndup(a, row_key, strcspn(row_key, "\1"));

    return version_id == NULL ? name : arena_printf(a, "%s version %s", name, version_id);
}

static bool has_bytes(struct looking *l, struct tx *tx, const struct s3_object_row *row) {
    const char *name = whose(tx->arena, row->key, row->version_id);
    bool sound = true;

    if (row->file != NULL)
        sound = is_sound(l, tx->arena, name, row->file,
                         &(struct s3_expected){row->size, row->checksum_algorithm, row->checksum});
    if (row->upload_id != NULL) {
        struct s3_part_rows parts = s3_parts(tx, row->upload_id);
        int64_t size = 0;

        for (size_t i = 0; i < parts.count; i++) {
            const struct s3_part_row *p = &parts.items[i];

            size += p->size;
            if (p->file != NULL)
                sound &= is_sound(
                    l, tx->arena, arena_printf(tx->arena, "%s, part %lld", name, (long long)p->number),
                    p->file, &(struct s3_expected){p->size, row->checksum_algorithm, p->checksum});
        }
        if (sound && size != row->size) {
            l->f->missing++;
            l->f->tell(l->f->user, arena_printf(tx->arena, "%s: parts of it are missing", name));
            sound = false;
        }
        for (size_t i = 0; l->f->repair && !sound && i < parts.count; i++)
            if (parts.items[i].file != NULL) /* those that are left are an object's no more */
                object_set_aside(l->f->home, l->f->aside, parts.items[i].file);
    }
    return sound;
}

static int look_at_rows(struct looking *l) {
    int r = 0;

    S3_EACH_ROW(l->store, &l->kept, s3_object, row, r, {
        if (!has_bytes(l, &tx, row))
            *vec_push(&l->kept, &l->objects) = arena_strdup(&l->kept, row->key);
    })
    S3_EACH_ROW(l->store, &l->kept, s3_older, row, r, {
        if (!has_bytes(l, &tx, (const struct s3_object_row *)(const void *)row))
            *vec_push(&l->kept, &l->older) = arena_strdup(&l->kept, row->key);
    })
    /* what is left are parts of uploads that go on */
    S3_EACH_ROW(l->store, &l->kept, s3_part, row, r, {
        if (row->file != NULL && map_get(&l->named, row->file) == NULL &&
            !is_sound(l, &arena, arena_printf(&arena, "part %s", row->key), row->file,
                      &(struct s3_expected){row->size, NULL, NULL}))
            *vec_push(&l->kept, &l->parts) = arena_strdup(&l->kept, row->key);
    })
    return r;
}

/* ---- files of nobody ---- */

static void look_at_file(void *arg, const struct object_file *file) {
    struct looking *l = arg;
    int r;

    if (map_get(&l->named, file->name) != NULL)
        return;
    if (file->unfinished)
        l->f->unfinished++;
    else
        l->f->unnamed++;
    l->f->tell(l->f->user, arena_printf(&l->kept, "objects/%.2s/%s: %s", file->name, file->name,
                                        file->unfinished ? "of an upload that did not come to an end"
                                                         : "no object has it"));
    if (!l->f->repair)
        return;
    r = object_set_aside(l->f->home, l->f->aside, file->name);
    if (r < 0)
        l->f->tell(l->f->user,
                   arena_printf(&l->kept, "%s: cannot be set aside: %s", file->name, strerror(-r)));
}

/* ---- mending ---- */

/* The version that the row of either table is goes, as if it had been deleted; its files stay where they are. */
static void forget(struct api_request *rq, const struct s3_object_row *row) {
    const char *slash = strchr(row->key, '/');
    const char *bucket = arena_strndup(rq->arena, row->key, (size_t)(slash - row->key)), *key = slash + 1;
    const char *older = strstr(row->key, "\1\1");

    if (older != NULL) { /* s3_escaped_key() */
        char *plain = arena_strndup(rq->arena, key, (size_t)(older - key)), *to = plain;

        for (const char *from = plain; *from != '\0'; from++) {
            *to++ = *from;
            from += *from == 1;
        }
        *to = '\0';
        key = plain;
    }
    s3_remove_version(rq, bucket, key, row);
}

static int mend(struct looking *l) {
    struct arena arena = {0};
    struct tx tx;
    struct api_config config = {.home = l->f->home};
    struct api_request rq = {.config = &config, .arena = &arena, .tx = &tx, .now_ms = clock_real_ms()};
    int r;

    if (l->objects.count + l->older.count + l->parts.count == 0)
        return 0;
    r = store_write_begin(l->store, &arena, &tx);
    if (r < 0)
        return r;
    for (size_t i = 0; i < l->older.count; i++) {
        const struct s3_older_row *row = s3_older_find(&tx, l->older.items[i]);

        if (row != NULL)
            forget(&rq, (const struct s3_object_row *)(const void *)row);
    }
    for (size_t i = 0; i < l->objects.count; i++) {
        const struct s3_object_row *row = s3_object_find(&tx, l->objects.items[i]);

        if (row != NULL)
            forget(&rq, row);
    }
    for (size_t i = 0; i < l->parts.count; i++)
        s3_part_delete(&tx, l->parts.items[i]);
    /* the effects, which would remove files, never run */
    r = store_write_end(&tx, true);
    if (r == 0)
        r = store_write_sync(&tx);
    arena_free(&arena);
    return r;
}

int s3_fsck(struct store *store, struct s3_fsck *f) {
    struct looking l = {.store = store, .f = f};
    int r = look_at_rows(&l);

    if (r == 0)
        r = object_each(f->home, look_at_file, &l);
    if (r == 0 && f->repair)
        r = mend(&l);
    if (r == 0 && f->repair)
        r = s3_marry(store, f->home);
    map_free(&l.named);
    arena_free(&l.kept);
    return r;
}
