/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that user data in the wild calls and that make no sense inside an instance as the
 * machine has them: systemctl and service talk to init; the package managers say what is true: the
 * machine's programs are all here, and none can be added.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "host/init.h"
#include "host/sudo.h"
#include "host/tools.h"
#include "host/userdata.h"

enum { REQUEST_MAX = 16384, ANSWER_MAX = 8192 };

static int ask_init(char *const *words, size_t count) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = INIT_SOCKET};
    char data[REQUEST_MAX], answer[ANSWER_MAX];
    size_t used = 0;
    int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), status = 1;
    ssize_t n;

    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(words[i]) + 1;

        if (bytes > sizeof(data) - used) {
            fprintf(stderr, "systemctl: too many arguments\n");
            return 1;
        }
        memcpy(data + used, words[i], bytes);
        used += bytes;
    }
    if (sock < 0 || connect(sock, (struct sockaddr *)&at, sizeof(at)) < 0 ||
        send(sock, data, used, MSG_NOSIGNAL) != (ssize_t)used) {
        fprintf(stderr, "systemctl: the instance's init cannot be reached: %s\n", strerror(errno));
        fd_close(&sock);
        return 1;
    }
    while ((n = recv(sock, answer, sizeof(answer) - 1, 0)) > 0) {
        answer[n] = '\0';
        if (answer[0] == 'x') {
            status = atoi(answer + 1);
            break;
        }
        fputs(answer + 1, answer[0] == 'e' ? stderr : stdout);
    }
    close(sock);
    return status;
}

static bool has_word(int argc, char **argv, const char *a, const char *b) {
    for (int i = 1; i < argc; i++)
        if (text_is(argv[i], a) || text_is(argv[i], b))
            return true;
    return false;
}

static int systemctl_main(int argc, char **argv) {
    bool quiet = has_word(argc, argv, "-q", "--quiet");
    int null = quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;

    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    return ask_init(argv, (size_t)argc);
}

/* --- iptables as a service, as the package iptables-services has it --- */

#define RULES "/etc/sysconfig/iptables"
#define IPTABLES_UNIT "/etc/systemd/system/iptables.service"

static int add_iptables_service(void) {
    static const char unit[] = "[Unit]\nDescription=IPv4 firewall with iptables\n\n"
                               "[Service]\nType=oneshot\nRemainAfterExit=yes\n"
                               "ExecStart=/bin/sh -c 'test ! -s " RULES " || iptables-restore " RULES "'\n"
                               "ExecReload=/bin/sh -c 'iptables-restore " RULES "'\n"
                               "ExecStop=/bin/sh -c 'iptables -F; iptables -t nat -F'\n\n"
                               "[Install]\nWantedBy=multi-user.target\n";
    int r;

    if (access(IPTABLES_UNIT, F_OK) == 0)
        return 0;
    r = fd_replace_file(IPTABLES_UNIT, unit, sizeof(unit) - 1, 0644);
    if (r < 0)
        fprintf(stderr, "%s: %s\n", IPTABLES_UNIT, strerror(-r));
    return r < 0 ? 1 : 0;
}

static int save_iptables(void) {
    int status;

    mkdir("/etc/sysconfig", 0755);
    /* A constant, in an instance, as its root.  NOLINTNEXTLINE(cert-env33-c) */
    status = system("iptables-save > " RULES ".new && mv " RULES ".new " RULES);
    if (status == 0)
        printf("iptables: Saving firewall rules to " RULES ": [  OK  ]\n");
    return status == 0 ? 0 : 1;
}

static int service_main(int argc, char **argv) {
    char *words[3] = {(char *)(size_t) "systemctl", NULL, NULL};

    if (argc < 2) {
        fprintf(stderr, "Usage: service < option > | --status-all | [ service_name [ command ] ]\n");
        return 1;
    }
    if (text_is(argv[1], "--status-all"))
        return ask_init(words, 1);
    if (argc > 2 && text_is(argv[1], "iptables") && text_is(argv[2], "save"))
        return save_iptables();
    words[1] = argc > 2 ? argv[2] : (char *)(size_t) "status";
    words[2] = argv[1];
    return ask_init(words, 3);
}

/* --- package managers --- */

