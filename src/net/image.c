/* SPDX-License-Identifier: Apache-2.0 */
#include "net/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "net/block.h"

static int wrap(void *memory, size_t size, struct image **ret_image) {
    struct image *image = malloc(sizeof(*image));

    if (!image) {
        munmap(memory, size);
        return -ENOMEM;
    }
    *image = (struct image){memory, size};
    *ret_image = image;
    return 0;
}

int image_alloc(size_t size, struct image **ret_image) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? -ENOMEM : wrap(memory, size, ret_image);
}

void image_free(struct image *image) {
    if (!image)
        return;
    munmap((void *)(uintptr_t)image->header, image->size);
    free(image);
}

const void *image_data(const struct image *image) {
    return image->header;
}

size_t image_size(const struct image *image) {
    return image->size;
}

uint64_t image_generation(const struct image *image) {
    return image->header->generation;
}

int image_to_memfd(const struct image *image) {
    int fd = memfd_create("vpcbox-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int err;

    if (fd < 0)
        return -errno;
    err = fd_write_all(fd, image->header, image->size);
    if (err == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        err = -errno;
    if (err < 0) {
        close(fd);
        return err;
    }
    return fd;
}

int image_map(int fd, struct image **ret_image) {
    const int needed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
    int seals = fcntl(fd, F_GET_SEALS);
    struct stat st;
    void *memory;

    if (seals < 0 || (seals & needed) != needed)
        return -EPERM;
    if (fstat(fd, &st) < 0)
        return -errno;
    if ((size_t)st.st_size < sizeof(struct image_header))
        return -EBADMSG;
    memory = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    if (image_validate(memory, (size_t)st.st_size) < 0) {
        munmap(memory, (size_t)st.st_size);
        return -EBADMSG;
    }
    return wrap(memory, (size_t)st.st_size, ret_image);
}

int image_parse(const void *data, size_t size, struct image **ret_image) {
    struct image *image;
    int err;

    if (size < sizeof(struct image_header))
        return -EBADMSG;
    err = image_alloc(size, &image);
    if (err < 0)
        return err;
    memcpy((void *)(uintptr_t)image->header, data, size);
    if (image_validate(image->header, size) < 0) {
        image_free(image);
        return -EBADMSG;
    }
    *ret_image = image;
    return 0;
}

size_t image_vpc_count(const struct image *image) {
    return image->header->segments.count;
}

const struct image_vpc *image_vpc_at(const struct image *image, size_t index) {
    const struct image_segment *segments = image_at(image, image->header->segments.at);

    return image_at(image, segments[index].at);
}

const struct image_vpc *image_vpc_by_id(const struct image *image, const char *id) {
    for (size_t i = 0; i < image_vpc_count(image); i++) {
        const struct image_vpc *vpc = image_vpc_at(image, i);

        if (strcmp(image_name(vpc, vpc->id), id) == 0)
            return vpc;
    }
    return NULL;
}

const struct image_eni *image_eni_by_num(const struct image *image, uint32_t num,
                                         const struct image_vpc **ret_vpc) {
    const struct image_num_slot *slots = image_at(image, image->header->by_num.at);
    uint32_t mask = (uint32_t)image->header->by_num.count - 1;

    if (num == 0)
        return NULL;
    for (uint32_t i = num & mask; slots[i].num != 0; i = (i + 1) & mask) {
        if (slots[i].num == num) {
            *ret_vpc = image_vpc_at(image, slots[i].vpc);
            return &image_enis(*ret_vpc)[slots[i].eni];
        }
    }
    return NULL;
}

const struct image_address *image_address_by_public_ip(const struct image *image, struct ip4 ip,
                                                       const struct image_vpc **ret_vpc) {
    const struct image_public_slot *slots = image_at(image, image->header->by_public.at);
    uint32_t mask = (uint32_t)image->header->by_public.count - 1;

    if (ip.v == 0)
        return NULL;
    for (uint32_t i = image_hash(ip.v) & mask; slots[i].ip != 0; i = (i + 1) & mask) {
        if (slots[i].ip == ip.v) {
            *ret_vpc = image_vpc_at(image, slots[i].vpc);
            return &image_addresses(*ret_vpc)[slots[i].address];
        }
    }
    return NULL;
}

const struct image_eni *image_eni_by_id(const struct image *image, const char *id,
                                        const struct image_vpc **ret_vpc) {
    if (!id || !*id)
        return NULL;
    for (size_t v = 0; v < image_vpc_count(image); v++) {
        const struct image_vpc *vpc = image_vpc_at(image, v);

        for (uint32_t i = 0; i < vpc->enis.count; i++) {
            const struct image_eni *eni = &image_enis(vpc)[i];

            if (strcmp(image_name(vpc, eni->id), id) == 0 ||
                strcmp(image_name(vpc, eni->instance_id), id) == 0) {
                *ret_vpc = vpc;
                return eni;
            }
        }
    }
    return NULL;
}

static bool in_ranges(const struct image_range *ranges, size_t count, struct ipaddr v) {
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (ip_before(ranges[middle].last, v))
            low = middle + 1;
        else if (ip_before(v, ranges[middle].first))
            high = middle;
        else
            return true;
    }
    return false;
}

bool image_is_service(const struct image *image, struct ipaddr ip) {
    return in_ranges(image_at(image, image->header->service.at), image->header->service.count, ip);
}

bool image_is_public(const struct image *image, struct ipaddr ip) {
    return in_ranges(image_at(image, image->header->public.at), image->header->public.count, ip);
}

bool image_list_contains(const struct image_vpc *vpc, uint32_t list, struct ipaddr ip) {
    const struct image_slice slice = image_lists(vpc)[list].ranges;

    return in_ranges(&image_ranges(vpc)[slice.first], slice.count, ip);
}

const struct image_address *image_vpc_address(const struct image_vpc *vpc, struct ipaddr private_ip) {
    const uint32_t *slots = image_by_address(vpc);
    uint32_t mask = vpc->by_address.count - 1;

    for (uint32_t i = image_hash_ip(private_ip) & mask; slots[i] != 0; i = (i + 1) & mask) {
        const struct image_address *address = &image_addresses(vpc)[slots[i] - 1];

        if (ip_equal(address->private_ip, private_ip))
            return address;
    }
    return NULL;
}

const struct image_eni *image_vpc_eni_by_mac(const struct image_vpc *vpc, struct mac mac) {
    const uint32_t *slots = image_by_mac(vpc);
    uint32_t mask = vpc->by_mac.count - 1;

    for (uint32_t i = image_hash_mac(mac) & mask; slots[i] != 0; i = (i + 1) & mask) {
        const struct image_eni *eni = &image_enis(vpc)[slots[i] - 1];

        if (memcmp(&eni->mac, &mac, sizeof(mac)) == 0)
            return eni;
    }
    return NULL;
}

const struct image_route *image_route_lookup(const struct image_vpc *vpc, const struct image_table *table,
                                             struct ipaddr destination) {
    struct image_slice slice = ip_is4(destination) ? table->steps : table->steps6;
    const struct image_step *steps = &image_steps(vpc)[slice.first];
    size_t low = 0, high = slice.count;

    /* The last step that starts at or before the destination; the first one starts at the family's first address. */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (!ip_before(destination, steps[middle].start))
            low = middle;
        else
            high = middle;
    }
    return steps[low].route == IMAGE_NONE ? NULL : &image_routes(vpc)[steps[low].route];
}

bool image_group_has_address(const struct image_vpc *vpc, uint32_t group, struct ipaddr private_ip) {
    const struct image_address *address = image_vpc_address(vpc, private_ip);
    const struct image_eni *eni;

    if (!address)
        return false;
    eni = &image_enis(vpc)[address->eni];
    for (uint32_t i = 0; i < eni->groups.count; i++) {
        if (image_members(vpc)[eni->groups.first + i] == group)
            return true;
    }
    return false;
}
