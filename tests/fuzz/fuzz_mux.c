/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a multiplexed port session: what comes out does not depend on how they were cut, and is inside them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "session/mux.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EVENTS_MAX = 4096 };

struct seen {
    struct {
        enum mux_command command;
        uint32_t stream, consumed, window;
        size_t length; /* of a MUX_PUSH, whose pieces count as one */
    } events[EVENTS_MAX];
    size_t count;
    int result;
    size_t sum; /* of all data, by place */
};

static void read_all(unsigned version, const uint8_t *data, size_t size, size_t piece, struct seen *seen) {
    struct mux_reader r = {.version = version};
    struct mux_event e;

    memset(seen, 0, sizeof(*seen));
    for (size_t at = 0; at < size && seen->result == 0; at += piece) {
        const uint8_t *p = data + at, *end = data + size;
        size_t left = (size_t)(end - p) < piece ? (size_t)(end - p) : piece;

        while ((seen->result = mux_read(&r, &p, &left, &e)) > 0 && seen->count < EVENTS_MAX) {
            size_t last = seen->count - 1;

            if (e.command == MUX_PUSH && (e.length == 0 || e.data < data || e.data + e.length > data + size))
                abort();
            for (size_t i = 0; i < e.length; i++)
                seen->sum = seen->sum * 31 + e.data[i];
            if (e.command == MUX_PUSH && seen->count > 0 && seen->events[last].command == MUX_PUSH &&
                seen->events[last].stream == e.stream) {
                seen->events[last].length += e.length;
                continue;
            }
            seen->events[seen->count].command = e.command;
            seen->events[seen->count].stream = e.stream;
            seen->events[seen->count].consumed = e.consumed;
            seen->events[seen->count].window = e.window;
            seen->events[seen->count++].length = e.length;
        }
        if (seen->count == EVENTS_MAX)
            return;
    }
}

static bool same(const struct seen *a, const struct seen *b) {
    bool equal = a->count == b->count && a->result == b->result && a->sum == b->sum;

    for (size_t i = 0; equal && i < a->count; i++)
        equal = a->events[i].command == b->events[i].command && a->events[i].stream == b->events[i].stream &&
                a->events[i].consumed == b->events[i].consumed &&
                a->events[i].window == b->events[i].window && a->events[i].length == b->events[i].length;
    return equal;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct seen whole, cut;
    unsigned version = size > 0 && data[0] == 2 ? 2 : 1;

    read_all(version, data, size, size + 1, &whole);
    read_all(version, data, size, 1 + size % 7, &cut);
    if (whole.count < EVENTS_MAX && !same(&whole, &cut))
        abort();
    return 0;
}
