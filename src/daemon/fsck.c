/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/fsck.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/s3/fsck.h"
#include "api/s3/s3.h"
#include "base/clock.h"
#include "host/control.h"
#include "store/check.h"

struct run {
    struct arena arena;
    const char *home, *aside; /* aside: the folder under <home>/lost */
    bool repair, wrong;
    void (*tell)(const char *line);
};

__attribute__((format(printf, 2, 3))) static void say(struct run *x, const char *fmt, ...) {
    va_list ap;

    va_start(ap, fmt);
    x->tell(arena_vprintf(&x->arena, fmt, ap));
    va_end(ap);
}

static void finding(void *user, const char *what) {
    struct run *x = user;

    x->wrong = true;
    x->tell(what);
}

static int make_aside(struct run *x, const char **ret_path) {
    const char *lost = arena_printf(&x->arena, "%s/lost", x->home);

    *ret_path = arena_printf(&x->arena, "%s/%s", lost, x->aside);
    if ((mkdir(lost, 0700) < 0 && errno != EEXIST) || (mkdir(*ret_path, 0700) < 0 && errno != EEXIST))
        return -errno;
    return 0;
}

/* 0: there is a database that can be opened, or may be made anew. */
static int look_at_database(struct run *x) {
    const char *words = NULL, *aside;
    int64_t rows = 0;
    int r = store_check(x->home, &x->arena, &words);

    if (r == 0)
        return 0;
    if (r == -ENOENT) {
        if (!object_any(x->home, false)) {
            say(x, "nothing is stored here");
            return -ENOENT;
        }
        finding(x, "state.db is missing, but there are objects");
        return x->repair ? 0 : r;
    }
    finding(x, arena_printf(&x->arena, "state.db: %s", words));
    if (!x->repair)
        return r;
    r = make_aside(x, &aside);
    if (r == 0)
        r = store_rebuild(x->home, aside, &rows);
    if (r == 0)
        say(x, "state.db: %lld rows saved into a new one; the old one is in lost/%s", (long long)rows,
            x->aside);
    else
        say(x,
            "state.db: nothing can be saved of it (%s): put a copy of it back, or move it away and run "
            "fsck --repair again to set the objects aside",
            strerror(-r));
    return r;
}

static int look_at_objects(struct run *x) {
    struct s3_fsck f = {.home = x->home, .repair = x->repair, .aside = x->aside, .tell = finding, .user = x};
    const char *error = NULL, *why;
    struct store *store = NULL;
    bool before, any;
    int r = store_open(x->home, &store, &error);

    if (r < 0) {
        finding(x, error != NULL ? error : strerror(-r));
        return r;
    }
    why = s3_stranger(store, x->home, &before, &any);
    if (why != NULL)
        finding(x, why);
    r = s3_fsck(store, &f);
    store_close(store);
    if (r < 0)
        say(x, "the objects: %s", strerror(-r));
    say(x,
        "%zu files of objects, %zu MiB: %zu damaged, %zu missing; %zu files of no object, %zu of unfinished "
        "uploads",
        f.files, f.bytes_mib, f.damaged, f.missing, f.unnamed, f.unfinished);
    return r;
}

/*
 * A box that root runs with packets stores as a user of its own, so what is made here must be that user's.  By way of the
 * working folder, since that user may not come by the folders above.
 */
static int become_owner(const char *home) {
    struct stat st;

    if (chdir(home) < 0 || stat(".", &st) < 0)
        return -errno;
    if (geteuid() != 0 || st.st_uid == 0)
        return 0;
    return setegid(st.st_gid) < 0 || seteuid(st.st_uid) < 0 ? -errno : 0;
}

int fsck_home(const char *home, bool repair, void (*tell)(const char *line)) {
    char now[CLOCK_TEXT_BYTES];
    struct run x = {.home = ".", .repair = repair, .tell = tell};
    pid_t holder = 0;
    int lock = -1, r = control_lock(home, &lock, &holder);

    if (r < 0) {
        say(&x,
            r == -EBUSY    ? "the box runs (process %d): `vpcbox stop` first"
            : r == -ENOENT ? "there is no box (%d)"
                           : "the box's folder cannot be locked (%d)",
            r == -EBUSY ? (int)holder : -r);
        arena_free(&x.arena);
        return 1;
    }
    x.aside = arena_strdup(&x.arena, clock_basic(clock_real_ms(), now));
    umask(077);
    r = become_owner(home);
    if (r == 0)
        r = look_at_database(&x);
    else
        say(&x, "%s: %s", home, strerror(-r));
    if (r == 0)
        r = look_at_objects(&x);
    if (r == -ENOENT && !x.wrong)
        r = 0;
    if (r == 0 && x.wrong && repair)
        say(&x, "mended: what was taken away is in %s/lost/%s", home, x.aside);
    else if (x.wrong && !repair)
        say(&x, "`vpcbox fsck --repair` sets aside what is damaged or nobody's, and forgets objects without "
                "their bytes; nothing is deleted");
    close(lock);
    arena_free(&x.arena);
    return r < 0 || (x.wrong && !repair);
}
