/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tsv.h"

#include <string.h>

void tsv_open(struct tsv *t, struct arena *a, const char *text, size_t length) {
    t->at = arena_strndup(a, text, length);
}

bool tsv_next(struct tsv *t, char **ret_fields, size_t columns) {
    while (*t->at != '\0') {
        char *line = t->at;
        size_t length = strcspn(line, "\n");

        t->at = line + length + (line[length] == '\n');
        line[length] = '\0';
        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        if (*line == '\0' || *line == '#')
            continue;
        for (size_t i = 0; i < columns; i++) {
            size_t n = strcspn(line, "\t");

            ret_fields[i] = line;
            line += n;
            while (*line == '\t')
                *line++ = '\0';
        }
        return true;
    }
    return false;
}

char *tsv_piece(char **at_io, char separator) {
    char *piece = *at_io, *end;

    if (piece == NULL || *piece == '\0' || strcmp(piece, "-") == 0)
        return NULL;
    end = strchr(piece, separator);
    if (end != NULL)
        *end++ = '\0';
    *at_io = end;
    return piece;
}
