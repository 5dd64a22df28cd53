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

struct cloudconfig_text {
    const char *text;
    size_t length;
};

/* Several texts in order, where a later one's setting replaces an earlier one's, as cloud-init's default has it.  What
 * is done before other scripts of the user data (bootcmd, write_files, packages), and runcmd, which is done after
 * them; *ret_late is NULL without that. */
int cloudconfig_scripts(struct arena *a, const struct cloudconfig_text *texts, size_t count, char **ret_early,
                        char **ret_late, const char **ret_why);

/* An entry of a #cloud-config-archive. */
struct cloudconfig_entry {
    const char *type; /* a MIME type, "" when the content is to tell */
    const char *content;
};
typedef VEC(struct cloudconfig_entry) cloudconfig_entries;

int cloudconfig_archive(struct arena *a, const char *text, size_t length, cloudconfig_entries *ret_entries,
                        const char **ret_why);

#endif
