/* SPDX-License-Identifier: Apache-2.0 */
/* What region, or an instance's root that has taken init over, may send to host. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct message m;
    static char *argv[MESSAGE_ARGS_MAX + 1], *envp[MESSAGE_ARGS_MAX + 1];
    static uint8_t whole[MESSAGE_MAX_BYTES];
    uint32_t tail;

    if (size < 2)
        return 0;
    /* Two modes: as it comes, and as a body of the right size with a tail made of the input. */
    if (message_decode(data + 1, size - 1, data[0] & 3, &m) == 0 && m.header.kind == MESSAGE_EXEC)
        message_exec_vectors(&m, argv, envp);
    memset(whole, 0, sizeof(whole));
    message_init(&m, MESSAGE_EXEC, 1);
    tail = (uint32_t)(size - 2);
    if (tail > MESSAGE_TAIL_MAX)
        return 0;
    m.header.version = MESSAGE_VERSION;
    m.header.tail_bytes = tail;
    strcpy(m.u.exec.target, "i-1");
    m.u.exec.argument_count = data[0];
    m.u.exec.environment_count = data[1];
    memcpy(whole, &m.header, sizeof(m.header));
    memcpy(whole + sizeof(m.header), &m.u.exec, sizeof(m.u.exec));
    memcpy(whole + sizeof(m.header) + sizeof(m.u.exec), data + 2, tail);
    if (message_decode(whole, sizeof(m.header) + sizeof(m.u.exec) + tail, 3, &m) == 0) {
        message_exec_vectors(&m, argv, envp);
        for (size_t i = 0; i < m.u.exec.argument_count; i++)
            if (argv[i] + strlen(argv[i]) >= m.tail + m.header.tail_bytes)
                abort();
    }
    return 0;
}
