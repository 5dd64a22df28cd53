/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crc: the three CRCs that S3 knows, fast.
 *
 * Theory of operation: all are reflected, start from all ones and end inverted; what is called a value
 * here is before that last inversion.  Tables take eight bytes a step, everywhere.  Where the processor
 * multiplies polynomials (PCLMULQDQ), long input is first folded: 64 bytes at a time are multiplied by
 * x^512 modulo the polynomial onto the next 64, down to 16 bytes that have the same CRC as all of them,
 * which the tables finish.  The factors are computed, not copied from anywhere.
 */
#ifndef VPCBOX_PROTO_CRC_H
#define VPCBOX_PROTO_CRC_H

#include <stddef.h>
#include <stdint.h>

enum crc_kind { CRC_32, CRC_32C, CRC_64NVME, CRC_KINDS };

uint64_t crc_start(enum crc_kind kind);
uint64_t crc_add(enum crc_kind kind, uint64_t value, const void *data, size_t length);
/* The same without folding, for tests to compare with. */
uint64_t crc_add_by_table(enum crc_kind kind, uint64_t value, const void *data, size_t length);
/* a times x^(8 * bytes) modulo the polynomial: what a finished CRC becomes when so many bytes follow. */
uint64_t crc_shift(enum crc_kind kind, uint64_t a, uint64_t bytes);

#endif
