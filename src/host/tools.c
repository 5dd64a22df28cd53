/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tools.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

/* --- ip --- */

/* The machine's own program of that name. */
static int run_real(const char *name, const char *package, char **argv) {
    static const char *const places[] = {"/usr/sbin", "/usr/bin"};
    char path[64];

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", places[i], name);
        execv(path, argv);
    }
    fprintf(stderr, "%s: %s: install %s on the machine\n", name, strerror(errno), package);
    return 127;
}

static int run_ip(char **argv) {
    return run_real("ip", "iproute2", argv);
}

/* Whether what it prints names interfaces as link, address and monitor do. */
static bool shows_links(int argc, char **argv) {
    static const char *const objects[] = {"link", "address", "monitor", "addr"};
    static const char *const valued[] = {"-f", "-family", "-n", "-netns", "-rc", "-rcvbuf", "-l", "-loops"};

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            if (text_starts(argv[i], "-j") || text_starts(argv[i], "-b") || text_starts(argv[i], "-V"))
                if (!text_is(argv[i], "-br") && !text_starts(argv[i], "-bri"))
                    return false;
            for (size_t k = 0; k < sizeof(valued) / sizeof(valued[0]); k++)
                if (text_is(argv[i], valued[k])) {
                    i++;
                    break;
                }
            continue;
        }
        for (size_t k = 0; k < sizeof(objects) / sizeof(objects[0]); k++)
            if (strncmp(objects[k], argv[i], strlen(argv[i])) == 0)
                return true;
        return false;
    }
    return false;
}

/* "3: eth0@if9: <UP>", "eth0@if9  UP": the mark and its number, after a name; " link-netnsid 0" at a line's end. */
static void plain_line(char *line) {
    char *at = strstr(line, " link-netnsid "), *end;

    if (at != NULL)
        memmove(at, "\n", 2);
    at = line;

    while ((at = strstr(at, "@if")) != NULL) {
        end = at + 3 + strspn(at + 3, "0123456789");
        if (end > at + 3 && at > line && isalnum((unsigned char)at[-1]) &&
            (*end == ':' || isspace((unsigned char)*end)))
            memmove(at, end, strlen(end) + 1);
        else
            at += 3;
    }
}

int ip_main(int argc, char **argv) {
    int out[2], status;
    char *line = NULL;
    size_t size = 0;
    FILE *from;
    pid_t pid;

    if (!shows_links(argc, argv) || pipe(out) < 0)
        return run_ip(argv);
    pid = fork();
    if (pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        _exit(run_ip(argv));
    }
    close(out[1]);
    from = pid < 0 ? NULL : fdopen(out[0], "r");
    if (from == NULL) {
        close(out[0]);
        return 127;
    }
    signal(SIGINT, SIG_IGN); /* it ends by that itself */
    while (getline(&line, &size, from) > 0) {
        plain_line(line);
        fputs(line, stdout);
        if (fflush(stdout) != 0)
            break;
    }
    free(line);
    fclose(from);
    if (waitpid(pid, &status, 0) < 0)
        return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- sysctl --- */

/* "net.netfilter.nf_conntrack_max=65536" where that is the machine's.  True when it is dealt with. */
static bool is_machines(const char *word, int *status_io) {
    static const char *const keys[] = {"nf_conntrack_max", "nf_conntrack_buckets", "nf_conntrack_expect_max"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t n = strcspn(word, "="), length = strlen(keys[i]);
        char path[128], value[32] = "";
        FILE *f;
        int fd;

        if (word[n] != '=' || n <= length || strncmp(word + n - length, keys[i], length) != 0 ||
            (word[n - length - 1] != '.' && word[n - length - 1] != '/'))
            continue;
        snprintf(path, sizeof(path), "/proc/sys/net/netfilter/%s", keys[i]);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd >= 0) { /* this kernel keeps it by namespace */
            close(fd);
            return false;
        }
        f = fopen(path, "re");
        if (f == NULL)
            return false;
        if (fgets(value, sizeof(value), f) != NULL)
            value[strcspn(value, "\n")] = '\0';
        fclose(f);
        fprintf(stderr,
                "sysctl: net.netfilter.%s stays %s: the kernel keeps one for the whole machine, change it "
                "there\n",
                keys[i], value);
        if (strtoull(word + n + 1, NULL, 10) > strtoull(value, NULL, 10))
            *status_io = 1; /* less than was asked for */
        return true;
    }
    return false;
}

