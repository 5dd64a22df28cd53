/* SPDX-License-Identifier: Apache-2.0 */
/* libslirp's functions that uplink.c uses, loaded at the first call (base/lazy.h): it brings glib. */
#include <slirp/libslirp.h>

#include "base/lazy.h"

LAZY_LIBRARY(slirp, "libslirp.so.0")

LAZY(slirp, Slirp *, slirp_new, (const SlirpConfig *config, const SlirpCb *callbacks, void *opaque),
     (config, callbacks, opaque), NULL)
LAZY_VOID(slirp, slirp_input, (Slirp * s, const uint8_t *frame, int length), (s, frame, length))
LAZY_VOID(slirp, slirp_pollfds_fill, (Slirp * s, uint32_t *timeout_ms, SlirpAddPollCb add, void *opaque),
          (s, timeout_ms, add, opaque))
LAZY_VOID(slirp, slirp_pollfds_poll, (Slirp * s, int failed, SlirpGetREventsCb get, void *opaque),
          (s, failed, get, opaque))
