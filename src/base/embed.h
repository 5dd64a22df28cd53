/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed: the files under data/, carried inside the program.
 *
 * Theory of operation: the build makes one object (tools/embed) that holds every file under data/
 * and a table of them sorted by name.  Nothing is copied: pointers lead into the program's own
 * read-only memory.  Adding a file under data/ is all that it takes.
 */
#ifndef VPCBOX_BASE_EMBED_H
#define VPCBOX_BASE_EMBED_H

#include <stddef.h>

struct embed_file {
    const char *name; /* path below data/: "iam/managed/ReadOnlyAccess.json" */
    const char *data; /* NUL-terminated past length */
    size_t length;
};

/* NULL when there is no such file. */
const struct embed_file *embed_find(const char *name);

/* The index'th file whose name starts with prefix, in order of name; NULL past the last. */
const struct embed_file *embed_at(const char *prefix, size_t index);

/* The table that tools/embed writes. */
extern const struct embed_file embed_files[];
extern const size_t embed_file_count;

#endif
