/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that deal with the box itself: start, stop, enter, explain. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/ip.h"
#include "base/text.h"
#include "cli/cli.h"
#include "host/control.h"

/* The box's root key: it is no secret, it opens nothing but this box's loopback port. */
#define BOX_KEY "test"
#define BOX_SECRET "test"

enum { ANSWER_BYTES = 1 << 20, DISK_LEAST = 1 << 20 };

const char *box_endpoint(struct cli *c) {
    struct control_box box;

    if (control_find(c->home, &box) < 0)
        return NULL;
    c->aws.region = arena_strdup(c->arena, box.region);
    c->aws.access_key_id = BOX_KEY;
    c->aws.secret_access_key = BOX_SECRET;
    return arena_printf(c->arena, "http://127.0.0.1:%u", box.port);
}

const char *box_without_packets(struct cli *c) {
    json_t *reply =
        c->target_given ? NULL : box_request(c, json_pack("{s:s}", "do", "status"), NULL, 0, NULL);
    const char *why = "it does not say why", *answer = NULL;
    int packets = 1;

    if (reply != NULL && json_unpack(reply, "{s:b,s?s}", "packets", &packets, "packets_text", &why) == 0 &&
        !packets)
        answer = arena_strdup(c->arena, why);
    json_decref(reply);
    return answer;
}

static void warn_without_packets(struct cli *c) {
    const char *why = box_without_packets(c);

    if (why != NULL)
        cli_error("no packets, only the API: %s", why);
}

/* -ECHILD: serve has said itself why it ended. */
static int not_started(struct cli *c, const char *what, int error) {
    struct statvfs fs;

    if ((error == -ECHILD || error == -ENOSPC || error == -EDQUOT) && statvfs(c->home, &fs) == 0 &&
        fs.f_bavail * fs.f_frsize < DISK_LEAST)
        cli_error("%s: the disk of %s is full: make room there, or choose another home by --home", what,
                  c->home);
    else if (error == -ECHILD)
        cli_error("%s: its last words are above; its log is %s/serve.log", what, c->home);
    else if (error == -EACCES || error == -EPERM || error == -EROFS || error == -ENOTDIR ||
             error == -ENOENT || error == -ELOOP || error == -ENAMETOOLONG)
        cli_error("%s: %s cannot be used as its home (%s): choose another by --home", what, c->home,
                  strerror(-error));
    else
        cli_error("%s: %s/serve.log: %s", what, c->home, strerror(-error));
    return 1;
}

int box_start(struct cli *c) {
    char *none[] = {NULL};
    uint64_t start = clock_mono_ns();
    int r = control_start(c->home, none);

    if (r < 0 && r != -EBUSY)
        return not_started(c, "no box was running, and none could be started", r);
    fprintf(stderr, "vpcbox: started a box in the background (%.0f ms, %s, %s); `vpcbox stop` stops it\n",
            (double)(clock_mono_ns() - start) / 1e6, c->home, box_endpoint(c));
    warn_without_packets(c);
    return 0;
}

/* Of serve's options this one says which box is meant, here too. */
static int take_home(struct cli *c) {
    char *home = arena_alloc(c->arena, CONTROL_PATH_BYTES);
    int kept = 0;

    for (int i = 0; i < c->argc; i++) {
        bool own_word = text_is(c->argv[i], "--home") && i + 1 < c->argc;

        if (!own_word && !text_starts(c->argv[i], "--home=")) {
            c->argv[kept++] = c->argv[i];
            continue;
        }
        if (control_home(own_word ? c->argv[++i] : c->argv[i] + strlen("--home="), home) < 0)
            return -ENAMETOOLONG;
        c->home = home;
    }
    c->argv[c->argc = kept] = NULL;
    return 0;
}

