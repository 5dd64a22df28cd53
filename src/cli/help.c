/* SPDX-License-Identifier: Apache-2.0 */
/* What is made from the table of commands: usage, --help, the man page, completion for bash and zsh. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

const struct cli_command *cli_find_command(const char *name) {
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

void cli_argument_range(const struct cli_command *k, int *ret_least, int *ret_most) {
    *ret_least = *ret_most = 0;
    for (const char *p = k->arguments; *p != '\0'; p++) {
        *ret_least += *p == '<';
        *ret_most += *p == '<' || *p == '[';
    }
    if (strstr(k->arguments, "...]") != NULL)
        *ret_most = 1 << 20;
}

/* "-y, --yes" or "    --home DIR" */
static void option_words(const struct cli_option *o, char out[64]) {
    snprintf(out, 64, "%c%c%s--%s%s%s", o->letter != 0 ? '-' : ' ', o->letter != 0 ? o->letter : ' ',
             o->letter != 0 ? ", " : "  ", o->name, o->value != NULL ? " " : "",
             o->value != NULL ? o->value : "");
}

static bool options_of(const char *command, FILE *to) {
    bool any = false;
    char words[64];

    for (const struct cli_option *o = cli_options; o->name != NULL; o++) {
        if (command == NULL ? o->command != NULL : !text_is(o->command, command))
            continue;
        option_words(o, words);
        fprintf(to, "  %-26s %s\n", words, o->summary);
        any = true;
    }
    return any;
}

void cli_usage(FILE *to) {
    fputs("vpcbox: an AWS VPC on this machine: AWS's APIs in front, real packets behind\n\n"
          "usage: vpcbox [option...] <command> [argument...]\n\n",
          to);
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++)
        fprintf(to, "  %-20s %-31s %s\n", k->name, k->arguments, k->summary);
    fputs("\noptions:\n", to);
    options_of(NULL, to);
    fputs("\nWherever an id is an argument, the Name tag of what is meant will do.\n", to);
}

static bool has_options(const char *command) {
    for (const struct cli_option *o = cli_options; o->name != NULL; o++)
        if (text_is(o->command, command))
            return true;
    return false;
}

void cli_help(const struct cli_command *k) {
    printf("usage: vpcbox %s%s%s%s\n\n%c%s\n", k->name, has_options(k->name) ? " [option...]" : "",
           *k->arguments != '\0' ? " " : "", k->arguments, toupper((unsigned char)k->summary[0]),
           k->summary + 1);
    if (k->details != NULL)
        printf("\n%s", k->details);
    if (has_options(k->name)) {
        puts("\noptions:");
        options_of(k->name, stdout);
    }
    puts("\n`vpcbox help` lists the options that all commands have.");
}

int cmd_help(struct cli *c) {
    const struct cli_command *k = c->argc == 0 ? NULL : cli_find_command(c->argv[0]);

    if (c->argc == 0) {
        cli_usage(stdout);
        return 0;
    }
    if (k == NULL) {
        cli_error("there is no command \"%s\": `vpcbox help` lists them", c->argv[0]);
        return 2;
    }
    cli_help(k);
    return 0;
}

/* -- the manual page ------------------------------------------------------------------------------- */

/* Roff takes a backslash, and a dot or an apostrophe at a line's beginning, as its own; a hyphen would become
 * typography that cannot be copied into a shell. */
static void roff(const char *s) {
    bool begins = true;

    for (; *s != '\0'; s++) {
        if (begins && (*s == '.' || *s == '\''))
            fputs("\\&", stdout);
        if (*s == '\\')
            fputs("\\e", stdout);
        else if (*s == '-')
            fputs("\\-", stdout);
        else
            putchar(*s);
        begins = *s == '\n';
    }
}

static void man_option(const struct cli_option *o) {
    fputs(".TP\n", stdout);
    if (o->letter != 0)
        printf("\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", stdout);
    roff(o->name);
    fputs("\\fR", stdout);
    if (o->value != NULL)
        printf(" \\fI%s\\fR", o->value);
    putchar('\n');
    roff(o->summary);
    putchar('\n');
}

