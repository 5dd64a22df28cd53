/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object: the bytes of S3 objects, as files that are whole or not there.
 *
 * Theory of operation: a file is made as objects/<two digits>/<name> under a new random name, and
 * nobody knows of it until its bytes and its directory are on disk; only then a row may name it, and
 * from then on its content never changes.  A file that is whole may no longer be written (0400), so that
 * a crash leaves at worst files that tell by themselves whether their upload had come to its end.
 * object_sweep() removes those that had not, before the first request; it leaves alone what is whole, and
 * what it does not know: no row names it, but the database may be an older one.  (A temporary name would
 * add a rename and a journal commit, and tell nobody anything.)  A copy is a hard link, and removing one
 * of them leaves the others.
 *
 * Whoever removes a row removes its files after the commit (object_remove).  A reader that has a row
 * opens its file at once; when it is gone by then the row is gone too, and reading it again says so.
 * An object of many parts cannot be opened at once: its reader takes a hold on the whole, and a removal
 * meanwhile waits for the hold's end.
 *
 * Thread-safe.  Functions return 0 or a negative errno.
 */
#ifndef VPCBOX_STORE_OBJECT_H
#define VPCBOX_STORE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

enum { OBJECT_NAME_BYTES = 33 };

struct object_writer {
    const char *home; /* the caller's, for as long as the writer */
    int fd;
    int64_t length;  /* written so far */
    int64_t flushed; /* handed to the disk so far */
    bool whole;      /* object_finish() has succeeded */
    char name[OBJECT_NAME_BYTES];
};

/* Begins a file of `expected` bytes (-1: not known), which the disk must have room for.  End it with object_finish() or object_drop(). */
int object_create(const char *home, int64_t expected, struct object_writer *ret_writer);
int object_write(struct object_writer *w, const void *data, size_t length);
/* On disk, durable, under w->name.  On failure nothing is left. */
int object_finish(struct object_writer *w);
/* Gives the writer up, and its file if object_finish() has not succeeded.  Twice does nothing. */
void object_drop(struct object_writer *w);

/* A new name for the same bytes, durable. */
int object_link(const char *home, const char *name, char ret_name[OBJECT_NAME_BYTES]);
/* An open descriptor to read.  -ENOENT: the row that named it has gone. */
int object_open(const char *home, const char *name, int *ret_fd);
void object_remove(const char *home, const char *name);

/* No file is removed by object_remove_held(…, id, …) until as many releases as holds of that id. */
void object_hold(const char *id);
void object_release(const char *home, const char *id);
void object_remove_held(const char *home, const char *id, const char *const *names, size_t count);

struct object_census {
    size_t removed; /* of uploads that did not come to an end */
    size_t unnamed; /* whole, or not known; kept */
};

/* What object_each() says of each file that may be an object's. */
struct object_file {
    const char *name;
    bool unfinished; /* of an upload that did not come to its end */
};

/* Calls each(user, file) for all files; it may remove them.  0 or negative errno. */
int object_each(const char *home, void (*each)(void *user, const struct object_file *file), void *user);
/* Is there any?  whole: one that may be an object's bytes, not the rest of an upload. */
bool object_any(const char *home, bool whole);
/*
 * At start, before anything is written: removes what no upload finished and is_named says no to.  before: files are those
 * of a box that did not yet mark what is whole: named ones are marked, and all others kept.
 */
int object_sweep(const char *home, bool before, bool (*is_named)(void *user, const char *name), void *user,
                 struct object_census *ret_census);
/* Moves a file to <home>/lost/<folder>, with its name.  0 or negative errno. */
int object_set_aside(const char *home, const char *folder, const char *name);

#endif
