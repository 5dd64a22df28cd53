/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void finds_whole_names_only(void **state) {
    const struct embed_file *f = embed_find("iam/managed/AdministratorAccess.json");

    (void)state;
    assert_non_null(f);
    assert_int_equal(f->data[0], '{');
    assert_int_equal(strlen(f->data), f->length);
    assert_null(embed_find("iam/managed/AdministratorAccess"));
    assert_null(embed_find("iam/managed/AdministratorAccess.json2"));
    assert_null(embed_find(""));
}

static void walks_a_folder_in_order(void **state) {
    const struct embed_file *f, *last = NULL;
    size_t n = 0;

    (void)state;
    for (; (f = embed_at("iam/managed/", n)) != NULL; n++) {
        assert_ptr_equal(embed_find(f->name), f);
        assert_true(last == NULL || strcmp(last->name, f->name) < 0);
        last = f;
    }
    assert_true(n > 0);
    assert_null(embed_at("iam/managedx", 0));
    assert_null(embed_at("zzz", 0));
    assert_null(embed_at("", embed_file_count));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_whole_names_only),
        cmocka_unit_test(walks_a_folder_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
