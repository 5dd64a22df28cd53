/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/condition.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"

enum operand {
    OPERAND_STRING,
    OPERAND_FOLD,
    OPERAND_LIKE,
    OPERAND_ARN,
    OPERAND_NUMBER,
    OPERAND_DATE,
    OPERAND_BOOL,
    OPERAND_BINARY,
    OPERAND_IP,
    OPERAND_NULL
};

enum order { EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };

struct cond_op {
    const char *name;
    enum operand operand;
    bool negated;
    enum order order;
};

static const struct cond_op operators[] = {
    {"StringEquals", OPERAND_STRING, false, EQUAL},
    {"StringNotEquals", OPERAND_STRING, true, EQUAL},
    {"StringEqualsIgnoreCase", OPERAND_FOLD, false, EQUAL},
    {"StringNotEqualsIgnoreCase", OPERAND_FOLD, true, EQUAL},
    {"StringLike", OPERAND_LIKE, false, EQUAL},
    {"StringNotLike", OPERAND_LIKE, true, EQUAL},
    {"NumericEquals", OPERAND_NUMBER, false, EQUAL},
    {"NumericNotEquals", OPERAND_NUMBER, true, EQUAL},
    {"NumericLessThan", OPERAND_NUMBER, false, LESS},
    {"NumericLessThanEquals", OPERAND_NUMBER, false, LESS_EQUAL},
    {"NumericGreaterThan", OPERAND_NUMBER, false, GREATER},
    {"NumericGreaterThanEquals", OPERAND_NUMBER, false, GREATER_EQUAL},
    {"DateEquals", OPERAND_DATE, false, EQUAL},
    {"DateNotEquals", OPERAND_DATE, true, EQUAL},
    {"DateLessThan", OPERAND_DATE, false, LESS},
    {"DateLessThanEquals", OPERAND_DATE, false, LESS_EQUAL},
    {"DateGreaterThan", OPERAND_DATE, false, GREATER},
    {"DateGreaterThanEquals", OPERAND_DATE, false, GREATER_EQUAL},
    {"Bool", OPERAND_BOOL, false, EQUAL},
    {"BinaryEquals", OPERAND_BINARY, false, EQUAL},
    {"IpAddress", OPERAND_IP, false, EQUAL},
    {"NotIpAddress", OPERAND_IP, true, EQUAL},
    {"ArnEquals", OPERAND_ARN, false, EQUAL},
    {"ArnLike", OPERAND_ARN, false, EQUAL},
    {"ArnNotEquals", OPERAND_ARN, true, EQUAL},
    {"ArnNotLike", OPERAND_ARN, true, EQUAL},
    {"Null", OPERAND_NULL, false, EQUAL},
};

int condition_operator(const char *name, struct condition *ret_condition) {
    static const char if_exists[] = "IfExists", all[] = "ForAllValues:", any[] = "ForAnyValue:";
    enum value_set set = SET_NONE;
    size_t length;

    if (strncasecmp(name, all, strlen(all)) == 0) {
        set = SET_ALL;
        name += strlen(all);
    } else if (strncasecmp(name, any, strlen(any)) == 0) {
        set = SET_ANY;
        name += strlen(any);
    }
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        const struct cond_op *op = &operators[i];
        bool suffix;

        length = strlen(op->name);
        if (strncasecmp(name, op->name, length) != 0)
            continue;
        suffix = strcasecmp(name + length, if_exists) == 0;
        if (name[length] != '\0' && !suffix)
            continue;
        if (op->operand == OPERAND_NULL && (suffix || set != SET_NONE))
            return -EINVAL;
        ret_condition->op = op;
        ret_condition->set = set;
        ret_condition->if_exists = suffix;
        return 0;
    }
    return -EINVAL;
}

bool condition_has_wildcards(const struct condition *c) {
    return c->op->operand == OPERAND_LIKE || c->op->operand == OPERAND_ARN;
}

bool condition_has_variables(const struct condition *c) {
    enum operand o = c->op->operand;

    return o == OPERAND_STRING || o == OPERAND_FOLD || o == OPERAND_LIKE || o == OPERAND_ARN;
}

enum condition_form condition_form(const struct condition *c) {
    if (c->op->negated || c->if_exists || c->set == SET_ALL)
        return FORM_OTHER;
    switch (c->op->operand) {
    case OPERAND_STRING:
    case OPERAND_FOLD:
    case OPERAND_LIKE:
        return FORM_STRING;
    case OPERAND_ARN:
        return FORM_ARN;
    case OPERAND_IP:
        return FORM_IP;
    default:
        return FORM_OTHER;
    }
}

