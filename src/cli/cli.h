/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: the commands.
 *
 * Theory of operation: a command is a row of the table in commands.c: name, arguments, help, and a
 * function.  cli_main() parses the options that all share, finds out which AWS is meant (the box, real
 * AWS, or any endpoint; see target.c) and calls it.  Commands speak AWS's API through aws.h and
 * nothing else, so the same command works on the box and on AWS; only box.c, which starts, stops
 * and enters the box itself, uses the admin socket.  What must look into a saved network is handed in
 * by main(), since commands know nothing of images.
 *
 * Everything lives in one arena for the process's life.  A command returns the exit status: 0 done,
 * 1 failed (the reason has been printed), 2 wrong usage, 3 "no" (explain: not reachable).
 */
#ifndef VPCBOX_CLI_CLI_H
#define VPCBOX_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "client/aws.h"

/* Asks a saved network as the admin socket asks the running one; as explain_file() of daemon/explain_json.h. */
typedef json_t *cli_explain_file(const char *path, const json_t *question, const char **ret_error);

struct cli {
    struct arena *arena;
    struct aws aws;
    const char *home;   /* of the box */
    const char *output; /* "table" or "json" */
    bool yes;           /* -y */
    bool terminal;      /* stdout is one */
    bool color;
    bool real_aws;     /* --target aws */
    bool udp;          /* explain */
    bool once;         /* top */
    const char *image; /* explain: a saved network, instead of the box's */
    cli_explain_file *explain_file;
    int argc; /* positional arguments */
    char **argv;
    bool target_given; /* --target, --endpoint-url or AWS_ENDPOINT_URL named the API */
};

struct cli_command {
    const char *name;
    const char *arguments; /* "<name> [cidr]": how many are required and allowed is read off it */
    const char *summary;
    const char *details;       /* more of --help, or NULL */
    int (*run)(struct cli *c); /* NULL: daemon/main.c has it */
    bool needs_api;            /* find the API, start a box if there is none */
};

extern const struct cli_command cli_commands[];

/* argv[1] is the command's name.  Returns the exit status. */
int cli_main(int argc, char **argv, cli_explain_file *explain_file);

/* -- target.c ------------------------------------------------------------------------------------- */

/* Fills c->aws; starts a box in the background when the box is meant and none runs.  0, or 1 after telling
 * why. */
int cli_target(struct cli *c, const char *target, const char *endpoint_url, const char *region,
               const char *profile);

/* -- out.c ---------------------------------------------------------------------------------------- */

struct table {
    const char *const *columns; /* NULL-terminated; JSON keys are these */
    VEC(const char *const *) rows;
};

void table_row(struct cli *c, struct table *t, ...)
    __attribute__((sentinel)); /* as many strings as columns, then NULL */
void table_print(struct cli *c, const struct table *t);

void cli_say(struct cli *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* not in JSON mode */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* One finished step of a longer work: "✓ VPC  vpc-…  12 ms". */
void cli_step(struct cli *c, const char *what, const char *id, bool existed, uint64_t since_ns);
/* While something is awaited: redraws one line on a terminal. */
void cli_waiting(struct cli *c, const char *what, uint64_t since_ns);
bool cli_confirm(struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints "vpcbox: <doing>: <code>: <message>" of the last failed call; returns 1. */
int cli_aws_failed(struct cli *c, const char *doing);

/* -- box.c ---------------------------------------------------------------------------------------- */

int cmd_start(struct cli *c);
int cmd_stop(struct cli *c);
int cmd_env(struct cli *c);
int cmd_run(struct cli *c);
int cmd_netns(struct cli *c);
int cmd_nat_table(struct cli *c);
int cmd_top(struct cli *c); /* top.c */
/* One question to the admin socket: the answer, or NULL after telling why not.  The caller drops it. */
json_t *box_ask(struct cli *c, const char *operation);
int cmd_explain(struct cli *c);
int cmd_image_save(struct cli *c);
int cmd_coverage(struct cli *c);
int cmd_aws(struct cli *c);
/* Where the box of this home answers, or NULL when it does not run. */
const char *box_endpoint(struct cli *c);
int box_start(struct cli *c); /* in the background; 0 once it answers */
/* Why this box moves no packets; NULL when it does, or when the target is not the box. */
const char *box_without_packets(struct cli *c);
/* Says how the box runs: data plane, why, internet; nothing when the target is not the box. */
void box_status(struct cli *c);

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
