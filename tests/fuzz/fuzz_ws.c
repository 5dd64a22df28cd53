/* SPDX-License-Identifier: Apache-2.0 */
/* Frames as a client may send them: the first byte picks the end that reads, the rest is the stream. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/ws_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ws_options options = {.max_message_bytes = 4096};
    struct ws_message m;
    struct ws *ws;
    int pair[2];

    if (size < 1 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    if (ws_new(pair[0], NULL, data[0] & 1, &options, data + 1, size - 1, &ws) < 0)
        abort();
    shutdown(pair[1], SHUT_WR);
    while (ws_read(ws, -1, &m) == 0) {
        if (m.length > options.max_message_bytes)
            abort();
        ws_write(ws, m.type, m.data, m.length, 0);
    }
    ws_free(ws);
    close(pair[1]);
    return 0;
}