int cmd_start(struct cli *c) {
    int r = take_home(c);
    const char *endpoint;

    if (r == 0)
        r = control_start(c->home, c->argv);

    if (r == -EBUSY) {
        cli_say(c, "already running at %s\n", box_endpoint(c));
        return 0;
    }
    if (r < 0)
        return not_started(c, "the box did not start", r);
    endpoint = box_endpoint(c);
    cli_say(c, "running at %s\n", endpoint == NULL ? "?" : endpoint);
    warn_without_packets(c);
    return 0;
}

int cmd_stop(struct cli *c) {
    int r = control_stop(c->home, 20000);

    if (r == -ENOENT) {
        cli_say(c, "no box runs in %s\n", c->home);
        return 0;
    }
    if (r == -EPERM || r == -EACCES) {
        cli_error("the box of %s is another user's: stop it as that user", c->home);
        return 1;
    }
    if (r < 0) {
        cli_error("the box of %s did not stop: %s", c->home, strerror(-r));
        return 1;
    }
    cli_say(c, "stopped the box of %s\n", c->home);
    return 0;
}

int cli_no_box(struct cli *c) {
    struct control_box box;

    if (control_find(c->home, &box) == -EACCES)
        cli_error("%s is another user's: say by --home which box is meant, or do this as that user", c->home);
    else
        cli_error("no box runs in %s: `vpcbox start` starts one", c->home);
    return 1;
}

/* In single quotes, as a shell reads it. */
static const char *shell_word(struct cli *c, const char *word) {
    const char *out = "'";

    for (const char *end; (end = strchr(word, '\'')) != NULL; word = end + 1)
        out = arena_printf(c->arena, "%s%.*s'\\''", out, (int)(end - word), word);
    return arena_printf(c->arena, "%s%s'", out, word);
}

int box_exports(struct cli *c) {
    /* Home and account too, so that vpcbox's own commands mean the same ones. */
    printf("export VPCBOX_HOME=%s\nexport AWS_ENDPOINT_URL=%s\nexport AWS_ACCESS_KEY_ID=%s\nexport "
           "AWS_SECRET_ACCESS_KEY=%s\n"
           "export AWS_REGION=%s\nexport AWS_DEFAULT_REGION=%s\nunset AWS_SESSION_TOKEN AWS_PROFILE%s%s\n",
           shell_word(c, c->home), c->aws.endpoint_url, c->aws.access_key_id, c->aws.secret_access_key,
           c->aws.region, c->aws.region, c->account == NULL ? " VPCBOX_ACCOUNT" : "\nexport VPCBOX_ACCOUNT=",
           c->account == NULL ? "" : c->account);
    return 0;
}

int cmd_env(struct cli *c) {
    return box_exports(c);
}

/* `aws ssm start-session` looks for session-manager-plugin, which this program is under that name. */
static void offer_plugin(struct cli *c) {
    const char *folder = arena_printf(c->arena, "%s/bin", c->home), *path = getenv("PATH");
    const char *link = arena_printf(c->arena, "%s/session-manager-plugin", folder);
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n <= 0)
        return;
    self[n] = '\0';
    if (mkdir(folder, 0755) < 0 && errno != EEXIST)
        return; /* another user's home: then the installed plugin must do */
    unlink(link);
    if (symlink(self, link) == 0)
        setenv("PATH", arena_printf(c->arena, "%s:%s", path == NULL ? "/usr/bin:/bin" : path, folder), 1);
}

int cmd_aws(struct cli *c) {
    char **argv = arena_array(c->arena, char *, (size_t)c->argc + 6);
    int n = 0;

    if (c->aws.endpoint_url == NULL)
        return cli_no_box(c);
    setenv("AWS_ACCESS_KEY_ID", c->aws.access_key_id, 1);
    setenv("AWS_SECRET_ACCESS_KEY", c->aws.secret_access_key, 1);
    setenv("AWS_REGION", c->aws.region, 1);
    setenv("AWS_DEFAULT_REGION", c->aws.region, 1);
    setenv("AWS_ENDPOINT_URL", c->aws.endpoint_url, 1);
    unsetenv("AWS_SESSION_TOKEN");
    unsetenv("AWS_PROFILE");
    offer_plugin(c);
    /* Older aws CLIs do not know AWS_ENDPOINT_URL. */
    argv[n++] = (char *)(size_t) "aws";
    argv[n++] = (char *)(size_t) "--endpoint-url";
    argv[n++] = arena_strdup(c->arena, c->aws.endpoint_url);
    for (int i = 0; i < c->argc; i++)
        argv[n++] = c->argv[i];
    execvp("aws", argv);
    cli_error("cannot run aws: %s: install Debian's package awscli", strerror(errno));
    return 127;
}

