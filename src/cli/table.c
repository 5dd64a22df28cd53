/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands and the table of their options: all that usage, help, man page and completion say. */
#include "cli/cli.h"

const struct cli_command cli_commands[] = {
    {"deploy", "<stack> [bucket]", "build the reference architecture, or carry on with it",
     "A VPC with a public and a private subnet, NAT instance, S3 gateway endpoint, three interface endpoints "
     "for\n"
     "Session Manager, role, bucket and a private instance.  Safe to repeat: what exists is found by its "
     "tags.\n",
     cmd_deploy, CLI_API},
    {"destroy", "<stack>", "remove everything that deploy made",
     "The bucket is emptied first, versions and delete markers included.\n", cmd_destroy, CLI_API},
    {"status", "[stack]", "show the box and its stacks, or every component of one", NULL, cmd_status,
     CLI_API},
    {"vpc-create", "<name> [cidr]", "create a VPC (10.0.0.0/16) with a public and a private subnet",
     "With an internet gateway, a route table for each subnet and DNS names.  Prints the VPC's id;\n"
     "`vpcbox status <name>` and --output json tell the rest.\n",
     cmd_vpc_create, CLI_API},
    {"vpc-delete", "<vpc>", "delete a VPC and everything in it", NULL, cmd_vpc_delete, CLI_API},
    {"vpc-list", "", "list VPCs", NULL, cmd_vpc_list, CLI_API},
    {"nat-create", "<name> <subnet> <sg> [type]", "run a NAT instance (t4g.nano)",
     "It has a public address, forwards and masquerades, and its source/dest check is off.  A private subnet "
     "uses it\n"
     "once its route table sends 0.0.0.0/0 to it.\n",
     cmd_nat_create, CLI_API},
    {"nat-delete", "<instance>", "terminate a NAT instance", NULL, cmd_nat_delete, CLI_API},
    {"nat-list", "", "list instances whose source/dest check is off", NULL, cmd_nat_list, CLI_API},
    {"nat-sg-create", "<name> <vpc>", "create a NAT instance's security group (80, 443, ICMP from the VPC)",
     NULL, cmd_nat_sg_create, CLI_API},
    {"endpoint-s3-create", "<vpc> <rtb>", "create the S3 gateway endpoint on a route table", NULL,
     cmd_endpoint_s3_create, CLI_API},
    {"endpoint-ssm-create", "<vpc> <subnet> <sg>", "create the ssm, ssmmessages and ec2messages endpoints",
     NULL, cmd_endpoint_ssm_create, CLI_API},
    {"endpoint-delete", "<endpoint>", "delete an endpoint", NULL, cmd_endpoint_delete, CLI_API},
    {"endpoint-list", "[vpc]", "list endpoints", NULL, cmd_endpoint_list, CLI_API},
    {"sg-create", "<name> <vpc>", "create a security group (443 from the VPC)", NULL, cmd_sg_create, CLI_API},
    {"sg-delete", "<sg>", "delete a security group", NULL, cmd_sg_delete, CLI_API},
    {"role-create", "<name>", "create a role for Session Manager and S3 reading, and its instance profile",
     "The instance profile is called <name>-profile.\n", cmd_role_create, CLI_API},
    {"role-delete", "<role>", "delete a role and its instance profile", NULL, cmd_role_delete, CLI_API},
    {"ec2-create", "<name> <subnet> <sg> <profile>", "run an instance (t3.micro)", NULL, cmd_ec2_create,
     CLI_API},
    {"ec2-delete", "<instance>", "terminate an instance", NULL, cmd_ec2_delete, CLI_API},
    {"ec2-list", "", "list instances", NULL, cmd_ec2_list, CLI_API},
    {"ec2-connect", "<instance>", "open a shell in an instance by Session Manager",
     "The instance's agent must reach ssm and ssmmessages through its network, as on AWS.\n", cmd_ec2_connect,
     CLI_API},
    {"s3-create", "<bucket>", "create a private bucket with versioning", NULL, cmd_s3_create, CLI_API},
    {"s3-delete", "<bucket>", "delete a bucket with everything in it", NULL, cmd_s3_delete, CLI_API},
    {"s3-list", "", "list buckets", NULL, cmd_s3_list, CLI_API},
    {"explain", "<source> <destination>", "say whether packets get there, by which path, and if not why",
     "source:      an instance, network interface, private address, or `internet`\n"
     "destination: an instance, interface, address or name with a port or `icmp`: i-0123…:443, "
     "10.0.1.5:icmp,\n"
     "             s3.ap-northeast-1.amazonaws.com:443, internet:443\n"
     "Runs the very pipeline that forwards, over the running network.  Exit status: 0 reachable, 3 not, 2 "
     "bad\n"
     "question.  A network that image-save has kept knows no names: they have to be addresses then.\n",
     cmd_explain, CLI_BOX},
    {"image-save", "<file>", "keep the network as it is now in a file, for `explain --image`",
     "The file has ids, addresses, routes and rules; no tags, keys or data.\n", cmd_image_save, CLI_BOX},
    {"nat-table", "", "show the flows that the fabric translates or tracks", NULL, cmd_nat_table, CLI_BOX},
    {"top", "", "watch flows, rates and drops, each interface and gateway",
     "q ends it.  --once prints one second's rates; with --output json for programs.\n", cmd_top, CLI_BOX},
    {"logs", "[source] [unit]", "what the box, its API and its instances have to say",
     "source: host, region, fabric: the box's processes (all of them without a word);\n"
     "        requests: what the API was asked, by whom, and what it answered;\n"
     "        an instance: its console; with a unit (amazon-ssm-agent, sshd …): that unit's lines.\n",
     cmd_logs, CLI_BOX},
    {"doctor", "", "what this machine can do for a box, and how to mend what it cannot",
     "Exit status 0: instances with real packets can run here; 1: not.\n", cmd_doctor, CLI_HOME},
    {"start", "[option...]", "start a box in the background", "Options are those of `vpcbox serve`.\n",
     cmd_start, CLI_HOME},
    {"stop", "", "stop the box; what it stores stays", NULL, cmd_stop, CLI_BOX},
    {"serve", "[option...]", "run a box in the foreground",
     "Its options come after its name; `vpcbox serve --help` tells about them.\n", NULL, CLI_HOME},
    {"fsck", "", "check what a stopped box has stored: the database and every object's bytes",
     "Tells what is damaged, missing or nobody's, and changes nothing.  With --repair an object without its "
     "bytes is\n"
     "forgotten, damaged files and those of no object are moved to the home's folder lost/, and a damaged "
     "database is made\n"
     "anew of what can be read of it.  Nothing is deleted.  Exit status: 0 all is well, 1 it is not.\n",
     cmd_fsck, CLI_HOME},
    {"env", "", "print the exports that AWS tools need: eval \"$(vpcbox env)\"",
     "With --account or --region those of another account or region.\n", cmd_env, CLI_START},
    {"account", "<create|list|env> [account]", "make, list or enter the box's accounts",
     "create: a name, or 12 digits to be its number; prints the number.\n"
     "env:    the exports that a shell needs to be the account's root: eval \"$(vpcbox account env NAME)\".\n"
     "        With --output json as AWS's tools take it, for a profile of ~/.aws/config:\n"
     "        credential_process = vpcbox account env NAME --output json\n"
     "An account sees nothing of another, but what policies of both sides let it: roles, buckets.\n",
     cmd_account, CLI_START},
    {"aws", "[argument...]", "run the installed aws CLI against the box", NULL, cmd_aws, CLI_BOX},
    {"run", "<instance> <command> [argument...]",
     "run a command inside an instance: vpcbox run i-… -- ip addr",
     "`internet` in the instance's place runs it on the simulated internet: a room with names, the lab's "
     "sites and\n"
     "AWS's services as the internet has them, and nothing of this machine but its programs.\n",
     cmd_run, CLI_BOX},
    {"connect", "<source> <host> <port>", "join standard input and output with a connection made from there",
     "source: an instance, or `internet`.  host: a name or address there, or an instance.\n"
     "For ssh: ProxyCommand vpcbox connect internet %h %p\n",
     cmd_connect, CLI_BOX},
    {"publish", "<listener> <target>",
     "a port of this machine that leads to an instance, as from the internet",
     "listener: [ADDRESS:]PORT of this machine, on 127.0.0.1 unless an address says otherwise; 0: a free "
     "port.\n"
     "target:   INSTANCE:PORT.  Connections take the real path, through gateway, ACLs and groups; when it is "
     "closed\n"
     "they are refused with the reason, at the start with exit status 3.  Runs until Ctrl-C.\n",
     cmd_publish, CLI_BOX},
    {"netns", "<instance>", "print a path to the instance's network namespace", NULL, cmd_netns, CLI_BOX},
    {"coverage", "", "list the AWS operations that vpcbox has", NULL, cmd_coverage, CLI_NOTHING},
    {"completion", "<bash|zsh>", "print what makes a shell complete vpcbox's words",
     "bash: source <(vpcbox completion bash), or put it into\n"
     "~/.local/share/bash-completion/completions/vpcbox.  zsh: put it into a file _vpcbox in a folder of "
     "$fpath.\n",
     cmd_completion, CLI_NOTHING},
    {"man", "", "print the manual page: vpcbox man | man -l -", NULL, cmd_man, CLI_NOTHING},
    {"help", "[command]", "tell about vpcbox, or about a command", NULL, cmd_help, CLI_NOTHING},
    {NULL, NULL, NULL, NULL, NULL, CLI_NOTHING},
};

