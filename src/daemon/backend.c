/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "compile/compile.h"

enum { CONSOLE_BYTES = 64 * 1024, ENI_MTU = 9001 };

struct backend {
    struct region_link *link;
    struct store *store;
    struct api_backend api;
    pthread_mutex_t publishing;
    struct image *image;              /* the last one published, or NULL; under publishing */
    struct compile_failures failures; /* of that one */
};

static struct ip4 address(const char *text) {
    struct ip4 a = {0};

    if (text != NULL && ip4_parse(text, &a) < 0)
        a.v = 0;
    return a;
}

static int eni(const struct api_instance_eni *from, struct message_eni *to) {
    to->num = from->num;
    to->mtu = ENI_MTU;
    if (mac_parse(from->mac, &to->mac) < 0)
        return -EINVAL;
    to->device = (uint8_t)from->device_index;
    snprintf(to->id, sizeof(to->id), "%s", from->id == NULL ? "" : from->id);
    to->prefix_length = from->prefix_length;
    to->address_count = 1;
    to->addresses[0] = address(from->address);
    to->gateway = address(from->gateway);
    to->prefix6_length = from->prefix6_length;
    for (size_t i = 0; i < from->address6_count && i < MESSAGE_ADDRESSES_MAX; i++)
        if (ip_parse(from->addresses6[i], &to->addresses6[to->address6_count++]) < 0)
            return -EINVAL;
    return 0;
}

static int start(void *user, const struct api_instance_start *in) {
    struct backend *b = user;
    struct message_instance_start m = {.resolver = address(in->resolver),
                                       .eni_count = (uint32_t)in->eni_count,
                                       .size = {in->memory_mib, in->vcpus, in->disk_gib}};
    char why[MESSAGE_NAME_BYTES] = "";
    int r;

    if (in->eni_count > MESSAGE_ENIS_MAX)
        return -E2BIG;
    snprintf(m.instance, sizeof(m.instance), "%s", in->id);
    snprintf(m.hostname, sizeof(m.hostname), "%s", in->hostname);
    m.ssh_key = in->ssh_key;
    snprintf(m.search, sizeof(m.search), "%s", in->domain == NULL ? "" : in->domain);
    for (size_t i = 0; i < in->eni_count; i++) {
        r = eni(&in->enis[i], &m.enis[i]);
        if (r < 0)
            return r;
    }
    r = region_instance_start(b->link, &m, in->user_data, in->user_data_length, why);
    if (r < 0 && r != -ENOTSUP)
        log_error("instance %s did not start: %s", in->id, *why != '\0' ? why : strerror(-r));
    return r;
}

static int plug(struct backend *b, const char *id, const struct message_eni *m, bool in) {
    char why[MESSAGE_NAME_BYTES] = "";
    int r = region_instance_interface(b->link, id, m, in, why);

    if (r < 0 && r != -ENOTSUP && r != -ESRCH)
        log_error("instance %s: an interface was not %s: %s", id, in ? "attached" : "detached",
                  *why != '\0' ? why : strerror(-r));
    return r;
}

static int eni_attach(void *user, const char *id, const struct api_instance_eni *e) {
    struct message_eni m = {0};
    int r = eni(e, &m);

    return r < 0 ? r : plug(user, id, &m, true);
}

static int eni_detach(void *user, const char *id, uint32_t num) {
    return plug(user, id, &(struct message_eni){.num = num}, false);
}

static int stop_how(struct backend *b, const char *id, enum message_stop how, bool force) {
    char why[MESSAGE_NAME_BYTES] = "";
    int r = region_instance_stop(b->link, id, how, force, why);

    if (r < 0 && r != -ENOTSUP && r != -ENOENT)
        log_error("instance %s did not stop: %s", id, *why != '\0' ? why : strerror(-r));
    return r;
}

static int stop(void *user, const char *id, bool force) {
    return stop_how(user, id, MESSAGE_STOP, force);
}

static int reboot(void *user, const char *id) {
    return stop_how(user, id, MESSAGE_REBOOT, false);
}

static int terminate(void *user, const char *id) {
    return stop_how(user, id, MESSAGE_TERMINATE, false);
}

static int console(void *user, struct arena *a, const char *id, const void **ret_data, size_t *ret_length) {
    char path[256];
    struct stat st;
    void *data;
    ssize_t n;
    int fd;

    (void)user;
    if (!message_name_ok(id))
        return -EINVAL;
    snprintf(path, sizeof(path), "instances/%s/console.log", id); /* region's directory is the home */
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    data = arena_alloc(a, CONSOLE_BYTES);
    n = fstat(fd, &st) < 0
            ? -1
            : pread(fd, data, CONSOLE_BYTES, st.st_size > CONSOLE_BYTES ? st.st_size - CONSOLE_BYTES : 0);
    close(fd);
    if (n < 0)
        return -EIO;
    *ret_data = data;
    *ret_length = (size_t)n;
    return 0;
}

static int compile(struct backend *b, struct image **ret_image) {
    struct arena arena = {0};
    struct tx tx;
    int r = store_read_begin(b->store, &arena, &tx);

    if (r == 0) {
        r = compile_image(&tx, b->image, ret_image, &b->failures);
        store_read_end(&tx);
    }
    for (size_t i = 0; r == 0 && i < b->failures.count && i < COMPILE_FAILURES_MAX; i++)
        log_error("%s could not be compiled (%s): its packets meet the network as it was before",
                  b->failures.of[i].vpc_id, strerror(-b->failures.of[i].error));
    arena_free(&arena);
    return r;
}

static int publish(void *user) {
    struct backend *b = user;
    struct image *image = NULL;
    int fd, r;

    pthread_mutex_lock(&b->publishing);
    r = compile(b, &image);
    if (r == 0) {
        fd = image_to_memfd(image);
        r = fd < 0 ? fd : region_publish_image(b->link, fd, image_size(image), image_generation(image));
        fd_close(&fd);
        image_free(b->image);
        b->image = image;
    }
    pthread_mutex_unlock(&b->publishing);
    if (r < 0 && r != -ENOTSUP)
        log_error("the network could not be published: %s", strerror(-r));
    return r;
}

size_t backend_failures(struct backend *b, struct compile_failures *ret) {
    pthread_mutex_lock(&b->publishing);
    *ret = b->failures;
    pthread_mutex_unlock(&b->publishing);
    return ret->count;
}

int backend_image(struct backend *b, struct image **ret_image) {
    int fd = -1, r = -ENOENT;

    pthread_mutex_lock(&b->publishing);
    if (b->image != NULL) {
        fd = image_to_memfd(b->image);
        r = fd < 0 ? fd : image_map(fd, ret_image);
        fd_close(&fd);
    }
    pthread_mutex_unlock(&b->publishing);
    return r;
}

struct backend *backend_new(struct region_link *link, struct store *store,
                            const struct api_sessions *sessions) {
    struct backend *b = calloc(1, sizeof(*b));

    if (b == NULL)
        return NULL;
    b->link = link;
    b->store = store;
    pthread_mutex_init(&b->publishing, NULL);
    b->api = (struct api_backend){.user = b,
                                  .sessions = sessions,
                                  .instance_start = start,
                                  .instance_stop = stop,
                                  .instance_reboot = reboot,
                                  .instance_terminate = terminate,
                                  .instance_console = console,
                                  .eni_attach = eni_attach,
                                  .eni_detach = eni_detach,
                                  .network_publish = publish};
    return b;
}

const struct api_backend *backend_api(struct backend *b) {
    return &b->api;
}