int cmd_man(struct cli *c) {
    (void)c;
    fputs(".TH VPCBOX 1 \"\" \"vpcbox " CLI_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nvpcbox \\- an AWS VPC on this machine: AWS's APIs in front, real packets behind\n"
          ".SH SYNOPSIS\n.B vpcbox\n[\\fIoption\\fR...] \\fIcommand\\fR [\\fIargument\\fR...]\n"
          ".SH DESCRIPTION\n"
          "A box has a home, where it stores what it is told, and an API on 127.0.0.1, which AWS's own tools "
          "speak to.  A box starts with the first command that needs it.\n.PP\n"
          "Wherever an id is an argument, the Name tag of what is meant will do.\n"
          ".SH COMMANDS\n",
          stdout);
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++) {
        fputs(".TP\n\\fB", stdout);
        roff(k->name);
        fputs("\\fR ", stdout);
        roff(k->arguments);
        putchar('\n');
        roff(k->summary);
        fputs(".\n", stdout);
        if (k->details != NULL) {
            fputs(".RS\n.nf\n", stdout);
            roff(k->details);
            fputs(".fi\n.RE\n", stdout);
        }
        for (const struct cli_option *o = cli_options; o->name != NULL; o++)
            if (text_is(o->command, k->name)) {
                fputs(".RS\n", stdout);
                man_option(o);
                fputs(".RE\n", stdout);
            }
    }
    fputs(".SH OPTIONS\n", stdout);
    for (const struct cli_option *o = cli_options; o->name != NULL; o++)
        if (o->command == NULL)
            man_option(o);
    fputs(".SH ENVIRONMENT\n"
          ".TP\n\\fBVPCBOX_HOME\\fR\nThe box's data folder, unless \\fB\\-\\-home\\fR names one.\n"
          ".TP\n\\fBAWS_ENDPOINT_URL\\fR\nAnother API than a box's, where neither the command line nor "
          "VPCBOX_HOME names a box.\n"
          ".TP\n\\fBAWS_REGION\\fR, \\fBAWS_PROFILE\\fR, \\fBAWS_ACCESS_KEY_ID\\fR ...\nAs AWS's tools read "
          "them, for real AWS and other endpoints.\n"
          ".TP\n\\fBNO_COLOR\\fR\nNo colours on a terminal.\n"
          ".SH EXIT STATUS\n0: done.  1: failed, and said why.  2: wrong usage.  3: \"no\" (\\fBexplain\\fR, "
          "\\fBpublish\\fR: not reachable).  \\fBrun\\fR: the command's own.\n"
          ".SH FILES\n.TP\n/var/lib/vpcbox\nThe home of root's box.\n"
          ".TP\n~/.local/share/vpcbox\nThat of another user's.\n",
          stdout);
    return 0;
}

/* -- completion ------------------------------------------------------------------------------------ */

/* Options that go with a command, or with all, in one line; for an option with a value the next word is that. */
static void option_list(const char *command) {
    for (const struct cli_option *o = cli_options; o->name != NULL; o++)
        if (o->command == NULL || text_is(o->command, command)) {
            printf("--%s ", o->name);
            if (o->letter != 0)
                printf("-%c ", o->letter);
        }
}

/* What the words of an option or an argument can be: "a|b" are just these; DIR and FILE, <file>: the shell
 * knows; else the user does. */
static bool is_choice(const char *value) {
    return strchr(value, '|') != NULL;
}

static void choices(const char *value) {
    for (; *value != '\0' && *value != '>' && *value != ']'; value++)
        putchar(*value == '|' ? ' ' : *value);
}

static void completion_bash(void) {
    fputs("# vpcbox completion bash\n"
          "_vpcbox() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
          "    case $before in\n",
          stdout);
    for (const struct cli_option *o = cli_options; o->name != NULL; o++) {
        if (o->value == NULL)
            continue;
        printf("    --%s) ", o->name);
        if (is_choice(o->value)) {
            fputs("COMPREPLY=($(compgen -W \"", stdout);
            choices(o->value);
            fputs("\" -- \"$word\"))", stdout);
        } else {
            fputs(text_is(o->value, "DIR")    ? "COMPREPLY=($(compgen -d -- \"$word\"))"
                  : text_is(o->value, "FILE") ? "COMPREPLY=($(compgen -f -- \"$word\"))"
                                              : "COMPREPLY=()",
                  stdout);
        }
        fputs("; return ;;\n", stdout);
    }
    fputs("    esac\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        case ${COMP_WORDS[i]} in\n"
          "        ",
          stdout);
    for (const struct cli_option *o = cli_options; o->name != NULL; o++)
        if (o->value != NULL)
            printf("%s--%s", o == cli_options ? "" : "|", o->name);
    fputs(") ((i++)) ;;\n"
          "        -*) ;;\n"
          "        *) command=${COMP_WORDS[i]}; break ;;\n"
          "        esac\n"
          "    done\n"
          "    case $command in\n"
          "    '')\n"
          "        if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"",
          stdout);
    option_list(NULL);
    fputs("\" -- \"$word\"))\n        else COMPREPLY=($(compgen -W \"", stdout);
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++)
        printf("%s ", k->name);
    fputs("\" -- \"$word\")); fi ;;\n", stdout);
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++) {
        printf("    %s) if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"", k->name);
        option_list(k->name);
        fputs("\" -- \"$word\")); ", stdout);
        if (is_choice(k->arguments)) {
            fputs("else COMPREPLY=($(compgen -W \"", stdout);
            choices(k->arguments + 1);
            fputs("\" -- \"$word\")); ", stdout);
        } else if (text_is(k->name, "help")) {
            fputs("else COMPREPLY=($(compgen -W \"", stdout);
            for (const struct cli_command *i = cli_commands; i->name != NULL; i++)
                printf("%s ", i->name);
            fputs("\" -- \"$word\")); ", stdout);
        } else if (text_is(k->arguments, "<file>")) {
            fputs("else COMPREPLY=($(compgen -f -- \"$word\")); ", stdout);
        }
        fputs("fi ;;\n", stdout);
    }
    fputs("    esac\n"
          "}\n"
          "complete -F _vpcbox vpcbox\n",
          stdout);
}

