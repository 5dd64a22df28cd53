/* SPDX-License-Identifier: Apache-2.0 */
/* ec2-connect: StartSession, then the session-manager-plugin, which this program also is. */
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int cmd_ec2_connect(struct cli *c) {
    struct ssm_start_session_request in = {.target = c->argv[0]};
    struct ssm_start_session_response out = {0};
    json_t *response, *parameters;

    if (SSM(c, StartSession, in, out) < 0)
        return cli_aws_failed(c, "start a session");
    response = json_pack("{s:s,s:s,s:s}", "SessionId", out.session_id, "TokenValue", out.token_value,
                         "StreamUrl", out.stream_url);
    parameters = json_pack("{s:s}", "Target", c->argv[0]);
    /* The arguments that the aws CLI gives the plugin, so that either program may be the other side. */
    execl("/proc/self/exe", "session-manager-plugin", json_dumps(response, JSON_COMPACT), c->aws.region,
          "StartSession", "", json_dumps(parameters, JSON_COMPACT),
          c->aws.endpoint_url == NULL ? "" : c->aws.endpoint_url, (char *)NULL);
    cli_error("cannot run the session's client: %s", strerror(errno));
    return 1;
}
