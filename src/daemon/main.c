/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One program under many names: the processes of a box are started under theirs (vpcbox-region,
 * vpcbox-fabric, vpcbox-uplink), instances see vpcbox-init, systemctl and others, and the aws CLI calls
 * session-manager-plugin.  Under its own name the first argument is a command: those below, or one of
 * src/cli's table.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "daemon/explain_json.h"
#include "daemon/fsck.h"
#include "daemon/region.h"
#include "daemon/serve.h"
#include "host/init.h"
#include "host/message.h"
#include "io/fabric.h"
#include "io/uplink.h"
#include "session/agent.h"
#include "session/plugin.h"

static int run_init(int argc, char **argv) {
    (void)argc;
    (void)argv;
    return init_main();
}

static int run_region(int argc, char **argv) {
    (void)argc;
    (void)argv;
    log_setup("region", LOG_LEVEL_INFO);
    return region_main(MESSAGE_CHILD_SOCKET);
}

static int run_fabric(int argc, char **argv) {
    (void)argc;
    (void)argv;
    log_setup("fabric", LOG_LEVEL_INFO);
    return io_fabric_main(MESSAGE_CHILD_SOCKET) < 0 ? 1 : 0;
}

static int run_uplink(int argc, char **argv) {
    (void)argc;
    (void)argv;
    log_setup("uplink", LOG_LEVEL_INFO);
    return io_uplink_main(MESSAGE_CHILD_SOCKET);
}

struct entry {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is that name */
};

static const struct entry by_own_name[] = {
    {"vpcbox-region", run_region}, {"vpcbox-fabric", run_fabric},           {"vpcbox-uplink", run_uplink},
    {"vpcbox-init", run_init},     {"session-manager-plugin", plugin_main},
};

static const struct entry by_argument[] = {
    {"serve", serve_main}, {"ssm-agent", agent_main},   {"ssm-session-worker", agent_worker_main},
    {"join", join_main},   {"terminal", terminal_main},
};

/* A caller that closed 0, 1 or 2 must not make the next socket take that number. */
static void keep_standard_numbers(void) {
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* The test builds: a find ends the process by a signal, which host tells of.  Leaks cannot be looked for, since
 * that needs ptrace, which the sandbox refuses. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void) {
    return "detect_leaks=0:abort_on_error=1:disable_coredump=1";
}

const char *__ubsan_default_options(void) {
    return "abort_on_error=1:print_stacktrace=1";
}

const char *__tsan_default_options(void) {
    return "halt_on_error=0:report_thread_leaks=1:second_deadlock_stack=1";
}
#endif

int main(int argc, char **argv) {
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = argc == 0 ? "vpcbox" : slash != NULL ? slash + 1 : argv[0];
    int r;

    keep_standard_numbers();
    for (size_t i = 0; i < sizeof(by_own_name) / sizeof(by_own_name[0]); i++)
        if (text_is(name, by_own_name[i].name))
            return by_own_name[i].run(argc, argv);
    r = shim_main(name, argc, argv);
    if (r >= 0)
        return r;
    for (size_t i = 0; argc > 1 && i < sizeof(by_argument) / sizeof(by_argument[0]); i++)
        if (text_is(argv[1], by_argument[i].name))
            return by_argument[i].run(argc - 1, argv + 1);
    return cli_main(argc, argv, explain_file, fsck_home);
}
