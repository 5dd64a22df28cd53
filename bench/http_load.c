/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_load: the HTTP layer alone, for wrk and curl: serves until its input ends.
 * POST / reads the body and answers 1 KiB; PUT /up counts the body; GET /down sends 64 MiB of a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "http/http.h"
#include "http/tls.h"

enum { FILE_BYTES = 64 << 20 };

static void answer(struct http_request *rq, void *user) {
    static const char page[1024];
    struct http_header type = {"Content-Type", "text/xml;charset=UTF-8"};
    char *data, piece[256 * 1024];
    size_t length;

    if (text_is(rq->path, "/up")) {
        while (http_body_read(rq, piece, sizeof(piece)) > 0)
            ;
        http_respond(rq, 200, NULL, 0, NULL, 0);
    } else if (text_is(rq->path, "/down")) {
        http_respond_fd(rq, 200, NULL, 0, *(int *)user, 0, FILE_BYTES);
    } else if (http_body_all(rq, 1 << 20, &data, &length) == 0) {
        http_respond(rq, 200, &type, 1, page, sizeof(page));
    }
}

int main(int argc, char **argv) {
    int file = memfd_create("down", MFD_CLOEXEC);
    struct http_listen how = {.fd = -1, .address = "127.0.0.1", .handler = answer, .user = &file};
    struct http_server *server;
    uint16_t plain, secure = 0;
    int r;

    if (file < 0 || ftruncate(file, FILE_BYTES) < 0)
        return 1;
    r = http_server_new(NULL, &server);
    if (r == 0)
        r = http_server_listen(server, &how, &plain);
    if (r == 0 && argc > 1) /* a folder for the certificate authority */
        r = tls_ca_open(argv[1], &how.tls);
    if (r == 0 && how.tls)
        r = http_server_listen(server, &how, &secure);
    if (r < 0) {
        fprintf(stderr, "http_load: %s\n", strerror(-r));
        return 1;
    }
    printf("%u %u\n", plain, secure);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    http_server_free(server, 1000);
    tls_ca_free(how.tls);
    return 0;
}
