/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ec2-instance-connect/service.h"

#include <ctype.h>
#include <string.h>

#include "api/ec2/ec2.h"
#include "api/ec2/sshkey.h"
#include "base/text.h"
#include "model/gen/ec2-instance-connect.h"
#include "policy/policy.h"

enum { CONNECT_KEY_LIVES_MS = 60 * 1000, CONNECT_KEYS_MAX = 16, OS_USER_MAX = 32, RSA_BITS_MIN = 2048 };

typedef const struct ec2_instance_connect_send_ssh_public_key_request *request;

/* As Linux takes names: no '/', no space, nothing that a shell or a path would mind. */
static bool user_ok(const char *user) {
    size_t length = strlen(user);

    if (length == 0 || length > OS_USER_MAX || !(isalpha((unsigned char)*user) || *user == '_'))
        return false;
    for (const char *c = user; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("@._-$", *c) == NULL)
            return false;
    return true;
}

static const struct instance_row *instance_for(struct api_request *rq, request in) {
    const struct instance_row *i = ec2_find(rq, EC2_INSTANCE, in->instance_id);

    if (i == NULL || text_is(i->state, "terminated")) {
        api_refuse(rq, "EC2InstanceNotFoundException", "No EC2 instance found with id: %s", in->instance_id);
        return NULL;
    }
    if (in->availability_zone != NULL && !text_is(in->availability_zone, i->zone)) {
        api_refuse(rq, "EC2InstanceNotFoundException", "The instance %s is not in the Availability Zone %s.",
                   i->id, in->availability_zone);
        return NULL;
    }
    if (!text_is(i->state, "running")) {
        api_refuse(rq, "EC2InstanceStateInvalidException",
                   "Unable to connect because the instance is not in a valid state. Connecting requires the "
                   "instance to be in the running state.");
        return NULL;
    }
    return i;
}

/* Removes those that have ended.  The number of the instance's that live. */
static size_t sweep(struct api_request *rq, const char *instance_id) {
    struct connect_key_rows all = connect_key_list(rq->tx);
    size_t live = 0;

    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].until_ms <= rq->now_ms)
            connect_key_delete(rq->tx, all.items[i].key);
        else
            live += text_is(all.items[i].instance_id, instance_id);
    return live;
}

static int send_ssh_public_key(struct api_request *rq, request in,
                               struct ec2_instance_connect_send_ssh_public_key_response *out) {
    const struct instance_row *i = instance_for(rq, in);
    struct sshkey key;

    if (i == NULL)
        return API_REFUSED;
    if (!user_ok(in->instance_os_user))
        return api_refuse(rq, "InvalidArgsException", "Invalid instance OS user: %s", in->instance_os_user);
    if (sshkey_parse(rq->arena, in->ssh_public_key, strlen(in->ssh_public_key), &key) < 0 ||
        (text_is(key.type, "rsa") && key.bits < RSA_BITS_MIN))
        return api_refuse(
            rq, "InvalidArgsException",
            "The SSH public key is not valid: an RSA key of 2048 or 4096 bits or an ED25519 key "
            "in OpenSSH's format is wanted.");
    if (sweep(rq, i->id) >= CONNECT_KEYS_MAX)
        return api_refuse(rq, "ThrottlingException", "Too many keys were sent to %s within a minute", i->id);
    connect_key_put(rq->tx,
                    &(struct connect_key_row){
                        .key = arena_printf(rq->arena, "%s|%s|%s", i->id, in->instance_os_user, key.line),
                        .instance_id = i->id,
                        .os_user = in->instance_os_user,
                        .public_key = key.line,
                        .until_ms = rq->now_ms + CONNECT_KEY_LIVES_MS,
                    });
    out->request_id = rq->request_id;
    out->success = SOME_BOOL(true);
    return 0;
}

static void resources(struct api_request *rq, const void *in, const char *const **ret_arns,
                      size_t *ret_count) {
    const char **arn = arena_array(rq->arena, const char *, 1);

    arn[0] = ec2_arn(rq, "instance", ((request)in)->instance_id);
    *ret_arns = arn;
    *ret_count = 1;
}

static void conditions(struct api_request *rq, const void *in, const char *arn, struct policy_context *ctx) {
    policy_context_add(rq->arena, ctx, "ec2:osuser", ((request)in)->instance_os_user);
    ec2_resource_tags(rq, "ec2", arn, ctx);
}

static const struct api_entry entries[] = {
    {.operation = "SendSSHPublicKey",
     .handler = (api_handler)(void (*)(void))send_ssh_public_key,
     .flags = API_WRITE,
     .resources = resources,
     .conditions = conditions},
};

const struct api_service ec2_instance_connect_service = {
    .id = "ec2-instance-connect",
    .entries = entries,
    .entry_count = sizeof(entries) / sizeof(entries[0]),
};
