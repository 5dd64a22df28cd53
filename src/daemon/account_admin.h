/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_admin: the box's accounts, for `vpcbox account`.
 *
 * Theory of operation: AWS makes accounts in an organisation or by a web page, and gives the root's keys to nobody but the
 * root; whoever may open the box's own socket is the root of all.
 *
 *   {"do":"account-create","account":"name or 12 digits"} -> {"id":…,"name":…,"access_key_id":…,…}
 *   {"do":"account","account":"name or 12 digits"}        -> the same of one that exists
 *   {"do":"accounts"}                                     -> {"accounts":[…]}
 */
#ifndef VPCBOX_DAEMON_ACCOUNT_ADMIN_H
#define VPCBOX_DAEMON_ACCOUNT_ADMIN_H

#include "store/store.h"

void account_admin_register(struct store *store);

#endif