/* In single quotes, inside an _arguments specification: colons and brackets are its own. */
static void zsh_text(const char *s) {
    for (; *s != '\0'; s++) {
        if (*s == '\'') {
            fputs("'\\''", stdout);
            continue;
        }
        if (*s == ':' || *s == '[' || *s == ']' || *s == '\\')
            putchar('\\');
        putchar(*s);
    }
}

static void zsh_option(const struct cli_option *o) {
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1 && o->letter == 0)
            continue;
        fputs(" '", stdout);
        if (pass == 0)
            printf("--%s", o->name);
        else
            printf("-%c", o->letter);
        putchar('[');
        zsh_text(o->summary);
        putchar(']');
        if (o->value != NULL) {
            printf(":%s:", o->name);
            if (is_choice(o->value)) {
                putchar('(');
                choices(o->value);
                putchar(')');
            } else if (text_is(o->value, "DIR") || text_is(o->value, "FILE")) {
                fputs(text_is(o->value, "DIR") ? "_files -/" : "_files", stdout);
            }
        }
        putchar('\'');
    }
}

static void completion_zsh(void) {
    fputs("#compdef vpcbox\n"
          "_vpcbox() {\n"
          "    local -a commands\n"
          "    local state line\n"
          "    commands=(",
          stdout);
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++) {
        printf("\n        '%s:", k->name);
        zsh_text(k->summary);
        putchar('\'');
    }
    fputs(")\n    _arguments -C", stdout);
    for (const struct cli_option *o = cli_options; o->name != NULL; o++)
        if (o->command == NULL)
            zsh_option(o);
    fputs(" '1:command:->command' '*::argument:->argument'\n"
          "    case $state in\n"
          "    command) _describe command commands ;;\n"
          "    argument)\n"
          "        case $line[1] in\n",
          stdout);
    for (const struct cli_command *k = cli_commands; k->name != NULL; k++) {
        bool choice = is_choice(k->arguments), file = text_is(k->arguments, "<file>");
        bool of_help = text_is(k->name, "help");

        if (!choice && !file && !of_help && !has_options(k->name))
            continue;
        printf("        %s) _arguments", k->name);
        for (const struct cli_option *o = cli_options; o->name != NULL; o++)
            if (text_is(o->command, k->name))
                zsh_option(o);
        if (choice) {
            fputs(" '1:argument:(", stdout);
            choices(k->arguments + 1);
            fputs(")'", stdout);
        } else if (file) {
            fputs(" '1:file:_files'", stdout);
        } else if (of_help) {
            fputs(" '1:command:(", stdout);
            for (const struct cli_command *i = cli_commands; i->name != NULL; i++)
                printf("%s ", i->name);
            fputs(")'", stdout);
        } else {
            fputs(" '*:argument:'", stdout);
        }
        fputs(" ;;\n", stdout);
    }
    fputs("        esac ;;\n"
          "    esac\n"
          "}\n"
          "if [ \"$funcstack[1]\" = _vpcbox ]; then _vpcbox \"$@\"; else compdef _vpcbox vpcbox; fi\n",
          stdout);
}

int cmd_completion(struct cli *c) {
    if (text_is(c->argv[0], "bash"))
        completion_bash();
    else if (text_is(c->argv[0], "zsh"))
        completion_zsh();
    else {
        cli_error("completion is for bash or zsh, not \"%s\"", c->argv[0]);
        return 2;
    }
    return 0;
}
