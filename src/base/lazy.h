/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lazy: shared libraries that are loaded when first called.
 *
 * Theory of operation: this one program is every process of a box and many small ones, and most of
 * them never speak HTTP as a client or read XML.  Linked in the usual way, libcurl and libxml2 bring
 * forty more libraries, 6 MiB and 5 ms to each.  So a file per library defines the few functions that
 * are used, under the library's own names and prototypes, and each forwards to the real one; callers
 * include the library's header and notice nothing.
 *
 *   LAZY_LIBRARY(curl, "libcurl.so.4")
 *   LAZY(curl, void, curl_easy_cleanup, (CURL * c), (c))
 *
 * A library that is missing is logged once, and the function gives `otherwise`.  Thread-safe.
 */
#ifndef VPCBOX_BASE_LAZY_H
#define VPCBOX_BASE_LAZY_H

#include <pthread.h>

/* The function of that name in the library, or NULL.  slot and library remember. */
void *lazy_function(const char *file, void **library_io, pthread_mutex_t *lock, void **slot_io,
                    const char *name);

#define LAZY_LIBRARY(library, file)                                                                          \
    static void *library##_handle;                                                                           \
    static pthread_mutex_t library##_lock = PTHREAD_MUTEX_INITIALIZER;                                       \
    static const char library##_file[] = file;

#define LAZY_FIND(library, name)                                                                             \
    static void *slot;                                                                                       \
    __typeof__(&name) real;                                                                                  \
    void *found = lazy_function(library##_file, &library##_handle, &library##_lock, &slot, #name);           \
    __builtin_memcpy(&real, &found, sizeof(real));

#define LAZY(library, type, name, parameters, arguments, otherwise)                                          \
    type name parameters {                                                                                   \
        LAZY_FIND(library, name)                                                                             \
        return real != NULL ? real arguments : (otherwise);                                                  \
    }

#define LAZY_VOID(library, name, parameters, arguments)                                                      \
    void name parameters {                                                                                   \
        LAZY_FIND(library, name)                                                                             \
        if (real != NULL)                                                                                    \
            real arguments;                                                                                  \
    }

#endif
