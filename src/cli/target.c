/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target: which AWS is meant, and with whose keys.
 *
 * What the command line says wins: --home and --target box mean a box, --endpoint-url and --target aws something
 * else.  Else VPCBOX_HOME means a box; else AWS_ENDPOINT_URL means another API, which commands that
 * deal with a box itself refuse to guess a box for, so that one shell never speaks to two.
 *
 * The box: its root key, known to everybody, since it guards nothing outside the box, or that of the account that
 * --account or VPCBOX_ACCOUNT names.  Real AWS or
 * another endpoint: AWS_ACCESS_KEY_ID… of the environment, else the profile's section in
 * ~/.aws/credentials and ~/.aws/config, as AWS's own tools read them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/cli.h"
#include "host/control.h"

/* The value of key in [section] of an INI file, or NULL. */
static const char *ini_value(struct cli *c, const char *path, const char *section, const char *key) {
    char *text, *save = NULL;
    size_t length;
    const char *value = NULL;
    bool inside = false;

    if (path == NULL || fd_read_file(path, 1 << 20, &text, &length) < 0)
        return NULL;
    for (char *line = strtok_r(text, "\r\n", &save); line != NULL; line = strtok_r(NULL, "\r\n", &save)) {
        char *equals;

        line += strspn(line, " \t");
        if (*line == '[') {
            char *end = strchr(line, ']');

            if (end != NULL)
                *end = '\0';
            inside = strcmp(line + 1, section) == 0;
            continue;
        }
        equals = strchr(line, '=');
        if (!inside || equals == NULL)
            continue;
        *equals++ = '\0';
        line[strcspn(line, " \t")] = '\0';
        equals += strspn(equals, " \t");
        equals[strcspn(equals, " \t")] = '\0';
        if (strcmp(line, key) == 0)
            value = arena_strdup(c->arena, equals);
    }
    free(text);
    return value;
}

static const char *aws_file(struct cli *c, const char *variable, const char *name) {
    const char *given = getenv(variable), *home = getenv("HOME");

    if (given != NULL)
        return given;
    return home == NULL ? NULL : arena_printf(c->arena, "%s/.aws/%s", home, name);
}

static const char *first_of(const char *a, const char *b, const char *d, const char *e) {
    return a != NULL && *a != '\0' ? a : b != NULL && *b != '\0' ? b : d != NULL && *d != '\0' ? d : e;
}

