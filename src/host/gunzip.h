/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gunzip: gzip (RFC 1952) undone by zlib, which is loaded when it is first needed.
 */
#ifndef VPCBOX_HOST_GUNZIP_H
#define VPCBOX_HOST_GUNZIP_H

#include <stddef.h>

#include "base/arena.h"

/* *ret_text in the arena, with a NUL after it.  0, -E2BIG for more than max bytes, -EBADMSG for what is no gzip or
 * breaks off, -ELIBACC without zlib. */
int gunzip(struct arena *a, const void *data, size_t length, size_t max, char **ret_text, size_t *ret_length);

#endif
