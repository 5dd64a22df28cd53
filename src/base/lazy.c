/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lazy.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

void *lazy_function(const char *file, void **library_io, pthread_mutex_t *lock, void **slot_io,
                    const char *name) {
    void *found = __atomic_load_n(slot_io, __ATOMIC_ACQUIRE);
    static bool told;

    if (found != NULL)
        return found;
    pthread_mutex_lock(lock);
    if (*library_io == NULL)
        *library_io = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    /* From that library alone: the name itself is the forwarding function. */
    found = *library_io == NULL ? NULL : dlsym(*library_io, name);
    if (found != NULL)
        __atomic_store_n(slot_io, found, __ATOMIC_RELEASE);
    else if (!told)
        log_error("%s: %s", name, dlerror());
    told = told || found == NULL;
    pthread_mutex_unlock(lock);
    return found;
}
