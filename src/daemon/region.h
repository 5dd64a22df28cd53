/* SPDX-License-Identifier: Apache-2.0 */
/*
 * region: the process that serves the APIs, and its line to host.
 *
 * Theory of operation: one reader thread owns the receiving side of the socket to host.  Any thread
 * may call the functions below at once: each takes an id, sends, and sleeps on
 * its own condition until the reader hands it the answer.  Instance events and the ends of executed
 * commands go to callbacks on the reader thread: these must not wait for host (they would wait for
 * themselves).  When the line to host breaks, the box is over: the process ends.
 */
#ifndef VPCBOX_DAEMON_REGION_H
#define VPCBOX_DAEMON_REGION_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "host/message.h"

struct region_link;

struct region_callbacks {
    void *context;
    void (*instance_event)(void *context, const struct message_instance_event *event);
};

/* Takes sock; waits for host's CONFIG, hands the instances that run already to the callback, and
 * starts the reader thread.  The callbacks are copied; their
 * context must outlive the link.  0 or negative errno. */
int region_link_open(int sock, const struct region_callbacks *callbacks, struct region_link **ret_link);
/* No callback runs any more, nor will; answers come as before. */
void region_link_quiet(struct region_link *link);
/* Ends the reader thread.  Nobody may wait for an answer, and no command be followed. */
void region_link_close(struct region_link *link);
const struct message_config *region_config(const struct region_link *link);
/* The API's listening socket on 127.0.0.1, non-blocking; the link's.  Host keeps it across regions. */
int region_listener(const struct region_link *link);

/* Tells host that the API answers, which makes it print "ready …".  Call once. */
int region_ready(struct region_link *link);

/* A sealed memfd with an image; returns when the fabric enforces it.  -ENOTSUP: no data plane.  fd stays
 * the caller's. */
int region_publish_image(struct region_link *link, int fd, uint64_t bytes, uint64_t generation);

/* See message_socket_open.  The descriptor is the caller's. */
int region_socket(struct region_link *link, enum message_ns ns, int type, struct ip4 address, uint16_t port,
                  int *ret_fd);
int region_lab_address(struct region_link *link, struct prefix4 prefix);
/* The fabric's flow table, to be mapped read-only. */
int region_flow_table(struct region_link *link, int *ret_fd, uint64_t *ret_bytes);

/* Returns when the instance's processes have been started (RUNNING comes as an event) or are gone.
 * why, when not NULL, gets the reason of a failure (MESSAGE_NAME_BYTES). */
int region_instance_start(struct region_link *link, const struct message_instance_start *start,
                          const void *user_data, size_t user_data_bytes, char *why);
int region_instance_stop(struct region_link *link, const char *instance, enum message_stop how, bool force,
                         char *why);
/* An interface comes to a running instance, or goes (then eni->num alone counts): see message_interface. */
int region_instance_interface(struct region_link *link, const char *instance, const struct message_eni *eni,
                              bool attach, char *why);
int region_netns(struct region_link *link, const char *target, struct message_netns *ret_netns);

/* Starts a command; `exited` is called once on the reader thread with its status (or 126 when host
 * could not follow it), but never when this returns an error.  fds: in, out, err, stay the caller's.
 * *ret_exec is for region_exec_signal(). */
typedef void region_exited(void *context, int status);
int region_exec(struct region_link *link, const struct message_exec *exec, char *const *argv,
                char *const *envp, const int fds[3], region_exited *exited, void *context, uint64_t *ret_exec,
                char *why);
int region_exec_signal(struct region_link *link, uint64_t exec, int signal);
/* `exited` is not called any more, nor does it run. */
void region_exec_forget(struct region_link *link, uint64_t exec);

/* The process itself: `vpcbox region`, started by host.  Its exit status. */
int region_main(int sock);

#endif
