/* SPDX-License-Identifier: Apache-2.0 */
/* `cloud-init` inside an instance (host/userdata.h): how the user data fared. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "base/fd.h"
#include "base/text.h"
#include "host/userdata.h"

enum { STATUS_MAX = 65536, POLL_NS = 100000000 };

static json_t *read_status(const char *path) {
    char *text;
    size_t length;
    json_t *all;

    if (fd_read_file(path, STATUS_MAX, &text, &length) < 0)
        return NULL;
    all = json_loadb(text, length, 0, NULL);
    free(text);
    return all;
}

static int show(bool details, bool as_json) {
    json_t *all = read_status(USERDATA_STATUS), *v1 = json_object_get(all, "v1");
    json_t *errors = json_object_get(v1, "errors");
    bool over = access(USERDATA_RESULT, F_OK) == 0;
    const char *status = !over                         ? all == NULL ? "not started" : "running"
                         : json_array_size(errors) > 0 ? "error"
                                                       : "done";

    if (as_json) {
        json_t *out = json_pack("{s:s,s:s,s:O?,s:b}", "status", status, "datasource", "ec2", "errors", errors,
                                "extended_status_done", over);

        json_dumpf(out, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(out);
    } else {
        printf("status: %s\n", status);
        if (details) {
            printf("detail: DataSourceEc2Local\nerrors:%s\n", json_array_size(errors) == 0 ? " []" : "");
            for (size_t i = 0; i < json_array_size(errors); i++)
                printf("  - %s\n", json_string_value(json_array_get(errors, i)));
        }
    }
    json_decref(all);
    return text_is(status, "error") ? 1 : 0;
}

int cloud_init_main(int argc, char **argv) {
    const struct timespec pause = {.tv_nsec = POLL_NS};
    bool wait = false, details = false, as_json = false;

    if (argc > 1 && (text_is(argv[1], "--version") || text_is(argv[1], "-v"))) {
        puts("cloud-init of vpcbox");
        return 0;
    }
    if (argc < 2 || !text_is(argv[1], "status")) {
        fprintf(stderr,
                "usage: cloud-init status [--wait] [--long] [--format json]\n"
                "cloud-init: instances of vpcbox run user data by their init; this tells how it went.\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        wait = wait || text_is(argv[i], "--wait") || text_is(argv[i], "-w");
        details = details || text_is(argv[i], "--long") || text_is(argv[i], "-l");
        as_json = as_json || text_is(argv[i], "json") || text_is(argv[i], "--format=json");
    }
    while (wait && access(USERDATA_RESULT, F_OK) != 0) {
        if (!as_json)
            putchar('.');
        fflush(stdout);
        nanosleep(&pause, NULL);
    }
    if (wait && !as_json)
        putchar('\n');
    return show(details, as_json);
}
