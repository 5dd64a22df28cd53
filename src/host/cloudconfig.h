/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloudconfig: #cloud-config user data, as a shell script.
 *
 * Theory of operation: the part of YAML that such files are written in (block maps and lists, plain
 * and quoted scalars, | and > blocks, flow lists) is read into nodes; then bootcmd, write_files,
 * packages and runcmd become, in that order, the lines of a script.  What cloud-init would do and this
 * does not is named by a line that the script prints.  Pure: no files are touched.
 */
#ifndef VPCBOX_HOST_CLOUDCONFIG_H
#define VPCBOX_HOST_CLOUDCONFIG_H

#include <stddef.h>

#include "base/arena.h"

/* 0, -EINVAL or -E2BIG, with *ret_why (in the arena) saying where and why. */
int cloudconfig_script(struct arena *a, const char *text, size_t length, char **ret_script,
                       const char **ret_why);

#endif
