/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space: the namespaces that the box lives in.
 *
 * Theory of operation: space_enter() moves the calling process, which becomes host, into a user and a
 * mount namespace of its own.  Root maps ids of its own to it (host/ids.h): 0 is host, region and fabric, and
 * each instance has a range that is no other's, so that root in an instance is nobody to the box, to the
 * others and to the machine.  An ordinary user maps itself to
 * 0, in the box and in the instances alike.  Mounts exist in this mount namespace alone and /run in it
 * is private:
 *
 *   /run/vpcbox/home     the data folder
 *   /run/vpcbox/inst     home/instances, reachable without passing through home
 *   /run/vpcbox/dev/tun  the TUN device
 *   /run/vpcbox/bin      this program, and the names that it has inside instances
 *   /run/vpcbox/usr      the machine's /usr; over it in each instance's namespace, where possible, one whose files
 *                        are the instance's root's (host/usr.h)
 *   and, when names are to be asked of the machine's resolvers, what /etc/resolv.conf leads to
 *
 * When the last process of the box ends the kernel drops all of it.  The network namespaces svc and
 * lab are held as descriptors by host for the same reason.
 */
#ifndef VPCBOX_HOST_SPACE_H
#define VPCBOX_HOST_SPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/ip.h"
#include "host/cgroup.h"
#include "host/message.h"

#define SPACE_HOME "/run/vpcbox/home"
#define SPACE_INSTANCES "/run/vpcbox/inst"
#define SPACE_TUN "/run/vpcbox/dev/tun"
#define SPACE_BIN "/run/vpcbox/bin"
#define SPACE_USR "/run/vpcbox/usr"

struct space {
    bool isolated;                /* the namespaces exist; if not, paths are the machine's */
    bool packets;                 /* and TAPs can be made */
    bool ranges;                  /* instances have 65536 ids, not one */
    bool own_ids;                 /* each a range of its own (host/ids.h) */
    uid_t instance_id;            /* else: the instances' root, as the box sees it */
    int usr;                      /* whom to ask for /usr (host/usr.h); -1: nobody */
    char why[MESSAGE_NAME_BYTES]; /* what is missing when !packets */
    char home[4096];              /* as seen from here on */
    char program[4096];           /* this program, likewise */
    struct cgroup groups;         /* of the instances */
};

struct space_want {
    const char *home; /* absolute */
    bool packets;
    bool resolvers; /* /etc/resolv.conf must be readable inside, wherever it leads */
};

/* Never fails for lack of privilege: then it says so in the result.  0, or negative errno for a home
 * that cannot be used.  Call with one thread. */
int space_enter(const struct space_want *want, struct space *ret_space);

/* Writes the id maps of a child that has just unshared its outer user namespace; id is its root.  0 or negative errno. */
int space_map_instance(const struct space *space, uid_t id, pid_t child);

/* Keeps one foot outside of the user namespace that the calling process is about to make, to write its maps (both
 * the same line) from there: start, unshare, end.  *ret_go: for the latter.  Its pid, or negative errno. */
pid_t space_start_mapper(const char *map, int *ret_go);
/* unshared: there is something to map; waits for it.  0 or negative errno. */
int space_end_mapper(pid_t mapper, int go, bool unshared);

/* A TAP and its interface. */
struct space_tap {
    int fd; /* non-blocking */
    uint32_t offload;
    struct mac mac;
};

/* In the calling process's network namespace: makes `name`, up, with that MAC and MTU.  0 or negative errno.
 * Without offloads whoever reads the descriptor gets bare frames that fit the MTU, checksums finished.
 */
int space_tap_open(const char *name, struct mac mac, uint32_t mtu, bool offloads, struct space_tap *ret_tap);

/* net.* settings of the calling process's network namespace; ranges: the instance has many ids. */
void space_net_settings(bool instance, bool ranges);

/*
 * The namespaces of the service side and behind the uplink.  For the real internet (MESSAGE_INTERNET_HOST) the
 * kernel of the latter forwards between the uplink and a second TAP without offloads, whose descriptor
 * is `far` (else -1): the fabric's super-packets are cut and their checksums finished by the one program
 * that does that everywhere, and libslirp (io/uplink.h) gets frames as a wire would carry them.
 */
struct space_net {
    int ns;
    struct space_tap tap; /* fd -1 when a cable of the kernel's data plane takes its place */
    int far;
};
struct kernel; /* NULL: TAPs */
int space_make_nets(const struct space *space, enum message_internet internet, struct kernel *kernel,
                    struct space_net *ret_svc, struct space_net *ret_lab);

/* Runs work in a network namespace, -1 for a new one, and returns its result or a negative errno. */
int space_work_in(int ns, int (*work)(void *context), void *context);

/* A socket as message_socket_open describes it, made inside the namespace ns. */
int space_socket(int ns, const struct message_socket_open *want, int *ret_fd);
int space_local_address(int ns, struct prefix4 prefix);

/* A child of the calling process that ends with it (SIGKILL), with the default signals and no
 * descriptors but 0 to 2 and keep[], which become 3, 4, ….  Runs `run`, whose result is its exit
 * status.  The child's pid or negative errno. */
pid_t space_child(const int *keep, size_t keep_count, int (*run)(void *context), void *context);

/* Gives up every capability for good, exec included.  0 or negative errno. */
int space_drop_capabilities(void);

#endif
