/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: the commands.
 *
 * Theory of operation: a command is a row of the table in table.c: name, arguments, help, and a
 * function; its options are rows there too.  Usage, --help, the man page and the shells' completion are made
 * from that table (help.c), so they cannot say anything else.  cli_main() parses the options, finds out which
 * AWS is meant (the box, real AWS, or any endpoint; see target.c), turns names into ids (named.c) and
 * calls the function.  Commands speak AWS's API through aws.h and nothing else, so the same command works on
 * the box and on AWS; only those that deal with a box itself use the admin socket (box.c, room.c, logs.c,
 * top.c).  What must look into a saved network is handed in by main(), since commands know nothing of images.
 *
 * Everything lives in one arena for the process's life.  A command returns the exit status: 0 done,
 * 1 failed (the reason has been printed), 2 wrong usage, 3 "no" (explain: not reachable).
 */
#ifndef VPCBOX_CLI_CLI_H
#define VPCBOX_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/arena.h"
#include "client/aws.h"

/* Asks a saved network as the admin socket asks the running one; as explain_file() of daemon/explain_json.h. */
typedef json_t *cli_explain_file(const char *path, const json_t *question, const char **ret_error);

/* Looks at what a home has stored, as fsck_home() of daemon/fsck.h; the exit status. */
typedef int cli_fsck(const char *home, bool repair, void (*tell)(const char *line));

struct cli {
    struct arena *arena;
    struct aws aws;
    const char *home;    /* of the box */
    const char *account; /* of the box, which aws has the keys of; NULL: the box's own */
    const char *output;  /* "table" or "json" */
    bool yes;            /* -y */
    bool terminal;       /* stdout is one */
    bool color;
    bool quiet;        /* steps are not told */
    bool real_aws;     /* --target aws */
    bool udp;          /* explain */
    bool once;         /* top */
    bool tty;          /* run */
    bool follow;       /* logs */
    int lines;         /* logs */
    const char *image; /* explain: a saved network, instead of the box's */
    cli_explain_file *explain_file;
    cli_fsck *fsck;
    bool repair; /* fsck */
    int argc;    /* positional arguments */
    char **argv;
    bool target_given; /* what is spoken to is not the box of `home` */
};

/* What a command needs before it runs. */
enum cli_needs {
    CLI_NOTHING,
    CLI_HOME,  /* the home alone: it starts a box, stops it or looks at the machine */
    CLI_BOX,   /* a box that runs: it speaks to the box itself, which no other endpoint can stand in for */
    CLI_START, /* a box, which is started when none runs */
    CLI_API,   /* AWS's API, of whatever is meant; a box is started when it is meant and none runs */
};

struct cli_command {
    const char *name;
    const char *arguments; /* "<name> [cidr]": how many are required and allowed is read off it */
    const char *summary;
    const char *details;       /* more of --help, or NULL */
    int (*run)(struct cli *c); /* NULL: daemon/main.c has it */
    enum cli_needs needs;
};

enum cli_option_id {
    CLI_OPT_HOME = 256,
    CLI_OPT_TARGET,
    CLI_OPT_ENDPOINT,
    CLI_OPT_REGION,
    CLI_OPT_PROFILE,
    CLI_OPT_OUTPUT,
    CLI_OPT_YES,
    CLI_OPT_HELP,
    CLI_OPT_VERSION,
    CLI_OPT_UDP,
    CLI_OPT_IMAGE,
    CLI_OPT_ONCE,
    CLI_OPT_TTY,
    CLI_OPT_FOLLOW,
    CLI_OPT_LINES,
    CLI_OPT_REPAIR,
    CLI_OPT_ACCOUNT,
};

struct cli_option {
    enum cli_option_id id;
    char letter; /* 0: none */
    const char *name;
    const char
        *value; /* what stands for its value in the help; "a|b" are all that there are; NULL: takes none */
    const char *summary;
    const char *command; /* whose option it is; NULL: of all */
};

/* Both end with a row without a name. */
extern const struct cli_command cli_commands[];
extern const struct cli_option cli_options[];

