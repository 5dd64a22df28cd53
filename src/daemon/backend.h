/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backend: what the API asks of the box: instances through host, images to the fabric.
 *
 * Theory of operation: a publish compiles what the store holds at that moment, reusing the segments of the
 * image before, and returns when the fabric enforces it.  Publishes run one after the other; since each
 * begins with the newest committed state, an answered change is an enforced one.
 */
#ifndef VPCBOX_DAEMON_BACKEND_H
#define VPCBOX_DAEMON_BACKEND_H

#include "api/api.h"
#include "compile/compile.h"
#include "daemon/region.h"
#include "net/image.h"
#include "store/store.h"

struct backend;

/* link, store and sessions must outlive it. */
struct backend *backend_new(struct region_link *link, struct store *store,
                            const struct api_sessions *sessions);
const struct api_backend *backend_api(struct backend *b);
/* The VPCs whose last change is not in force, since it could not be compiled; how many. */
size_t backend_failures(struct backend *b, struct compile_failures *ret);
/* A reference to the newest image, for explanations: a mapping of its own, freed with image_free().  0 or -ENOENT. */
int backend_image(struct backend *b, struct image **ret_image);

#endif