/* -- the admin socket ------------------------------------------------------------------------------ */

static const char *text_of(const json_t *object, const char *key) {
    const char *s = json_string_value(json_object_get(object, key));

    return s == NULL ? "" : s;
}

/* "Not running" is what the box knows of an instance that does not exist, too. */
static bool told_unknown(struct cli *c, const char *target) {
    return cli_is_id("instance", target) && c->aws.endpoint_url != NULL &&
           cli_named(c, "instance", target) == NULL;
}

json_t *box_request(struct cli *c, json_t *request, const int *fds, size_t fd_count, int *ret_sock) {
    char *text = json_dumps(request, JSON_COMPACT), *answer;
    json_t *reply = NULL;
    const char *error, *target;
    json_error_t where;
    ssize_t n;
    int sock, r;

    target = arena_strdup(c->arena, text_of(request, "target"));
    json_decref(request);
    r = control_connect(c->home, &sock);
    if (r < 0) {
        cli_no_box(c);
        free(text);
        return NULL;
    }
    r = fd_send(sock, text, strlen(text), fds, fd_count);
    free(text);
    answer = arena_alloc(c->arena, ANSWER_BYTES);
    n = r < 0 ? r : fd_receive(sock, answer, ANSWER_BYTES, NULL, NULL);
    if (n > 0)
        reply = json_loadb(answer, (size_t)n, 0, &where);
    if (reply == NULL)
        cli_error("the box gave no answer%s%s", n < 0 ? ": " : "", n < 0 ? strerror((int)-n) : "");
    else if (json_unpack(reply, "{s:s}", "error", &error) == 0) {
        if (text_is(error, "there is no such operation"))
            cli_error("this box runs another version of vpcbox, which cannot do that: `vpcbox stop`, then "
                      "`vpcbox start`");
        else if (!told_unknown(c, target))
            cli_error("%s", error);
        json_decref(reply);
        reply = NULL;
    }
    if (reply == NULL || ret_sock == NULL)
        close(sock);
    else
        *ret_sock = sock;
    return reply;
}

json_t *box_ask(struct cli *c, const char *operation) {
    return box_request(c, json_pack("{s:s}", "do", operation), NULL, 0, NULL);
}

/* VPCs that are named here forward by their last state that made sense: a fault of ours, and nobody's packets stop. */
static json_t *failures_of(struct cli *c) {
    json_t *reply = c->target_given ? NULL : box_ask(c, "failures");
    json_t *vpcs = json_incref(json_object_get(reply, "vpcs"));

    json_decref(reply);
    return vpcs == NULL ? json_array() : vpcs;
}

json_t *box_json(struct cli *c) {
    json_t *reply = c->target_given ? NULL : box_ask(c, "status"), *out = NULL;
    const char *why = "", *internet = "none", *dataplane = "none", *account = "", *region = "";
    int packets = 0;

    if (reply != NULL &&
        json_unpack(reply, "{s:b,s:s,s:s,s:s,s:s,s:s}", "packets", &packets, "dataplane", &dataplane,
                    "packets_text", &why, "internet", &internet, "account", &account, "region", &region) == 0)
        out = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "Home", c->home, "Endpoint",
                        c->aws.endpoint_url, "Version", CLI_VERSION, "Account", account, "Region", region,
                        "DataPlane", dataplane, "DataPlaneReason", why, "Internet",
                        packets ? internet : "none", "NotInForce", failures_of(c));
    json_decref(reply);
    return out == NULL ? json_null() : out;
}

