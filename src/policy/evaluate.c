/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evaluate: a request against policies, by AWS's evaluation logic (policy.h says it in full).
 *
 * Method: every statement that applies is looked at once.  A Deny ends the walk; of the Allows of a
 * kind the strongest is kept, where strength says how closely a Principal element means the caller.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "policy/document.h"

/* How a principal names the caller.  Only resource policies tell these apart. */
enum match {
    MATCH_NONE,
    MATCH_ACCOUNT, /* the caller's account: leaves it to identity policies */
    MATCH_LIMITED, /* the role, or anyone: grants within boundary and session policy */
    MATCH_DIRECT,  /* this very user, session or service */
};

struct derived {
    const char *name;
    const char *value[1];
};

enum { DERIVED_MAX = 10 };

struct evaluation {
    const struct policy_request *request;
    struct arena scratch;
    struct derived derived[DERIVED_MAX];
    size_t derived_count;
    char now_text[CLOCK_TEXT_BYTES], epoch_text[24];
};

struct hit {
    enum match match;
    const struct policy_source *source;
    size_t statement;
};

void policy_context_add(struct arena *a, struct policy_context *ctx, const char *name, const char *value) {
    struct policy_context_key *key = NULL;

    if (value == NULL)
        return;
    for (size_t i = 0; i < ctx->count && key == NULL; i++)
        if (strcasecmp(ctx->items[i].name, name) == 0)
            key = &ctx->items[i];
    if (key == NULL) {
        key = vec_push(a, ctx);
        *key = (struct policy_context_key){.name = name};
    }
    key->values = vec_grow(a, key->values, key->count, &key->capacity, sizeof(*key->values));
    key->values[key->count++] = value;
}

static void derive(struct evaluation *e, const char *name, const char *value) {
    if (value == NULL || e->derived_count == DERIVED_MAX)
        return;
    e->derived[e->derived_count++] = (struct derived){name, {value}};
}

static void derive_all(struct evaluation *e) {
    static const char *const types[] = {
        [POLICY_CALLER_ANONYMOUS] = "Anonymous",
        [POLICY_CALLER_ROOT] = "Account",
        [POLICY_CALLER_USER] = "User",
        [POLICY_CALLER_ROLE] = "AssumedRole",
        [POLICY_CALLER_FEDERATED] = "FederatedUser",
        [POLICY_CALLER_SERVICE] = NULL,
    };
    const struct policy_caller *c = &e->request->caller;

    snprintf(e->epoch_text, sizeof(e->epoch_text), "%lld", (long long)(e->request->now_ms / 1000));
    derive(e, "aws:PrincipalArn", c->kind == POLICY_CALLER_ROLE ? c->role_arn : c->arn);
    derive(e, "aws:PrincipalAccount", c->account);
    derive(e, "aws:PrincipalType", types[c->kind]);
    derive(e, "aws:PrincipalIsAWSService", c->kind == POLICY_CALLER_SERVICE ? "true" : "false");
    derive(e, "aws:PrincipalServiceName", c->kind == POLICY_CALLER_SERVICE ? c->service : NULL);
    derive(e, "aws:userid", c->user_id);
    derive(e, "aws:username", c->kind == POLICY_CALLER_USER ? c->user_name : NULL);
    derive(e, "aws:CurrentTime", clock_iso8601_sec(e->request->now_ms, e->now_text));
    derive(e, "aws:EpochTime", e->epoch_text);
    derive(e, "aws:ResourceAccount",
           e->request->resource_account != NULL ? e->request->resource_account : c->account);
}

static struct values lookup(const void *context, const char *key) {
    const struct evaluation *e = context;
    const struct policy_context *ctx = e->request->context;

    for (size_t i = 0; ctx != NULL && i < ctx->count; i++)
        if (strcasecmp(ctx->items[i].name, key) == 0)
            return (struct values){ctx->items[i].values, ctx->items[i].count};
    for (size_t i = 0; i < e->derived_count; i++)
        if (strcasecmp(e->derived[i].name, key) == 0)
            return (struct values){e->derived[i].value, 1};
    return (struct values){0};
}

