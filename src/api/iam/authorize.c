/* SPDX-License-Identifier: Apache-2.0 */
/* authorize: what AWS looks at before a request may do anything, gathered and asked of the policy room. */
#include <string.h>

#include "api/iam/document.h"
#include "api/iam/iam.h"
#include "api/iam/identity.h"
#include "api/iam/managed.h"
#include "base/clock.h"
#include "base/text.h"

/* Policies of one question, and which of them are to be given back. */
struct gathered {
    struct arena *arena;
    struct policy_set set;
    VEC(struct policy *) held;
};

static void add_parsed(struct gathered *g, struct policy_list *list, const struct policy *p,
                       const char *name) {
    *vec_push(g->arena, list) = (struct policy_source){p, name};
}

/* A document that no longer parses denies all: its kind is there and allows nothing. */
static void add_text(struct gathered *g, struct policy_list *list, enum policy_grammar grammar,
                     const char *text, const char *name) {
    static const char nothing[] =
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\","
        "\"Resource\":\"*\"}]}";
    struct policy *p;

    if (text == NULL)
        return;
    p = document_get(grammar, text);
    if (p == NULL)
        p = document_get(POLICY_GRAMMAR_IDENTITY, nothing);
    *vec_push(g->arena, &g->held) = p;
    add_parsed(g, list, p, name);
}

static void add_managed(struct gathered *g, struct policy_list *list, const char *arn) {
    const struct managed_policy *m = managed_find(arn);

    if (m != NULL)
        add_parsed(g, list, m->policy, m->arn);
}

static void add_role(struct gathered *g, struct tx *tx, const struct api_caller *caller) {
    const struct iam_role_row *role = iam_role_by_id(tx, caller->role_id);
    struct iam_role_policy_rows inline_policies =
        iam_role_policy_list_by(tx, COL(iam_role_policy, role_id), caller->role_id);
    struct iam_attachment_rows attached =
        iam_attachment_list_by(tx, COL(iam_attachment, role_id), caller->role_id);

    for (size_t i = 0; i < inline_policies.count; i++)
        add_text(g, &g->set.identity, POLICY_GRAMMAR_IDENTITY, inline_policies.items[i].document,
                 inline_policies.items[i].name);
    for (size_t i = 0; i < attached.count; i++)
        add_managed(g, &g->set.identity, attached.items[i].policy_arn);
    if (role != NULL && role->boundary_arn != NULL)
        add_managed(g, &g->set.boundary, role->boundary_arn);
    if (caller->session == NULL)
        return;
    add_text(g, &g->set.session, POLICY_GRAMMAR_IDENTITY, caller->session->policy, "session");
    for (size_t i = 0; i < caller->session->policy_arns.count; i++)
        add_managed(g, &g->set.session, caller->session->policy_arns.items[i]);
}

static void add_endpoint(struct gathered *g, struct api_request *rq) {
    const struct vpc_endpoint_row *e = vpc_endpoint_find(rq->tx, rq->vpce_id);

    if (e != NULL)
        add_text(g, &g->set.endpoint, POLICY_GRAMMAR_ENDPOINT, e->policy, rq->vpce_id);
}

/* A role's own tags, under those that its session brought. */
static void add_principal_tags(struct api_request *rq, struct policy_context *ctx) {
    const struct identity_session *s = rq->caller.session;
    struct iam_tag_rows tags = iam_tag_list_by(rq->tx, COL(iam_tag, owner_id), rq->caller.role_id);

    for (size_t i = 0; s != NULL && i < s->tags.count; i++)
        policy_context_add(rq->arena, ctx,
                           arena_printf(rq->arena, "aws:PrincipalTag/%s", s->tags.items[i].key),
                           s->tags.items[i].value);
    for (size_t i = 0; i < tags.count; i++) {
        bool hidden = false;

        for (size_t j = 0; s != NULL && j < s->tags.count; j++)
            hidden = hidden || strcasecmp(s->tags.items[j].key, tags.items[i].name) == 0;
        if (!hidden)
            policy_context_add(rq->arena, ctx,
                               arena_printf(rq->arena, "aws:PrincipalTag/%s", tags.items[i].name),
                               tags.items[i].value);
    }
}

static void add_session_keys(struct api_request *rq, struct policy_context *ctx) {
    const struct identity_session *s = rq->caller.session;
    char *issued = arena_alloc(rq->arena, CLOCK_TEXT_BYTES);

    policy_context_add(rq->arena, ctx, "aws:MultiFactorAuthPresent", "false");
    policy_context_add(rq->arena, ctx, "aws:TokenIssueTime", clock_iso8601_sec(s->issued_ms, issued));
    policy_context_add(rq->arena, ctx, "aws:SourceIdentity", s->source_identity);
    policy_context_add(rq->arena, ctx, "ec2:SourceInstanceARN", s->instance_arn);
    policy_context_add(rq->arena, ctx, "aws:Ec2InstanceSourceVpc", s->instance_vpc);
    policy_context_add(rq->arena, ctx, "aws:Ec2InstanceSourcePrivateIPv4", s->instance_ip);
}