static int usual_credentials(struct cli *c, const char *profile, const char *region) {
    const char *credentials = aws_file(c, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    const char *config = aws_file(c, "AWS_CONFIG_FILE", "config");
    const char *section;
    struct aws *a = &c->aws;

    profile = first_of(profile, getenv("AWS_PROFILE"), NULL, "default");
    section = text_is(profile, "default") ? profile : arena_printf(c->arena, "profile %s", profile);
    a->region = first_of(region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"),
                         ini_value(c, config, section, "region"));
    if (getenv("AWS_ACCESS_KEY_ID") != NULL && getenv("AWS_PROFILE") == NULL) {
        a->access_key_id = getenv("AWS_ACCESS_KEY_ID");
        a->secret_access_key = getenv("AWS_SECRET_ACCESS_KEY");
        a->session_token = getenv("AWS_SESSION_TOKEN");
    } else {
        a->access_key_id = ini_value(c, credentials, profile, "aws_access_key_id");
        a->secret_access_key = ini_value(c, credentials, profile, "aws_secret_access_key");
        a->session_token = ini_value(c, credentials, profile, "aws_session_token");
    }
    if (a->access_key_id == NULL || a->secret_access_key == NULL) {
        cli_error("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`");
        return 1;
    }
    if (a->region == NULL) {
        cli_error("no region: set AWS_REGION, or give --region");
        return 1;
    }
    return 0;
}

static const char *not_empty(const char *s) {
    return s == NULL || *s == '\0' ? NULL : s;
}

/* Whether a URL is the running box's of this home. */
static bool is_box(struct cli *c, const char *url) {
    const char *host = strstr(url, "://"), *ours = box_endpoint(c), *port;

    if (host == NULL || ours == NULL)
        return false;
    host += 3;
    port = strrchr(ours, ':');
    for (size_t i = 0; i < 2; i++) {
        const char *name = arena_printf(c->arena, "%s%s", i == 0 ? "127.0.0.1" : "localhost", port);

        if (text_starts(host, name) && (host[strlen(name)] == '\0' || host[strlen(name)] == '/'))
            return true;
    }
    return false;
}

static int contradiction(const struct cli_command *command, const struct cli_wishes *w) {
    bool other = w->endpoint_url != NULL || text_is(w->target, "aws");

    if (w->target != NULL && !text_is(w->target, "box") && !text_is(w->target, "aws")) {
        cli_error("--target is box or aws, not \"%s\"", w->target);
        return 2;
    }
    if (other && w->account != NULL) {
        cli_error("--account is an account of a box: %s is something else, and its keys say the account",
                  w->endpoint_url != NULL ? "--endpoint-url" : "--target aws");
        return 2;
    }
    if (other && (command->needs == CLI_BOX || command->needs == CLI_HOME || command->needs == CLI_START)) {
        cli_error("%s deals with a box itself: --home says which, %s is of no use to it", command->name,
                  w->endpoint_url != NULL ? "--endpoint-url" : "--target aws");
        return 2;
    }
    if (other && (w->home != NULL || (text_is(w->target, "box") && w->endpoint_url != NULL))) {
        cli_error("%s names a box and %s something else: leave one of them out",
                  w->home != NULL ? "--home" : "--target box",
                  w->endpoint_url != NULL ? "--endpoint-url" : "--target aws");
        return 2;
    }
    return 0;
}

/* The box of the home and its root key; start: when none runs. */
static int the_box(struct cli *c, const struct cli_wishes *w, bool start) {
    const char *account =
        w->account != NULL || w->home != NULL ? w->account : not_empty(getenv("VPCBOX_ACCOUNT"));
    const char *url = not_empty(getenv("AWS_ENDPOINT_URL"));

    c->aws.endpoint_url = box_endpoint(c);
    if (c->aws.endpoint_url == NULL && start) {
        if (box_start(c) != 0)
            return 1;
        c->aws.endpoint_url = box_endpoint(c);
        if (c->aws.endpoint_url == NULL) {
            cli_error("the box of %s has ended again: its log is %s/serve.log", c->home, c->home);
            return 1;
        }
    }
    if (w->region != NULL)
        c->aws.region = w->region;
    else if (c->aws.endpoint_url != NULL && url != NULL && is_box(c, url)) /* a shell of `vpcbox env` */
        c->aws.region = first_of(getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"), NULL, c->aws.region);
    return c->aws.endpoint_url != NULL && account != NULL ? account_use(c, account) : 0;
}

int cli_target(struct cli *c, const struct cli_command *command, const struct cli_wishes *w) {
    const char *endpoint_url = w->endpoint_url;
    char *home = arena_alloc(c->arena, CONTROL_PATH_BYTES);
    int r = contradiction(command, w);

    if (r != 0)
        return r;
    if (w->home != NULL && *w->home == '\0') {
        cli_error("--home needs the name of a folder");
        return 2;
    }
    if (control_home(w->home, home) < 0) {
        cli_error("the path of the home is too long, or the current folder is gone: name it by --home");
        return 2;
    }
    c->home = home;
    c->aws.arena = c->arena;
    if (command->needs == CLI_NOTHING || c->image != NULL)
        return 0;
    /* What names a box is nearer to what is meant than what AWS's tools are told. */
    if (endpoint_url == NULL && w->target == NULL && w->home == NULL &&
        not_empty(getenv("VPCBOX_HOME")) == NULL)
        endpoint_url = not_empty(getenv("AWS_ENDPOINT_URL"));
    if (command->needs == CLI_HOME)
        return 0;
    if (endpoint_url != NULL && w->endpoint_url == NULL && is_box(c, endpoint_url)) {
        r = the_box(c, w, false);
        return r == 0 && getenv("AWS_ACCESS_KEY_ID") != NULL ? usual_credentials(c, w->profile, w->region)
                                                             : r;
    }
    if (command->needs == CLI_START)
        return the_box(c, w, true);
    if (command->needs == CLI_BOX) {
        if (endpoint_url == NULL)
            return the_box(c, w, false);
        cli_error("AWS_ENDPOINT_URL is %s, which is not the box of %s: say by --home which box is meant",
                  endpoint_url, c->home);
        return 2;
    }
    if (text_is(w->target, "aws") || endpoint_url != NULL) {
        c->target_given = true;
        c->real_aws = endpoint_url == NULL;
        c->aws.endpoint_url = endpoint_url;
        return usual_credentials(c, w->profile, w->region);
    }
    return the_box(c, w, true);
}

const char *cli_where(struct cli *c) {
    if (c->real_aws)
        return arena_printf(c->arena, "AWS's region %s", c->aws.region);
    if (c->target_given)
        return c->aws.endpoint_url;
    return arena_printf(c->arena, "the box of %s (%s)", c->home,
                        c->aws.endpoint_url == NULL ? "not running" : c->aws.endpoint_url);
}