#define CLI_VERSION "0.2.0"

/* argv[1] is the command's name.  Returns the exit status. */
int cli_main(int argc, char **argv, cli_explain_file *explain_file, cli_fsck *fsck);

/* -- target.c ------------------------------------------------------------------------------------- */

/* What the command line said about it; NULL: nothing. */
struct cli_wishes {
    const char *home, *target, *endpoint_url, *region, *profile, *account;
};

/* Finds out which box or API is meant, for what the command needs, and fills c->home, c->target_given and c->aws;
 * starts a box in the background when one is meant, the API is needed and none runs.  0, or the exit status
 * after telling why. */
int cli_target(struct cli *c, const struct cli_command *command, const struct cli_wishes *wishes);
/* "the box of /var/lib/vpcbox (http://127.0.0.1:4566)", for questions before something is lost. */
const char *cli_where(struct cli *c);

/* -- help.c --------------------------------------------------------------------------------------- */

const struct cli_command *cli_find_command(const char *name); /* NULL: there is none */
/* How many arguments it takes. */
void cli_argument_range(const struct cli_command *k, int *ret_least, int *ret_most);
void cli_usage(FILE *to);
void cli_help(const struct cli_command *k);
int cmd_help(struct cli *c);
int cmd_completion(struct cli *c);
int cmd_man(struct cli *c);

/* -- named.c -------------------------------------------------------------------------------------- */

/* The id for a word of the command line that the table calls `kind` ("vpc", "instance", …): the word itself when it is
 * the id of one that exists (or of a kind without ids), or the id of the only one whose tag Name it is.  NULL
 * after telling what is wrong. */
const char *cli_named(struct cli *c, const char *kind, const char *word);
bool cli_is_id(const char *kind, const char *word); /* by its looks */
/* The id of the only one with that name, or NULL without a word. */
const char *cli_known_name(struct cli *c, const char *kind, const char *word);

/* -- out.c ---------------------------------------------------------------------------------------- */

struct table {
    const char *const *columns; /* NULL-terminated; JSON keys are these */
    VEC(const char *const *) rows;
};

void table_row(struct cli *c, struct table *t, ...)
    __attribute__((sentinel)); /* as many strings as columns, then NULL */
void table_print(struct cli *c, const struct table *t);
json_t *table_json(const struct table *t); /* an array of objects, the caller's */