static const char *lookup_single(const void *context, const char *key) {
    struct values v = lookup(context, key);

    return v.count == 1 ? v.items[0] : NULL;
}

/* "123456789012" and "arn:aws:iam::123456789012:root" both mean the account. */
static bool names_account(const char *value, const char *account) {
    size_t length = strlen(value);

    if (account == NULL)
        return false;
    if (strncmp(value, "arn:", 4) == 0) {
        const char *iam = strstr(value, ":iam::");

        return iam != NULL && strncmp(iam + 6, account, strlen(account)) == 0 &&
               strcmp(iam + 6 + strlen(account), ":root") == 0;
    }
    return length == 12 && strcmp(value, account) == 0;
}

static enum match match_principal(const struct principal *p, const struct policy_caller *c) {
    enum match account = c->kind == POLICY_CALLER_ROOT ? MATCH_DIRECT : MATCH_ACCOUNT;

    switch (p->kind) {
    case POLICY_PRINCIPAL_ALL:
        return MATCH_LIMITED;
    case POLICY_PRINCIPAL_AWS:
        if (c->kind == POLICY_CALLER_SERVICE)
            return MATCH_NONE;
        if (strcmp(p->value, "*") == 0)
            return MATCH_LIMITED;
        if (c->arn != NULL && strcmp(p->value, c->arn) == 0)
            return MATCH_DIRECT;
        if (names_account(p->value, c->account))
            return account;
        if (c->kind == POLICY_CALLER_ROLE && c->role_arn != NULL && strcmp(p->value, c->role_arn) == 0)
            return MATCH_LIMITED;
        if (c->user_id != NULL && strncmp(p->value, c->user_id, strlen(p->value)) == 0) {
            char next = c->user_id[strlen(p->value)];

            if (next == '\0' || next == ':')
                return next == ':' ? MATCH_LIMITED : MATCH_DIRECT;
        }
        return MATCH_NONE;
    case POLICY_PRINCIPAL_SERVICE:
        return c->kind == POLICY_CALLER_SERVICE && strcmp(p->value, c->service) == 0 ? MATCH_DIRECT
                                                                                     : MATCH_NONE;
    case POLICY_PRINCIPAL_FEDERATED:
        return c->kind == POLICY_CALLER_FEDERATED && c->service != NULL && strcmp(p->value, c->service) == 0
                   ? MATCH_DIRECT
                   : MATCH_NONE;
    case POLICY_PRINCIPAL_CANONICAL:
        return c->canonical_id != NULL && strcmp(p->value, c->canonical_id) == 0 ? account : MATCH_NONE;
    }
    return MATCH_NONE;
}

static enum match match_principals(const struct policy *p, const struct statement *st,
                                   const struct policy_caller *c) {
    enum match best = MATCH_NONE;

    if (p->grammar == POLICY_GRAMMAR_IDENTITY)
        return MATCH_DIRECT;
    for (size_t i = 0; i < st->principals.count; i++) {
        enum match m = match_principal(&st->principals.items[i], c);

        best = m > best ? m : best;
    }
    /* Naming an account says nothing of its users here: NotPrincipal excludes only whom it names. */
    if (st->not_principal)
        return best >= MATCH_LIMITED ? MATCH_NONE : MATCH_LIMITED;
    /* In an endpoint policy an account stands for its root alone. */
    if (p->grammar == POLICY_GRAMMAR_ENDPOINT && best == MATCH_ACCOUNT)
        return MATCH_NONE;
    return best;
}

