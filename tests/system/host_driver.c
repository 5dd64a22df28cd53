/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A box whose region does what tests ask for instead of serving AWS's APIs: host, fabric, init and the
 * shims are the real ones.
 *
 *   host_driver serve OPTIONS…      as vpcbox serve
 *   host_driver ask HOME JSON       one request to the admin socket; prints the answer
 *   host_driver run HOME TARGET [--user NAME] -- COMMAND…   as vpcbox run
 *
 * Requests beside run, netns and status:
 *   {"do":"instance-start","id":"i-…","num":1,"ip":"10.0.0.5","user_data":"#!…"}
 *   {"do":"attach","id":"i-…","num":3,"device":1,"ip":"10.0.0.6"}, and "detach" with num alone
 *   {"do":"instance-stop","id":"i-…","how":"stop|reboot|terminate","force":false}
 *   {"do":"await","id":"i-…","state":"running|user-data|stopped|rebooting","seconds":10}
 *        takes the oldest such event out of the list; its status and text are the answer
 */
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/admin.h"
#include "daemon/region.h"
#include "daemon/serve.h"
#include "host/control.h"
#include "host/init.h"
#include "io/fabric.h"

enum { EVENTS_MAX = 256, ANSWER_MAX = 65536 };

static struct region_link *region;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t seen = PTHREAD_COND_INITIALIZER;
static struct message_instance_event events[EVENTS_MAX];
static size_t event_count;

static void keep_event(void *context, const struct message_instance_event *event) {
    (void)context;
    pthread_mutex_lock(&lock);
    if (event_count < EVENTS_MAX)
        events[event_count++] = *event;
    pthread_cond_broadcast(&seen);
    pthread_mutex_unlock(&lock);
}

static const char *text_in(const json_t *request, const char *key) {
    const char *s = json_string_value(json_object_get(request, key));

    return s != NULL ? s : "";
}

static bool read_eni(const json_t *request, struct message_eni *e) {
    e->num = (uint32_t)json_integer_value(json_object_get(request, "num"));
    e->device = (uint8_t)json_integer_value(json_object_get(request, "device"));
    snprintf(e->id, sizeof(e->id), "eni-0123456789abcde%02x", (unsigned)e->num & 0xff);
    e->mtu = 9001;
    e->mac = (struct mac){{0x06, 0, 0, 0, (uint8_t)(e->num >> 8), (uint8_t)e->num}};
    e->prefix_length = 24;
    e->address_count = 1;
    if (ip4_parse(text_in(request, "ip"), &e->addresses[0]) < 0)
        return false;
    e->gateway.v = (e->addresses[0].v & 0xffffff00) | 1;
    return true;
}

static json_t *plug(void *context, const json_t *request, const char **ret_error) {
    static _Thread_local char why[MESSAGE_NAME_BYTES];
    struct message_eni e = {0};
    bool in = text_is(text_in(request, "do"), "attach");

    (void)context;
    if (!read_eni(request, &e) && in) {
        *ret_error = "no ip";
        return NULL;
    }
    if (region_instance_interface(region, text_in(request, "id"), &e, in, why) < 0) {
        *ret_error = why;
        return NULL;
    }
    return json_object();
}

static json_t *start_instance(void *context, const json_t *request, const char **ret_error) {
    static _Thread_local char why[MESSAGE_NAME_BYTES];
    struct message_instance_start s = {.eni_count = 1, .resolver = {UINT32_C(10) << 24 | 2}};
    const char *data = text_in(request, "user_data");

    (void)context;
    snprintf(s.instance, sizeof(s.instance), "%s", text_in(request, "id"));
    snprintf(s.hostname, sizeof(s.hostname), "host-%s.internal", text_in(request, "id"));
    snprintf(s.search, sizeof(s.search), "test.internal");
    if (!read_eni(request, &s.enis[0])) {
        *ret_error = "no ip";
        return NULL;
    }
    if (region_instance_start(region, &s, data, strlen(data), why) < 0) {
        *ret_error = why;
        return NULL;
    }
    return json_object();
}

static json_t *stop_instance(void *context, const json_t *request, const char **ret_error) {
    static _Thread_local char why[MESSAGE_NAME_BYTES];
    const char *how = text_in(request, "how");

    (void)context;
    if (region_instance_stop(region, text_in(request, "id"),
                             text_is(how, "reboot")      ? MESSAGE_REBOOT
                             : text_is(how, "terminate") ? MESSAGE_TERMINATE
                                                         : MESSAGE_STOP,
                             json_is_true(json_object_get(request, "force")), why) < 0) {
        *ret_error = why;
        return NULL;
    }
    return json_object();
}