void box_status(struct cli *c) {
    json_t *box = box_json(c);
    const char *why = "", *internet = "", *dataplane = "", *vpc = "";
    json_t *one;
    bool packets;
    size_t i;

    if (json_unpack(box, "{s:s,s:s,s:s}", "DataPlane", &dataplane, "DataPlaneReason", &why, "Internet",
                    &internet) == 0) {
        packets = !text_is(dataplane, "none");
        cli_say(c, "box: %s, home: %s, data plane: %s%s%s%s, internet: %s\n\n", c->aws.endpoint_url, c->home,
                dataplane, *why ? packets ? " (not kernel: " : ": " : "", why, packets && *why ? ")" : "",
                internet);
    }
    json_array_foreach(json_object_get(box, "NotInForce"), i, one) {
        json_unpack(one, "{s:s,s:s}", "vpc", &vpc, "error", &why);
        cli_say(c, "%s: its last change is not in force, it could not be compiled (%s); see `vpcbox logs`\n",
                vpc, why);
    }
    json_decref(box);
}

int cmd_netns(struct cli *c) {
    const char *where = room_named(c, c->argv[0]), *path = NULL;
    json_t *reply =
        where == NULL ? NULL
                      : box_request(c, json_pack("{s:s,s:s}", "do", "netns", "target", where), NULL, 0, NULL);

    if (reply == NULL)
        return 1;
    json_unpack(reply, "{s:s}", "path", &path);
    puts(path == NULL ? "" : path);
    json_decref(reply);
    return path == NULL;
}

/* -- explain, nat-table ---------------------------------------------------------------------------- */

static void print_hops(struct cli *c, const char *title, const json_t *hops) {
    size_t i;
    json_t *hop;

    if (json_array_size(hops) == 0)
        return;
    printf("%s%s%s\n", c->color ? "\033[1m" : "", title, c->color ? "\033[0m" : "");
    json_array_foreach(hops, i, hop) {
        const char *rule = text_of(hop, "rule");
        bool dropped = text_is(text_of(hop, "action"), "drop");

        printf("  %s %-26s %s%s%s\n", dropped ? (c->color ? "\033[31m✗\033[0m" : "✗") : " ",
               text_of(hop, "component"), text_of(hop, "text"), *rule != '\0' ? "  — " : "", rule);
    }
}

void print_blockers(FILE *to, const json_t *answer) {
    json_t *blocker;
    size_t i;

    json_array_foreach(json_object_get(answer, "blockers"), i, blocker) {
        fprintf(to, "blocked by %s%s%s: %s\n  AWS code: %s\n  mend:     %s\n", text_of(blocker, "component"),
                *text_of(blocker, "rule") != '\0' ? ", " : "", text_of(blocker, "rule"),
                text_of(blocker, "message"), text_of(blocker, "code"), text_of(blocker, "mend"));
    }
}

static json_t *ask_image(struct cli *c, json_t *question) {
    const char *error = "";
    json_t *reply = c->explain_file(c->image, question, &error);

    if (reply == NULL)
        cli_error("%s: %s", c->image, error);
    json_decref(question);
    return reply;
}

/* A name tag as an end of a path.  What could be another kind of end, or a DNS name, is left to the box. */
static const char *named_end(struct cli *c, const char *word, bool port) {
    const char *colon = port ? strrchr(word, ':') : NULL, *id;
    const char *name = colon == NULL ? word : arena_strndup(c->arena, word, (size_t)(colon - word));
    struct ip4 address;

    if (c->image != NULL || c->aws.endpoint_url == NULL || text_is(name, "internet") ||
        text_starts(name, "eni-") || cli_is_id("instance", name) || ip4_parse(name, &address) == 0)
        return word;
    id = port ? cli_known_name(c, "instance", name) : cli_named(c, "instance", name);
    if (id == NULL)
        return port ? word : NULL;
    return colon == NULL ? id : arena_printf(c->arena, "%s%s", id, colon);
}

