/* SPDX-License-Identifier: Apache-2.0 */
/* journalctl, as host/tools.h has it: the lines are in /var/log/<unit>.log as units wrote them, so without times. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "host/tools.h"

#define LOGS "/var/log"

enum { UNITS_MAX = 64, NAME_BYTES = 208, POLL_NS = 200000000 };

struct journal {
    char names[UNITS_MAX][NAME_BYTES]; /* with .service */
    FILE *files[UNITS_MAX];
    size_t count;
    long lines; /* of each the last ones, -1: all */
    bool follow, bare;
    char host[64];
};

static void add_unit(struct journal *j, const char *name) {
    if (j->count < UNITS_MAX && strchr(name, '/') == NULL)
        snprintf(j->names[j->count++], NAME_BYTES, "%.190s%s", name,
                 strchr(name, '.') == NULL ? ".service" : "");
}

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

static void add_all(struct journal *j) {
    DIR *logs = opendir(LOGS);
    struct dirent *e;

    while (logs != NULL && (e = readdir(logs)) != NULL) {
        size_t n = strlen(e->d_name);

        if (text_ends(e->d_name, ".service.log") && n < NAME_BYTES) {
            e->d_name[n - 4] = '\0';
            add_unit(j, e->d_name);
        }
    }
    if (logs != NULL)
        closedir(logs);
    qsort(j->names, j->count, sizeof(j->names[0]), by_name);
}

/* Leaves the file before its last so many lines. */
static void skip_to_last(FILE *f, long lines) {
    long at;

    if (fseek(f, 0, SEEK_END) < 0)
        return;
    for (at = ftell(f); at > 0 && lines >= 0; at--) {
        fseek(f, at - 1, SEEK_SET);
        if (fgetc(f) == '\n')
            lines--;
        if (lines < 0)
            return; /* past that line's end */
    }
    rewind(f);
}

static bool show(const struct journal *j, size_t i) {
    char *line = NULL;
    size_t size = 0;
    bool any = false;

    if (j->files[i] == NULL)
        return false;
    while (getline(&line, &size, j->files[i]) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (j->bare)
            printf("%s\n", line);
        else
            printf("%s %.*s: %s\n", j->host, (int)strcspn(j->names[i], "."), j->names[i], line);
        any = true;
    }
    clearerr(j->files[i]);
    free(line);
    fflush(stdout);
    return any;
}

int journalctl_main(int argc, char **argv) {
    static const struct option options[] = {
        {"unit", required_argument, NULL, 'u'}, {"lines", optional_argument, NULL, 'n'},
        {"follow", no_argument, NULL, 'f'},     {"output", required_argument, NULL, 'o'},
        {"no-pager", no_argument, NULL, 'b'},   {"quiet", no_argument, NULL, 'b'},
        {"catalog", no_argument, NULL, 'b'},    {"pager-end", no_argument, NULL, 'b'},
        {"boot", optional_argument, NULL, 'b'}, {"all", no_argument, NULL, 'b'},
        {"no-full", no_argument, NULL, 'b'},    {NULL, 0, NULL, 0}};
    const struct timespec pause = {.tv_nsec = POLL_NS};
    static struct journal j = {.lines = -1};
    bool any = false;
    int c;

    while ((c = getopt_long(argc, argv, "u:n:fo:bqxealm", options, NULL)) != -1)
        if (c == 'u' && optarg != NULL) {
            add_unit(&j, optarg);
        } else if (c == 'n') {
            j.lines = optarg == NULL ? 10 : text_is(optarg, "all") ? -1 : strtol(optarg, NULL, 10);
        } else if (c == 'f') {
            j.follow = true;
        } else if (c == 'o' && optarg != NULL) {
            j.bare = text_is(optarg, "cat");
        } else if (c == '?') {
            fprintf(stderr,
                    "journalctl here knows -u, -n, -f and -o cat: units' lines are in " LOGS "/<unit>.log\n");
            return 1;
        }
    gethostname(j.host, sizeof(j.host) - 1);
    j.host[strcspn(j.host, ".")] = '\0';
    if (j.count == 0)
        add_all(&j);
    if (j.follow && j.lines < 0)
        j.lines = 10;
    for (size_t i = 0; i < j.count; i++) {
        char path[300];

        snprintf(path, sizeof(path), LOGS "/%s.log", j.names[i]);
        j.files[i] = fopen(path, "re");
        if (j.files[i] == NULL && errno == EACCES) {
            fprintf(stderr, "%s: %s\n", path, strerror(errno));
            return 1;
        }
        if (j.files[i] != NULL && j.lines >= 0)
            skip_to_last(j.files[i], j.lines);
        any = show(&j, i) || any;
    }
    while (j.follow && !ferror(stdout)) {
        for (size_t i = 0; i < j.count; i++)
            show(&j, i);
        nanosleep(&pause, NULL);
    }
    if (!any)
        puts("-- No entries --");
    return 0;
}