static bool any_resource_matches(struct evaluation *e, const struct statement *st) {
    const char *resource = e->request->resource != NULL ? e->request->resource : "*";

    for (size_t i = 0; i < st->resources.count; i++) {
        const char *flat = pattern_expand(&e->scratch, &st->resources.items[i], lookup_single, e);

        if (flat != NULL && pattern_match(flat, resource, false))
            return true;
    }
    return false;
}

static bool any_action_matches(const struct evaluation *e, const struct statement *st) {
    for (size_t i = 0; i < st->actions.count; i++)
        if (pattern_match(st->actions.items[i].flat, e->request->action, true))
            return true;
    return false;
}

static enum match match_statement(struct evaluation *e, const struct policy *p, const struct statement *st) {
    enum match m;

    if (any_action_matches(e, st) == st->not_action)
        return MATCH_NONE;
    m = match_principals(p, st, &e->request->caller);
    if (m == MATCH_NONE)
        return MATCH_NONE;
    if (st->resources.count > 0 && any_resource_matches(e, st) == st->not_resource)
        return MATCH_NONE;
    for (size_t i = 0; i < st->conditions.count; i++)
        if (!condition_holds(&e->scratch, &st->conditions.items[i], lookup, lookup_single, e))
            return MATCH_NONE;
    return m;
}

/* The strongest statement of one effect in a list. */
static struct hit scan(struct evaluation *e, const struct policy_list *list, bool allow) {
    struct hit best = {0};

    for (size_t i = 0; i < list->count; i++) {
        const struct policy *p = list->items[i].policy;

        for (size_t j = 0; j < p->statements.count; j++) {
            enum match m;

            if (p->statements.items[j].allow != allow)
                continue;
            m = match_statement(e, p, &p->statements.items[j]);
            if (m <= best.match)
                continue;
            best = (struct hit){m, &list->items[i], j};
            if (m == MATCH_DIRECT || !allow)
                return best;
        }
    }
    return best;
}

static struct policy_decision decide(enum policy_outcome outcome, enum policy_kind kind,
                                     const struct hit *hit) {
    struct policy_decision d = {.outcome = outcome, .kind = kind};

    if (hit != NULL && hit->source != NULL) {
        d.source = hit->source;
        d.statement = hit->statement;
        d.sid = hit->source->policy->statements.items[hit->statement].sid;
    }
    return d;
}

static struct policy_decision evaluate(struct evaluation *e, const struct policy_set *set) {
    static const struct policy_list none;
    const struct policy_request *q = e->request;
    enum policy_caller_kind kind = q->caller.kind;
    bool has_identity =
        kind == POLICY_CALLER_USER || kind == POLICY_CALLER_ROLE || kind == POLICY_CALLER_FEDERATED;
    bool is_session = kind == POLICY_CALLER_ROLE || kind == POLICY_CALLER_FEDERATED;
    bool bounded = kind == POLICY_CALLER_USER || kind == POLICY_CALLER_ROLE;
    bool member = has_identity || kind == POLICY_CALLER_ROOT;
    bool foreign = q->caller.account != NULL && q->resource_account != NULL &&
                   strcmp(q->caller.account, q->resource_account) != 0;
    enum policy_kind resource_kind = set->resource_is_trust ? POLICY_KIND_TRUST : POLICY_KIND_RESOURCE;
    /* In the order in which AWS names the culprit when there are several. */
    const struct {
        enum policy_kind kind;
        const struct policy_list *list;
    } lists[] = {
        {POLICY_KIND_ORGANIZATION, member ? &set->organization : &none},
        {POLICY_KIND_ENDPOINT, &set->endpoint},
        {resource_kind, &set->resource},
        {POLICY_KIND_IDENTITY, has_identity ? &set->identity : &none},
        {POLICY_KIND_BOUNDARY, bounded ? &set->boundary : &none},
        {POLICY_KIND_SESSION, is_session ? &set->session : &none},
    };
    struct hit identity, resource, filter;
    bool by_identity, by_resource;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct hit deny = scan(e, lists[i].list, false);