const struct cli_option cli_options[] = {
    {CLI_OPT_HOME, 0, "home", "DIR", "the box's data folder (VPCBOX_HOME)", NULL},
    {CLI_OPT_TARGET, 0, "target", "box|aws", "the box (default) or real AWS with the usual credentials",
     NULL},
    {CLI_OPT_ENDPOINT, 0, "endpoint-url", "URL", "any other endpoint (AWS_ENDPOINT_URL)", NULL},
    {CLI_OPT_REGION, 0, "region", "NAME", "the region (AWS_REGION, AWS_DEFAULT_REGION)", NULL},
    {CLI_OPT_ACCOUNT, 0, "account", "NAME", "an account of the box, by name or number (VPCBOX_ACCOUNT)",
     NULL},
    {CLI_OPT_PROFILE, 0, "profile", "NAME", "a profile of ~/.aws (AWS_PROFILE)", NULL},
    {CLI_OPT_OUTPUT, 0, "output", "table|json", "for people or for programs", NULL},
    {CLI_OPT_YES, 'y', "yes", NULL, "answer yes to questions", NULL},
    {CLI_OPT_HELP, 'h', "help", NULL, "after a command: about that command", NULL},
    {CLI_OPT_VERSION, 0, "version", NULL, "print the version", NULL},
    {CLI_OPT_UDP, 0, "udp", NULL, "ask for UDP instead of TCP", "explain"},
    {CLI_OPT_IMAGE, 0, "image", "FILE", "ask a network that image-save has kept, without any box", "explain"},
    {CLI_OPT_FOLLOW, 'f', "follow", NULL, "go on with what comes", "logs"},
    {CLI_OPT_LINES, 'n', "lines", "N", "begin with the last N lines (50)", "logs"},
    {CLI_OPT_TTY, 't', "tty", NULL, "with a terminal of its own, as a shell or an editor wants", "run"},
    {CLI_OPT_ONCE, 0, "once", NULL, "print one second's rates and end", "top"},
    {CLI_OPT_REPAIR, 0, "repair", NULL, "mend what is found", "fsck"},
    {0, 0, NULL, NULL, NULL, NULL},
};
