/* SPDX-License-Identifier: Apache-2.0 */
/* serve: the command line of `vpcbox serve`, which becomes the host process. */
#ifndef VPCBOX_DAEMON_SERVE_H
#define VPCBOX_DAEMON_SERVE_H

/* argv[0] is "serve".  The exit status: 0 after an orderly stop, 2 for a bad command line, 1 otherwise. */
int serve_main(int argc, char **argv);

#endif
