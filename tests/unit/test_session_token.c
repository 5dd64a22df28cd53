/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of Session Manager's channels: once, and for five minutes by the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "edge/session_token.h"

static void once_and_in_time(void **state) {
    struct map tokens = {0};
    struct arena arena = {0};
    struct token used;
    const char *first = token_new(&tokens, &arena, TOKEN_CONTROL, "i-1");
    const char *second = token_new(&tokens, &arena, TOKEN_CLIENT, "s-1");

    (void)state;
    clock_skew(TOKEN_LIFE_MS - 10000);
    assert_true(token_use(&tokens, first, &used));
    assert_string_equal(used.id, "i-1");
    assert_false(token_use(&tokens, first, &used));
    clock_skew(10001);
    assert_false(token_use(&tokens, second, &used));
    clock_skew(-TOKEN_LIFE_MS - 1);
    assert_int_equal(tokens.count, 0);
    map_free(&tokens);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(once_and_in_time)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
