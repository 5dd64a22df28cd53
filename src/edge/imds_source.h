/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imds_source: what the metadata service tells, read from the store.
 *
 * Theory of operation: each question is one read transaction, so an answer is whole, and a change of the
 * instance (metadata options, tags, profile) is told from its commit on.
 */
#ifndef VPCBOX_EDGE_IMDS_SOURCE_H
#define VPCBOX_EDGE_IMDS_SOURCE_H

#include "edge/imds.h"
#include "store/store.h"

/* The store must outlive the source. */
struct imds_source imds_source_of(struct store *store);

#endif
