/* SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */
/*
 * message: what host, region, fabric and the instances' init say to each other.
 *
 * Theory of operation: every message is one SOCK_SEQPACKET datagram: a fixed header, the kind's fixed
 * body, and for a few kinds a tail of bytes whose length the body states.  Descriptors ride along.
 * All four speakers are one binary, so numbers are in the machine's byte order; the version still
 * guards against a box whose binary was replaced under it.
 *
 * A message with a non-zero `id` is a request; its answer carries the same id and is either the kind
 * named below or MESSAGE_RESULT.  Ids are chosen by the asker; the two directions are separate.
 *
 * message_receive() hands out nothing that it has not checked: sizes, counts, terminated strings,
 * numbers of descriptors, names.  Host treats whatever region sends as hostile (region parses the
 * world's input), so what passes here is safe to use in a path or as an interface name.
 *
 *   kind            from -> to      id  descriptors              answer
 *   RESULT          any             =   -
 *   CONFIG          host -> region  0   API's listener
 *   READY           child -> host   0   -                        (children: "I serve"; init: "network is up")
 *   SOCKET_OPEN     region -> host  n   -                        RESULT + the socket
 *   LAB_ADDRESS     region -> host  n   -                        RESULT
 *   IMAGE           region -> host  n   sealed memfd             RESULT once the fabric enforces it
 *                   host -> fabric  n   sealed memfd             RESULT
 *   PORT_ADD        host -> fabric  0   TAP
 *   PORT_DELETE     host -> fabric  0   -
 *   FLOW_TABLE      fabric -> host  0   memfd                    (the fabric made it; host keeps it)
 *                   host -> fabric  0   memfd                    (to a restarted fabric, before START)
 *                   region -> host  n   -                        RESULT + memfd
 *   START           host -> fabric  0   -                        READY
 *   INSTANCE_START  region -> host  n   -                        RESULT once started; events follow
 *   INSTANCE_STOP   region -> host  n   -                        RESULT when it is down
 *   INSTANCE_INTERFACE region -> host n -                        RESULT: it is in the instance, or gone from it
 *   INSTANCE_EVENT  host -> region  0   -
 *   EXEC            region -> host  n   in, out, err             EXEC_STARTED, then EXEC_EXITED (or RESULT)
 *                   host -> init    n   in, out, err             the same
 *   EXEC_SIGNAL     region -> host  0   -
 *                   host -> init    0   -
 *   EXEC_READS      sudo -> init    n   -                        RESULT 0: it waits to read its terminal, or -EAGAIN
 *   NETNS_QUERY     region -> host  n   -                        NETNS
 *   SHUTDOWN        host -> init    0   -                        (init ends all, then itself)
 *   FLOW_CACHE      host -> fabric  0   punt TAP, flows, flows6, rules, config, news  (bpf/cache.h; before ports)
 *
 * Order for a fabric, first start or restart alike: [FLOW_TABLE] [FLOW_CACHE] PORT_ADD* [IMAGE] START.  It answers
 * READY, preceded by FLOW_TABLE when it was handed none.  For a region: CONFIG, INSTANCE_EVENT RUNNING
 * for each instance that runs, START.  The API's listening socket outlives regions, so that a client
 * who connects while region restarts waits instead of being refused.
 */
/* clang-format on */
#ifndef VPCBOX_HOST_MESSAGE_H
#define VPCBOX_HOST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/ip.h"

enum { MESSAGE_VERSION = 1 };

enum {
    MESSAGE_MAX_BYTES = 96 * 1024,
    MESSAGE_TAIL_MAX = 64 * 1024,
    MESSAGE_ID_BYTES = 64,    /* instance ids: [a-z0-9][a-z0-9-]*, terminated */
    MESSAGE_NAME_BYTES = 256, /* host names, reasons, working directories */
    MESSAGE_ENIS_MAX = 8,
    MESSAGE_ADDRESSES_MAX = 16,
    MESSAGE_FDS_MAX = 6,
    MESSAGE_ARGS_MAX = 512
};

/* A child of host finds its socket here. */
enum { MESSAGE_CHILD_SOCKET = 3 };

