/* SPDX-License-Identifier: Apache-2.0 */
#include "host/firstboot.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

#define MARK "/var/lib/cloud/instance/sem/config_ssh"
#define IMDS "169.254.169.254"

enum { SKEL_MAX = 1 << 16, ANSWER_MAX = 32768, KEYS_MAX = 16384, WAIT_S = 2, TRIES = 5 };

static const char *const users[] = {"ec2-user", "ssm-user"};

/* --- homes --- */

/* No link that the user may have put there is followed. */
static void put_once(int folder, const char *name, const char *text, size_t length, mode_t mode,
                     const struct passwd *who) {
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

    if (fd < 0)
        return;
    if (fd_write_all(fd, text, length) == 0 && fchown(fd, who->pw_uid, who->pw_gid) < 0 && errno != EINVAL)
        dprintf(STDERR_FILENO, "%s: %s\n", name, strerror(errno));
    close(fd);
}

static void copy_skel(int home, const struct passwd *who) {
    DIR *skel = opendir("/etc/skel");
    struct dirent *e;

    while (skel != NULL && (e = readdir(skel)) != NULL) {
        char path[300], *text;
        size_t length;

        snprintf(path, sizeof(path), "/etc/skel/%s", e->d_name);
        if (e->d_type != DT_REG || fd_read_file(path, SKEL_MAX, &text, &length) < 0)
            continue;
        put_once(home, e->d_name, text, length, 0644, who);
        free(text);
    }
    if (skel != NULL)
        closedir(skel);
}

static void make_home(const struct passwd *who) {
    bool fresh = mkdir(who->pw_dir, 0700) == 0;
    int home = open(who->pw_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (home < 0)
        return;
    if (fresh)
        copy_skel(home, who);
    /* An instance of one user id has no other owner to give. */
    if (fstat(home, &st) == 0 && (fresh || st.st_uid == 0) && fchown(home, who->pw_uid, who->pw_gid) == 0)
        fchmod(home, 0700);
    close(home);
}

/* --- the key --- */

/* One exchange with IMDS; the body within answer (ANSWER_MAX), or NULL for anything but 200. */
static char *imds(const char *method, const char *path, const char *header, char *answer) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct timeval limit = {.tv_sec = WAIT_S};
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), n;
    size_t have = 0;
    char request[1024], *body;
    ssize_t got = -1;

    n = snprintf(request, sizeof(request),
                 "%s /latest/%s HTTP/1.1\r\nHost: " IMDS
                 "\r\n%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                 method, path, header);
    inet_pton(AF_INET, IMDS, &at.sin_addr);
    if (sock >= 0 && n > 0 && n < (int)sizeof(request) &&
        setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
        setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0 &&
        connect(sock, (struct sockaddr *)&at, sizeof(at)) == 0 && fd_write_all(sock, request, (size_t)n) == 0)
        while (have < ANSWER_MAX - 1 && (got = read(sock, answer + have, ANSWER_MAX - 1 - have)) > 0)
            have += (size_t)got;
    if (sock >= 0)
        close(sock);
    answer[have] = '\0';
    if (got != 0 || !text_starts(answer, "HTTP/1.1 "))
        return NULL;
    body = strstr(answer, "\r\n\r\n");
    return body != NULL && text_starts(answer + 9, "200") ? body + 4 : NULL;
}

static void authorize(const char *keys, const struct passwd *who, const char *options) {
    char path[256], text[KEYS_MAX + 512];
    int home = open(who->pw_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), folder;

    if (home < 0)
        return;
    if (mkdirat(home, ".ssh", 0700) == 0 &&
        fchownat(home, ".ssh", who->pw_uid, who->pw_gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != EINVAL)
        dprintf(STDERR_FILENO, "cloud-init: .ssh: %s\n", strerror(errno));
    folder = openat(home, ".ssh", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(home);
    if (folder < 0)
        return;
    snprintf(path, sizeof(path), "authorized_keys");
    snprintf(text, sizeof(text), "%s%s%s", options, keys, text_ends(keys, "\n") ? "" : "\n");
    put_once(folder, path, text, strlen(text), 0600, who);
    close(folder);
}

static void fetch_key(void) {
    static const char refusal[] =
        "no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command=\"echo 'Please login as the user "
        "\\\"ec2-user\\\" rather than the user \\\"root\\\".';echo;sleep 10;exit 142\" ";
    const struct timespec pause = {.tv_nsec = 300000000};
    static char answer[ANSWER_MAX];
    char header[512], keys[KEYS_MAX];
    const struct passwd *who;
    char *body = NULL;

    for (int i = 0; i < TRIES && body == NULL; i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        body = imds("PUT", "api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60", answer);
    }
    if (body == NULL)
        return;
    snprintf(header, sizeof(header), "X-aws-ec2-metadata-token: %.400s", body);
    body = imds("GET", "meta-data/public-keys/0/openssh-key", header, answer);
    if (body == NULL || *body == '\0' || strlen(body) >= sizeof(keys))
        return;
    snprintf(keys, sizeof(keys), "%s", body);
    who = getpwnam(users[0]);
    if (who != NULL)
        authorize(keys, who, "");
    who = getpwuid(0);
    if (who != NULL)
        authorize(keys, who, refusal);
}

void firstboot(void) {
    int mark;

    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        const struct passwd *who = getpwnam(users[i]);

        if (who != NULL)
            make_home(who);
    }
    mark = open(MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (mark < 0)
        return;
    close(mark);
    if (fork() == 0) {
        close_range(3, ~0U, 0);
        fetch_key();
        _exit(0);
    }
}
