/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key pairs.
 *
 * Theory of operation: only the public half is kept.  An instance takes it at launch (instance_row.public_key),
 * so deleting or replacing a pair changes no instance, as on AWS.  Making an RSA key takes a tenth of a
 * second, so CreateKeyPair does it between its transactions.
 */
#include <inttypes.h>
#include <string.h>

#include "api/ec2/instance_parts.h"
#include "api/ec2/sshkey.h"
#include "base/text.h"

enum { KEY_NAME_MAX = 255 };

static const struct key_pair_row *by_name(struct api_request *rq, const char *name) {
    struct store_rows all = ec2_list(rq, EC2_KEY_PAIR);

    for (size_t i = 0; i < all.count; i++)
        if (text_is(((const struct key_pair_row *)all.items)[i].name, name))
            return &((const struct key_pair_row *)all.items)[i];
    return NULL;
}

static int refuse_unknown(struct api_request *rq, const char *name) {
    return ec2_refuse_not_found(rq, EC2_KEY_PAIR, name);
}

int key_pair_choose(struct api_request *rq, const char *name, const char **ret_public_key) {
    const struct key_pair_row *row = by_name(rq, name);

    if (row == NULL)
        return refuse_unknown(rq, name);
    *ret_public_key = arena_printf(rq->arena, "%s %s", row->public_key, row->name);
    return 0;
}

/* ---- making ---- */

static int check_name(struct api_request *rq, const char *name) {
    size_t length = name != NULL ? strlen(name) : 0;

    if (length == 0)
        return api_refuse(rq, "MissingParameter", "The request must contain the parameter KeyName");
    for (size_t i = 0; i < length; i++)
        if (name[i] < ' ' || name[i] > '~')
            return api_refuse(rq, "InvalidParameterValue",
                              "Value (%s) for parameter KeyName is invalid. Character sets beyond ASCII are "
                              "not supported.",
                              name);
    if (name[0] == ' ' || name[length - 1] == ' ')
        return api_refuse(
            rq, "InvalidParameterValue",
            "Value (%s) for parameter KeyName is invalid. Leading and trailing spaces are not allowed.",
            name);
    if (length > KEY_NAME_MAX)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value (%s) for parameter KeyName is invalid. Length exceeds maximum of %d.", name,
                          KEY_NAME_MAX);
    return by_name(rq, name) == NULL
               ? 0
               : api_refuse(rq, "InvalidKeyPair.Duplicate", "The keypair already exists");
}

struct make {
    const char *name;
    const struct ec2_tag_specification *tags;
    size_t tag_count;
    struct sshkey key;
    const char *id; /* out */
};

static int check(struct api_request *rq, void *arg) {
    return check_name(rq, ((const struct make *)arg)->name);
}

static int keep(struct api_request *rq, void *arg) {
    struct make *m = arg;

    if (check_name(rq, m->name) < 0)
        return API_REFUSED;
    m->id = api_new_id(rq, "key");
    key_pair_put(rq->tx, &(struct key_pair_row){.id = m->id,
                                                .account = rq->caller.account,
                                                .region = rq->region,
                                                .name = m->name,
                                                .type = m->key.type,
                                                .public_key = m->key.line,
                                                .fingerprint = m->key.fingerprint,
                                                .created_ms = rq->now_ms});
    return ec2_tag_new(rq, EC2_KEY_PAIR, m->id, m->tags, m->tag_count);
}

static struct make make_of(const char *name, const struct ec2_tag_specification *tags, size_t count) {
    return (struct make){.name = name, .tags = tags, .tag_count = count};
}

/* The tags just kept, as the answer shows them. */
#define MADE_TAGS(rq, m, list)                                                                               \
    for (size_t s_ = 0; s_ < (m)->tag_count; s_++)                                                           \
        for (size_t t_ = 0; t_ < (m)->tags[s_].tags.count; t_++)                                             \
    *vec_push((rq)->arena, (list)) = (m)->tags[s_].tags.items[t_]

int ec2_create_key_pair(struct api_request *rq, const struct ec2_create_key_pair_request *in,
                        struct ec2_key_pair *out) {
    struct make m = make_of(in->key_name, in->tag_specifications.items, in->tag_specifications.count);
    struct proto_response response;

    if (api_read(rq, check, &m) < 0)
        return API_REFUSED;
    if (sshkey_make(rq->arena, in->key_type != NULL ? in->key_type : "rsa", text_is(in->key_format, "ppk"),
                    in->key_name, &m.key, &out->key_material) < 0)
        return api_refuse_status(rq, 500, "InternalError", "An internal error has occurred");
    if (api_write(rq, keep, &m) < 0)
        return API_REFUSED;
    out->key_pair_id = m.id;
    out->key_name = m.name;
    out->key_fingerprint = m.key.fingerprint;
    MADE_TAGS(rq, &m, &out->tags);
    api_encode(rq, out, &response);
    return api_respond(rq, &response);
}

