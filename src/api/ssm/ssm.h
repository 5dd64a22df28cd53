/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssm: Systems Manager's handlers, one an action; ssm_service (service.c) is their table.
 */
#ifndef VPCBOX_API_SSM_SSM_H
#define VPCBOX_API_SSM_SSM_H

#include <jansson.h>

#include "api/api.h"
#include "model/gen/ec2messages.h"
#include "model/gen/ssm.h"
#include "model/gen/ssmmessages.h"

extern const struct api_service ssm_service, ssmmessages_service, ec2messages_service;

/* parameter.c: the public parameters under /aws/service, which name images */
int ssm_get_parameter(struct api_request *rq, const struct ssm_get_parameter_request *in,
                      struct ssm_get_parameter_result *out);
int ssm_get_parameters(struct api_request *rq, const struct ssm_get_parameters_request *in,
                       struct ssm_get_parameters_result *out);

/* session.c: nodes and sessions */
int ssm_describe_instance_information(struct api_request *rq,
                                      const struct ssm_describe_instance_information_request *in,
                                      struct ssm_describe_instance_information_result *out);
int ssm_get_connection_status(struct api_request *rq, const struct ssm_get_connection_status_request *in,
                              struct ssm_get_connection_status_response *out);
int ssm_start_session(struct api_request *rq, const struct ssm_start_session_request *in,
                      struct ssm_start_session_response *out);
void ssm_start_session_resources(struct api_request *rq, const void *in, const char *const **ret_arns,
                                 size_t *ret_count);
void ssm_start_session_conditions(struct api_request *rq, const void *in, const char *arn,
                                  struct policy_context *ctx);
int ssm_resume_session(struct api_request *rq, const struct ssm_resume_session_request *in,
                       struct ssm_resume_session_response *out);
int ssm_terminate_session(struct api_request *rq, const struct ssm_terminate_session_request *in,
                          struct ssm_terminate_session_response *out);
void ssm_resume_session_resources(struct api_request *rq, const void *in, const char *const **ret_arns,
                                  size_t *ret_count);
void ssm_terminate_session_resources(struct api_request *rq, const void *in, const char *const **ret_arns,
                                     size_t *ret_count);
int ssm_describe_sessions(struct api_request *rq, const struct ssm_describe_sessions_request *in,
                          struct ssm_describe_sessions_response *out);
/* For api_work(): notes that a session (its id is the argument) is over. */
int ssm_session_ended(struct api_request *rq, void *session_id);

/*
 * document.c: a session document, and the parameters of a request held against it with its defaults added, each
 * of the type that the document declares.  The caller's to json_decref().  0, or API_REFUSED.
 */
int ssm_session_document(struct api_request *rq, const char *name, const struct ssm_start_session_request *in,
                         json_t **ret_document, json_t **ret_parameters);

/* agent.c: what an instance's agent calls, with the instance's own credentials only */
int ssm_update_instance_information(struct api_request *rq,
                                    const struct ssm_update_instance_information_request *in,
                                    struct ssm_update_instance_information_result *out);
/* State Manager's associations: this box makes none.  The first is for users, the second for agents. */
int ssm_list_associations(struct api_request *rq, const struct ssm_list_associations_request *in,
                          struct ssm_list_associations_result *out);
int ssm_list_instance_associations(struct api_request *rq,
                                   const struct ssm_list_instance_associations_request *in,
                                   struct ssm_list_instance_associations_result *out);
int ssmmessages_create_control_channel(struct api_request *rq,
                                       const struct ssmmessages_create_channel_request *in, void *out);
int ssmmessages_create_data_channel(struct api_request *rq,
                                    const struct ssmmessages_create_channel_request *in, void *out);
int ec2messages_get_messages(struct api_request *rq, const struct ec2messages_get_messages_request *in,
                             struct ec2messages_get_messages_response *out);

#endif
