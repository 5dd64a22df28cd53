/* SPDX-License-Identifier: Apache-2.0 */
#include "store/object.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/text.h"

enum {
    SHARD_DIGITS = 2,
    FLUSH_BYTES = 8 * 1024 * 1024, /* so much may wait before the disk is set to work */
    UNFINISHED_MODE = 0600,
    WHOLE_MODE = 0400,
};

static int path_of(const char *home, const char *name, char out[PATH_MAX]) {
    int n = snprintf(out, PATH_MAX, "%s/objects/%.*s/%s", home, SHARD_DIGITS, name, name);

    return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int sync_directory(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

    if (fd < 0)
        return -errno;
    if (fsync(fd) < 0)
        r = -errno;
    close(fd);
    return r;
}

/* Makes a directory, with its entry on disk. */
static int make_directory(const char *parent, const char *name) {
    char path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/%s", parent, name) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    return sync_directory(parent); /* also when another thread has just made it: it may not have got so far */
}

static int make_directories(const char *home, const char *name) {
    char objects[PATH_MAX], shard[SHARD_DIGITS + 1];
    int r = make_directory(home, "objects");

    memcpy(shard, name, SHARD_DIGITS);
    shard[SHARD_DIGITS] = '\0';
    if (snprintf(objects, sizeof(objects), "%s/objects", home) >= (int)sizeof(objects))
        return -ENAMETOOLONG;
    return r < 0 ? r : make_directory(objects, shard);
}

static int sync_directory_of(char *path) {
    *strrchr(path, '/') = '\0';
    return sync_directory(path);
}

/* ---- writing ---- */

int object_create(const char *home, int64_t expected, struct object_writer *ret_writer) {
    struct object_writer w = {.home = home, .fd = -1};
    struct statvfs disk;
    char path[PATH_MAX];
    int r;

    random_hex(w.name, OBJECT_NAME_BYTES - 1);
    r = path_of(home, w.name, path);
    if (r < 0)
        return r;
    w.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, UNFINISHED_MODE);
    if (w.fd < 0 && errno == ENOENT) {
        r = make_directories(home, w.name);
        if (r < 0)
            return r;
        w.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, UNFINISHED_MODE);
    }
    if (w.fd < 0)
        return -errno;
    /* a disk that is too small is told before it is full; nothing is taken for bytes that may never come */
    if (expected > FLUSH_BYTES && fstatvfs(w.fd, &disk) == 0 &&
        (uint64_t)expected / disk.f_frsize > disk.f_bavail) {
        object_drop(&w);
        return -ENOSPC;
    }
    *ret_writer = w;
    return 0;
}

int object_write(struct object_writer *w, const void *data, size_t length) {
    int r = fd_write_all(w->fd, data, length);

    if (r < 0)
        return r;
    w->length += (int64_t)length;
    if (w->length - w->flushed >= FLUSH_BYTES) { /* only a start: object_finish() waits and sees errors */
        sync_file_range(w->fd, w->flushed, w->length - w->flushed, SYNC_FILE_RANGE_WRITE);
        w->flushed = w->length;
    }
    return 0;
}

int object_finish(struct object_writer *w) {
    char path[PATH_MAX];
    int r = path_of(w->home, w->name, path);

    if (r == 0 && (fchmod(w->fd, WHOLE_MODE) < 0 || fsync(w->fd) < 0))
        r = -errno;
    if (r == 0)
        r = sync_directory_of(path);
    w->whole = r == 0;
    object_drop(w);
    return r;
}

void object_drop(struct object_writer *w) {
    if (w->fd < 0)
        return;
    fd_close(&w->fd);
    if (!w->whole)
        object_remove(w->home, w->name);
}

int object_link(const char *home, const char *name, char ret_name[OBJECT_NAME_BYTES]) {
    char from[PATH_MAX], to[PATH_MAX], new_name[OBJECT_NAME_BYTES];
    int r = path_of(home, name, from);

    random_hex(new_name, OBJECT_NAME_BYTES - 1);
    if (r == 0)
        r = path_of(home, new_name, to);
    if (r < 0)
        return r;
    if (link(from, to) < 0) {
        r = errno == ENOENT && access(from, F_OK) == 0 ? make_directories(home, new_name) : -errno;
        if (r < 0)
            return r;
        if (link(from, to) < 0)
            return -errno;
    }
    r = sync_directory_of(to);
    if (r < 0)
        object_remove(home, new_name);
    else
        memcpy(ret_name, new_name, OBJECT_NAME_BYTES);
    return r;
}

