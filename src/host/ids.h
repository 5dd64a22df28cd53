/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids: which of the machine's user and group ids a box and its instances have.
 *
 * Theory of operation: where the box was started by root with the ids of the whole machine, its namespace maps
 * three ranges: 0 to 65535, which are host, region and fabric; another 65536, which all instances shared once and
 * still do where there are no more; and IDS_INSTANCES times 65536, of which each instance has one, so that what the
 * kernel keeps for each user (pipes' memory, descriptors under way, quotas of keys) is no instance's but its own.
 * An instance's range is written nowhere but in the owner of its tree: it is chosen when the tree is made, by
 * the instance's name, and stays.  A tree that has the shared range is given one of its own at its next start.
 * The first two lie between the ids that containers get and 2^31, past which ids do not count everywhere: the
 * kernel lets no such group ping (net.ipv4.ping_group_range), which --internet host needs.  The others lie past
 * it, in one of 31 windows: two boxes may share one, then two instances with bad luck a range.
 */
#ifndef VPCBOX_HOST_IDS_H
#define VPCBOX_HOST_IDS_H

#include <stdbool.h>
#include <sys/types.h>

enum { IDS_RANGE = 65536, IDS_INSTANCES = 1024, IDS_MAP_BYTES = 96 };

/* This process's namespace has the ids of every box; with those of instances of their own. */
bool ids_for_boxes(void);
bool ids_for_instances(void);

/* The first of the box's ids, as this namespace has them: what the home belongs to, so that it stays the same. */
int ids_choose_base(const char *home, uid_t *ret_base);
/* The map of the box's namespace. */
void ids_map(uid_t base, bool instances, char ret_map[IDS_MAP_BYTES]);

/* As the box sees them from here on. */
bool ids_of_one_instance(uid_t first); /* a range of its own begins there */
uid_t ids_choose(const char *instance, int instances_folder);

#endif