void cli_say(struct cli *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* not in JSON mode */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* One finished step of a longer work: "✓ VPC  vpc-…  12 ms". */
void cli_step(struct cli *c, const char *what, const char *id, bool existed, uint64_t since_ns);
/* While something is awaited: redraws one line on a terminal. */
void cli_waiting(struct cli *c, const char *what, uint64_t since_ns);
/* "Delete X" becomes "Delete X, in the box of …? [y/N]". */
bool cli_confirm(struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints "vpcbox: <doing>: <code>: <message>" of the last failed call; returns 1. */
int cli_aws_failed(struct cli *c, const char *doing);

/* -- box.c ---------------------------------------------------------------------------------------- */

int cmd_start(struct cli *c);
int cmd_stop(struct cli *c);
int cmd_env(struct cli *c);
int cmd_fsck(struct cli *c); /* fsck.c */
int cmd_netns(struct cli *c);
int cmd_nat_table(struct cli *c);
int cmd_top(struct cli *c);    /* top.c */
int cmd_logs(struct cli *c);   /* logs.c */
int cmd_doctor(struct cli *c); /* doctor.c */
/* What a shell needs to mean this box, in this account and region, as lines that it reads. */
int box_exports(struct cli *c);
/* One question to the admin socket: the answer, or NULL after telling why not.  The caller drops it. */
json_t *box_ask(struct cli *c, const char *operation);
/* The same with more in the question (taken over) and descriptors; *ret_sock, unless NULL, stays open. */
json_t *box_request(struct cli *c, json_t *request, const int *fds, size_t fd_count, int *ret_sock);
/* What blocks a path, of an answer of explain. */
void print_blockers(FILE *to, const json_t *answer);
int cmd_explain(struct cli *c);
int cmd_image_save(struct cli *c);
int cmd_coverage(struct cli *c);
int cmd_aws(struct cli *c);
/* Tells that no box runs in the home, or that it is not this user's; 1. */
int cli_no_box(struct cli *c);
/* Where the box of this home answers, or NULL when it does not run. */
const char *box_endpoint(struct cli *c);
int box_start(struct cli *c); /* in the background; 0 once it answers */
/* Why this box moves no packets; NULL when it does, or when the target is not the box. */
const char *box_without_packets(struct cli *c);
/* How the box runs, as an object for `status --output json`; null when the target is not the box. */
json_t *box_json(struct cli *c);
/* Says how the box runs: data plane, why, internet; nothing when the target is not the box. */
void box_status(struct cli *c);

/* -- account.c ------------------------------------------------------------------------------------ */

int cmd_account(struct cli *c);
/* Makes c->aws speak as the root of that account of the box (a name or 12 digits).  0, or 1 after telling. */
int account_use(struct cli *c, const char *word);

/* -- room.c, publish.c ------------------------------------------------------------------------------ */

int cmd_run(struct cli *c);
int cmd_connect(struct cli *c);
int cmd_publish(struct cli *c);
/* The instance, or `internet`, that a word means, for commands that go inside; NULL after telling. */
const char *room_named(struct cli *c, const char *word);
/* Starts a command there with these streams; *ret_sock closes to end it and tells its end.  0, or 1 after telling. */
int room_start(struct cli *c, const char *where, char *const *argv, bool tty, const int fds[3],
               int *ret_sock);
int room_wait(int sock); /* its exit status; 126 after telling that the box is gone */

/* This program, in every instance and on the internet. */
#define ROOM_PROGRAM "/run/vpcbox/bin/vpcbox"

/* -- join.c ---------------------------------------------------------------------------------------- */

/* `vpcbox join HOST PORT` inside a room or instance: joins a connection from there with standard input and
 * output.  `vpcbox join -`: standard input is a socket that hands over connections, each with the address and port that
 * it is to be joined with.  The exit status. */
int join_main(int argc, char **argv);

/* -- terminal.c ------------------------------------------------------------------------------------ */

/* A terminal of this one's size: its near end, and *ret_master; both the caller's.  Or a negative errno. */
int terminal_open(int *ret_master);
/* Copies between standard input and output and the master, sizes too, until `ended`, called whenever `end` can
 * be read, says so.  The status that it gave. */
int terminal_attend(int master, int end, bool (*ended)(int end, int *ret_status));
/* `vpcbox terminal COMMAND…` inside a room or instance; its exit status. */
int terminal_main(int argc, char **argv);

/* -- resources.c, stack.c, connect.c ------------------------------------------------------------- */

int cmd_vpc_create(struct cli *c);
int cmd_vpc_delete(struct cli *c);
int cmd_vpc_list(struct cli *c);
int cmd_nat_create(struct cli *c);
int cmd_nat_delete(struct cli *c);
int cmd_nat_list(struct cli *c);
int cmd_nat_sg_create(struct cli *c);
int cmd_endpoint_s3_create(struct cli *c);
int cmd_endpoint_ssm_create(struct cli *c);
int cmd_endpoint_delete(struct cli *c);
int cmd_endpoint_list(struct cli *c);
int cmd_sg_create(struct cli *c);
int cmd_sg_delete(struct cli *c);
int cmd_role_create(struct cli *c);
int cmd_role_delete(struct cli *c);
int cmd_ec2_create(struct cli *c);
int cmd_ec2_delete(struct cli *c);
int cmd_ec2_list(struct cli *c);
int cmd_ec2_connect(struct cli *c);
int cmd_s3_create(struct cli *c);
int cmd_s3_delete(struct cli *c);
int cmd_s3_list(struct cli *c);
int cmd_deploy(struct cli *c);
int cmd_destroy(struct cli *c);
int cmd_status(struct cli *c);

#endif
