/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: one session inside an instance, as its parts see it: worker.c opens it and ends it, worker_shell.c runs
 * shells and commands, worker_port.c forwards ports.
 */
#ifndef VPCBOX_SESSION_WORKER_H
#define VPCBOX_SESSION_WORKER_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "session/channel.h"

enum { WORKER_FLUSH_MS = 2000 };

struct worker {
    struct arena arena;
    struct channel *channel;
    const char *id, *type; /* Standard_Stream, InteractiveCommands, NonInteractiveCommands, Port */
    json_t *properties;    /* the document's, with the parameters in */
    const char *shell_profile;
    const char *client_version;
    bool client_takes_exit_code; /* our plugin */
    int client_protocol;         /* enum forward_protocol */
};

/* Tells the service that the session has ended, which then closes the channel. */
int worker_terminating(struct worker *w);
/* The same with words for the user. */
int worker_failed(struct worker *w, const char *words);

/* The document's command for Linux, NULL: none, and whether it shall run as root. */
const char *worker_command(const struct worker *w, bool *ret_elevated);
/* In a child about to run the session's program: its user, environment and folder. */
void worker_become_user(bool elevated);
/* Ends what still runs of the process's group, tells its status and the end, and waits until the service closes. */
void worker_finish(struct worker *w, pid_t process);

/* Until the session is over.  0, or a negative errno before it began. */
int worker_serve_shell(struct worker *w);
int worker_serve_command(struct worker *w); /* NonInteractiveCommands */
int worker_serve_port(struct worker *w);

#endif
