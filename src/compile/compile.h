/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile: from rows to the network image.
 *
 * Theory of operation: compile_image() reads the rows of all VPCs that have an interface, says the network in
 * words (net/spec.h) and hands those to the image builder.  A VPC whose
 * version is that of the previous image's segment is not read at all: its words would be the same, and
 * the builder copies the segment.  Whether a route works is asked of store/network.h, as the API does.
 *
 * A VPC whose words make no segment stops nobody else: it keeps its last one, and is told of.
 *
 * What packets cannot meet is left out: VPCs without interfaces, groups' names.
 */
#ifndef VPCBOX_COMPILE_COMPILE_H
#define VPCBOX_COMPILE_COMPILE_H

#include "net/image.h"
#include "net/spec.h"
#include "store/store.h"

/* The VPCs whose present state is not in the image, and image_build()'s errors about them. */
enum { COMPILE_FAILURES_MAX = 16 };
struct compile_failures {
    size_t count; /* of all; the first COMPILE_FAILURES_MAX are named */
    struct {
        char vpc_id[32];
        int error;
    } of[COMPILE_FAILURES_MAX];
};

/*
 * Compiles the state that tx sees.  previous: the image before, or NULL; it stays the caller's.  The caller
 * frees *ret_image with image_free().  0 or a negative errno: tx's own failure, or the image as a whole.
 */
int compile_image(struct tx *tx, const struct image *previous, struct image **ret_image,
                  struct compile_failures *ret_failures);

#endif