enum message_kind {
    MESSAGE_RESULT = 1,
    MESSAGE_CONFIG,
    MESSAGE_READY,
    MESSAGE_SOCKET_OPEN,
    MESSAGE_LAB_ADDRESS,
    MESSAGE_IMAGE,
    MESSAGE_PORT_ADD,
    MESSAGE_PORT_DELETE,
    MESSAGE_FLOW_TABLE,
    MESSAGE_START,
    MESSAGE_INSTANCE_START,
    MESSAGE_INSTANCE_STOP,
    MESSAGE_INSTANCE_EVENT,
    MESSAGE_EXEC,
    MESSAGE_EXEC_STARTED,
    MESSAGE_EXEC_EXITED,
    MESSAGE_EXEC_SIGNAL,
    MESSAGE_NETNS_QUERY,
    MESSAGE_NETNS,
    MESSAGE_SHUTDOWN,
    MESSAGE_FLOW_CACHE,
    MESSAGE_INSTANCE_INTERFACE,
    MESSAGE_EXEC_READS,
    MESSAGE_KIND_END
};

struct message_header {
    uint16_t version, kind;
    uint32_t tail_bytes;
    uint64_t id;
};

struct message_result {
    int32_t error; /* 0 or negative errno */
    char text[MESSAGE_NAME_BYTES];
};

enum message_internet { MESSAGE_INTERNET_LAB, MESSAGE_INTERNET_NONE, MESSAGE_INTERNET_HOST };

/* How the box was started.  Paths are as region sees them. */
struct message_config {
    uint16_t port;    /* the API's on 127.0.0.1 */
    uint8_t packets;  /* 0: no data plane, packets_text says what is missing */
    uint8_t internet; /* enum message_internet */
    uint8_t any_key;  /* --insecure-any-key */
    uint8_t kernel;   /* packets go through the kernel's flow cache; if not, packets_text says why */
    uint8_t pad[2];
    char home[4096];
    char account[16], region[32];
    char packets_text[MESSAGE_NAME_BYTES];
};

enum message_ns { MESSAGE_NS_SVC, MESSAGE_NS_LAB };

/* The socket is bound, non-blocking, and listening if a stream.  Asking twice for the same one gives
 * the same socket, so a restarted region finds the connections that waited meanwhile.  address 0 is
 * any.  Datagram sockets have IP_PKTINFO on. */
struct message_socket_open {
    uint8_t ns; /* enum message_ns */
    uint8_t stream;
    uint16_t port; /* host byte order */
    struct ip4 address;
};

/* The lab answers for these addresses (ping, and sockets bound to them or to any). */
struct message_lab_address {
    struct ip4 address;
    uint8_t length;
    uint8_t pad[3];
};

/* RESULT: -ENOTSUP without a data plane, -ETIMEDOUT when the fabric did not take it in time. */
struct message_image {
    uint64_t generation, bytes;
};

/* Without a descriptor: the port is behind the punt TAP of FLOW_CACHE, and only number counts, and slot, which stands for it
 * there (bpf/cache.h; those of the doors and the internet are fixed).  Else a TAP.
 * number: the ENI's num, or PORT_SERVICE or PORT_UPLINK (net/door.h).  mac: of the far end, the one
 * that frames written to the TAP must be addressed to.  The TAP has IFF_VNET_HDR (10-byte headers),
 * is non-blocking, and offload is what TUNSETOFFLOAD took. */
struct message_port {
    uint32_t number;
    uint32_t mtu;
    uint32_t offload;
    struct mac mac;
    uint16_t slot;
};

struct message_flow_table {
    uint64_t bytes;
};

struct message_eni {
    uint32_t num;
    uint32_t mtu;
    struct mac mac;
    uint8_t prefix_length, address_count;
    uint8_t device; /* index: the interface is eth<device> (host/interface.h) */
    uint8_t prefix6_length, address6_count;
    uint8_t pad[1];
    char id[MESSAGE_ID_BYTES]; /* eni-…: another name of it; "" for none */
    struct ip4 gateway;        /* of its subnet; 0 for none */
    struct ip4 addresses[MESSAGE_ADDRESSES_MAX];
    struct ipaddr addresses6[MESSAGE_ADDRESSES_MAX]; /* IPv6, whose gateway is known to all: ip6_of_mac() */
};

/* What its instance type and its root volume have; host/limits.h makes limits of it. */
struct message_size {
    uint32_t memory_mib, vcpus, disk_gib;
};

/* Tail: user data, as the user gave it (decoded), empty for none.  Each ENI has a device index of its own. */
struct message_instance_start {
    char instance[MESSAGE_ID_BYTES];
    char hostname[MESSAGE_NAME_BYTES];
    char search[MESSAGE_NAME_BYTES]; /* DNS search domain, may be empty */
    uint8_t ssh_key;                 /* launched with a key pair: its sshd is wanted */
    uint8_t pad[3];
    struct ip4 resolver; /* VPC base + 2, or 0 */
    struct message_size size;
    uint32_t eni_count;
    struct message_eni enis[MESSAGE_ENIS_MAX];
};

