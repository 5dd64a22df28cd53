/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target: which AWS is meant, and with whose keys.
 *
 * The box: its root key, known to everybody, since it guards nothing outside the box.  Real AWS or
 * another endpoint: AWS_ACCESS_KEY_ID… of the environment, else the profile's section in
 * ~/.aws/credentials and ~/.aws/config, as AWS's own tools read them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/cli.h"

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

int cli_target(struct cli *c, const char *target, const char *endpoint_url, const char *region,
               const char *profile) {
    if (target != NULL && !text_is(target, "box") && !text_is(target, "aws")) {
        cli_error("--target is box or aws, not \"%s\"", target);
        return 2;
    }
    c->aws.arena = c->arena;
    if (endpoint_url == NULL && target == NULL)
        endpoint_url = getenv("AWS_ENDPOINT_URL");
    if (text_is(target, "aws") || endpoint_url != NULL) {
        c->target_given = true;
        c->real_aws = endpoint_url == NULL;
        c->aws.endpoint_url = endpoint_url;
        return usual_credentials(c, profile, region);
    }
    c->aws.endpoint_url = box_endpoint(c);
    if (c->aws.endpoint_url == NULL) {
        if (box_start(c) != 0)
            return 1;
        c->aws.endpoint_url = box_endpoint(c);
    }
    if (region != NULL)
        c->aws.region = region;
    return 0;
}
