/* SPDX-License-Identifier: Apache-2.0 */
#include "store/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

enum { NUMBER_DIGITS = 19, FILE_MAX_BYTES = 4096 };
#define WORD "vpcbox "
/* WORD, the id, a blank, the number, a line's end */
enum {
    NUMBER_OFFSET = sizeof(WORD) - 1 + MARK_ID_BYTES - 1 + 1,
    FILE_BYTES = NUMBER_OFFSET + NUMBER_DIGITS + 1
};

static int path_of(const char *home, char out[PATH_MAX]) {
    return snprintf(out, PATH_MAX, "%s/objects/box.mark", home) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int mark_read(const char *home, struct mark *ret_mark) {
    char path[PATH_MAX], *data;
    struct mark mark;
    size_t length;
    int r = path_of(home, path);

    if (r == 0)
        r = fd_read_file(path, FILE_MAX_BYTES, &data, &length);
    if (r < 0)
        return r;
    r = length == FILE_BYTES && sscanf(data, WORD "%32[0-9a-f] %" SCNd64, mark.id, &mark.number) == 2
            ? 0
            : -ENOENT;
    free(data);
    if (r == 0)
        *ret_mark = mark;
    return r;
}

int mark_write(const char *home, const struct mark *mark) {
    char path[PATH_MAX], text[FILE_BYTES + 1];
    int r = path_of(home, path);

    if (r < 0)
        return r;
    snprintf(text, sizeof(text), WORD "%s %0*" PRId64 "\n", mark->id, NUMBER_DIGITS, mark->number);
    if (snprintf(path, sizeof(path), "%s/objects", home) < (int)sizeof(path) && mkdir(path, 0700) < 0 &&
        errno != EEXIST)
        return -errno;
    path_of(home, path);
    return fd_replace_file(path, text, strlen(text), 0600);
}

void mark_raise(const char *home, const struct mark *mark) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t written;
    char path[PATH_MAX], text[NUMBER_DIGITS + 1];
    int fd;

    if (path_of(home, path) < 0)
        return;
    pthread_mutex_lock(&lock);
    fd = mark->number > written ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        snprintf(text, sizeof(text), "%0*" PRId64, NUMBER_DIGITS, mark->number);
        if (pwrite(fd, text, NUMBER_DIGITS, NUMBER_OFFSET) == NUMBER_DIGITS)
            written = mark->number;
        close(fd);
    } else if (mark->number > written && errno == ENOENT && mark_write(home, mark) == 0) {
        written = mark->number;
    }
    pthread_mutex_unlock(&lock);
}
