/* SPDX-License-Identifier: Apache-2.0 */
/* The lab's repositories: see edge/lab_site.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/embed.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "edge/lab_site.h"

static const char FOLDER[] = "lab/git/";
enum { STREAM_MAX = 16 << 20, REPOSITORY_NAME_MAX = 64 };

struct lab_git {
    pthread_mutex_t lock; /* making a repository */
    char *dir;
};

int lab_git_new(const char *dir, struct lab_git **ret_git) {
    struct lab_git *g;

    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return -errno;
    g = calloc(1, sizeof(*g));
    if (g == NULL || (g->dir = strdup(dir)) == NULL) {
        free(g);
        return -ENOMEM;
    }
    pthread_mutex_init(&g->lock, NULL);
    *ret_git = g;
    return 0;
}

void lab_git_free(struct lab_git *g) {
    if (g == NULL)
        return;
    pthread_mutex_destroy(&g->lock);
    free(g->dir);
    free(g);
}

/* Runs git with stdin from a descriptor (or /dev/null) and nobody's configuration. */
static int run_git(const struct lab_git *g, char *const argv[], int input) {
    char home[PATH_MAX];
    char *const env[] = {(char[]){"PATH=/usr/local/bin:/usr/bin:/bin"},
                         (char[]){"GIT_CONFIG_NOSYSTEM=1"},
                         (char[]){"GIT_CONFIG_GLOBAL=/dev/null"},
                         (char[]){"GIT_CONFIG_COUNT=1"},
                         (char[]){"GIT_CONFIG_KEY_0=safe.directory"},
                         (char[]){"GIT_CONFIG_VALUE_0=*"},
                         home,
                         NULL};
    posix_spawn_file_actions_t actions;
    int r, status;
    pid_t pid;

    if ((size_t)snprintf(home, sizeof(home), "HOME=%s", g->dir) >= sizeof(home))
        return -ENAMETOOLONG;
    posix_spawn_file_actions_init(&actions);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, 0);
    else
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    r = -posix_spawnp(&pid, "git", &actions, NULL, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    if (r < 0)
        return r;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

/* What git fast-import reads: one commit with all files of data/lab/git/<name>/. */
static void write_stream(struct buf *b, const char *name) {
    const struct embed_file *f;
    char prefix[sizeof(FOLDER) + REPOSITORY_NAME_MAX + 1];

    snprintf(prefix, sizeof(prefix), "%s%s/", FOLDER, name);
    buf_puts(b, "commit refs/heads/main\n"
                "committer The Lab <lab@example.com> 1767225600 +0000\n"
                "data 13\nFirst commit\n");
    for (size_t i = 0; (f = embed_at(prefix, i)) != NULL; i++) {
        buf_printf(b, "M %s inline %s\ndata %zu\n", text_ends(f->name, ".sh") ? "100755" : "100644",
                   f->name + strlen(prefix), f->length);
        buf_append(b, f->data, f->length);
        buf_putc(b, '\n');
    }
    buf_puts(b, "done\n");
}

static int import(const struct lab_git *g, char *path, const struct buf *stream) {
    char *const init[] = {(char[]){"git"},
                          (char[]){"init"},
                          (char[]){"--bare"},
                          (char[]){"--quiet"},
                          (char[]){"-b"},
                          (char[]){"main"},
                          path,
                          NULL};
    char *const fast_import[] = {
        (char[]){"git"},     (char[]){"-C"},     path, (char[]){"fast-import"}, (char[]){"--quiet"},
        (char[]){"--force"}, (char[]){"--done"}, NULL};
    char *const info[] = {(char[]){"git"}, (char[]){"-C"}, path, (char[]){"update-server-info"}, NULL};
    int input = memfd_create("repository", MFD_CLOEXEC), r;

    if (input < 0)
        return -errno;
    r = fd_write_all(input, stream->data, stream->length);
    if (r == 0 && lseek(input, 0, SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        r = run_git(g, init, -1);
    if (r == 0)
        r = run_git(g, fast_import, input);
    if (r == 0)
        r = run_git(g, info, -1);
    close(input);
    return r;
}

/* The folder of a repository, made if it is not there.  Its name holds a hash of what is inside, so that
 * a newer program with other files makes it anew. */
static int repository(struct lab_git *g, const char *name, char path[PATH_MAX]) {
    struct buf stream = BUF_INIT(STREAM_MAX);
    char tmp[PATH_MAX];
    int r = 0, n;

    write_stream(&stream, name);
    n = snprintf(path, PATH_MAX, "%s/%s-%016llx.git", g->dir, name,
                 (unsigned long long)hash_bytes(stream.data, stream.length, 0));
    if (stream.overflow || n >= PATH_MAX - 4)
        r = -ENAMETOOLONG;
    pthread_mutex_lock(&g->lock);
    if (r == 0 && access(path, F_OK) < 0) {
        snprintf(tmp, sizeof(tmp), "%.*s.tmp", n, path);
        r = import(g, tmp, &stream);
        if (r == 0 && rename(tmp, path) < 0)
            r = -errno;
        if (r < 0)
            log_warn("lab: cannot make the repository %s: %s", name, strerror(-r));
    }
    pthread_mutex_unlock(&g->lock);
    buf_free(&stream);
    return r;
}

/* Which repository "/any/name.git/rest" means, and where rest begins. */
static const char *find_repository(const char *path, char name[REPOSITORY_NAME_MAX + 1]) {
    while (*path == '/') {
        const char *end = strchr(path + 1, '/');
        char prefix[sizeof(FOLDER) + REPOSITORY_NAME_MAX + 1];
        size_t length;

        if (end == NULL)
            return NULL;
        length = (size_t)(end - path - 1);
        if (length > 4 && memcmp(end - 4, ".git", 4) == 0)
            length -= 4;
        if (length > 0 && length <= REPOSITORY_NAME_MAX) {
            snprintf(prefix, sizeof(prefix), "%s%.*s/", FOLDER, (int)length, path + 1);
            if (embed_at(prefix, 0) != NULL) {
                snprintf(name, REPOSITORY_NAME_MAX + 1, "%.*s", (int)length, path + 1);
                return end + 1;
            }
        }
        path = end;
    }
    return NULL;
}

/* Git's own files have no other names: nothing hidden, nothing above. */
static bool plain_path(const char *path) {
    bool start = true;

    for (; *path != '\0'; path++) {
        if (start && (*path == '.' || *path == '/'))
            return false;
        start = *path == '/';
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/", *path) == NULL)
            return false;
    }
    return !start;
}

int lab_git_open(struct lab_git *g, const char *path, int *ret_fd) {
    char name[REPOSITORY_NAME_MAX + 1], folder[PATH_MAX], file[PATH_MAX];
    const char *rest = find_repository(path, name);
    struct stat st;
    int r, fd;

    if (rest == NULL || !plain_path(rest))
        return -ENOENT;
    r = repository(g, name, folder);
    if (r < 0)
        return r == -ENOENT ? -EIO : r; /* no git program is not the client's mistake */
    if ((size_t)snprintf(file, sizeof(file), "%s/%s", folder, rest) >= sizeof(file))
        return -ENOENT;
    fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOTDIR ? -ENOENT : -errno;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return -ENOENT;
    }
    *ret_fd = fd;
    return 0;
}
