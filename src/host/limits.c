/* SPDX-License-Identifier: Apache-2.0 */
#include "host/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

enum {
    MEMORY_FLOOR_MIB = 512,
    DISK_FLOOR_GIB = 8,
    PROCESSES_A_MIB = 4, /* t3.micro: 4096; Linux itself would allow twice as many for that memory */
    PROCESSES_MAX = 32768,
    OPEN_FILES = 65536,
    WEIGHT = 100,
    BOX_WEIGHT = 300,
    OOM_SCORE = 500 /* added to what a process's memory counts, in thousandths of the machine's */
};

static uint64_t machine_memory(void) {
    struct sysinfo s;

    return sysinfo(&s) < 0 ? GIB : (uint64_t)s.totalram * s.mem_unit;
}

static uint64_t number_in(const char *path, uint64_t otherwise) {
    char *text;
    size_t length;
    uint64_t n;

    if (fd_read_file(path, 64, &text, &length) < 0)
        return otherwise;
    n = strtoull(text, NULL, 10);
    free(text);
    return n > 0 ? n : otherwise;
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* What is left to the machine: an eighth, and not less than a GiB of one that has more than two. */
static uint64_t memory_for_instances(void) {
    uint64_t all = machine_memory();

    return all > 2 * GIB ? all - most(all / 8, GIB) : all / 2;
}

static uint64_t processes_for_instances(void) {
    return least(number_in("/proc/sys/kernel/threads-max", PROCESSES_MAX),
                 number_in("/proc/sys/kernel/pid_max", PROCESSES_MAX)) /
           2;
}

void limits_of_box(struct cgroup_limits *ret) {
    *ret = (struct cgroup_limits){.memory_bytes = memory_for_instances(),
                                  .processes = (uint32_t)processes_for_instances(),
                                  .weight = BOX_WEIGHT};
}

struct limits limits_of(const struct message_size *type) {
    uint64_t mib = most(type->memory_mib, MEMORY_FLOOR_MIB);
    uint64_t memory = least(mib * MIB, memory_for_instances());

    return (struct limits){
        .group = {.memory_bytes = memory,
                  .processes =
                      (uint32_t)least(least(mib * PROCESSES_A_MIB, PROCESSES_MAX), processes_for_instances()),
                  .weight = WEIGHT,
                  .processors = type->vcpus < (uint32_t)get_nprocs() ? type->vcpus : 0},
        .disk_bytes = most(type->disk_gib, DISK_FLOOR_GIB) * GIB,
        .tmp_bytes = memory / 2, /* as tmp.mount of systemd has it */
        .run_bytes = memory / 5,
        .shm_bytes = memory / 2,
        .files = OPEN_FILES,
    };
}

/* Hard and soft, but never above what is allowed. */
static void lower(int what, rlim_t to) {
    struct rlimit now;

    if (getrlimit((__rlimit_resource_t)what, &now) == 0 && (now.rlim_max > to || now.rlim_cur > to)) {
        now.rlim_max = least(now.rlim_max, to);
        now.rlim_cur = least(now.rlim_cur, now.rlim_max);
        setrlimit((__rlimit_resource_t)what, &now);
    }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SHADOWED = 1 }; /* a sanitizer's shadow of all memory is data too */
#else
enum { SHADOWED = 0 };
#endif

void limits_before(void) {
    char text[8];
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), n = snprintf(text, 8, "%d", OOM_SCORE);

    if (fd >= 0 && write(fd, text, (size_t)n) < 0)
        dprintf(STDOUT_FILENO, "vpcbox: oom_score_adj: %s\n", strerror(errno));
    fd_close(&fd);
}

/* Since 5.14 a namespace's ids have counts of their own; before, all of a user's processes counted as one. */
static int counts_by_namespace(void) {
    struct utsname machine;
    unsigned major = 0, minor = 0;

    return uname(&machine) == 0 && sscanf(machine.release, "%u.%u", &major, &minor) == 2 &&
           (major > 5 || (major == 5 && minor >= 14));
}

void limits_apply(const struct limits *l, const struct cgroup *groups) {
    struct rlimit files = {l->files, l->files};

    if (setrlimit(RLIMIT_NOFILE, &files) < 0)
        lower(RLIMIT_NOFILE, l->files);
    lower(RLIMIT_FSIZE, l->disk_bytes);
    if (counts_by_namespace())
        lower(RLIMIT_NPROC, l->group.processes);
    if (groups->places[CGROUP_MEMORY].folder < 0 && !SHADOWED)
        lower(RLIMIT_DATA, l->group.memory_bytes);
}
