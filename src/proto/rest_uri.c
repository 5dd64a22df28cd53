/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rest_uri.h"

#include <string.h>

bool rest_uri_match(const char *uri, const char *path, struct rest_label labels[REST_LABELS_MAX],
                    size_t *ret_count) {
    size_t count = 0;

    while (*uri != '\0' && *uri != '?') {
        const char *end;
        bool greedy;

        if (*uri != '{') {
            if (*uri++ != *path++)
                return false;
            continue;
        }
        end = strchr(uri, '}');
        if (end == NULL || count == REST_LABELS_MAX)
            return false;
        greedy = end[-1] == '+';
        labels[count] = (struct rest_label){uri + 1, path, (size_t)(end - uri) - 1 - greedy,
                                            greedy ? strlen(path) : strcspn(path, "/")};
        if (labels[count].value_length == 0)
            return false;
        path += labels[count++].value_length;
        uri = end + 1;
    }
    if (strcmp(path, "") != 0 && strcmp(path, "/") != 0)
        return false;
    *ret_count = count;
    return true;
}

/* One parameter of the template at *at_io: false at the end. */
static bool next_literal(const char **at_io, size_t *ret_name, size_t *ret_value) {
    const char *at = *at_io;
    size_t length;

    if (*at == '\0')
        return false;
    at++; /* '?' or '&' */
    length = strcspn(at, "&");
    *ret_name = strcspn(at, "=&");
    *ret_value = *ret_name < length ? length - *ret_name - 1 : 0;
    *at_io = at + length;
    return true;
}

int rest_uri_literals(const char *uri, const struct proto_parameters *parameters) {
    const char *at = uri + strcspn(uri, "?");
    size_t name, value;
    int count = 0;

    while (next_literal(&at, &name, &value)) {
        const char *text = at - name - value - (value > 0);
        bool found = false;

        for (size_t i = 0; i < parameters->count && !found; i++) {
            const struct proto_parameter *p = &parameters->items[i];

            found =
                strncmp(p->name, text, name) == 0 && p->name[name] == '\0' &&
                (value == 0 || (strncmp(p->value, text + name + 1, value) == 0 && p->value[value] == '\0'));
        }
        if (!found)
            return -1;
        count++;
    }
    return count;
}

bool rest_uri_names(const char *uri, const char *parameter) {
    const char *at = uri + strcspn(uri, "?");
    size_t name, value;

    while (next_literal(&at, &name, &value)) {
        const char *text = at - name - value - (value > 0);

        if (strncmp(text, parameter, name) == 0 && parameter[name] == '\0')
            return true;
    }
    return false;
}
