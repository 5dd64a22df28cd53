/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tsv: rows of tab-separated fields, the form of the files under data/.
 *
 * Theory of operation: one row a line; empty lines and lines that begin with '#' are skipped; several
 * tabs in a row part two fields like one, so that files may be aligned by eye ("-" stands for nothing).
 * The text is copied into the caller's arena and cut there, so fields live as long as the arena.
 */
#ifndef VPCBOX_BASE_TSV_H
#define VPCBOX_BASE_TSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct tsv {
    char *at;
};

void tsv_open(struct tsv *t, struct arena *a, const char *text, size_t length);
/* Fills ret_fields[0..columns): fields that the row lacks are "", further ones are left out.  False at the
 * end. */
bool tsv_next(struct tsv *t, char **ret_fields, size_t columns);
/* Cuts the next piece of a list in place at `separator`; NULL when none is left.  "-" and "" are empty lists.
 */
char *tsv_piece(char **at_io, char separator);

#endif