int ec2_import_key_pair(struct api_request *rq, const struct ec2_import_key_pair_request *in,
                        struct ec2_import_key_pair_result *out) {
    struct make m = make_of(in->key_name, in->tag_specifications.items, in->tag_specifications.count);

    if (check_name(rq, in->key_name) < 0)
        return API_REFUSED;
    if (in->public_key_material.length > SSHKEY_MATERIAL_MAX_BYTES)
        return api_refuse(rq, "InvalidParameterValue",
                          "Value for parameter PublicKeyMaterial is invalid. Length exceeds maximum of %d.",
                          SSHKEY_MATERIAL_MAX_BYTES);
    if (sshkey_parse(rq->arena, in->public_key_material.data, in->public_key_material.length, &m.key) < 0)
        return api_refuse(rq, "InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    if (keep(rq, &m) < 0)
        return API_REFUSED;
    out->key_pair_id = m.id;
    out->key_name = m.name;
    out->key_fingerprint = m.key.fingerprint;
    MADE_TAGS(rq, &m, &out->tags);
    return 0;
}

/* ---- looking and deleting ---- */

static bool named(const struct ec2_describe_key_pairs_request *in, const struct key_pair_row *row) {
    for (size_t i = 0; i < in->key_names.count; i++)
        if (text_is(in->key_names.items[i], row->name))
            return true;
    return in->key_names.count == 0;
}

int ec2_describe_key_pairs(struct api_request *rq, const struct ec2_describe_key_pairs_request *in,
                           struct ec2_describe_key_pairs_result *out) {
    struct ec2_query q;

    if (ec2_query_begin(rq, &q, EC2_KEY_PAIR, in->key_pair_ids.items, in->key_pair_ids.count,
                        in->filters.items, in->filters.count, (struct opt_int){0}) < 0)
        return API_REFUSED;
    for (size_t i = 0; i < in->key_names.count; i++)
        if (by_name(rq, in->key_names.items[i]) == NULL)
            return refuse_unknown(rq, in->key_names.items[i]);
    for (size_t i = 0; i < q.rows.count; i++) {
        const struct key_pair_row *row = EC2_ROW(&q, key_pair, i);
        struct ec2_key_pair_info view = {.key_pair_id = row->id,
                                         .key_type = row->type,
                                         .key_name = row->name,
                                         .key_fingerprint = row->fingerprint,
                                         .create_time = SOME_TIME(row->created_ms)};

        if (!named(in, row))
            continue;
        if (in->include_public_key.v)
            view.public_key = arena_printf(rq->arena, "%s %s", row->public_key, row->name);
        EC2_TAGS(rq, row->id, &view.tags);
        if (ec2_query_matches(&q, &view))
            *vec_push(rq->arena, &out->key_pairs) = view;
    }
    return 0;
}

int ec2_delete_key_pair(struct api_request *rq, const struct ec2_delete_key_pair_request *in,
                        struct ec2_delete_key_pair_result *out) {
    const struct key_pair_row *row;

    if (in->key_name == NULL && in->key_pair_id == NULL)
        return api_refuse(rq, "MissingParameter",
                          "The request must contain the parameter keyName or keyPairId");
    if (in->key_name != NULL && in->key_pair_id != NULL)
        return api_refuse(rq, "InvalidParameterCombination",
                          "The parameter keyName cannot be used with the parameter keyPairId");
    if (in->key_pair_id != NULL && !ec2_id_well_formed(EC2_KEY_PAIR, in->key_pair_id))
        return ec2_refuse_malformed(rq, EC2_KEY_PAIR, in->key_pair_id);
    row = in->key_name != NULL ? by_name(rq, in->key_name) : ec2_find(rq, EC2_KEY_PAIR, in->key_pair_id);
    out->return_ = SOME_BOOL(true);
    if (row == NULL) /* what is not there is deleted, says AWS */
        return 0;
    out->key_pair_id = row->id;
    ec2_tag_forget(rq, row->id);
    key_pair_delete(rq->tx, row->id);
    return 0;
}
