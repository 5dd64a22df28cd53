/* SPDX-License-Identifier: Apache-2.0 */
/* A path, and the same bytes as a token. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge/imds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct imds imds = {.secret = "s"};
    static const struct imds_interface interface = {.mac = "02:00:00:00:00:01", .vpc_id = "vpc-1"};
    static const struct imds_tag tags[] = {{"a", "b"}, {"a-b", "c"}};
    static const struct imds_instance instance = {.instance_id = "i-1",
                                                  .interfaces = &interface,
                                                  .interface_count = 1,
                                                  .tags = tags,
                                                  .tag_count = 2,
                                                  .tags_enabled = true,
                                                  .key_name = "k",
                                                  .public_key = "p",
                                                  .profile_arn = "arn",
                                                  .role_name = "r"};
    struct arena a = {0};
    char *text = arena_strndup(&a, (const char *)data, size);
    struct imds_answer answer = imds_find(&instance, text, &a);

    if (answer.kind == IMDS_ITEM && strlen(answer.data) != answer.length)
        abort();
    if (imds_token_left(&imds, "i-1", 0, text) != 0)
        abort(); /* found a token without knowing the secret */
    arena_free(&a);
    return 0;
}
