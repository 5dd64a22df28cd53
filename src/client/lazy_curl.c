/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's functions that aws.c uses, loaded at the first call (base/lazy.h). */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdarg.h>

#include "base/lazy.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

LAZY_LIBRARY(curl, "libcurl.so.4")

LAZY(curl, CURL *, curl_easy_init, (void), (), NULL)
LAZY(curl, CURLcode, curl_easy_perform, (CURL * c), (c), CURLE_FAILED_INIT)
LAZY(curl, const char *, curl_easy_strerror, (CURLcode code), (code),
     "libcurl.so.4 is not there: install libcurl4")
LAZY(curl, struct curl_slist *, curl_slist_append, (struct curl_slist * list, const char *text), (list, text),
     NULL)
LAZY_VOID(curl, curl_easy_cleanup, (CURL * c), (c))
LAZY_VOID(curl, curl_easy_reset, (CURL * c), (c))
LAZY_VOID(curl, curl_slist_free_all, (struct curl_slist * list), (list))

/* One argument follows, and its type follows from the option. */
CURLcode curl_easy_setopt(CURL *c, CURLoption option, ...) {
    CURLcode r = CURLE_FAILED_INIT;
    va_list ap;
    LAZY_FIND(curl, curl_easy_setopt)

    va_start(ap, option);
    if (real != NULL && option < CURLOPTTYPE_OBJECTPOINT)
        r = real(c, option, va_arg(ap, long));
    else if (real != NULL && option < CURLOPTTYPE_OFF_T)
        r = real(c, option, va_arg(ap, void *));
    else if (real != NULL)
        r = real(c, option, va_arg(ap, curl_off_t));
    va_end(ap);
    return r;
}

CURLcode curl_easy_getinfo(CURL *c, CURLINFO info, ...) {
    CURLcode r = CURLE_FAILED_INIT;
    va_list ap;
    LAZY_FIND(curl, curl_easy_getinfo)

    va_start(ap, info);
    if (real != NULL)
        r = real(c, info, va_arg(ap, void *));
    va_end(ap);
    return r;
}
