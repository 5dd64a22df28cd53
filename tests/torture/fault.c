/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: a library put before the C library's (LD_PRELOAD) that makes allocation, writing or syncing fail on order.
 *
 * Theory of operation: it sleeps in every process but region's, whose argv[0] it looks for when it is loaded.  There it
 * maps TORTURE_FILE, which the driver (tests/torture/run) has mapped too: `kind` says which calls are counted, `at`
 * which of them fails (0: none, they are only counted), `for_good` whether all that come after it fail as well.
 * Which call failed goes, as a stack of addresses, to standard error when TORTURE_STACK is set.  SQLite's file system, the objects' store and everything else go by these calls, so no layer needs a door of its own
 * for faults.  Writes fail on regular files alone: a socket that fails is a client that went.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { NONE, MEMORY, FULL, SYNC, DAMAGE };

/* Shared with the driver: struct "=IIIIII" there. */
struct order {
    _Atomic uint32_t kind, at, for_good, count, failed, pad;
};

static struct order *order;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("TORTURE_FILE");
    char name[16] = "";
    void *map;
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, name, sizeof(name) - 1) >= 0)
        close(fd);
    if (path == NULL || strcmp(name, "vpcbox-region") != 0)
        return;
    fd = open(path, O_RDWR | O_CLOEXEC);
    map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*order), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        order = map;
    if (fd >= 0)
        close(fd);
}

static bool fails(enum kind kind) {
    uint32_t n;

    if (order == NULL || order->kind != kind)
        return false;
    n = ++order->count;
    if (order->at == 0 || (order->for_good ? n < order->at : n != order->at))
        return false;
    if (order->failed++ == 0 && getenv("TORTURE_STACK") != NULL) {
        void *stack[64];

        backtrace_symbols_fd(stack, backtrace(stack, 64), STDERR_FILENO);
    }
    return true;
}

static bool fails_at(enum kind kind, int fd) {
    struct stat st;

    return order != NULL && order->kind == kind && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fails(kind);
}

/* The next of that name, looked up once. */
#define NEXT(name)                                                                                           \
    static __typeof__(&name) next;                                                                           \
    if (next == NULL)                                                                                        \
    next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL(error, result)                                                                                  \
    do {                                                                                                     \
        errno = error;                                                                                       \
        return result;                                                                                       \
    } while (0)

/* --- memory: glibc's own names, since dlsym() allocates --- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *p, size_t bytes);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

void *malloc(size_t bytes) {
    if (fails(MEMORY))
        FAIL(ENOMEM, NULL);
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    if (fails(MEMORY))
        FAIL(ENOMEM, NULL);
    return __libc_calloc(count, bytes);
}

void *realloc(void *p, size_t bytes) {
    if (fails(MEMORY))
        FAIL(ENOMEM, NULL);
    return __libc_realloc(p, bytes);
}

/* --- a disk that is full --- */

ssize_t write(int fd, const void *data, size_t bytes) {
    NEXT(write);
    if (fails_at(FULL, fd))
        FAIL(ENOSPC, -1);
    return next(fd, data, bytes);
}

ssize_t writev(int fd, const struct iovec *v, int count) {
    NEXT(writev);
    if (fails_at(FULL, fd))
        FAIL(ENOSPC, -1);
    return next(fd, v, count);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at) {
    NEXT(pwrite);
    if (fails_at(FULL, fd))
        FAIL(ENOSPC, -1);
    return next(fd, data, bytes, at);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t at) {
    NEXT(pwrite64);
    if (fails_at(FULL, fd))
        FAIL(ENOSPC, -1);
    return next(fd, data, bytes, at);
}

int ftruncate(int fd, off_t bytes) {
    NEXT(ftruncate);
    if (fails_at(FULL, fd))
        FAIL(ENOSPC, -1);
    return next(fd, bytes);
}

int ftruncate64(int fd, off64_t bytes) {
    NEXT(ftruncate64);
    if (fails_at(FULL, fd))
        FAIL(ENOSPC, -1);
    return next(fd, bytes);
}

int posix_fallocate(int fd, off_t at, off_t bytes) {
    NEXT(posix_fallocate);
    return fails_at(FULL, fd) ? ENOSPC : next(fd, at, bytes);
}

int fallocate(int fd, int mode, off_t at, off_t bytes) {
    NEXT(fallocate);
    if (fails_at(FULL, fd))
        FAIL(ENOSPC, -1);
    return next(fd, mode, at, bytes);
}

/* What opens and may make: the mode is read, and a new file's name needs room too. */
#define OPENED(...)                                                                                          \
    if (flags & (O_CREAT | __O_TMPFILE)) {                                                                   \
        va_list ap;                                                                                          \
        mode_t mode;                                                                                         \
                                                                                                             \
        va_start(ap, flags);                                                                                 \
        mode = va_arg(ap, mode_t);                                                                           \
        va_end(ap);                                                                                          \
        if (fails(FULL))                                                                                     \
            FAIL(ENOSPC, -1);                                                                                \
        return next(__VA_ARGS__, mode);                                                                      \
    }                                                                                                        \
    return next(__VA_ARGS__)

int open(const char *path, int flags, ...) {
    NEXT(open);
    OPENED(path, flags);
}

int open64(const char *path, int flags, ...) {
    NEXT(open64);
    OPENED(path, flags);
}

int openat(int folder, const char *path, int flags, ...) {
    NEXT(openat);
    OPENED(folder, path, flags);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    NEXT(mkdirat);
    if (fails(FULL))
        FAIL(ENOSPC, -1);
    return next(folder, path, mode);
}

/* --- a disk that does not take what it was given --- */

int fsync(int fd) {
    NEXT(fsync);
    if (fails_at(SYNC, fd))
        FAIL(EIO, -1);
    return next(fd);
}

int fdatasync(int fd) {
    NEXT(fdatasync);
    if (fails_at(SYNC, fd))
        FAIL(EIO, -1);
    return next(fd);
}

int rename(const char *from, const char *to) {
    NEXT(rename);
    if (fails(SYNC))
        FAIL(EIO, -1);
    return next(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    NEXT(renameat);
    if (fails(SYNC))
        FAIL(EIO, -1);
    return next(from_folder, from, to_folder, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    NEXT(linkat);
    if (fails(SYNC))
        FAIL(EIO, -1);
    return next(from_folder, from, to_folder, to, flags);
}

/* --- a disk that cannot be read --- */

ssize_t read(int fd, void *data, size_t bytes) {
    NEXT(read);
    if (fails_at(DAMAGE, fd))
        FAIL(EIO, -1);
    return next(fd, data, bytes);
}

ssize_t pread(int fd, void *data, size_t bytes, off_t at) {
    NEXT(pread);
    if (fails_at(DAMAGE, fd))
        FAIL(EIO, -1);
    return next(fd, data, bytes, at);
}

ssize_t pread64(int fd, void *data, size_t bytes, off64_t at) {
    NEXT(pread64);
    if (fails_at(DAMAGE, fd))
        FAIL(EIO, -1);
    return next(fd, data, bytes, at);
}