static json_t *await_event(void *context, const json_t *request, const char **ret_error) {
    static const char *const states[] = {"running", "user-data", "stopped", "rebooting"};
    struct message_instance_event found;
    json_int_t seconds = json_integer_value(json_object_get(request, "seconds"));
    struct timespec until;
    bool have = false;
    int r = 0;

    (void)context;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds > 0 ? seconds : 10;
    pthread_mutex_lock(&lock);
    while (!have && r == 0) {
        for (size_t i = 0; i < event_count && !have; i++)
            if (text_is(events[i].instance, text_in(request, "id")) &&
                text_is(states[events[i].state], text_in(request, "state"))) {
                found = events[i];
                memmove(&events[i], &events[i + 1], (--event_count - i) * sizeof(events[0]));
                have = true;
            }
        if (!have)
            r = pthread_cond_timedwait(&seen, &lock, &until);
    }
    pthread_mutex_unlock(&lock);
    if (!have) {
        *ret_error = "no such event came";
        return NULL;
    }
    return json_pack("{s:i,s:s}", "status", found.status, "text", found.text);
}

static int driver_region(void) {
    struct region_callbacks callbacks = {.instance_event = keep_event};
    sigset_t set;
    int number;

    log_setup("region", LOG_LEVEL_INFO);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    admin_register("instance-start", start_instance, NULL);
    admin_register("instance-stop", stop_instance, NULL);
    admin_register("attach", plug, NULL);
    admin_register("detach", plug, NULL);
    admin_register("await", await_event, NULL);
    if (region_link_open(MESSAGE_CHILD_SOCKET, &callbacks, &region) < 0 ||
        chdir(region_config(region)->home) < 0 || admin_serve(region, "admin.sock") < 0 ||
        region_ready(region) < 0)
        return 1;
    sigwait(&set, &number);
    return 0;
}

static int ask(int sock, json_t *request, const int *fds, size_t fd_count, json_t **ret_answer) {
    char *text = json_dumps(request, JSON_COMPACT), *answer = malloc(ANSWER_MAX);
    ssize_t n;

    n = text == NULL || answer == NULL || fd_send(sock, text, strlen(text), fds, fd_count) < 0
            ? -EIO
            : fd_receive(sock, answer, ANSWER_MAX, NULL, NULL);
    *ret_answer = n > 0 ? json_loadb(answer, (size_t)n, 0, NULL) : NULL;
    free(text);
    free(answer);
    return *ret_answer == NULL ? -EIO : 0;
}

static int ask_main(const char *home, const char *text) {
    json_t *request = json_loads(text, 0, NULL), *answer = NULL;
    int sock, r = control_connect(home, &sock);

    if (r == 0)
        r = ask(sock, request, NULL, 0, &answer);
    if (r < 0) {
        fprintf(stderr, "host_driver: %s\n", strerror(-r));
        return 2;
    }
    json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    return json_object_get(answer, "error") != NULL;
}

static int run_main(const char *home, const char *target, int argc, char **argv) {
    int sock, r = control_connect(home, &sock), at = 0;
    json_t *words = json_array(), *answer = NULL, *request;
    const char *user = "";

    if (argc > 2 && text_is(argv[0], "--user")) {
        user = argv[1];
        at = 2;
    }
    if (at < argc && text_is(argv[at], "--"))
        at++;
    for (; at < argc; at++)
        json_array_append_new(words, json_string(argv[at]));
    request = json_pack("{s:s,s:s,s:s,s:o}", "do", "run", "target", target, "user", user, "argv", words);
    if (r == 0)
        r = ask(sock, request, (int[]){0, 1, 2}, 3, &answer);
    while (r == 0 && json_object_get(answer, "exit") == NULL) {
        char text[1024];
        ssize_t n;

        if (json_object_get(answer, "error") != NULL) {
            fprintf(stderr, "host_driver: %s\n", text_in(answer, "error"));
            return 125;
        }
        n = fd_receive(sock, text, sizeof(text), NULL, NULL);
        json_decref(answer);
        answer = n > 0 ? json_loadb(text, (size_t)n, 0, NULL) : NULL;
        r = answer == NULL ? -EIO : 0;
    }
    if (r < 0) {
        fprintf(stderr, "host_driver: %s\n", strerror(-r));
        return 124;
    }
    return (int)json_integer_value(json_object_get(answer, "exit"));
}

int main(int argc, char **argv) {
    const char *slash = strrchr(argv[0], '/'), *name = slash != NULL ? slash + 1 : argv[0];
    int r = shim_main(name, argc, argv);

    if (r >= 0)
        return r;
    if (text_is(name, "vpcbox-region"))
        return driver_region();
    if (text_is(name, "vpcbox-fabric"))
        return io_fabric_main(MESSAGE_CHILD_SOCKET) < 0;
    if (text_is(name, "vpcbox-init"))
        return init_main();
    if (argc > 1 && text_is(argv[1], "serve"))
        return serve_main(argc - 1, argv + 1);
    if (argc == 4 && text_is(argv[1], "ask"))
        return ask_main(argv[2], argv[3]);
    if (argc > 4 && text_is(argv[1], "run"))
        return run_main(argv[2], argv[3], argc - 4, argv + 4);
    fprintf(stderr, "host_driver: see the top of its source\n");
    return 2;
}