enum message_stop {
    MESSAGE_STOP,      /* processes end, files stay */
    MESSAGE_REBOOT,    /* the same, then it starts again with what it was started with */
    MESSAGE_TERMINATE, /* files go too; also for an instance that is stopped */
};

struct message_instance_stop {
    char instance[MESSAGE_ID_BYTES];
    uint8_t how;   /* enum message_stop */
    uint8_t force; /* do not wait for programs to end by themselves */
    uint8_t pad[6];
};

/* Comes to, or goes from, an instance that runs.  RESULT: -ESRCH when it does not, -EADDRINUSE, -EEXIST (that device
 * index), -ENOSPC; -ENOENT for one that is not attached. */
struct message_interface {
    char instance[MESSAGE_ID_BYTES];
    uint8_t attach;
    uint8_t pad[3];
    struct message_eni eni; /* to detach, num alone counts */
};

enum message_instance_state {
    MESSAGE_INSTANCE_RUNNING,   /* its network is up */
    MESSAGE_INSTANCE_USER_DATA, /* first boot's user data ended; status is its exit status */
    MESSAGE_INSTANCE_STOPPED,   /* ended, asked or not (then text says why) */
    MESSAGE_INSTANCE_REBOOTING
};

struct message_instance_event {
    char instance[MESSAGE_ID_BYTES];
    uint32_t state; /* enum message_instance_state */
    int32_t status;
    char text[MESSAGE_NAME_BYTES];
};

/* target: an instance, "internet" or "svc".  Tail: argument_count strings, then environment_count
 * strings, each NUL-terminated.  With tty, standard input becomes the controlling terminal. */
struct message_exec {
    char target[MESSAGE_ID_BYTES];
    char user[32]; /* "" is root */
    char directory[MESSAGE_NAME_BYTES];
    uint16_t argument_count, environment_count;
    uint8_t tty;
    uint8_t pad[3];
};

struct message_exec_exited {
    int32_t status; /* exit status, or 128 + signal */
};

/* exec: the id of the EXEC request. */
struct message_exec_signal {
    uint64_t exec;
    int32_t signal;
    uint32_t pad;
};

struct message_netns_query {
    char target[MESSAGE_ID_BYTES]; /* as in message_exec */
};

/* pid: a process inside both namespaces; path leads to the network namespace while the instance runs. */
struct message_netns {
    int32_t pid;
    char path[MESSAGE_NAME_BYTES];
};

struct message {
    struct message_header header;
    union {
        struct message_result result;
        struct message_config config;
        struct message_socket_open socket_open;
        struct message_lab_address lab_address;
        struct message_image image;
        struct message_port port; /* PORT_ADD; PORT_DELETE uses number alone */
        struct message_flow_table flow_table;
        struct message_instance_start instance_start;
        struct message_instance_stop instance_stop;
        struct message_interface interface;
        struct message_instance_event instance_event;
        struct message_exec exec;
        struct message_exec_exited exec_exited;
        struct message_exec_signal exec_signal;
        struct message_netns_query netns_query;
        struct message_netns netns;
    } u;
    size_t fd_count;
    int fds[MESSAGE_FDS_MAX];
    char tail[MESSAGE_TAIL_MAX + 1]; /* header.tail_bytes of it, then a NUL */
};

/* Sends m->fds too; they stay the caller's.  header.version is filled in.  0 or negative errno. */
int message_send(int sock, struct message *m);

/* Waits for one message.  1 with *m whole (its descriptors are the caller's), 0 when the peer is gone,
 * -EAGAIN on a non-blocking socket, -EPROTO for a message that fails its checks (dropped whole,
 * descriptors closed; the socket stays usable), other negative errno. */
int message_receive(int sock, struct message *m);

/* The check alone, on bytes: what message_receive() does with a datagram and a number of descriptors.
 * 0 with header, u and tail filled in, or -EPROTO. */
int message_decode(const void *data, size_t length, size_t fd_count, struct message *m);

void message_close_fds(struct message *m);

/* Starts a message of that kind with everything else zero, the tail excepted. */
void message_init(struct message *m, enum message_kind kind, uint64_t id);

/* An answer to request id, with text from errno when text is NULL. */
int message_reply(int sock, uint64_t id, int error, const char *text);

const char *message_kind_name(unsigned kind);

/* EXEC's tail as vectors into it; argv gets argument_count + 1 slots, envp environment_count + 1. */
void message_exec_vectors(struct message *m, char **argv, char **envp);
/* Fills counts and tail.  0, or -E2BIG. */
int message_exec_pack(struct message *m, char *const *argv, char *const *envp);

/* [a-z0-9][a-z0-9-]*, 2 to 63 characters: fit for a file name. */
bool message_name_ok(const char *name);

#endif