int condition_parse_cidr(const char *text, unsigned char ret_addr[16], unsigned *ret_length, bool *ret_v4) {
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    char host[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
    unsigned char v4[4], v6[16];
    int64_t bits;
    bool is_v4;

    if (length >= sizeof(host))
        return -EINVAL;
    memcpy(host, text, length);
    host[length] = '\0';
    is_v4 = inet_pton(AF_INET, host, v4) == 1;
    if (!is_v4 && inet_pton(AF_INET6, host, v6) != 1)
        return -EINVAL;
    bits = is_v4 ? 32 : 128;
    if (slash != NULL && parse_int(slash + 1, 0, bits, &bits) < 0)
        return -EINVAL;
    if (is_v4) {
        memcpy(v6, mapped, sizeof(mapped));
        memcpy(v6 + sizeof(mapped), v4, sizeof(v4));
        bits += 96;
    }
    memcpy(ret_addr, v6, sizeof(v6));
    *ret_length = (unsigned)bits;
    *ret_v4 = is_v4;
    return 0;
}

static bool address_within(const char *cidr, const char *text) {
    unsigned char net[16], addr[16];
    unsigned length, addr_length, whole;
    bool net_v4, addr_v4;

    if (condition_parse_cidr(cidr, net, &length, &net_v4) < 0 ||
        condition_parse_cidr(text, addr, &addr_length, &addr_v4) < 0 || net_v4 != addr_v4 ||
        addr_length != 128)
        return false;
    whole = length / 8;
    if (memcmp(net, addr, whole) != 0)
        return false;
    return length % 8 == 0 || (net[whole] ^ addr[whole]) >> (8 - length % 8) == 0;
}

static int parse_number(const char *text, double *ret_value) {
    char *end;
    double value;

    if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
        return -EINVAL;
    value = strtod(text, &end);
    if (*end != '\0')
        return -EINVAL;
    *ret_value = value;
    return 0;
}

/* The W3C forms of ISO 8601 that AWS takes, and seconds since the epoch. */
static int parse_date(const char *text, int64_t *ret_ms) {
    char full[CLOCK_TEXT_BYTES];
    size_t length = strlen(text);
    int64_t seconds, hours, minutes;
    const char *zone;

    if (clock_parse(text, ret_ms) == 0)
        return 0;
    if (parse_int(text, -62135596800, 253402300799, &seconds) == 0) {
        *ret_ms = seconds * 1000;
        return 0;
    }
    if (length == 10) {
        memcpy(full, text, length);
        memcpy(full + length, "T00:00:00Z", sizeof("T00:00:00Z"));
        return clock_parse(full, ret_ms);
    }
    /* …+09:00 */
    if (length < 16 || length - 6 + sizeof("Z") > sizeof(full))
        return -EINVAL;
    zone = text + length - 6;
    if ((zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || parse_int(zone + 4, 0, 59, &minutes) < 0)
        return -EINVAL;
    memcpy(full, zone + 1, 2);
    full[2] = '\0';
    if (parse_int(full, 0, 14, &hours) < 0)
        return -EINVAL;
    memcpy(full, text, length - 6);
    memcpy(full + length - 6, "Z", sizeof("Z"));
    if (clock_parse(full, &seconds) < 0)
        return -EINVAL;
    *ret_ms = seconds - (zone[0] == '+' ? 1 : -1) * (hours * 60 + minutes) * 60000;
    return 0;
}

static bool in_order(enum order order, int compared) {
    switch (order) {
    case EQUAL:
        return compared == 0;
    case LESS:
        return compared < 0;
    case LESS_EQUAL:
        return compared <= 0;
    case GREATER:
        return compared > 0;
    case GREATER_EQUAL:
        return compared >= 0;
    }
    return false;
}

static bool one_matches(const struct cond_op *op, const char *flat, const char *value) {
    double number, wanted_number;
    int64_t date, wanted_date;

    switch (op->operand) {
    case OPERAND_STRING:
    case OPERAND_LIKE:
        return pattern_match(flat, value, false);
    case OPERAND_FOLD:
        return pattern_match(flat, value, true);
    case OPERAND_ARN:
        return pattern_match_arn(flat, value);
    case OPERAND_NUMBER:
        return parse_number(value, &number) == 0 && parse_number(flat, &wanted_number) == 0 &&
               in_order(op->order, (number > wanted_number) - (number < wanted_number));
    case OPERAND_DATE:
        return parse_date(value, &date) == 0 && parse_date(flat, &wanted_date) == 0 &&
               in_order(op->order, (date > wanted_date) - (date < wanted_date));
    case OPERAND_BOOL:
        return strcasecmp(flat, value) == 0;
    case OPERAND_BINARY:
        return strcmp(flat, value) == 0;
    case OPERAND_IP:
        return address_within(flat, value);
    case OPERAND_NULL:
        break;
    }
    return false;
}

bool condition_holds(struct arena *scratch, const struct condition *c, condition_lookup *values,
                     pattern_lookup *single, const void *context) {
    struct values have = values(context, c->key);
    size_t matched = 0;

    if (c->op->operand == OPERAND_NULL) {
        for (size_t i = 0; i < c->count; i++)
            if (strcasecmp(c->values[i].flat, have.count == 0 ? "true" : "false") == 0)
                return true;
        return false;
    }
    if (have.count == 0)
        return c->if_exists || c->set == SET_ALL || (c->op->negated && c->set == SET_NONE);
    for (size_t i = 0; i < have.count; i++) {
        for (size_t j = 0; j < c->count; j++) {
            const char *flat = pattern_expand(scratch, &c->values[j], single, context);

            if (flat != NULL && one_matches(c->op, flat, have.items[i])) {
                matched++;
                break;
            }
        }
    }
    switch (c->set) {
    case SET_ALL:
        return c->op->negated ? matched == 0 : matched == have.count;
    case SET_ANY:
        return c->op->negated ? matched < have.count : matched > 0;
    case SET_NONE:
        break;
    }
    return c->op->negated ? matched == 0 : matched > 0;
}
