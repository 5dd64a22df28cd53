/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/serve.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "host/control.h"
#include "host/host.h"

static const char usage[] =
    "Usage: vpcbox serve [options]\n"
    "\n"
    "Runs a box in the foreground; prints \"ready http://127.0.0.1:PORT\" once it answers.  Stops in\n"
    "order on SIGTERM or Ctrl-C.\n"
    "\n"
    "  --home DIR             the data folder (else VPCBOX_HOME; else /var/lib/vpcbox for root,\n"
    "                         $XDG_DATA_HOME/vpcbox or ~/.local/share/vpcbox for others)\n"
    "  --port N               of the API on 127.0.0.1; 0 takes a free one (else the one that this home has\n"
    "                         had; else 4566, or the next that is free)\n"
    "  --dataplane HOW        auto: the fastest that this machine allows; tap, kernel: this way or fail\n"
    "                         (kernel: a flow cache in the kernel, needs root); none: API alone\n"
    "                         (else VPCBOX_DATAPLANE; else auto)\n"
    "  --internet MODE        lab: a simulated internet; none; host: this machine's, by user-mode sockets\n"
    "  --insecure-any-key     accept any access key, without checking signatures\n"
    "  --account ID           default account (123456789012)\n"
    "  --region NAME          the region of the box's own tools and of requests that name none "
    "(ap-northeast-1)\n";

static int bad(const char *option, const char *value) {
    fprintf(stderr, "vpcbox serve: %s %s: not a valid value: `vpcbox serve --help` lists them\n", option,
            value);
    return 2;
}

static int not_understood(const char *what, const char *word) {
    fprintf(stderr, "vpcbox serve: \"%s\" is not %s: `vpcbox serve --help` lists the options\n", word, what);
    return 2;
}

static int help(void) {
    fputs(usage, stdout);
    if (fflush(stdout) == 0)
        return 0;
    fprintf(stderr, "vpcbox: the output cannot be written: %s\n", strerror(errno));
    return 1;
}

static bool digits(const char *s, size_t count) {
    return strlen(s) == count && strspn(s, "0123456789") == count;
}

static int parse_dataplane(const char *value, struct host_options *o) {
    static const char *const ways[] = {"auto", "tap", "kernel", "none"};

    for (uint8_t i = 0; i < 4; i++)
        if (text_is(value, ways[i])) {
            o->dataplane = i;
            return 0;
        }
    return -1;
}

static int parse_internet(const char *value, struct host_options *o) {
    static const char *const modes[] = {"lab", "none", "host"};

    for (uint8_t i = 0; i < 3; i++)
        if (text_is(value, modes[i])) {
            o->internet = i;
            return 0;
        }
    return -1;
}

int serve_main(int argc, char **argv) {
    static const struct option options[] = {{"home", required_argument, NULL, 'd'},
                                            {"port", required_argument, NULL, 'p'},
                                            {"dataplane", required_argument, NULL, 't'},
                                            {"internet", required_argument, NULL, 'i'},
                                            {"insecure-any-key", no_argument, NULL, 'k'},
                                            {"account", required_argument, NULL, 'a'},
                                            {"region", required_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct host_options o = {.account = "123456789012", .region = "ap-northeast-1"};
    const char *home = NULL, *dataplane = getenv("VPCBOX_DATAPLANE");
    int64_t n;
    int c;

    if (dataplane != NULL && parse_dataplane(dataplane, &o) < 0)
        return bad("VPCBOX_DATAPLANE", dataplane);
    opterr = 0;
    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (c) {
        case 'd':
            home = optarg;
            break;
        case 'p':
            if (parse_int(optarg, 0, 65535, &n) < 0)
                return bad("--port", optarg);
            o.port = (uint16_t)n;
            o.port_given = true;
            break;
        case 't':
            if (parse_dataplane(optarg, &o) < 0)
                return bad("--dataplane", optarg);
            break;
        case 'i':
            if (parse_internet(optarg, &o) < 0)
                return bad("--internet", optarg);
            break;
        case 'k':
            o.any_key = true;
            break;
        case 'a':
            if (!digits(optarg, 12))
                return bad("--account", optarg);
            memcpy(o.account, optarg, 13);
            break;
        case 'r':
            n = (int64_t)strlen(optarg);
            if (n < 3 || n > 30 || strspn(optarg, "abcdefghijklmnopqrstuvwxyz0123456789-") != (size_t)n)
                return bad("--region", optarg);
            memcpy(o.region, optarg, (size_t)n + 1);
            break;
        case 'h':
            return help();
        default:
            return not_understood("an option, or lacks its value", argv[optind - 1]);
        }
    }
    if (optind != argc)
        return not_understood("an option", argv[optind]);
    if (control_home(home, o.home) < 0)
        return bad("--home", home != NULL ? home : "");
    log_setup("host", LOG_LEVEL_INFO);
    return host_run(&o);
}
