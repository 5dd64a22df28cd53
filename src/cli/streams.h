/* SPDX-License-Identifier: Apache-2.0 */
/*
 * streams: what a command inside an instance gets in the place of this command's own streams.
 *
 * Theory of operation: a descriptor is a right for as long as somebody holds it, and for more than its
 * direction: who has a terminal reads what is typed there after the command has ended, who has a file opens
 * it anew for writing by /proc/self/fd where the ids allow it.  So an instance gets pipes: those that are pipes
 * already go as they are, for the rest threads carry the bytes.  A file's position is put back to what the command
 * has taken from it, so that a script's `while read` goes on with the next line.
 */
#ifndef VPCBOX_CLI_STREAMS_H
#define VPCBOX_CLI_STREAMS_H

#include <pthread.h>
#include <stdbool.h>

struct streams {
    int fds[3]; /* to be handed over */
    struct stream {
        int from, to, stop; /* stop: an eventfd; -1 */
        int rest;           /* of the input's pipe the end that is read, to see what is left; -1 */
        int unread;         /* bytes that did not get as far as the pipe */
        int error;          /* why it could not be written */
        bool runs;
        pthread_t thread;
    } carried[3];
};

/* 0 or negative errno; then nothing is open. */
int streams_open(struct streams *s);
/* The fds have been handed over. */
void streams_given(struct streams *s);
/* The command has ended: what it has written comes out, what it has not read goes back.  0, or why the output could
 * not be written (negative errno). */
int streams_end(struct streams *s);

#endif