int sysctl_main(int argc, char **argv) {
    int kept = 1, words = 0, status = 0, real;
    pid_t pid;

    for (int i = 1; i < argc; i++) {
        if (is_machines(argv[i], &status))
            continue;
        words += argv[i][0] != '-' || !text_is(argv[i], "-w");
        argv[kept++] = argv[i];
    }
    if (kept == argc)
        return run_real("sysctl", "procps", argv);
    argv[kept] = NULL;
    if (words == 0)
        return status;
    pid = fork();
    if (pid == 0)
        _exit(run_real("sysctl", "procps", argv));
    if (pid < 0 || waitpid(pid, &real, 0) < 0)
        return 127;
    return WIFEXITED(real) && WEXITSTATUS(real) != 0 ? WEXITSTATUS(real) : status;
}

/* --- modprobe --- */

static bool exists(const char *fmt, const char *name) __attribute__((format(printf, 1, 0)));

static bool exists(const char *fmt, const char *name) {
    char path[512];

    snprintf(path, sizeof(path), fmt, name);
    return access(path, F_OK) == 0;
}

/* A line of the file with that module: "kernel/net/netfilter/nf_conntrack.ko", or in /proc/filesystems its name. */
static bool listed(const char *path, const char *name, bool file) {
    FILE *f = fopen(path, "re");
    char line[1024];
    bool found = false;

    while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL) {
        char *last = strrchr(line, file ? '/' : '\t');

        if (last == NULL)
            continue;
        last++;
        last[strcspn(last, file ? ".\n" : "\n")] = '\0';
        for (char *p = last; *p != '\0'; p++)
            *p = *p == '-' ? '_' : *p;
        found = text_is(last, name);
    }
    if (f != NULL)
        fclose(f);
    return found;
}

/* What shows that a part of the kernel is there when neither /sys/module nor the list of built-in ones says so. */
static bool shown(const char *name) {
    static const struct {
        const char *module, *path;
    } signs[] = {
        {"nf_conntrack", "/proc/sys/net/netfilter/nf_conntrack_max"},
        {"nf_conntrack_ipv4", "/proc/sys/net/netfilter/nf_conntrack_max"},
        {"ip_conntrack", "/proc/sys/net/netfilter/nf_conntrack_max"},
        {"ip_tables", "/proc/net/ip_tables_names"},
        {"iptable_nat", "/proc/net/ip_tables_names"},
        {"iptable_filter", "/proc/net/ip_tables_names"},
        {"iptable_mangle", "/proc/net/ip_tables_names"},
        {"br_netfilter", "/proc/sys/net/bridge"},
        {"tun", "/dev/net/tun"},
        {"ipv6", "/proc/sys/net/ipv6"},
        {"wireguard", "/sys/module/wireguard"},
    };

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (text_is(name, signs[i].module))
            return access(signs[i].path, F_OK) == 0;
    return false;
}

static bool has_module(const char *name) {
    struct utsname machine;
    char builtin[256];

    if (exists("/sys/module/%s", name) || shown(name) || listed("/proc/filesystems", name, false))
        return true;
    if (uname(&machine) < 0)
        return false;
    snprintf(builtin, sizeof(builtin), "/usr/lib/modules/%.200s/modules.builtin", machine.release);
    return listed(builtin, name, true);
}

int modprobe_main(int argc, char **argv) {
    bool quiet = false, remove = false, all = false;
    struct utsname machine = {0};
    int status = 0, count = 0;

    uname(&machine);
    for (int i = 1; i < argc; i++) {
        char name[128];

        if (argv[i][0] == '-') {
            quiet = quiet || text_is(argv[i], "-q") || text_is(argv[i], "--quiet");
            remove = remove || text_is(argv[i], "-r") || text_is(argv[i], "--remove");
            all = all || text_is(argv[i], "-a") || text_is(argv[i], "--all");
            continue;
        }
        if (count++ > 0 && !all) /* parameters of the module */
            break;
        snprintf(name, sizeof(name), "%s", argv[i]);
        for (char *p = name; *p != '\0'; p++)
            *p = *p == '-' ? '_' : *p;
        if (remove) {
            fprintf(
                stderr,
                "modprobe: FATAL: Module %s is in use: the kernel is the machine's, and all instances'.\n",
                argv[i]);
            status = 1;
        } else if (strchr(name, '/') != NULL || !has_module(name)) {
            if (!quiet)
                fprintf(stderr,
                        "modprobe: FATAL: Module %s not found in directory /lib/modules/%s\n"
                        "The kernel is the machine's: load it there (modprobe %s), and it is here.\n",
                        argv[i], machine.release, argv[i]);
            status = 1;
        }
    }
    if (count == 0) {
        fprintf(stderr, "modprobe: ERROR: missing parameters. See -h.\n");
        return 1;
    }
    return status;
}
