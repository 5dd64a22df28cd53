/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userpart: user data taken apart into what is to be run.
 *
 * Theory of operation: user data is one text, or several in one: a MIME message (RFC 2045, 2046), a
 * #cloud-config-archive; any of them may be gzipped, and the whole may be in base64 once more, since clients encode
 * what was encoded already.  What it is follows from the part's type, and where that says nothing from its first
 * line, as cloud-init decides.  "## template: jinja" has its {{ names }} put in.  Everything comes out as one list
 * in the order of the text; what this does not do (#include, part handlers, jinja's statements) comes out as a part
 * that says why.  Pure: no files, no processes.
 */
#ifndef VPCBOX_HOST_USERPART_H
#define VPCBOX_HOST_USERPART_H

#include <stddef.h>

#include "base/arena.h"

enum userpart_kind {
    USERPART_SCRIPT,   /* run once, as a program */
    USERPART_CONFIG,   /* #cloud-config */
    USERPART_BOOTHOOK, /* run at every boot, before the others */
    USERPART_REFUSED
};

struct userpart {
    enum userpart_kind kind;
    const char *text; /* NUL-terminated too */
    size_t length;
    const char *why; /* of a refused one */
};
typedef VEC(struct userpart) userparts;

/* A variable of templates, by its dotted name; NULL: unknown. */
typedef const char *userpart_variable(void *context, const char *name);

/* Never fails: at worst the list is one refused part.  Everything is in the arena. */
void userpart_split(struct arena *a, const void *data, size_t length, userpart_variable *variable,
                    void *context, userparts *ret_parts);

#endif