        if (deny.match != MATCH_NONE)
            return decide(POLICY_DENY_EXPLICIT, lists[i].kind, &deny);
    }
    for (size_t i = 0; i < 2; i++) {
        if (lists[i].list->count > 0 && scan(e, lists[i].list, true).match == MATCH_NONE)
            return decide(POLICY_DENY_IMPLICIT, lists[i].kind, NULL);
    }

    resource = scan(e, &set->resource, true);
    identity = scan(e, has_identity ? &set->identity : &none, true);
    by_identity = kind == POLICY_CALLER_ROOT || identity.match != MATCH_NONE;
    by_resource = resource.match >= (member && !foreign ? MATCH_LIMITED : MATCH_ACCOUNT);
    if (set->resource_is_trust && resource.match == MATCH_NONE)
        return decide(POLICY_DENY_IMPLICIT, POLICY_KIND_TRUST, NULL);
    if (!member && !by_resource)
        return decide(POLICY_DENY_IMPLICIT, resource_kind, NULL);
    if (member && !by_identity && (foreign || !by_resource))
        return decide(POLICY_DENY_IMPLICIT, POLICY_KIND_IDENTITY, NULL);
    if (member && foreign && !by_resource)
        return decide(POLICY_DENY_IMPLICIT, resource_kind, NULL);

    /* Boundary and session policy: past them only where the resource policy names this very caller. */
    if (foreign || resource.match != MATCH_DIRECT) {
        for (size_t i = 4; i < 6; i++) {
            filter = scan(e, lists[i].list, true);
            if (lists[i].list->count > 0 && filter.match == MATCH_NONE)
                return decide(POLICY_DENY_IMPLICIT, lists[i].kind, NULL);
        }
    }
    if (by_identity)
        return decide(POLICY_ALLOW, POLICY_KIND_IDENTITY, &identity);
    return decide(POLICY_ALLOW, resource_kind, &resource);
}

struct policy_decision policy_evaluate(const struct policy_request *request, const struct policy_set *set) {
    struct evaluation e = {.request = request};
    struct policy_decision d;

    derive_all(&e);
    d = evaluate(&e, set);
    arena_free(&e.scratch);
    return d;
}

const char *policy_kind_name(enum policy_kind kind) {
    switch (kind) {
    case POLICY_KIND_IDENTITY:
        return "identity-based policy";
    case POLICY_KIND_RESOURCE:
        return "resource-based policy";
    case POLICY_KIND_TRUST:
        return "role trust policy";
    case POLICY_KIND_ENDPOINT:
        return "VPC endpoint policy";
    case POLICY_KIND_BOUNDARY:
        return "permissions boundary";
    case POLICY_KIND_SESSION:
        return "session policy";
    case POLICY_KIND_ORGANIZATION:
        return "service control policy";
    case POLICY_KIND_NONE:
        break;
    }
    return "policy";
}

char *policy_explain_denial(struct arena *a, const struct policy_request *request,
                            const struct policy_decision *decision, bool quote_resource) {
    const struct policy_caller *c = &request->caller;
    const char *who = c->arn != NULL ? c->arn : c->service != NULL ? c->service : "anonymous";
    const char *quote = quote_resource ? "\"" : "", *name = policy_kind_name(decision->kind);
    const char *subject;

    if (request->resource == NULL || strcmp(request->resource, "*") == 0)
        subject = arena_printf(a, "User: %s is not authorized to perform: %s", who, request->action);
    else
        subject = arena_printf(a, "User: %s is not authorized to perform: %s on resource: %s%s%s", who,
                               request->action, quote, request->resource, quote);
    if (decision->outcome == POLICY_DENY_EXPLICIT)
        return arena_printf(a, "%s with an explicit deny in %s %s", subject,
                            decision->kind == POLICY_KIND_IDENTITY ? "an" : "a", name);
    return arena_printf(a, "%s because no %s allows the %s action", subject, name, request->action);
}