int cmd_explain(struct cli *c) {
    const char *from = named_end(c, c->argv[0], false);
    const char *to = from == NULL ? NULL : named_end(c, c->argv[1], true);
    json_t *question, *reply;
    bool reachable;

    if (to == NULL)
        return 2;
    question =
        json_pack("{s:s,s:s,s:s,s:b}", "do", "explain", "source", from, "destination", to, "udp", c->udp);
    reply = c->image != NULL ? ask_image(c, question) : box_request(c, question, NULL, 0, NULL);
    if (reply == NULL)
        return 2;
    reachable = json_is_true(json_object_get(reply, "reachable"));
    if (text_is(c->output, "json")) {
        json_dumpf(reply, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        print_hops(c, "forward", json_object_get(reply, "forward"));
        print_hops(c, "return", json_object_get(reply, "return"));
        print_blockers(stdout, reply);
        printf("%s -> %s: %s\n", c->argv[0], c->argv[1], reachable ? "reachable" : "not reachable");
    }
    json_decref(reply);
    return reachable ? 0 : 3;
}

/* What stood there before stays when this fails half-way. */
static int save(int image, const char *path) {
    struct stat st;
    void *data;
    int r;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return -EINVAL;
    if (fstat(image, &st) < 0)
        return -errno;
    data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, image, 0);
    if (data == MAP_FAILED)
        return -errno;
    r = fd_replace_file(path, data, (size_t)st.st_size, 0666);
    munmap(data, (size_t)st.st_size);
    return r;
}

int cmd_image_save(struct cli *c) {
    int sock, image = -1, r;
    json_t *reply = box_request(c, json_pack("{s:s}", "do", "image"), NULL, 0, &sock);
    size_t count = 1;
    char mark;

    if (reply == NULL)
        return 1;
    json_decref(reply);
    if (fd_receive(sock, &mark, 1, &image, &count) != 1 || count != 1) {
        cli_error("the box sent no network");
        close(sock);
        return 1;
    }
    close(sock);
    r = save(image, c->argv[0]);
    close(image);
    if (r == -EINVAL)
        cli_error("%s is not a file", c->argv[0]);
    else if (r < 0)
        cli_error("%s: %s", c->argv[0], strerror(-r));
    return r < 0;
}

int cmd_nat_table(struct cli *c) {
    static const char *const keys[] = {"interface", "protocol", "source", "destination", "translated",
                                       "state",     "packets",  "bytes",  "idle",        NULL};
    static const char *const columns[] = {"Interface", "Proto",   "Source", "Destination", "Translated",
                                          "State",     "Packets", "Bytes",  "Idle",        NULL};
    struct table t = {.columns = columns};
    json_int_t from = 0;
    json_t *reply, *row;
    size_t i;

    do {
        reply = box_request(c, json_pack("{s:s,s:I}", "do", "nat-table", "from", from), NULL, 0, NULL);
        if (reply == NULL)
            return 1;
        json_array_foreach(json_object_get(reply, "flows"), i, row) {
            const char **cells = arena_array(c->arena, const char *, 9);

            for (size_t k = 0; keys[k] != NULL; k++)
                cells[k] = arena_strdup(c->arena, text_of(row, keys[k]));
            *vec_push(c->arena, &t.rows) = cells;
        }
        from = json_integer_value(json_object_get(reply, "next"));
        json_decref(reply);
    } while (from > 0);
    table_print(c, &t);
    return 0;
}

int cmd_coverage(struct cli *c) {
    struct table t = {.columns = (const char *const[]){"Service", "Operation", NULL}};
    const struct api_coverage *all;
    size_t count;

    api_coverage(c->arena, &all, &count);
    for (size_t i = 0; i < count; i++)
        if (all[i].honoured)
            table_row(c, &t, all[i].service, all[i].operation, NULL);
    table_print(c, &t);
    return 0;
}
