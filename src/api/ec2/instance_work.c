/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ec2/instance_work.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WORK_THREADS = 16, WORK_STACK_BYTES = 1024 * 1024 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct instance_job *waiting, **tail; /* in order of arrival */
    struct instance_job *running;
    size_t threads;
} work = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER, .tail = &work.waiting};

struct instance_job *instance_job_new(struct api *api, const char *id,
                                      void (*run)(struct instance_job *job)) {
    struct arena a = {0};
    struct instance_job *job = arena_new(&a, struct instance_job);

    job->api = api;
    job->id = arena_strdup(&a, id);
    job->run = run;
    job->arena = a;
    return job;
}

static bool same_instance(const struct instance_job *a, const struct instance_job *b) {
    return a->api == b->api && strcmp(a->id, b->id) == 0;
}

/* Takes the first waiting job whose instance has none running, nor one before it. */
static struct instance_job *take(void) {
    for (struct instance_job **at = &work.waiting; *at != NULL; at = &(*at)->next) {
        struct instance_job *job = *at;
        bool busy = false;

        for (const struct instance_job *r = work.running; r != NULL && !busy; r = r->next)
            busy = same_instance(r, job);
        for (const struct instance_job *w = work.waiting; w != job && !busy; w = w->next)
            busy = same_instance(w, job);
        if (busy)
            continue;
        *at = job->next;
        if (work.tail == &job->next)
            work.tail = at;
        job->next = work.running;
        work.running = job;
        return job;
    }
    return NULL;
}

/* Runs whatever can run; called and left with the lock held. */
static void run_all(void) {
    struct instance_job *job;

    while ((job = take()) != NULL) {
        struct arena arena;

        pthread_mutex_unlock(&work.lock);
        job->run(job);
        pthread_mutex_lock(&work.lock);
        for (struct instance_job **at = &work.running; *at != NULL; at = &(*at)->next)
            if (*at == job) {
                *at = job->next;
                break;
            }
        arena = job->arena; /* the job itself lies in it */
        arena_free(&arena);
        pthread_cond_broadcast(&work.ended);
    }
}

static void *thread(void *unused) {
    (void)unused;
    pthread_mutex_lock(&work.lock);
    run_all();
    work.threads--;
    pthread_cond_broadcast(&work.ended);
    pthread_mutex_unlock(&work.lock);
    return NULL;
}

static int start_thread(void) {
    pthread_attr_t attributes;
    pthread_t t;
    int error;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, WORK_STACK_BYTES);
    error = pthread_create(&t, &attributes, thread, NULL);
    pthread_attr_destroy(&attributes);
    return -error;
}

void instance_work_queue(struct instance_job *job) {
    pthread_mutex_lock(&work.lock);
    job->next = NULL;
    *work.tail = job;
    work.tail = &job->next;
    if (work.threads < WORK_THREADS) {
        work.threads++;
        if (start_thread() < 0 && --work.threads == 0)
            run_all(); /* no thread to be had: the caller's must do */
    }
    pthread_mutex_unlock(&work.lock);
}

static bool has_end(const struct instance_job *list, const struct api *api, const char *id) {
    for (; list != NULL; list = list->next)
        if (list->ends && list->api == api && strcmp(list->id, id) == 0)
            return true;
    return false;
}

bool instance_work_ending(struct api *api, const char *id) {
    bool ending;

    pthread_mutex_lock(&work.lock);
    ending = has_end(work.waiting, api, id) || has_end(work.running, api, id);
    pthread_mutex_unlock(&work.lock);
    return ending;
}

static bool has_job(const struct instance_job *list, const struct api *api) {
    for (; list != NULL; list = list->next)
        if (list->api == api)
            return true;
    return false;
}

/* Called and left with the lock held. */
static void forget_waiting(const struct api *api) {
    for (struct instance_job **at = &work.waiting; *at != NULL;) {
        struct instance_job *job = *at;
        struct arena arena = job->arena;

        if (job->api != api) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        if (work.tail == &job->next)
            work.tail = at;
        arena_free(&arena);
    }
}

void instance_work_end(struct api *api) {
    pthread_mutex_lock(&work.lock);
    forget_waiting(api);
    while (has_job(work.running, api)) {
        pthread_cond_wait(&work.ended, &work.lock);
        forget_waiting(api); /* what the one that has ended asked for */
    }
    while (work.threads > 0)
        pthread_cond_wait(&work.ended, &work.lock);
    pthread_mutex_unlock(&work.lock);
}

void instance_work_drain(struct api *api) {
    pthread_mutex_lock(&work.lock);
    while (has_job(work.waiting, api) || has_job(work.running, api))
        pthread_cond_wait(&work.ended, &work.lock);
    pthread_mutex_unlock(&work.lock);
}
