/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iam: what the handlers of the iam service share.
 *
 * Theory of operation: a handler finds its role or profile with iam_role_get / iam_profile_get (which
 * say NoSuchEntity), checks, writes rows, and fills views.  Documents go out percent-encoded, as AWS
 * sends them.  Lists are filled whole and cut by IAM_PAGE.
 */
#ifndef VPCBOX_API_IAM_IAM_H
#define VPCBOX_API_IAM_IAM_H

#include "api/api.h"
#include "model/gen/iam.h"
#include "policy/policy.h"
#include "store/rows.h"

extern const struct api_service iam_service;

/* "123456789012|name" with the name in lower case: the key of roles and profiles. */
const char *iam_key(struct arena *a, const char *account, const char *name);
/* type "role", "instance-profile"; path as "/a/" */
const char *iam_arn(struct arena *a, const char *account, const char *type, const char *path,
                    const char *name);
const struct iam_role_row *iam_role_by_id(struct tx *tx, const char *id); /* NULL when gone */

/* The caller's own; NULL after refusing with NoSuchEntity (or with ValidationError for the name). */
const struct iam_role_row *iam_role_get(struct api_request *rq, const char *name);
const struct iam_profile_row *iam_profile_get(struct api_request *rq, const char *name);

/* A role or user of the caller's account that the document names and that is not there; NULL: none. */
const char *iam_unknown_principal(struct api_request *rq, const struct policy *p);
/* Parses, and refuses with MalformedPolicyDocument.  0 or API_REFUSED. */
int iam_check_document(struct api_request *rq, enum policy_grammar grammar, const char *text);
/* parameter: as AWS's message names it, "roleName".  0 or API_REFUSED. */
int iam_check_name(struct api_request *rq, const char *parameter, const char *name);
int iam_check_path(struct api_request *rq, const char *parameter, const char *path);
/* Checks tags and gives them to a new role or profile.  0 or API_REFUSED. */
int iam_tag_new(struct api_request *rq, const char *owner_id, const struct iam_tag *tags, size_t count);

const char *iam_new_id(struct api_request *rq, const char *prefix); /* "AROA" → 21 characters */
const char *iam_encode_document(struct api_request *rq, const char *text);

/* What a view shows: AWS's lists leave out what its Gets show. */
enum iam_detail { IAM_IN_LIST, IAM_WHOLE };
void iam_view_role(struct api_request *rq, const struct iam_role_row *row, enum iam_detail detail,
                   struct iam_role *ret_view);
void iam_view_profile(struct api_request *rq, const struct iam_profile_row *row, enum iam_detail detail,
                      struct iam_instance_profile *ret_view);

enum { IAM_PAGE_MAX = 100 };

/* Cuts a filled list to the page that was asked for; sets is_truncated and marker. */
#define IAM_PAGE(rq, in, list, out)                                                                          \
    __extension__({                                                                                          \
        size_t page_from_, page_to_;                                                                         \
        int page_r_ = api_page((rq), (list)->count, (in)->max_items, (in)->marker, IAM_PAGE_MAX,             \
                               &page_from_, &page_to_, &(out)->marker);                                      \
        if (page_r_ == 0) {                                                                                  \
            (list)->items += page_from_;                                                                     \
            (list)->count = (list)->capacity = page_to_ - page_from_;                                        \
            (out)->is_truncated = SOME_BOOL((out)->marker != NULL);                                          \
        }                                                                                                    \
        page_r_;                                                                                             \
    })

/* Handlers: role.c, role_policy.c, profile.c, managed_policy.c */

int iam_create_role(struct api_request *rq, const struct iam_create_role_request *in,
                    struct iam_create_role_response *out);
int iam_get_role(struct api_request *rq, const struct iam_get_role_request *in,
                 struct iam_get_role_response *out);
int iam_list_roles(struct api_request *rq, const struct iam_list_roles_request *in,
                   struct iam_list_roles_response *out);
int iam_delete_role(struct api_request *rq, const struct iam_delete_role_request *in, void *out);
int iam_update_assume_role_policy(struct api_request *rq,
                                  const struct iam_update_assume_role_policy_request *in, void *out);

int iam_put_role_policy(struct api_request *rq, const struct iam_put_role_policy_request *in, void *out);
int iam_get_role_policy(struct api_request *rq, const struct iam_get_role_policy_request *in,
                        struct iam_get_role_policy_response *out);
int iam_list_role_policies(struct api_request *rq, const struct iam_list_role_policies_request *in,
                           struct iam_list_role_policies_response *out);
int iam_delete_role_policy(struct api_request *rq, const struct iam_delete_role_policy_request *in,
                           void *out);
int iam_attach_role_policy(struct api_request *rq, const struct iam_attach_role_policy_request *in,
                           void *out);
int iam_detach_role_policy(struct api_request *rq, const struct iam_detach_role_policy_request *in,
                           void *out);
int iam_list_attached_role_policies(struct api_request *rq,
                                    const struct iam_list_attached_role_policies_request *in,
                                    struct iam_list_attached_role_policies_response *out);

int iam_create_instance_profile(struct api_request *rq, const struct iam_create_instance_profile_request *in,
                                struct iam_create_instance_profile_response *out);
int iam_get_instance_profile(struct api_request *rq, const struct iam_get_instance_profile_request *in,
                             struct iam_get_instance_profile_response *out);
int iam_list_instance_profiles(struct api_request *rq, const struct iam_list_instance_profiles_request *in,
                               struct iam_list_instance_profiles_response *out);
int iam_list_instance_profiles_for_role(struct api_request *rq,
                                        const struct iam_list_instance_profiles_for_role_request *in,
                                        struct iam_list_instance_profiles_for_role_response *out);
int iam_delete_instance_profile(struct api_request *rq, const struct iam_delete_instance_profile_request *in,
                                void *out);
int iam_add_role_to_instance_profile(struct api_request *rq,
                                     const struct iam_add_role_to_instance_profile_request *in, void *out);
int iam_remove_role_from_instance_profile(struct api_request *rq,
                                          const struct iam_remove_role_from_instance_profile_request *in,
                                          void *out);

int iam_get_policy(struct api_request *rq, const struct iam_get_policy_request *in,
                   struct iam_get_policy_response *out);
int iam_get_policy_version(struct api_request *rq, const struct iam_get_policy_version_request *in,
                           struct iam_get_policy_version_response *out);
int iam_list_policies(struct api_request *rq, const struct iam_list_policies_request *in,
                      struct iam_list_policies_response *out);

#endif
