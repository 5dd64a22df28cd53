/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/checksum.h"

#include "wire/bytes.h"

uint32_t inet_add(uint32_t sum, const void *data, size_t length) {
    const uint8_t *p = data;
    uint64_t total = sum;

    for (; length >= 4; p += 4, length -= 4)
        total += get32(p);
    if (length >= 2) {
        total += get16(p);
        p += 2;
        length -= 2;
    }
    if (length > 0)
        total += (uint32_t)*p << 8;
    /* 32-bit words fold into 16-bit ones, since 2^16 is 1 in this arithmetic. */
    total = (total & 0xffffffff) + (total >> 32);
    total = (total & 0xffff) + (total >> 16 & 0xffff) + (total >> 32);
    return (uint32_t)total;
}
