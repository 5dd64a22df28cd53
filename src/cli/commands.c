/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, the options that all share, and --help. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "host/control.h"

const struct cli_command cli_commands[] = {
    {"deploy", "<stack> [bucket]", "build the reference architecture, or carry on with it",
     "A VPC with a public and a private subnet, NAT instance, S3 gateway endpoint, three interface endpoints "
     "for\n"
     "Session Manager, role, bucket and a private instance.  Safe to repeat: what exists is found by its "
     "tags.\n",
     cmd_deploy, true},
    {"destroy", "<stack>", "remove everything that deploy made",
     "The bucket is emptied first, versions and delete markers included.\n", cmd_destroy, true},
    {"status", "[stack]", "show stacks, or every component of one", NULL, cmd_status, true},
    {"vpc-create", "<name> [cidr]", "create a VPC (10.0.0.0/16) with DNS names", NULL, cmd_vpc_create, true},
    {"vpc-delete", "<vpc>", "delete a VPC and everything in it", NULL, cmd_vpc_delete, true},
    {"vpc-list", "", "list VPCs", NULL, cmd_vpc_list, true},
    {"nat-create", "<name> <subnet> <sg> [type]", "run a NAT instance (t4g.nano)",
     "It has a public address, forwards and masquerades, and its source/dest check is off.  A private subnet "
     "uses it\n"
     "once its route table sends 0.0.0.0/0 to it.\n",
     cmd_nat_create, true},
    {"nat-delete", "<instance>", "terminate a NAT instance", NULL, cmd_nat_delete, true},
    {"nat-list", "", "list instances whose source/dest check is off", NULL, cmd_nat_list, true},
    {"nat-sg-create", "<name> <vpc>", "create a NAT instance's security group (80, 443, ICMP from the VPC)",
     NULL, cmd_nat_sg_create, true},
    {"endpoint-s3-create", "<vpc> <rtb>", "create the S3 gateway endpoint on a route table", NULL,
     cmd_endpoint_s3_create, true},
    {"endpoint-ssm-create", "<vpc> <subnet> <sg>", "create the ssm, ssmmessages and ec2messages endpoints",
     NULL, cmd_endpoint_ssm_create, true},
    {"endpoint-delete", "<endpoint>", "delete an endpoint", NULL, cmd_endpoint_delete, true},
    {"endpoint-list", "[vpc]", "list endpoints", NULL, cmd_endpoint_list, true},
    {"sg-create", "<name> <vpc>", "create a security group (443 from the VPC)", NULL, cmd_sg_create, true},
    {"sg-delete", "<sg>", "delete a security group", NULL, cmd_sg_delete, true},
    {"role-create", "<name>", "create a role for Session Manager and S3 reading, and its instance profile",
     NULL, cmd_role_create, true},
    {"role-delete", "<name>", "delete a role and its instance profile", NULL, cmd_role_delete, true},
    {"ec2-create", "<name> <subnet> <sg> <profile>", "run an instance (t3.micro)", NULL, cmd_ec2_create,
     true},
    {"ec2-delete", "<instance>", "terminate an instance", NULL, cmd_ec2_delete, true},
    {"ec2-list", "", "list instances", NULL, cmd_ec2_list, true},
    {"ec2-connect", "<instance>", "open a shell in an instance by Session Manager",
     "The instance's agent must reach ssm and ssmmessages through its network, as on AWS.\n", cmd_ec2_connect,
     true},
    {"s3-create", "<bucket>", "create a private bucket with versioning", NULL, cmd_s3_create, true},
    {"s3-delete", "<bucket>", "delete a bucket with everything in it", NULL, cmd_s3_delete, true},
    {"s3-list", "", "list buckets", NULL, cmd_s3_list, true},
    {"explain", "<source> <destination>", "say whether packets get there, by which path, and if not why",
     "source:      an instance, network interface, private address, or `internet`\n"
     "destination: an instance, interface, address or name with a port or `icmp`: i-0123…:443, "
     "10.0.1.5:icmp,\n"
     "             s3.ap-northeast-1.amazonaws.com:443, internet:443\n"
     "Runs the very pipeline that forwards, over the running network.  Exit status: 0 reachable, 3 not, 2 "
     "bad\n"
     "question.  --udp asks for UDP instead of TCP.  --image FILE asks a network that image-save has kept,\n"
     "without any box; names have to be addresses then.\n",
     cmd_explain, false},
    {"image-save", "<file>", "keep the network as it is now in a file, for `explain --image`",
     "The file has ids, addresses, routes and rules; no tags, keys or data.\n", cmd_image_save, false},
    {"nat-table", "", "show the flows that the fabric translates or tracks", NULL, cmd_nat_table, false},
    {"top", "", "watch flows, rates and drops, each interface and gateway",
     "q ends it.  --once prints one second's rates; with --output json for programs.\n", cmd_top, false},
    {"start", "[option...]", "start a box in the background", "Options are those of `vpcbox serve`.\n",
     cmd_start, false},
    {"stop", "", "stop the box; what it stores stays", NULL, cmd_stop, false},
    {"serve", "[option...]", "run a box in the foreground",
     "Its options come after its name; `vpcbox serve --help` tells about them.\n", NULL, false},
    {"env", "", "print the exports that AWS tools need: eval \"$(vpcbox env)\"", NULL, cmd_env, false},
    {"aws", "[argument...]", "run the installed aws CLI against the box", NULL, cmd_aws, false},
    {"run", "<instance> <command> [argument...]",
     "run a command inside an instance: vpcbox run i-… -- ip addr",
     "`internet` in the instance's place runs it on the simulated internet.\n", cmd_run, false},
    {"netns", "<instance>", "print a path to the instance's network namespace", NULL, cmd_netns, false},
    {"coverage", "", "list the AWS operations that vpcbox has", NULL, cmd_coverage, false},
    {NULL, NULL, NULL, NULL, NULL, false},
};

