/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start: whether database and objects belong together, before either is believed.
 *
 * Theory of operation: nothing whole is ever removed because no row names it.  Objects without a database, with another
 * box's or with an older copy of their own (store/mark.h) are refused, since requests would be answered from
 * a past that the files do not share; `vpcbox fsck` tells what there is and mends it by choice.  What can be
 * told at a glance is looked at here, for a start must be quick: names and presence of files, not their bytes,
 * which are held against their checksums when they are read (verify.c).
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/s3/s3.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "store/mark.h"

#define WAY_OUT                                                                                              \
    "put the right state.db back, or let `vpcbox fsck --repair` set the objects aside that it does not know"

int s3_check_home(const char *home) {
    char path[PATH_MAX];
    struct stat st;

    if (snprintf(path, sizeof(path), "%s/state.db", home) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    if ((stat(path, &st) == 0 && st.st_size > 0) || !object_any(home, false))
        return 0;
    log_error("state.db is missing, but there are objects: " WAY_OUT);
    return -ENODATA;
}

/* ---- do they know each other ---- */

struct known {
    char id[MARK_ID_BYTES]; /* "": none yet */
    int64_t number;
    bool any; /* rows that name files */
};

/* Fills `known` from the database. */
static int ask(struct store *store, struct known *ret) {
    const struct setting_row *setting;
    struct arena arena = {0};
    struct tx tx;
    int r = store_read_begin(store, &arena, &tx);

    if (r < 0)
        return r;
    *ret = (struct known){0};
    setting = setting_find(&tx, S3_ID_SETTING);
    if (setting != NULL && setting->value != NULL)
        snprintf(ret->id, sizeof(ret->id), "%s", setting->value);
    ret->number = store_last_number(&tx, "s3-version");
    ret->any = s3_object_range(&tx, "", NULL, 1).count > 0 || s3_older_range(&tx, "", NULL, 1).count > 0 ||
               s3_part_range(&tx, "", NULL, 1).count > 0;
    r = tx.failed;
    store_read_end(&tx);
    arena_free(&arena);
    return r;
}

static int keep_id(struct store *store, const char *id) {
    struct arena arena = {0};
    struct tx tx;
    int r = store_write_begin(store, &arena, &tx);

    if (r == 0) {
        setting_put(&tx, &(struct setting_row){.name = S3_ID_SETTING, .value = id});
        r = store_write_end(&tx, true);
    }
    if (r == 0)
        r = store_write_sync(&tx);
    arena_free(&arena);
    return r;
}

int s3_marry(struct store *store, const char *home) {
    struct known known;
    struct mark mark;
    int r = ask(store, &known);

    if (r < 0)
        return r;
    if (*known.id == '\0') {
        random_hex(known.id, MARK_ID_BYTES - 1);
        r = keep_id(store, known.id);
    }
    mark = (struct mark){.number = known.number};
    memcpy(mark.id, known.id, sizeof(mark.id));
    return r < 0 ? r : mark_write(home, &mark);
}

const char *s3_stranger(struct store *store, const char *home, bool *ret_before, bool *ret_any) {
    struct known known;
    struct mark mark;
    bool marked = mark_read(home, &mark) == 0;

    *ret_before = *ret_any = false;
    if (ask(store, &known) < 0)
        return "state.db cannot be read";
    *ret_any = known.any;
    if (marked && *known.id == '\0' && !known.any)
        return object_any(home, true) ? "state.db is empty, but there are objects" : NULL;
    if (marked && strcmp(mark.id, known.id) != 0)
        return "state.db and the objects belong to different boxes";
    if (marked && known.number < mark.number)
        return "state.db is an older copy than the objects are";
    if (!marked && !known.any && object_any(home, true))
        return "state.db knows no objects, but there are some";
    *ret_before = *known.id == '\0';
    return NULL;
}

/* ---- the sweep ---- */

struct names {
    struct map map; /* name → &absent or &present */
    size_t count, seen;
};

static char absent, present;

/* Adds the files of every row of a table. */
#define ADD_FILES(s, table, names)                                                                           \
    S3_EACH_ROW((s), &place, table, row, r, {                                                                \
        if (row->file != NULL) {                                                                             \
            map_put(&(names)->map, row->file, &absent);                                                      \
            (names)->count++;                                                                                \
        }                                                                                                    \
    })

static bool is_named(void *arg, const char *name) {
    struct names *names = arg;
    const char *state = map_get(&names->map, name);

    if (state == &absent) {
        map_put(&names->map, name, &present);
        names->seen++;
    }
    return state != NULL;
}

static int sweep(struct store *store, const char *home, bool before) {
    struct names names = {0};
    struct object_census census = {0};
    struct arena place = {0};
    int r = 0;

    ADD_FILES(store, s3_object, &names)
    ADD_FILES(store, s3_older, &names)
    ADD_FILES(store, s3_part, &names)
    if (r == 0)
        r = object_sweep(home, before, is_named, &names, &census);
    if (census.removed > 0)
        log_info("removed %zu files of uploads that did not come to an end", census.removed);
    if (census.unnamed > 0)
        log_warn("objects/ has %zu files of no object; they are kept: `vpcbox fsck` tells which",
                 census.unnamed);
    if (r == 0 && names.seen < names.count)
        log_error("%zu files of objects are missing: `vpcbox fsck` tells which", names.count - names.seen);
    map_free(&names.map);
    arena_free(&place);
    return r;
}

int s3_start(struct store *store, const char *home) {
    bool before, any;
    const char *why = s3_stranger(store, home, &before, &any);
    int r;

    if (why != NULL) {
        log_error("%s: " WAY_OUT, why);
        return -EUCLEAN;
    }
    r = sweep(store, home, before);
    if (r < 0)
        log_error("objects: %s", strerror(-r));
    else if (before && any)
        r = s3_marry(store, home);
    return r;
}
