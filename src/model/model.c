/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <string.h>

const struct model_service *model_service_find(const char *id) {
    for (size_t i = 0; model_services[i] != NULL; i++)
        if (strcmp(model_services[i]->id, id) == 0)
            return model_services[i];
    return NULL;
}

const struct model_service *model_service_by_signing(const char *signing_name) {
    for (size_t i = 0; model_services[i] != NULL; i++)
        if (strcmp(model_services[i]->signing_name, signing_name) == 0)
            return model_services[i];
    return NULL;
}

const struct model_operation *model_operation_find(const struct model_service *s, const char *name) {
    size_t low = 0, high = s->operation_count;

    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(name, s->operations[mid].name);

        if (order == 0)
            return &s->operations[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const struct model_empty *model_empty_find(const struct model_service *s, const char *name) {
    for (const struct model_empty *e = s->empties; e != NULL && e->list != NULL; e++)
        if (strcmp(e->operation.name, name) == 0)
            return e;
    return NULL;
}

bool model_operation_lacking(const struct model_service *s, const char *name) {
    for (size_t i = 0; s->lacking[i] != NULL; i++)
        if (strcmp(s->lacking[i], name) == 0)
            return true;
    return false;
}
