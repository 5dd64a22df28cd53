/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version: by which the ends of a session tell what the other can do, as the published programs do.
 */
#ifndef VPCBOX_SESSION_VERSION_H
#define VPCBOX_SESSION_VERSION_H

#include <stdbool.h>

/* What our agent and plugin call themselves.  The agent's is four numbers, for published plugins read no other; the
 * plugin's word after the numbers tells our agent that it takes exit statuses. */
#define AGENT_VERSION "3.3.987.0"
#define PLUGIN_VERSION "1.2.694.0-vpcbox"

/* Agents later than the first multiplex port sessions; those later than the second need no keep-alive. */
#define VERSION_AGENT_MUX "3.0.196.0"
#define VERSION_AGENT_QUIET "3.1.1511.0"
/* The same of plugins; for the first, from it on. */
#define VERSION_PLUGIN_MUX "1.1.70"
#define VERSION_PLUGIN_QUIET "1.2.331.0"

/* -1, 0 or 1: numbers between dots are compared one by one; what is missing is 0, what follows them does not count. */
int version_compare(const char *a, const char *b);

#endif
