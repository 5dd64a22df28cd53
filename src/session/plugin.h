/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin: session-manager-plugin: the client's end of a session.
 *
 * Called by `aws ssm start-session` (and by `vpcbox ec2-connect`) with the arguments of AWS's own:
 *   session-manager-plugin RESPONSE REGION StartSession PROFILE PARAMETERS ENDPOINT
 * RESPONSE is StartSession's answer as JSON, or the name of an environment variable that holds it.
 *
 * A shell session puts the terminal into raw mode, so that every key, Ctrl-C among them, goes to the far
 * shell, and follows the window's size.  A port session listens on 127.0.0.1.  Exit status: that of the
 * far shell where its agent tells it (ours does), else 0; 1 when the session could not be opened.
 */
#ifndef VPCBOX_SESSION_PLUGIN_H
#define VPCBOX_SESSION_PLUGIN_H

int plugin_main(int argc, char **argv);

#endif
