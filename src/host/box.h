/* SPDX-License-Identifier: Apache-2.0 */
/*
 * box: host's state, shared by its source files and by nobody else.
 *
 * host.c supervises and routes messages, guest.c runs instances, console.c reads their consoles, exec.c runs
 * commands, boot.c is what an instance's first process does before it becomes bubblewrap.
 */
#ifndef VPCBOX_HOST_BOX_H
#define VPCBOX_HOST_BOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/disk.h"
#include "host/host.h"
#include "host/kernel.h"
#include "host/limits.h"
#include "host/loop.h"
#include "host/message.h"
#include "host/space.h"

struct box;

/* region, fabric or uplink */
struct child {
    struct box *box;
    const char *name; /* also argv[0] */
    void (*greet)(struct box *box);
    void (*hear)(struct box *box, struct message *m);
    pid_t pid; /* 0: not running */
    int sock;
    struct loop_source source;
    struct loop_timer again;
    uint64_t started_ns;
    unsigned quick_deaths;
    bool ready;
};

struct port {
    uint32_t number, mtu;
    struct space_tap tap; /* fd -1: a cable */
    struct cable cable;
};

enum guest_state { GUEST_STARTING, GUEST_RUNNING, GUEST_STOPPING };

/* An instance that has processes. */
struct guest {
    struct box *box;
    struct guest *next;
    struct message_instance_start start;
    char *user_data;
    size_t user_data_bytes;
    enum guest_state state;
    bool rebooting, terminating;
    pid_t pid; /* bubblewrap's, first boot.c's */
    uid_t id;  /* its root, as the box sees it */
    int report, control, console;
    struct loop_source report_source, control_source, console_source;
    struct loop_timer deadline;
    struct port ports[MESSAGE_ENIS_MAX];
    size_t port_count;
    uint64_t disk_limit, disk_bytes, disk_first; /* disk.c's: may hold, holds, held when first measured */
    bool disk_known, disk_whole;
    int console_file;
    uint64_t console_bytes;
    ssize_t console_budget; /* bytes until it pauses */
    struct loop_timer console_pause;
    bool user_data_told, refused;         /* in this boot */
    uint64_t start_request, stop_request; /* region's, 0 when answered */
    char why[MESSAGE_NAME_BYTES];         /* why it ended, when not asked to */
};

/* A command under way. */
struct command {
    struct command *next;
    uint64_t id;      /* towards init */
    uint64_t request; /* region's id; 0 when that region is gone */
    struct guest *guest;
    pid_t pid;    /* when it runs outside instances */
    bool started; /* told */
};

struct box_socket {
    struct box_socket *next;
    struct message_socket_open want;
    int fd;
};

struct image_wait {
    struct image_wait *next;
    uint64_t request, sequence;
};

struct box {
    struct host_options options;
    struct space space;
    struct kernel kernel;
    struct loop loop;
    struct child region, fabric, uplink; /* uplink: only where the internet is real */
    struct loop_source signals;
    struct loop_timer deadline;
    pid_t self;
    int listener, lock;
    uint16_t port;
    bool ready, stopping;
    int status;
    struct disk disk;
    struct loop_timer groups; /* control groups of instances that have ended wait for their last process */
    struct space_net svc, lab;
    int image;
    struct message_image image_body;
    uint64_t image_sequence;
    struct image_wait *image_waits;
    int flow_table;
    uint64_t flow_table_bytes;
    int filter; /* of instances' system calls (host/filter.h); -1 until there is one */
    struct box_socket *sockets;
    struct guest *guests;
    struct command *commands;
    uint64_t next_id;
};

/* host.c */
/* Never blocks for long: a child that does not take its messages is ended as hung. */
void box_tell(struct child *c, struct message *m);
void box_result(struct box *box, uint64_t request, int error, const char *text); /* request 0: nobody asks */
void box_port_add(struct box *box, const struct port *p);
void box_port_delete(struct box *box, const struct port *p);
void box_check_stopped(struct box *box);

/* guest.c */
void guest_start_request(struct box *box, const struct message *m);
void guest_stop_request(struct box *box, const struct message *m);
void guest_stop_all(struct box *box, bool force);
void guest_replay(struct box *box); /* tells a new region what runs */
bool guest_ended(struct box *box, pid_t pid, int status);
void guest_sweep(struct box *box);
/* It has taken more than it may: its processes end at once, why goes to its console and into its state. */
void guest_end(struct guest *g, const char *why);
struct guest *guest_find(struct box *box, const char *id);

/* plug.c */
void guest_interface_request(struct box *box, const struct message *m);

/* A file or folder beside its tree, which only host writes; "" ends on a slash. */
void guest_path(const char *instance, const char *name, char out[256]);

/* console.c */
int console_open(struct guest *g); /* before its first process */
void console_listen(struct guest *g);
void console_write(struct guest *g, const char *text, size_t length);
void console_drain(struct guest *g); /* what is left in it */
void console_stop(struct guest *g);

/* exec.c */
void exec_request(struct box *box, struct message *m);
void exec_signal(struct box *box, const struct message *m);
void exec_answer(struct guest *g, const struct message *m); /* from init */
bool exec_ended(struct box *box, pid_t pid, int status);
void exec_forget_guest(struct guest *g);
void exec_forget_region(struct box *box); /* ends what the dead region had started */
void exec_netns(struct box *box, const struct message *m);

/* boot.c: what an instance's first process does; never returns on success.  Descriptors: 3 report,
 * 4 init's control socket, 5 console, 6 filter, 7, … those of cgroup_make(). */
struct boot {
    const struct space *space;
    uid_t id; /* its root's */
    const struct message_instance_start *start;
    const char *user_data;
    size_t user_data_bytes;
    const char *region;
    bool cables; /* interfaces are there when host has mapped the ids */
    struct limits limits;
    size_t group_count; /* descriptors after the console's: cgroup_join() */
};
int boot_run(void *boot);

/* What it says on the report socket, each with an error and a reason. */
enum boot_step {
    BOOT_UNSHARED, /* map my ids, answer with a byte */
    BOOT_MAPPED,   /* lay my cables, answer with a byte */
    BOOT_PORT,     /* one a TAP, in order: with its descriptor */
    BOOT_FAILED
};
struct boot_report {
    uint32_t step;
    int32_t error;
    struct space_tap tap;
    char text[MESSAGE_NAME_BYTES];
};

#endif
