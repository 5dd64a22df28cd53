/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ntp.h"

#include <errno.h>
#include <string.h>

enum {
    MODE_CLIENT = 3,
    MODE_SERVER = 4,
    STRATUM = 4,
    PRECISION = -20, /* a microsecond */
    AT_ROOT_DELAY = 4,
    AT_ROOT_DISPERSION = 8,
    AT_REFERENCE_ID = 12,
    AT_REFERENCE = 16,
    AT_ORIGIN = 24,
    AT_RECEIVE = 32,
    AT_TRANSMIT = 40
};

static const int64_t EPOCH_1900_S = INT64_C(2208988800); /* from 1900 to 1970 */
static const uint32_t SHORT_MS = 65536 / 1000;           /* a millisecond in NTP's short format */

static void put32(uint8_t *at, uint32_t v) {
    at[0] = (uint8_t)(v >> 24);
    at[1] = (uint8_t)(v >> 16);
    at[2] = (uint8_t)(v >> 8);
    at[3] = (uint8_t)v;
}

static void put_time(uint8_t *at, int64_t real_ns) {
    uint64_t fraction = ((uint64_t)(real_ns % 1000000000) << 32) / 1000000000;

    put32(at, (uint32_t)(real_ns / 1000000000 + EPOCH_1900_S));
    put32(at + 4, (uint32_t)fraction);
}

int ntp_answer(const uint8_t *query, size_t length, int64_t received_real_ns, int64_t sent_real_ns,
               uint8_t ret_answer[NTP_PACKET_BYTES]) {
    uint8_t version;

    if (length < NTP_PACKET_BYTES || (query[0] & 7) != MODE_CLIENT)
        return -EBADMSG;
    version = query[0] >> 3 & 7;
    if (version < 1 || version > 4)
        return -EBADMSG;
    memset(ret_answer, 0, NTP_PACKET_BYTES);
    ret_answer[0] = (uint8_t)(version << 3 | MODE_SERVER);
    ret_answer[1] = STRATUM;
    ret_answer[2] = query[2]; /* poll interval: the client's */
    ret_answer[3] = (uint8_t)PRECISION;
    put32(ret_answer + AT_ROOT_DELAY, SHORT_MS);
    put32(ret_answer + AT_ROOT_DISPERSION, SHORT_MS);
    put32(ret_answer + AT_REFERENCE_ID, UINT32_C(0xa9fea97a)); /* 169.254.169.122 */
    /* Synchronised a moment ago: to a whole 16 s, as a server that polls would say. */
    put_time(ret_answer + AT_REFERENCE, received_real_ns - received_real_ns % INT64_C(16000000000));
    memcpy(ret_answer + AT_ORIGIN, query + AT_TRANSMIT, 8);
    put_time(ret_answer + AT_RECEIVE, received_real_ns);
    put_time(ret_answer + AT_TRANSMIT, sent_real_ns);
    return 0;
}
