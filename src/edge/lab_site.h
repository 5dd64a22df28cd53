/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lab_site: the parts of the lab that only edge/lab.c uses: its hosts, web sites, repositories and echo.
 *
 * Theory of operation: what differs between hosts is decided for each request by the address that it came
 * to, so one HTTP handler and one echo service are all hosts at once.  Repositories are plain files that
 * any git clones over the "dumb" protocol, so nothing of git runs but once, when the first request for a
 * repository makes it.  The echo service polls all its connections in one thread; a client that does not
 * read is not read from.
 */
#ifndef VPCBOX_EDGE_LAB_SITE_H
#define VPCBOX_EDGE_LAB_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "http/http.h"

enum lab_serves { LAB_DNS, LAB_ADDRESS, LAB_ORIGIN, LAB_TIME, LAB_PAGE, LAB_GIT, LAB_FILES, LAB_ECHO };

struct lab_host {
    struct ip4 address;
    enum lab_serves serves;
    const char *const *names;
    size_t name_count;
};

/* NULL when no host has that address. */
const struct lab_host *lab_host(struct ip4 address);

struct lab_git;
struct lab_sites {
    struct lab_git *git;
    void (*service)(void *user, struct http_request *rq); /* see lab_options */
    void *user;
};

/* http_handler of all hosts; sites is the lab's struct lab_sites. */
void lab_site(struct http_request *rq, void *sites);

/*
 * Repositories, one for each folder of data/lab/git/.  Made by the first request for one: with git's own
 * fast-import, in a folder of another name that is renamed when it is whole.
 */
int lab_git_new(const char *dir, struct lab_git **ret_git);
void lab_git_free(struct lab_git *g); /* accepts NULL */
/* Opens the file that a URL's path "/any/name.git/rest" means.  -ENOENT, or another negative errno. */
int lab_git_open(struct lab_git *g, const char *path, int *ret_fd);

/* One thread that sends back what comes in; takes fd (listening) over. */
struct lab_echo;
int lab_echo_new(int fd, struct lab_echo **ret_echo);
void lab_echo_free(struct lab_echo *e); /* accepts NULL */

#endif
