/* SPDX-License-Identifier: Apache-2.0 */
/*
 * browser: whether a request was sent by a web browser, and whether its Host is a name of ours.
 *
 * Theory of operation: every page that a user looks at can make the browser send requests to the machine's loopback
 * addresses, and keys of a local emulator are no secret.  What a page cannot do is to keep the browser from saying so:
 * `Sec-Fetch-Site` goes with every request to a loopback address (browsers of 2023 and later, W3C Fetch Metadata),
 * `Origin` with all that may change something, and all browsers call themselves "Mozilla/".  (`Sec-Fetch-Mode` alone
 * says nothing: programs on Node.js send it with every fetch().)  And a page whose own name
 * resolves to a loopback address (DNS rebinding) cannot keep that name out of `Host`.
 */
#ifndef VPCBOX_HTTP_BROWSER_H
#define VPCBOX_HTTP_BROWSER_H

#include "http/http.h"

bool browser_sent(const struct http_request *rq);
/*
 * A name under which AWS's services or this machine's loopback are reached.  Addresses other than loopback's count
 * where `addresses` says so.  NULL (HTTP/1.0 without a Host, which no browser sends) is one, too.
 */
bool browser_host_is_ours(const char *host, bool addresses);

#endif
