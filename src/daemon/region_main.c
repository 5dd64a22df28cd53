/* SPDX-License-Identifier: Apache-2.0 */
/* The region process from its start to its end. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pages.h"
#include "daemon/admin.h"
#include "daemon/services.h"
#include "host/host.h"
#include "io/sandbox.h"

static int serve(struct services *services, struct region_link *link, const sigset_t *ends) {
    int r, number;

    if (chdir(region_config(link)->home) < 0) {
        log_error("%s: %s", region_config(link)->home, strerror(errno));
        return HOST_EXIT_FATAL;
    }
    if (services_start(services, link) < 0)
        return HOST_EXIT_FATAL;
    r = admin_serve(link, "admin.sock");
    if (r < 0) {
        log_error("admin.sock: %s", strerror(-r));
        return HOST_EXIT_FATAL;
    }
    r = region_ready(link);
    pages_forget_code();
    while (r == 0 && sigwait(ends, &number) != 0)
        ;
    unlink("admin.sock");
    return r < 0 ? 1 : 0;
}

int region_main(int sock) {
    struct services *services;
    struct region_callbacks callbacks = {.instance_event = services_instance_event};
    struct region_link *link;
    sigset_t set;
    int r = sandbox_enter(SANDBOX_REGION);

    if (r < 0) {
        log_error("cannot give up what it does not need: %s", strerror(-r));
        return HOST_EXIT_FATAL;
    }
    services = services_new();
    callbacks.context = services;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* the threads inherit it */
    sigdelset(&set, SIGPIPE);
    umask(077); /* what it keeps is nobody else's, even in a folder that everybody may read */
    r = services == NULL ? -ENOMEM : region_link_open(sock, &callbacks, &link);
    if (r < 0) {
        log_error("no greeting from host: %s", strerror(-r));
        return HOST_EXIT_FATAL;
    }
    r = serve(services, link, &set);
    services_stop(services);
    region_link_close(link);
    return r;
}
