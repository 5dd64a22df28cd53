/* SPDX-License-Identifier: Apache-2.0 */
#include "fwd/reason.h"

static const struct {
    const char *name, *text, *code;
} reasons[] = {
#define X(symbol, name, text, code) {name, text, code},
    FWD_REASONS(X)
#undef X
};

const char *fwd_reason_name(enum fwd_reason reason) {
    return (unsigned)reason < FWD_REASON_COUNT ? reasons[reason].name : "?";
}

const char *fwd_reason_text(enum fwd_reason reason) {
    return (unsigned)reason < FWD_REASON_COUNT ? reasons[reason].text : "?";
}

const char *fwd_reason_code(enum fwd_reason reason) {
    return (unsigned)reason < FWD_REASON_COUNT ? reasons[reason].code : "";
}
