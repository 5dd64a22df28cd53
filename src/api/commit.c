/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit: transactions around a handler, and what follows a kept one.
 *
 * Theory of operation: a write is answered when it is on disk (the store's group commit), the network
 * that follows from it is enforced, and its effects have been started, in this order.  One image serves
 * every commit before its making began: whoever needs a publish waits for the one that starts after his
 * commit, and the first who finds none under way makes it.
 */
#include <errno.h>
#include <string.h>

#include "api/inside.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/network.h"

int commit_failed(struct api_request *rq, int error, const char *what) {
    log_error("%s: %s: %s", rq->operation != NULL ? rq->operation->name : "request", what, strerror(-error));
    return api_refuse_status(
        rq, 500,
        rq->service == NULL || rq->service->protocol != MODEL_JSON ? "InternalError" : "InternalServerError",
        error == -ENOSPC || error == -EDQUOT ? "No space is left where the box keeps its data"
                                             : "An internal error has occurred");
}

void api_network_changed(struct api_request *rq, const char *vpc_id) {
    network_touch(rq->tx, vpc_id);
    rq->network_changed = true;
}

void api_after_commit(struct api_request *rq,
                      void (*effect)(struct api *api, const struct api_backend *b, void *arg), void *arg) {
    struct api_effect *e = arena_new(rq->arena, struct api_effect);

    *e = (struct api_effect){NULL, effect, arg};
    if (rq->effects == NULL)
        rq->effects = e;
    else
        *rq->last_effect = e;
    rq->last_effect = &e->next;
}

static int publish(struct api *api) {
    uint64_t mine;
    int r;

    pthread_mutex_lock(&api->publish_lock);
    mine = ++api->wanted;
    while (api->published < mine) {
        uint64_t serves = api->wanted;

        if (api->publishing) {
            pthread_cond_wait(&api->published_cond, &api->publish_lock);
            continue;
        }
        api->publishing = true;
        pthread_mutex_unlock(&api->publish_lock);
        r = api->backend.network_publish == NULL ? 0 : api->backend.network_publish(api->backend.user);
        pthread_mutex_lock(&api->publish_lock);
        api->publishing = false;
        api->published = serves;
        api->publish_result = r == -ENOTSUP ? 0 : r; /* no data plane: nothing to enforce */
        pthread_cond_broadcast(&api->published_cond);
    }
    r = api->publish_result;
    pthread_mutex_unlock(&api->publish_lock);
    return r;
}

static int read_failed(struct api_request *rq, int error) {
    rq->tx = NULL;
    return commit_failed(rq, error, "reading");
}

/* The work, as far as it comes before the store fails. */
static int work_on(struct api_request *rq, struct tx *tx, int (*work)(struct api_request *rq, void *arg),
                   void *arg) {
    jmp_buf bail;
    int r = -1;

    tx->bail = &bail;
    rq->tx = tx;
    if (setjmp(bail) == 0)
        r = work(rq, arg);
    tx->bail = NULL;
    return r;
}

int api_read(struct api_request *rq, int (*work)(struct api_request *rq, void *arg), void *arg) {
    struct tx tx;
    int r = store_read_begin(rq->api->store, rq->arena, &tx);

    if (r < 0)
        return read_failed(rq, r);
    r = work_on(rq, &tx, work, arg);
    store_read_end(&tx);
    if (tx.failed < 0)
        return read_failed(rq, tx.failed);
    rq->tx = NULL;
    return r;
}

int api_write(struct api_request *rq, int (*work)(struct api_request *rq, void *arg), void *arg) {
    struct tx tx;
    int r = store_write_begin(rq->api->store, rq->arena, &tx), kept;

    if (r < 0)
        return commit_failed(rq, r, "beginning to write");
    r = work_on(rq, &tx, work, arg);
    kept = store_write_end(&tx, r == 0);
    rq->tx = NULL;
    if (kept < 0)
        return commit_failed(rq, kept, "writing");
    if (r != 0) {
        rq->effects = NULL;
        rq->network_changed = false;
        return r;
    }
    r = store_write_sync(&tx);
    if (r < 0)
        return commit_failed(rq, r, "committing");
    if (rq->network_changed) {
        rq->network_changed = false;
        r = publish(rq->api);
        if (r < 0)
            r = commit_failed(rq, r, "publishing the network");
    }
    for (struct api_effect *e = rq->effects; e != NULL; e = e->next)
        e->run(rq->api, &rq->api->backend, e->arg);
    rq->effects = NULL;
    return r;
}

static int own_request(struct api *api,
                       int (*transaction)(struct api_request *rq,
                                          int (*work)(struct api_request *rq, void *arg), void *arg),
                       int (*work)(struct api_request *rq, void *arg), void *arg) {
    struct arena arena = {0};
    struct api_request rq = {
        .api = api,
        .config = &api->config,
        .backend = &api->backend,
        .arena = &arena,
        .now_ms = clock_real_ms(),
        .request_id = "box",
        .region = api->config.region,
        .service = model_service_find("ec2"),
        .door = {.kind = DOOR_LOOPBACK},
        .source_ip = "127.0.0.1",
    };
    int r;

    rq.caller = (struct api_caller){
        .kind = API_CALLER_ROOT,
        .account = api->config.account,
        .arn = arena_printf(&arena, "arn:aws:iam::%s:root", api->config.account),
        .user_id = api->config.account,
    };
    r = transaction(&rq, work, arg);
    arena_free(&arena);
    return r;
}

int api_work(struct api *api, int (*work)(struct api_request *rq, void *arg), void *arg) {
    return own_request(api, api_write, work, arg);
}

int api_look(struct api *api, int (*work)(struct api_request *rq, void *arg), void *arg) {
    return own_request(api, api_read, work, arg);
}
