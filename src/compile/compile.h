/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile: from rows to the network image.
 *
 * Theory of operation: compile_image() reads the rows of all VPCs that have an interface, says the network in
 * words (net/spec.h) and hands those to the image builder.  A VPC whose
 * version is that of the previous image's segment is not read at all: its words would be the same, and
 * the builder copies the segment.  Whether a route works is asked of store/network.h, as the API does.
 *
 * What packets cannot meet is left out: VPCs without interfaces, IPv6 rules, groups' names.
 */
#ifndef VPCBOX_COMPILE_COMPILE_H
#define VPCBOX_COMPILE_COMPILE_H

#include "net/image.h"
#include "net/spec.h"
#include "store/store.h"

/*
 * Compiles the state that tx sees.  previous: the image before, or NULL; it stays the caller's.  The caller
 * frees *ret_image with image_free().  0 or a negative errno: tx's own failure, or image_build()'s.
 */
int compile_image(struct tx *tx, const struct image *previous, struct image **ret_image);

#endif
