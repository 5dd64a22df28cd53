/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table_admin: what the fabric's table tells: the admin operations nat-table and top.
 *
 * Theory of operation: the table is memory that host keeps and the fabric writes; here it is mapped to
 * be read, while it changes.  A row may therefore be a moment old or half new, never out of bounds
 * (fwd_table_peek).  Names come from the newest image.
 *
 *   {"do":"nat-table","from":N}  -> {"flows":[…],"next":N}   next: there is more
 *   {"do":"top"}                 -> {"now_ns":…,"connections":N,"hits":N,"ports":[…],"drops":[…]}
 *        counters since the box started; the asker makes rates of two answers
 */
#ifndef VPCBOX_DAEMON_TABLE_ADMIN_H
#define VPCBOX_DAEMON_TABLE_ADMIN_H

#include "daemon/backend.h"
#include "daemon/region.h"

/* Before admin_serve().  link and backend must outlive the process's admin socket. */
void table_admin_register(struct region_link *link, struct backend *backend);

#endif
