/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf_map: the kernel's maps by descriptor, without libbpf.  All return 0 or a negative errno.
 *
 * Theory of operation: programs and maps are made with libbpf by a child of host that then ends
 * (host/kernel.h).  What is left to do needs a descriptor and one system call, so neither host nor the
 * fabric, whose filter of system calls lets no other commands of bpf() through, has the library loaded.  The
 * sizes of keys and values are the map's: the callers' structs come from the header that the programs use.
 */
#ifndef VPCBOX_BASE_BPF_MAP_H
#define VPCBOX_BASE_BPF_MAP_H

#include <stdint.h>

int bpf_map_set(int map, const void *key, const void *value); /* -E2BIG: full */
int bpf_map_add(int map, const void *key, const void *value); /* -EEXIST: there is one */
int bpf_map_get(int map, const void *key, void *ret_value);
int bpf_map_delete(int map, const void *key);
int bpf_map_take(int map, const void *key,
                 void *ret_value); /* get and delete; a hash map's at once, since 5.14 */
/*
 * Up to *count_io entries of a hash map, a bucket's all at once.  *place is where to go on; `first` begins anew.
 * -ENOENT: these were the last ones (*count_io of them); -ENOSPC: a bucket has more than there is room for.
 */
int bpf_map_get_batch(int map, int first, uint32_t *place, void *keys, void *values, uint32_t *count_io);

#endif
