/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to the command: options, arguments, and what every command does before and after. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { OPTIONS_MAX = 32, LINES_DEFAULT = 50, LINES_MAX = 100000 };

struct parsed {
    const struct cli_command *command;
    struct cli_wishes wishes;
    bool help, version;
};

static const struct cli_option *option_of(int value) {
    for (const struct cli_option *o = cli_options; o->name != NULL; o++)
        if ((int)o->id == value || (o->letter != 0 && o->letter == value))
            return o;
    return NULL;
}

static int take_option(struct cli *c, struct parsed *p, const struct cli_option *o) {
    int64_t n;

    if (o->command != NULL && (p->command == NULL || !text_is(o->command, p->command->name))) {
        cli_error("--%s is an option of %s and comes after it: vpcbox %s --%s …", o->name, o->command,
                  o->command, o->name);
        return 2;
    }
    switch (o->id) {
    case CLI_OPT_HOME:
        p->wishes.home = optarg;
        break;
    case CLI_OPT_TARGET:
        p->wishes.target = optarg;
        break;
    case CLI_OPT_ENDPOINT:
        p->wishes.endpoint_url = optarg;
        break;
    case CLI_OPT_REGION:
        p->wishes.region = optarg;
        break;
    case CLI_OPT_PROFILE:
        p->wishes.profile = optarg;
        break;
    case CLI_OPT_ACCOUNT:
        p->wishes.account = optarg;
        break;
    case CLI_OPT_OUTPUT:
        c->output = optarg;
        break;
    case CLI_OPT_YES:
        c->yes = true;
        break;
    case CLI_OPT_HELP:
        p->help = true;
        break;
    case CLI_OPT_VERSION:
        p->version = true;
        break;
    case CLI_OPT_UDP:
        c->udp = true;
        break;
    case CLI_OPT_IMAGE:
        c->image = optarg;
        break;
    case CLI_OPT_ONCE:
        c->once = true;
        break;
    case CLI_OPT_TTY:
        c->tty = true;
        break;
    case CLI_OPT_FOLLOW:
        c->follow = true;
        break;
    case CLI_OPT_REPAIR:
        c->repair = true;
        break;
    case CLI_OPT_LINES:
        if (parse_int(optarg, 0, LINES_MAX, &n) < 0) {
            cli_error("--lines is a number from 0 to %d, not \"%s\"", LINES_MAX, optarg);
            return 2;
        }
        c->lines = (int)n;
        break;
    }
    return 0;
}

/* What follows a command that takes another program's words (run, aws, start) is left alone. */
static bool words_are_foreign(const struct cli *c, const struct parsed *p) {
    return p->command != NULL && strstr(p->command->arguments, "...]") != NULL &&
           (!text_is(p->command->name, "run") || c->argc > 0) && !p->help;
}

static int parse(struct cli *c, struct parsed *p, int argc, char **argv) {
    struct option longs[OPTIONS_MAX] = {{0}};
    char letters[2 * OPTIONS_MAX + 2] = "-"; /* '-': positional arguments come in order */
    size_t count = 0, letter_count = 1;
    int value, r;

    for (const struct cli_option *o = cli_options; o->name != NULL && count + 1 < OPTIONS_MAX; o++) {
        longs[count++] =
            (struct option){o->name, o->value != NULL ? required_argument : no_argument, NULL, (int)o->id};
        if (o->letter != 0)
            letters[letter_count++] = o->letter;
        if (o->letter != 0 && o->value != NULL)
            letters[letter_count++] = ':';
    }
    opterr = 0;
    optind = 1;
    while (!words_are_foreign(c, p) && (value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct cli_option *o = option_of(value);

        if (value == 1 && p->command == NULL) {
            p->command = cli_find_command(optarg);
            if (p->command == NULL) {
                cli_error("there is no command \"%s\": `vpcbox --help` lists them", optarg);
                return 2;
            }
        } else if (value == 1) {
            c->argv[c->argc++] = optarg;
        } else if (o == NULL) {
            cli_error("unknown option or missing value: \"%s\": `vpcbox --help` lists the options",
                      argv[optind - 1]);
            return 2;
        } else if ((r = take_option(c, p, o)) != 0) {
            return r;
        }
    }
    while (optind < argc) {
        /* "vpcbox run i-… -- command": the dashes separate, they are not the command's first word. */
        if (strcmp(argv[optind], "--") == 0 && c->argc <= 1 && p->command != NULL &&
            text_is(p->command->name, "run"))
            optind++;
        else
            c->argv[c->argc++] = argv[optind++];
    }
    if (p->command != NULL && c->argc == 1 && strcmp(c->argv[0], "--help") == 0)
        p->help = true;
    return 0;
}

/* Names in the place of ids become ids.  0, or 1 after telling. */
static int take_names(struct cli *c, const struct cli_command *k) {
    const char *p = k->arguments;

    for (int i = 0; i < c->argc && (p = strpbrk(p, "<[")) != NULL; i++, p++) {
        const char *kind = arena_strndup(c->arena, p + 1, strcspn(p + 1, ">]")), *id;

        id = cli_named(c, kind, c->argv[i]);
        if (id == NULL)
            return 1;
        c->argv[i] = (char *)(size_t)id;
    }
    return 0;
}

static int run_command(struct cli *c, const struct parsed *p) {
    const struct cli_command *k = p->command;
    int least, most, r;

    if (k == NULL) {
        cli_usage(p->help ? stdout : stderr);
        return p->help ? 0 : 2;
    }
    if (p->help) {
        cli_help(k);
        return 0;
    }
    cli_argument_range(k, &least, &most);
    if (c->argc < least || c->argc > most) {
        cli_error("usage: vpcbox %s%s%s", k->name, *k->arguments != '\0' ? " " : "", k->arguments);
        return 2;
    }
    if (!text_is(c->output, "table") && !text_is(c->output, "json")) {
        cli_error("--output is table or json, not \"%s\"", c->output);
        return 2;
    }
    if (k->run == NULL) { /* serve, which main() knows as the first word alone */
        cli_error("%s comes first, its options after it: vpcbox %s %s", k->name, k->name, k->arguments);
        return 2;
    }
    r = cli_target(c, k, &p->wishes);
    if (r == 0 && k->needs == CLI_API)
        r = take_names(c, k);
    return r != 0 ? r : k->run(c);
}

/* What was printed into a full disk has not been said. */
static bool output_written(void) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    if (errno == 0) { /* it was an earlier write: another one tells why */
        clearerr(stdout);
        putchar('\n');
        fflush(stdout);
    }
    cli_error("the output cannot be written: %s", strerror(errno != 0 ? errno : EIO));
    return false;
}

int cli_main(int argc, char **argv, cli_explain_file *explain_file, cli_fsck *fsck) {
    struct arena arena = {0};
    struct cli c = {.arena = &arena,
                    .output = "table",
                    .lines = LINES_DEFAULT,
                    .explain_file = explain_file,
                    .fsck = fsck};
    struct parsed p = {0};
    int status;

    c.argv = arena_array(&arena, char *, (size_t)argc + 1);
    c.terminal = isatty(STDOUT_FILENO) == 1;
    c.color = c.terminal && getenv("NO_COLOR") == NULL;
    status = parse(&c, &p, argc, argv);
    if (status == 0 && p.version)
        puts("vpcbox " CLI_VERSION);
    else if (status == 0)
        status = run_command(&c, &p);
    if (!output_written() && status == 0)
        status = 1;
    aws_done(&c.aws);
    arena_free(&arena);
    return status;
}
