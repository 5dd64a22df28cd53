/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bpf_map.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int call(int command, union bpf_attr *attr) {
    return syscall(SYS_bpf, command, attr, sizeof(*attr)) < 0 ? -errno : 0;
}

static uint64_t pointer(const void *p) {
    return (uint64_t)(uintptr_t)p;
}

static int element(int command, int map, const void *key, const void *value, uint64_t flags) {
    union bpf_attr attr;

    memset(&attr, 0, sizeof(attr));
    attr.map_fd = (uint32_t)map;
    attr.key = pointer(key);
    attr.value = pointer(value);
    attr.flags = flags;
    return call(command, &attr);
}

int bpf_map_set(int map, const void *key, const void *value) {
    return element(BPF_MAP_UPDATE_ELEM, map, key, value, BPF_ANY);
}

int bpf_map_add(int map, const void *key, const void *value) {
    return element(BPF_MAP_UPDATE_ELEM, map, key, value, BPF_NOEXIST);
}

int bpf_map_get(int map, const void *key, void *ret_value) {
    return element(BPF_MAP_LOOKUP_ELEM, map, key, ret_value, 0);
}

int bpf_map_delete(int map, const void *key) {
    return element(BPF_MAP_DELETE_ELEM, map, key, NULL, 0);
}

int bpf_map_take(int map, const void *key, void *ret_value) {
    int r = element(BPF_MAP_LOOKUP_AND_DELETE_ELEM, map, key, ret_value, 0);

    if (r == 0 || r == -ENOENT)
        return r;
    r = bpf_map_get(map, key, ret_value);
    return r < 0 ? r : bpf_map_delete(map, key);
}

int bpf_map_get_batch(int map, int first, uint32_t *place, void *keys, void *values, uint32_t *count_io) {
    union bpf_attr attr;
    uint32_t next = *place;
    int r;

    memset(&attr, 0, sizeof(attr));
    attr.batch.map_fd = (uint32_t)map;
    attr.batch.in_batch = first ? 0 : pointer(place);
    attr.batch.out_batch = pointer(&next);
    attr.batch.keys = pointer(keys);
    attr.batch.values = pointer(values);
    attr.batch.count = *count_io;
    r = call(BPF_MAP_LOOKUP_BATCH, &attr);
    *count_io = r == 0 || r == -ENOENT ? attr.batch.count : 0;
    *place = next;
    return r;
}