/* Packages of Amazon Linux whose programs have other names, and the program that shows they are here. */
static const struct {
    const char *package, *program;
} packages[] = {
    {"amazon-ssm-agent", "vpcbox"},
    {"aws-cli", "aws"},
    {"awscli", "aws"},
    {"awscli-2", "aws"},
    {"bind-utils", "dig"},
    {"coreutils", "ls"},
    {"httpd", "apache2"},
    {"iproute", "ip"},
    {"iptables-nft", "iptables"},
    {"iputils", "ping"},
    {"net-tools", "netstat"},
    {"nmap-ncat", "nc"},
    {"openssh-clients", "ssh"},
    {"openssh-server", "sshd"},
    {"procps-ng", "ps"},
    {"python3-pip", "pip3"},
    {"traceroute", "traceroute"},
    {"util-linux", "mount"},
    {"ca-certificates", "openssl"},
    {"tar", "tar"},
    {"epel-release", "sh"},
    {"ec2-net-utils", "ip"},
    {"cronie", "cron"},
    {"vim-enhanced", "vim"},
};

static bool on_path(const char *program) {
    static const char *const folders[] = {"/run/vpcbox/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                          "/usr/bin"};
    char path[256];

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(path, sizeof(path), "%s/%.128s", folders[i], program);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

static int install(const char *package) {
    const char *program = package;

    if (text_is(package, "iptables-services") && on_path("iptables")) {
        printf("Package iptables-services: iptables is the machine's, its service is set up here.\n");
        return add_iptables_service();
    }
    for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
        if (text_is(package, packages[i].package))
            program = packages[i].program;
    if (strchr(program, '/') == NULL && on_path(program)) {
        printf("Package %s is already installed (the machine provides %s).\n", package, program);
        return 0;
    }
    fprintf(
        stderr,
        "No match for argument: %s\n"
        "Instances of vpcbox run the machine's own programs: install it on the machine, and it is here.\n",
        package);
    return 1;
}

static int package_main(const char *name, int argc, char **argv) {
    const char *verb = NULL;
    int status = 0, count = 0;

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            continue;
        if (verb == NULL) {
            verb = argv[i];
            continue;
        }
        count++;
        if (text_is(verb, "install") || text_is(verb, "reinstall") || text_is(verb, "localinstall") ||
            (text_is(name, "amazon-linux-extras") && text_is(verb, "enable"))) {
            char package[128];

            /* amazon-linux-extras names topics as nginx1, php8.2 or nginx1=latest */
            snprintf(package, sizeof(package), "%s", argv[i]);
            if (text_is(name, "amazon-linux-extras"))
                package[strcspn(package, "0123456789.=")] = '\0';
            status |= install(package);
        }
    }
    if (verb == NULL) {
        fprintf(stderr, "%s: You need to give some command\n", name);
        return 1;
    }
    if (text_is(verb, "install") || text_is(verb, "reinstall") || text_is(verb, "localinstall") ||
        text_is(verb, "enable"))
        return count == 0 ? 1 : status;
    if (text_is(verb, "update") || text_is(verb, "upgrade") || text_is(verb, "makecache") ||
        text_is(verb, "clean") || text_is(verb, "check-update")) {
        printf("Nothing to do.\n");
        return 0;
    }
    fprintf(stderr, "%s: \"%s\" means nothing here: instances of vpcbox run the machine's own programs.\n",
            name, verb);
    return 1;
}

static int power_main(const char *name, int argc, char **argv) {
    char *words[2] = {(char *)(size_t) "systemctl", (char *)(size_t) "poweroff"};

    if (text_is(name, "reboot") || (text_is(name, "shutdown") && has_word(argc, argv, "-r", "--reboot")))
        words[1] = (char *)(size_t) "reboot";
    if (has_word(argc, argv, "-c", "--help"))
        return 0;
    return ask_init(words, 2);
}

int shim_main(const char *name, int argc, char **argv) {
    if (text_is(name, "systemctl"))
        return systemctl_main(argc, argv);
    if (text_is(name, "sudo"))
        return sudo_main(argc, argv);
    if (text_is(name, "su"))
        return su_main(argc, argv);
    if (text_is(name, "ip"))
        return ip_main(argc, argv);
    if (text_is(name, "journalctl"))
        return journalctl_main(argc, argv);
    if (text_is(name, "cloud-init"))
        return cloud_init_main(argc, argv);
    if (text_is(name, "sysctl"))
        return sysctl_main(argc, argv);
    if (text_is(name, "modprobe"))
        return modprobe_main(argc, argv);
    if (text_is(name, "service"))
        return service_main(argc, argv);
    if (text_is(name, "yum") || text_is(name, "dnf") || text_is(name, "amazon-linux-extras"))
        return package_main(name, argc, argv);
    if (text_is(name, "reboot") || text_is(name, "poweroff") || text_is(name, "halt") ||
        text_is(name, "shutdown"))
        return power_main(name, argc, argv);
    return -1;
}
