/* SPDX-License-Identifier: Apache-2.0 */
#include "host/ids.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/map.h"

enum { FIRST_BASE = 0x70000000, BASES = 2048, WINDOWS = 31, OF_BOX = 2 * IDS_RANGE };
#define FIRST_WINDOW UINT64_C(0x80000000)
#define WINDOW_IDS ((uint64_t)IDS_INSTANCES * IDS_RANGE)

static bool have(uint64_t from, uint64_t ids) {
    FILE *map = fopen("/proc/self/uid_map", "re");
    unsigned long long first, outside, count;
    bool found = false;

    while (map != NULL && !found && fscanf(map, "%llu %llu %llu", &first, &outside, &count) == 3)
        found = first <= from && first + count >= from + ids;
    if (map != NULL)
        fclose(map);
    return found;
}

/* In a container of an ordinary user's they are not there. */
bool ids_for_boxes(void) {
    return have(FIRST_BASE, (uint64_t)OF_BOX * BASES);
}

bool ids_for_instances(void) {
    return have(FIRST_WINDOW, WINDOWS * WINDOW_IDS);
}

int ids_choose_base(const char *home, uid_t *ret_base) {
    struct stat st;

    if (stat(home, &st) < 0)
        return -errno;
    if (st.st_uid >= FIRST_BASE && st.st_uid < FIRST_WINDOW && st.st_uid % OF_BOX == 0)
        *ret_base = st.st_uid;
    else
        *ret_base = FIRST_BASE + (uid_t)(hash_bytes(home, strlen(home), 0) % BASES) * OF_BOX;
    return 0;
}

void ids_map(uid_t base, bool instances, char ret_map[IDS_MAP_BYTES]) {
    uint64_t window = FIRST_WINDOW + (base - FIRST_BASE) / OF_BOX % WINDOWS * WINDOW_IDS;
    int n = snprintf(ret_map, IDS_MAP_BYTES, "0 %u %d", base, OF_BOX);

    if (instances)
        snprintf(ret_map + n, IDS_MAP_BYTES - (size_t)n, "\n%d %llu %llu", OF_BOX, (unsigned long long)window,
                 (unsigned long long)WINDOW_IDS);
}

bool ids_of_one_instance(uid_t first) {
    return first >= OF_BOX && first < OF_BOX + WINDOW_IDS && first % IDS_RANGE == 0;
}

uid_t ids_choose(const char *instance, int instances_folder) {
    unsigned at = (unsigned)(hash_bytes(instance, strlen(instance), 0) % IDS_INSTANCES);
    int fd = openat(instances_folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    bool used[IDS_INSTANCES] = {false};
    struct dirent *e;
    struct stat st;

    while (list != NULL && (e = readdir(list)) != NULL) {
        char tree[NAME_MAX + 8];

        snprintf(tree, sizeof(tree), "%s/root", e->d_name);
        if (fstatat(instances_folder, tree, &st, AT_SYMLINK_NOFOLLOW) == 0 && ids_of_one_instance(st.st_uid))
            used[(st.st_uid - OF_BOX) / IDS_RANGE] = true;
    }
    if (list != NULL)
        closedir(list);
    else
        fd_close(&fd);
    for (unsigned i = 0; i < IDS_INSTANCES && used[at]; i++) /* with more instances than ranges, some share */
        at = (at + 1) % IDS_INSTANCES;
    return OF_BOX + (uid_t)at * IDS_RANGE;
}