static void usage(FILE *to) {
    fputs("vpcbox: an AWS VPC on this machine: AWS's APIs in front, real packets behind\n\n"
          "usage: vpcbox [option...] <command> [argument...]\n\n",
          to);
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++)
        fprintf(to, "  %-20s %-31s %s\n", k->name, k->arguments, k->summary);
    fputs("\noptions:\n"
          "  --home DIR           the box's data folder (VPCBOX_HOME)\n"
          "  --target box|aws     the box (default) or real AWS with the usual credentials\n"
          "  --endpoint-url URL   any other endpoint (AWS_ENDPOINT_URL)\n"
          "  --region NAME        (AWS_REGION, AWS_DEFAULT_REGION)\n"
          "  --profile NAME       of ~/.aws (AWS_PROFILE)\n"
          "  --output table|json  for people or programs\n"
          "  -y, --yes            answer yes to questions\n"
          "  -h, --help           after a command: about that command\n",
          to);
}

static void help(const struct cli_command *k) {
    printf("usage: vpcbox %s %s\n\n%c%s\n", k->name, k->arguments,
           k->summary[0] >= 'a' ? k->summary[0] - 32 : k->summary[0], k->summary + 1);
    if (k->details != NULL)
        printf("\n%s", k->details);
}

static void argument_range(const struct cli_command *k, int *ret_least, int *ret_most) {
    *ret_least = *ret_most = 0;
    for (const char *p = k->arguments; *p != '\0'; p++) {
        *ret_least += *p == '<';
        *ret_most += *p == '<' || *p == '[';
    }
    if (strstr(k->arguments, "...]") != NULL)
        *ret_most = 1 << 20;
}

