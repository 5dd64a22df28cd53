/* SPDX-License-Identifier: Apache-2.0 */
/* The part of host/kernel.h that needs libbpf: a child of its own loads that, and the programs with it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/kernel.h"

#ifdef BPF_OBJECT
#include <bpf/libbpf.h>

#include "base/lazy.h"

__asm__(".pushsection .rodata\n.balign 8\n.hidden cache_object\n.hidden cache_object_end\n"
        "cache_object: .incbin \"" BPF_OBJECT "\"\ncache_object_end:\n.byte 0\n.popsection");
extern const char cache_object[], cache_object_end[];

LAZY_LIBRARY(bpf, "libbpf.so.1")
LAZY(bpf, libbpf_print_fn_t, libbpf_set_print, (libbpf_print_fn_t print), (print), NULL)
LAZY(bpf, struct bpf_object *, bpf_object__open_mem,
     (const void *object, size_t bytes, const struct bpf_object_open_opts *opts), (object, bytes, opts), NULL)
LAZY(bpf, int, bpf_object__load, (struct bpf_object * object), (object), -ELIBACC)
LAZY(bpf, int, bpf_object__find_map_fd_by_name, (const struct bpf_object *object, const char *name),
     (object, name), -ELIBACC)
LAZY(bpf, struct bpf_program *, bpf_object__find_program_by_name,
     (const struct bpf_object *object, const char *name), (object, name), NULL)
LAZY(bpf, int, bpf_program__fd, (const struct bpf_program *program), (program), -ELIBACC)

enum { SOCKET = 3, MAPS = 6, OBJECTS = 8 };

/* 0 with the descriptors, in the order of struct kernel: maps, then programs. */
static int load(int fds[OBJECTS]) {
    static const char *const names[OBJECTS] = {"flows", "flows6", "rules",   "config",
                                               "news",  "ports",  "port_in", "punt_in"};
    struct bpf_object *object;
    int r;

    libbpf_set_print(NULL);
    object = bpf_object__open_mem(cache_object, (size_t)(cache_object_end - cache_object), NULL);
    if (object == NULL)
        return -ELIBACC;
    r = bpf_object__load(object);
    for (int i = 0; r == 0 && i < OBJECTS; i++) {
        fds[i] = i < MAPS ? bpf_object__find_map_fd_by_name(object, names[i])
                          : bpf_program__fd(bpf_object__find_program_by_name(object, names[i]));
        if (fds[i] < 0)
            r = fds[i];
    }
    return r;
}

static int load_child(void *context) {
    int fds[OBJECTS], r = load(fds);

    (void)context;
    return fd_send(SOCKET, &r, sizeof(r), fds, r == 0 ? OBJECTS : 0) < 0;
}

/* 0 with the child's pid and the socket that it answers on. */
static int load_in_child(pid_t *ret_child, int *ret_answer) {
    int pair[2];
    pid_t child;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    child = space_child(&pair[1], 1, load_child, NULL);
    close(pair[1]);
    if (child < 0) {
        close(pair[0]);
        return child;
    }
    *ret_child = child;
    *ret_answer = pair[0];
    return 0;
}

static int hear_loaded(struct kernel *k) {
    int fds[OBJECTS] = {-1, -1, -1, -1, -1, -1, -1, -1}, status, r = -ECHILD;
    size_t count = OBJECTS;

    if (fd_receive(k->loaded, &r, sizeof(r), fds, &count) != (ssize_t)sizeof(r) ||
        (r == 0 && count != OBJECTS))
        r = -ECHILD;
    while (waitpid(k->loader, &status, 0) < 0 && errno == EINTR)
        ;
    if (r < 0)
        return r;
    k->flows = fds[0];
    k->flows6 = fds[1];
    k->rules = fds[2];
    k->config = fds[3];
    k->news = fds[4];
    k->ports = fds[5];
    k->port_in = fds[6];
    k->punt_in = fds[7];
    return 0;
}
#else
static int load_in_child(pid_t *ret_child, int *ret_answer) {
    (void)ret_child;
    (void)ret_answer;
    return -ENOSYS;
}

static int hear_loaded(struct kernel *k) {
    (void)k;
    return -ENOSYS;
}
#endif

static void tell_why(struct kernel *k, int r) {
    struct utsname machine = {0};

    if (r == -ENOSYS)
        snprintf(k->why, sizeof(k->why), "built without clang or libbpf-dev: install them and make again");
    else if (r == -ELIBACC)
        snprintf(k->why, sizeof(k->why), "libbpf.so.1 is missing: install libbpf1");
    else if (r == -EPERM)
        snprintf(k->why, sizeof(k->why),
                 "loading programs into the kernel needs the machine's root with CAP_BPF");
    else if (r < 0 && uname(&machine) == 0)
        snprintf(k->why, sizeof(k->why), "kernel %s refuses the program (%s); 5.19 and later should not",
                 machine.release, strerror(-r));
}

void kernel_load(struct kernel *ret) {
    *ret = (struct kernel){.flows = -1,
                           .flows6 = -1,
                           .rules = -1,
                           .config = -1,
                           .news = -1,
                           .ports = -1,
                           .port_in = -1,
                           .punt_in = -1,
                           .ns = -1,
                           .nl = -1,
                           .loaded = -1};
    tell_why(ret, geteuid() != 0 ? -EPERM : load_in_child(&ret->loader, &ret->loaded));
}

void kernel_loaded(struct kernel *k) {
    if (k->loader == 0)
        return;
    tell_why(k, hear_loaded(k));
    fd_close(&k->loaded);
    k->loader = 0;
}