static void add_global_keys(struct api_request *rq, struct policy_context *ctx) {
    struct arena *a = rq->arena;

    if (rq->vpce_id != NULL) {
        policy_context_add(a, ctx, "aws:SourceVpce", rq->vpce_id);
        policy_context_add(a, ctx, "aws:SourceVpc", rq->vpc_id);
        policy_context_add(a, ctx, "aws:VpcSourceIp", rq->source_ip);
    } else {
        policy_context_add(a, ctx, "aws:SourceIp", rq->source_ip);
    }
    policy_context_add(a, ctx, "aws:SecureTransport", rq->tls ? "true" : "false");
    policy_context_add(a, ctx, "aws:RequestedRegion", rq->region);
    policy_context_add(a, ctx, "aws:ViaAWSService", "false");
    if (rq->caller.kind == API_CALLER_ROLE)
        add_principal_tags(rq, ctx);
    if (rq->caller.session != NULL)
        add_session_keys(rq, ctx);
}

static struct policy_caller policy_caller_of(struct arena *a, const struct api_caller *c) {
    static const enum policy_caller_kind kinds[] = {
        [API_CALLER_ROOT] = POLICY_CALLER_ROOT,
        [API_CALLER_USER] = POLICY_CALLER_USER,
        [API_CALLER_ROLE] = POLICY_CALLER_ROLE,
        [API_CALLER_ANONYMOUS] = POLICY_CALLER_ANONYMOUS,
    };
    struct policy_caller p = {.kind = kinds[c->kind]};

    if (c->kind == API_CALLER_ANONYMOUS)
        return p;
    p.account = c->account;
    p.arn = c->arn;
    p.role_arn = c->role_arn;
    p.user_id = c->user_id;
    p.user_name = c->kind == API_CALLER_USER ? strrchr(c->arn, '/') + 1 : NULL;
    p.canonical_id = identity_canonical_id(a, c->account);
    return p;
}

bool identity_authorize(struct api_request *rq, const struct identity_question *question,
                        struct identity_answer *ret_answer) {
    static const char everything[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                     "\"Action\":\"*\",\"Resource\":\"*\"}]}";
    struct gathered g = {.arena = rq->arena};
    struct policy_context ctx = {0};
    struct policy_request q = {
        .action = question->action,
        .resource = question->resource,
        .resource_account = question->resource_account,
        .context = &ctx,
        .now_ms = rq->now_ms,
    };
    struct policy_decision d;

    *ret_answer = (struct identity_answer){.outcome = POLICY_ALLOW, .kind = POLICY_KIND_IDENTITY};
    if (rq->caller.kind == API_CALLER_ROOT && rq->vpce_id == NULL && question->resource_policy == NULL &&
        question->trust_policy == NULL &&
        (question->resource_account == NULL || text_is(question->resource_account, rq->caller.account)))
        return true; /* nothing could limit it */
    q.caller = policy_caller_of(rq->arena, &rq->caller);
    for (size_t i = 0; question->context != NULL && i < question->context->count; i++)
        for (size_t j = 0; j < question->context->items[i].count; j++)
            policy_context_add(rq->arena, &ctx, question->context->items[i].name,
                               question->context->items[i].values[j]);
    add_global_keys(rq, &ctx);
    if (question->needs_no_permission)
        add_text(&g, &g.set.identity, POLICY_GRAMMAR_IDENTITY, everything, NULL);
    else if (rq->caller.kind == API_CALLER_ROLE)
        add_role(&g, rq->tx, &rq->caller);
    if (rq->vpce_id != NULL)
        add_endpoint(&g, rq);
    add_text(&g, &g.set.resource, POLICY_GRAMMAR_RESOURCE, question->resource_policy, NULL);
    add_text(&g, &g.set.resource, POLICY_GRAMMAR_TRUST, question->trust_policy, NULL);
    g.set.resource_is_trust = question->trust_policy != NULL;

    d = policy_evaluate(&q, &g.set);
    ret_answer->outcome = d.outcome;
    ret_answer->kind = d.kind;
    if (d.source != NULL) {
        ret_answer->policy_name = d.source->name;
        ret_answer->statement = d.statement;
        ret_answer->sid = arena_strdup(rq->arena, d.sid);
    }
    if (d.outcome != POLICY_ALLOW)
        ret_answer->message = policy_explain_denial(rq->arena, &q, &d, text_starts(question->action, "s3:"));
    for (size_t i = 0; i < g.held.count; i++)
        policy_unref(g.held.items[i]);
    return d.outcome == POLICY_ALLOW;
}