static const struct cli_command *find_command(const char *name) {
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

enum {
    OPT_HOME = 1000,
    OPT_TARGET,
    OPT_ENDPOINT,
    OPT_REGION,
    OPT_PROFILE,
    OPT_OUTPUT,
    OPT_UDP,
    OPT_ONCE,
    OPT_IMAGE
};

static const struct option options[] = {{"home", required_argument, NULL, OPT_HOME},
                                        {"target", required_argument, NULL, OPT_TARGET},
                                        {"endpoint-url", required_argument, NULL, OPT_ENDPOINT},
                                        {"region", required_argument, NULL, OPT_REGION},
                                        {"profile", required_argument, NULL, OPT_PROFILE},
                                        {"output", required_argument, NULL, OPT_OUTPUT},
                                        {"udp", no_argument, NULL, OPT_UDP},
                                        {"once", no_argument, NULL, OPT_ONCE},
                                        {"image", required_argument, NULL, OPT_IMAGE},
                                        {"yes", no_argument, NULL, 'y'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

int cli_main(int argc, char **argv, cli_explain_file *explain_file) {
    struct arena arena = {0};
    struct cli c = {.arena = &arena, .output = "table", .explain_file = explain_file};
    const struct cli_command *command = NULL;
    const char *target = NULL, *endpoint = NULL, *region = NULL, *profile = NULL, *home = NULL;
    char home_path[CONTROL_PATH_BYTES];
    bool want_help = false;
    int o, least, most, status;

    c.argv = arena_array(&arena, char *, (size_t)argc + 1);
    opterr = 0;
    optind = 1;
    /* '-': positional arguments come in order; what follows a command that takes another program's
     * words (run, aws, start) is left alone. */
    while ((o = getopt_long(argc, argv, "-yh", options, NULL)) != -1) {
        switch (o) {
        case 1:
            if (command == NULL) {
                command = find_command(optarg);
                if (command == NULL) {
                    cli_error("there is no command \"%s\": `vpcbox --help` lists them", optarg);
                    return 2;
                }
            } else {
                c.argv[c.argc++] = optarg;
            }
            break;
        case OPT_HOME:
            home = optarg;
            break;
        case OPT_TARGET:
            target = optarg;
            break;
        case OPT_ENDPOINT:
            endpoint = optarg;
            break;
        case OPT_REGION:
            region = optarg;
            break;
        case OPT_PROFILE:
            profile = optarg;
            break;
        case OPT_OUTPUT:
            c.output = optarg;
            break;
        case OPT_ONCE:
            c.once = true;
            break;
        case OPT_IMAGE:
            c.image = optarg;
            break;
        case OPT_UDP:
            c.udp = true;
            break;
        case 'y':
            c.yes = true;
            break;
        case 'h':
            want_help = true;
            break;
        default:
            cli_error("unknown option or missing value: \"%s\": `vpcbox --help` lists the options",
                      argv[optind - 1]);
            return 2;
        }
        if (command != NULL && strstr(command->arguments, "...]") != NULL &&
            (strcmp(command->name, "run") != 0 || c.argc > 0) && !want_help)
            break;
    }
    while (optind < argc) {
        /* "vpcbox run i-… -- command": the dashes separate, they are not the command's first word. */
        if (strcmp(argv[optind], "--") == 0 && c.argc <= 1 && command != NULL &&
            strcmp(command->name, "run") == 0) {
            optind++;
            continue;
        }
        c.argv[c.argc++] = argv[optind++];
    }
    if (command == NULL) {
        usage(want_help ? stdout : stderr);
        return want_help ? 0 : 2;
    }
    if (want_help || (c.argc == 1 && strcmp(c.argv[0], "--help") == 0)) {
        help(command);
        return 0;
    }
    argument_range(command, &least, &most);
    if (c.argc < least || c.argc > most) {
        cli_error("usage: vpcbox %s %s", command->name, command->arguments);
        return 2;
    }
    if (!text_is(c.output, "table") && !text_is(c.output, "json")) {
        cli_error("--output is table or json, not \"%s\"", c.output);
        return 2;
    }
    if (control_home(home, home_path) < 0) {
        cli_error("the path of the home is too long");
        return 2;
    }
    c.home = home_path;
    c.terminal = isatty(STDOUT_FILENO) == 1;
    c.color = c.terminal && getenv("NO_COLOR") == NULL;
    if (command->run == NULL) { /* serve, which main() knows as the first word alone */
        cli_error("%s comes first, its options after it: vpcbox %s %s", command->name, command->name,
                  command->arguments);
        return 2;
    }
    if (command->needs_api) {
        status = cli_target(&c, target, endpoint, region, profile);
        if (status != 0)
            return status;
    }
    status = command->run(&c);
    aws_done(&c.aws);
    arena_free(&arena);
    return status;
}