int object_open(const char *home, const char *name, int *ret_fd) {
    char path[PATH_MAX];
    int r = path_of(home, name, path), fd;

    if (r < 0)
        return r;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

void object_remove(const char *home, const char *name) {
    char path[PATH_MAX];

    if (path_of(home, name, path) == 0)
        unlink(path); /* what stays, the sweep takes */
}

/* ---- holds ---- */

struct waiting {
    struct waiting *next;
    char name[OBJECT_NAME_BYTES];
};

struct hold {
    struct hold *next;
    char *id;
    unsigned count;
    struct waiting *waiting;
};

static pthread_mutex_t holds_lock = PTHREAD_MUTEX_INITIALIZER;
static struct hold *holds; /* few: one for each object of many parts that is being read */

static struct hold **find_hold(const char *id) {
    struct hold **at = &holds;

    while (*at != NULL && strcmp((*at)->id, id) != 0)
        at = &(*at)->next;
    return at;
}

void object_hold(const char *id) {
    struct hold *h;

    pthread_mutex_lock(&holds_lock);
    h = *find_hold(id);
    if (h == NULL) {
        h = calloc(1, sizeof(*h));
        if (h == NULL || (h->id = strdup(id)) == NULL)
            out_of_memory();
        h->next = holds;
        holds = h;
    }
    h->count++;
    pthread_mutex_unlock(&holds_lock);
}

void object_release(const char *home, const char *id) {
    struct hold **at, *h;

    pthread_mutex_lock(&holds_lock);
    at = find_hold(id);
    h = *at;
    if (h == NULL || --h->count > 0) {
        pthread_mutex_unlock(&holds_lock);
        return;
    }
    *at = h->next;
    pthread_mutex_unlock(&holds_lock);
    while (h->waiting != NULL) {
        struct waiting *w = h->waiting;

        h->waiting = w->next;
        object_remove(home, w->name);
        free(w);
    }
    free(h->id);
    free(h);
}

void object_remove_held(const char *home, const char *id, const char *const *names, size_t count) {
    struct hold *h;

    pthread_mutex_lock(&holds_lock);
    h = *find_hold(id);
    for (size_t i = 0; h != NULL && i < count; i++) {
        struct waiting *w = calloc(1, sizeof(*w));

        if (w == NULL)
            out_of_memory();
        snprintf(w->name, sizeof(w->name), "%s", names[i]);
        w->next = h->waiting;
        h->waiting = w;
    }
    /* with the lock held: who gets a hold after this finds all of them or none */
    for (size_t i = 0; h == NULL && i < count; i++)
        object_remove(home, names[i]);
    pthread_mutex_unlock(&holds_lock);
}

/* ---- all files ---- */

static bool is_object_name(const char *name) {
    return strlen(name) == OBJECT_NAME_BYTES - 1 && strspn(name, "0123456789abcdef") == OBJECT_NAME_BYTES - 1;
}

static int each_of_shard(const char *path, void (*each)(void *user, const struct object_file *file),
                         void *user) {
    DIR *dir = opendir(path);
    struct dirent *e;
    struct stat st;

    if (dir == NULL)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    while ((e = readdir(dir)) != NULL) {
        struct object_file file = {.name = e->d_name};

        if (!is_object_name(e->d_name) ||
            strncmp(e->d_name, path + strlen(path) - SHARD_DIGITS, SHARD_DIGITS) != 0 ||
            fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
            continue;
        file.unfinished = (st.st_mode & ACCESSPERMS) == UNFINISHED_MODE;
        each(user, &file);
    }
    closedir(dir);
    return 0;
}

int object_each(const char *home, void (*each)(void *user, const struct object_file *file), void *user) {
    char path[PATH_MAX];
    struct dirent *e;
    DIR *objects;
    int r = 0;

    if (snprintf(path, sizeof(path), "%s/objects", home) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    objects = opendir(path);
    if (objects == NULL)
        return errno == ENOENT ? 0 : -errno;
    while (r == 0 && (e = readdir(objects)) != NULL) {
        if (strlen(e->d_name) != SHARD_DIGITS || strspn(e->d_name, "0123456789abcdef") != SHARD_DIGITS)
            continue;
        if (snprintf(path, sizeof(path), "%s/objects/%s", home, e->d_name) >= (int)sizeof(path))
            r = -ENAMETOOLONG;
        else
            r = each_of_shard(path, each, user);
    }
    closedir(objects);
    return r;
}

struct presence {
    bool any, whole;
};

static void note(void *arg, const struct object_file *file) {
    struct presence *p = arg;

    p->any = true;
    p->whole |= !file->unfinished;
}

bool object_any(const char *home, bool whole) {
    struct presence p = {0};

    object_each(home, note, &p);
    return whole ? p.whole : p.any;
}

struct sweep {
    const char *home;
    bool before;
    bool (*is_named)(void *user, const char *name);
    void *user;
    struct object_census census;
};

static void sweep_one(void *arg, const struct object_file *file) {
    struct sweep *s = arg;
    char path[PATH_MAX];

    if (path_of(s->home, file->name, path) < 0)
        return;
    if (s->is_named(s->user, file->name)) {
        if (s->before)
            chmod(path, WHOLE_MODE);
    } else if (!s->before && file->unfinished && unlink(path) == 0) {
        s->census.removed++;
    } else {
        s->census.unnamed++;
    }
}

int object_sweep(const char *home, bool before, bool (*is_named)(void *user, const char *name), void *user,
                 struct object_census *ret_census) {
    struct sweep s = {.home = home, .before = before, .is_named = is_named, .user = user};
    int r = object_each(home, sweep_one, &s);

    *ret_census = s.census;
    return r;
}

int object_set_aside(const char *home, const char *folder, const char *name) {
    char from[PATH_MAX], to[PATH_MAX];
    int r = path_of(home, name, from);

    if (r < 0)
        return r;
    if (snprintf(to, sizeof(to), "%s/lost", home) >= (int)sizeof(to))
        return -ENAMETOOLONG;
    if (mkdir(to, 0700) < 0 && errno != EEXIST)
        return -errno;
    if (snprintf(to, sizeof(to), "%s/lost/%s", home, folder) >= (int)sizeof(to))
        return -ENAMETOOLONG;
    if (mkdir(to, 0700) < 0 && errno != EEXIST)
        return -errno;
    if (snprintf(to, sizeof(to), "%s/lost/%s/%s", home, folder, name) >= (int)sizeof(to))
        return -ENAMETOOLONG;
    return rename(from, to) < 0 ? -errno : 0;
}
