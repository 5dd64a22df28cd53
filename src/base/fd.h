/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd: descriptors: whole reads and writes, and descriptors passed over Unix sockets.
 * All return 0 or a count, or a negative errno.
 */
#ifndef VPCBOX_BASE_FD_H
#define VPCBOX_BASE_FD_H

#include <stddef.h>
#include <sys/types.h>

int fd_write_all(int fd, const void *data, size_t length);
/* -ENODATA if the end comes before length bytes. */
int fd_read_all(int fd, void *data, size_t length);
/* Reads a whole file of at most max bytes into malloc'd, NUL-terminated *ret_data (the caller frees). */
int fd_read_file(const char *path, size_t max, char **ret_data, size_t *ret_length);
/* Writes path.tmp, fsyncs and renames, so that a reader sees the old or the new file whole. */
int fd_replace_file(const char *path, const void *data, size_t length, mode_t mode);

enum { FD_PASS_MAX = 16 };
/* One message (SOCK_SEQPACKET or SOCK_DGRAM) with count <= FD_PASS_MAX descriptors. */
int fd_send(int sock, const void *data, size_t length, const int *fds, size_t count);
/* Received descriptors are close-on-exec and the caller's to close; *count_io is room in, number out.
 * Returns the message's length, 0 at the end of the stream, -EMSGSIZE if it did not fit. */
ssize_t fd_receive(int sock, void *data, size_t capacity, int *fds, size_t *count_io);
void fd_close(int *fd); /* closes if >= 0, then sets -1 */

#endif
