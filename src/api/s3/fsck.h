/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsck: every object's bytes against its row, and every file against all rows.
 *
 * Theory of operation: rows are read some at a time and each file that they name is read and held against its checksum;
 * what stays of the folder's files is nobody's.  Only told, unless it is to be mended: then an object without its
 * bytes loses its row (as if that version had been deleted for good), and a file that is damaged or nobody's is
 * moved aside.  Nothing is deleted.  Nobody else may use the home meanwhile.
 */
#ifndef VPCBOX_API_S3_FSCK_H
#define VPCBOX_API_S3_FSCK_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

struct s3_fsck {
    const char *home;
    bool repair;
    const char *aside;                          /* the folder under <home>/lost for what is moved */
    void (*tell)(void *user, const char *what); /* a line for each finding */
    void *user;
    /* filled: */
    size_t files, bytes_mib, damaged, missing, unnamed, unfinished;
};

/* 0 or negative errno; what was found is in the counts. */
int s3_fsck(struct store *store, struct s3_fsck *f);

#endif
