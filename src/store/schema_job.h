/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_job: what is still to be done (api/job.h).  schema.h says how to add a table.
 *
 * A row is written in the transaction of the change that asks for it and goes in that of the change that ends it, so
 * that there is never one without the other.
 */
#ifndef VPCBOX_STORE_SCHEMA_JOB_H
#define VPCBOX_STORE_SCHEMA_JOB_H

#define JOB_COLUMNS(C, I)                                                                                    \
    C(TEXT, id)      /* a number of 16 digits: the order in which they were asked for */                     \
    I(TEXT, subject) /* i-…, whose jobs run one at a time */                                               \
    C(TEXT, kind)    /* instance.stop, … */                                                                \
    C(TEXT, argument)                                                                                        \
    C(INT, due_ms)   /* not before */                                                                        \
    C(INT, attempts) /* that failed */                                                                       \
    C(INT, again_ms) /* the next one: not before */                                                          \
    C(TEXT, error)   /* of the last one */

#define STORE_JOB_TABLES(T) T(job, JOB_COLUMNS)

#endif
