/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew: threads that serve whatever of many silent connections has something to say.
 *
 * Theory of operation: whoever waits for its peer is parked in one epoll set and costs no thread.  The workers wait
 * in that set; the one that gets a connection serves it with plain blocking calls for as long as there is something
 * to do, and parks it again.  The last worker to leave the set starts another one first, so somebody always waits;
 * one that has had nothing to do for some seconds ends, unless it is the last.  The kernel wakes who went to sleep
 * last, so few connections keep to few threads.
 *
 * A parked connection belongs to the set: only a worker that was given it may free it.  Who wants it gone shuts its
 * socket down, which the set reports like anything else.
 */
#ifndef VPCBOX_HTTP_CREW_H
#define VPCBOX_HTTP_CREW_H

struct crew;

struct parked {
    void (*ready)(
        struct parked *p); /* something has come, or the connection has ended; not parked any more */
};

/* name: of the threads, in ps. */
int crew_new(const char *name, struct crew **ret_crew);
/* All parked ones are gone.  Waits for the workers.  Accepts NULL. */
void crew_free(struct crew *crew);
/* Parks it for the first time, and again.  On success it may be served, and freed, before this returns. */
int crew_add(struct crew *crew, int fd, struct parked *p);
int crew_park(struct crew *crew, int fd, struct parked *p);
void crew_remove(struct crew *crew, int fd); /* one that is not parked; closing it does so too */

#endif
