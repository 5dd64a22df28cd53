/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job: the queue of what the rows say, and the workers (see job.h).
 *
 * In memory is only who is next: each subject has its entries in order, and is ready (the first one is due),
 * timed (it is not) or running.  An entry names a row; whoever takes it reads the row anew.
 */
#include "api/job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/inside.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/text.h"

enum { STACK_BYTES = 1024 * 1024, ID_BYTES = 24, LOOK_AGAIN_MS = 60000 };

struct entry {
    struct entry *next;
    const struct job_kind *kind; /* NULL: told, no row */
    char id[ID_BYTES];
    int64_t due_ms, again_ms;
    unsigned failures; /* of the store: its row cannot be read or settled */
    void (*settle)(struct api_request *rq, const char *subject, const char *text);
    char *text;
};

struct subject {
    struct subject *next; /* in ready or timed */
    struct entry *first;
    bool running;
    char name[];
};

struct jobs {
    struct api *api;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct map subjects;
    struct subject *ready, **ready_tail, *timed;
    size_t threads, running;
    bool sleeper; /* one of the threads waits for what is timed */
    bool ending;
};

/* ---- the queue; all with the lock held ---- */

static const struct job_kind *kind_find(const char *name) {
    for (size_t i = 0; api_services[i] != NULL; i++)
        for (size_t k = 0; k < api_services[i]->job_count; k++)
            if (text_is(api_services[i]->jobs[k].name, name))
                return &api_services[i]->jobs[k];
    return NULL;
}

static void entry_free(struct entry *e) {
    free(e->text);
    free(e);
}

static int64_t entry_time(const struct entry *e) {
    return e->again_ms > e->due_ms ? e->again_ms : e->due_ms;
}

/* Where a subject belongs that neither runs nor is in a list. */
static void place(struct jobs *j, struct subject *s) {
    if (s->first == NULL) {
        map_remove(&j->subjects, s->name);
        free(s);
    } else if (entry_time(s->first) <= clock_real_ms()) {
        s->next = NULL;
        *j->ready_tail = s;
        j->ready_tail = &s->next;
    } else {
        s->next = j->timed;
        j->timed = s;
    }
}

/* What has come due; returns when the next one does, in milliseconds from now. */
static int64_t look_at_times(struct jobs *j) {
    int64_t now = clock_real_ms(), soonest = LOOK_AGAIN_MS;
    struct subject *s, *next;

    s = j->timed;
    j->timed = NULL;
    for (; s != NULL; s = next) {
        int64_t in = entry_time(s->first) - now;

        next = s->next;
        if (in > 0 && in < soonest)
            soonest = in;
        place(j, s);
    }
    return soonest;
}

static void leave_timed(struct jobs *j, const struct subject *s) {
    for (struct subject **at = &j->timed; *at != NULL; at = &(*at)->next)
        if (*at == s) {
            *at = s->next;
            return;
        }
}

static void start_workers(struct jobs *j);

static bool before(const struct entry *a, const struct entry *b) {
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms;
    return a->kind != NULL && b->kind != NULL && strcmp(a->id, b->id) < 0;
}

/* Takes the entry.  A pause before another attempt ends when something new is asked of the subject. */
static void enqueue(struct jobs *j, const char *name, struct entry *e) {
    struct subject *s = map_get(&j->subjects, name);
    struct entry **at;
    bool waits;

    if (s == NULL) {
        size_t bytes = strlen(name) + 1;

        s = calloc(1, sizeof(*s) + bytes);
        if (s == NULL)
            out_of_memory();
        memcpy(s->name, name, bytes);
        map_put(&j->subjects, name, s);
        waits = true;
    } else {
        int64_t now = clock_real_ms();

        waits = !s->running && entry_time(s->first) > now;
        for (const struct entry *old = s->first; old != NULL; old = old->next)
            if (e->kind != NULL && old->kind != NULL && strcmp(old->id, e->id) == 0) {
                entry_free(e); /* resumed, and told of by its own effect */
                return;
            }
        if (waits) { /* it may come to be ready */
            leave_timed(j, s);
            s->first->again_ms = 0;
        }
    }
    at = &s->first;
    if (s->running && s->first != NULL)
        at = &s->first->next;
    while (*at != NULL && !before(e, *at))
        at = &(*at)->next;
    e->next = *at;
    *at = e;
    if (waits)
        place(j, s);
    start_workers(j);
}

/* ---- one job ---- */

struct turn {
    struct subject *subject;
    struct entry *entry;
    struct arena *arena;
    const struct job_row *row;
    const void *plan;
    bool overtaken;
    int result;
    int64_t again_ms; /* set: another attempt */
};

/* The request's own arena ends with it; what is found must last for the turn. */
static int plan(struct api_request *rq, void *arg) {
    struct turn *t = arg;

    rq->arena = rq->tx->arena = t->arena;
    t->row = job_find(rq->tx, t->entry->id);
    if (t->row == NULL)
        return 0;
    t->plan = t->entry->kind->plan == NULL ? t->row : t->entry->kind->plan(rq, t->row);
    t->overtaken = t->plan == NULL;
    return 0;
}

static int64_t pause_ms(int64_t attempts) {
    int64_t pause = JOB_PAUSE_FIRST_MS;

    while (attempts-- > 0 && pause < JOB_PAUSE_MOST_MS)
        pause *= 2;
    return pause < JOB_PAUSE_MOST_MS ? pause : JOB_PAUSE_MOST_MS;
}

static int settle(struct api_request *rq, void *arg) {
    struct turn *t = arg;
    const struct job_kind *kind = t->entry->kind;
    const struct job_row *row;

    if (kind == NULL) {
        t->entry->settle(rq, t->subject->name, t->entry->text);
        return 0;
    }
    row = job_find(rq->tx, t->entry->id);
    if (row == NULL)
        return 0;
    if (!t->overtaken && t->result < 0 && kind->passes != NULL && kind->passes(t->result) &&
        row->attempts + 1 < JOB_ATTEMPTS) {
        struct job_row again = *row;

        again.again_ms = t->again_ms = rq->now_ms + pause_ms(again.attempts++);
        again.error = strerror(-t->result);
        job_put(rq->tx, &again);
        return 0;
    }
    job_delete(rq->tx, row->id);
    if (!t->overtaken)
        kind->settle(rq, row, t->result);
    return 0;
}

/* True: the entry has had its turn and goes. */
static bool run(struct api *api, struct turn *t) {
    struct entry *e = t->entry;
    int r = 0;

    if (e->kind != NULL) {
        fault_point(e->kind->name, "taken");
        r = api_look(api, plan, t);
        if (r == 0 && t->row == NULL)
            return true;
        if (r == 0 && !t->overtaken && e->kind->act != NULL)
            t->result = e->kind->act(&api->backend, t->row, t->plan);
        if (t->result == -ESHUTDOWN) /* the box ends: the next one goes on */
            return true;
        fault_point(e->kind->name, "acted");
    }
    if (r == 0)
        r = api_work(api, settle, t);
    if (r == 0 && e->kind != NULL)
        fault_point(e->kind->name, "settled");
    if (r != 0) {
        log_error("%s: %s is not kept", t->subject->name, e->kind != NULL ? e->kind->name : "what happened");
        t->again_ms = clock_real_ms() + pause_ms(e->failures++);
    }
    e->again_ms = t->again_ms;
    return t->again_ms == 0;
}

/* ---- workers ---- */

static void take(struct jobs *j) {
    struct subject *s = j->ready;
    struct arena arena = {0};
    struct turn turn = {.subject = s, .entry = s->first, .arena = &arena};
    bool gone;

    j->ready = s->next;
    if (j->ready == NULL)
        j->ready_tail = &j->ready;
    s->running = true;
    j->running++;
    pthread_mutex_unlock(&j->lock);
    gone = run(j->api, &turn);
    arena_free(&arena);
    pthread_mutex_lock(&j->lock);
    s->running = false;
    j->running--;
    if (gone || j->ending) {
        s->first = turn.entry->next;
        entry_free(turn.entry);
    }
    place(j, s);
    pthread_cond_broadcast(&j->changed);
}

/* Called and left with the lock held. */
static void work(struct jobs *j) {
    for (;;) {
        int64_t in = look_at_times(j);

        if (j->ending)
            return;
        if (j->ready != NULL) {
            take(j);
        } else if (j->timed != NULL && !j->sleeper) {
            struct timespec until = clock_deadline((uint64_t)in);

            j->sleeper = true;
            pthread_cond_timedwait(&j->changed, &j->lock, &until);
            j->sleeper = false;
        } else {
            return;
        }
    }
}

static void *thread(void *arg) {
    struct jobs *j = arg;

    pthread_mutex_lock(&j->lock);
    work(j);
    j->threads--;
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

/* One more for what has just been asked for; who sleeps wakes, as it may be the last that there is room for. */
static void start_workers(struct jobs *j) {
    pthread_attr_t attributes;
    pthread_t t;
    int error;

    pthread_cond_broadcast(&j->changed);
    if (j->ending || j->threads == JOB_WORKERS || (j->ready == NULL && j->threads > 0))
        return;
    j->threads++;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    error = pthread_create(&t, &attributes, thread, j);
    pthread_attr_destroy(&attributes);
    if (error == 0)
        return;
    j->threads--;
    while (j->threads == 0 && j->ready != NULL) /* no thread to be had: the caller's must do */
        take(j);
}

/* ---- asking ---- */

static struct entry *entry_of(const struct job_row *row) {
    const struct job_kind *kind = kind_find(row->kind);
    struct entry *e = kind != NULL ? calloc(1, sizeof(*e)) : NULL;

    if (kind == NULL) {
        log_error("%s: a job of kind %s, which this vpcbox does not know, is left alone", row->subject,
                  row->kind);
        return NULL;
    }
    if (e == NULL)
        out_of_memory();
    e->kind = kind;
    snprintf(e->id, sizeof(e->id), "%s", row->id);
    e->due_ms = row->due_ms;
    e->again_ms = row->again_ms;
    return e;
}

static void enqueue_row(struct jobs *j, const struct job_row *row) {
    struct entry *e = entry_of(row);

    if (e == NULL)
        return;
    pthread_mutex_lock(&j->lock);
    if (j->ending)
        entry_free(e);
    else
        enqueue(j, row->subject, e);
    pthread_mutex_unlock(&j->lock);
}

static void asked(struct api *api, const struct api_backend *backend, void *arg) {
    const struct job_row *row = arg;

    (void)backend;
    fault_point(row->kind, "asked");
    enqueue_row(api->jobs, row);
}

void job_add(struct api_request *rq, const char *kind, const char *subject, const char *argument,
             int64_t due_ms) {
    struct job_rows same = job_list_by(rq->tx, COL(job, subject), subject);
    struct job_row *row = arena_new(rq->arena, struct job_row);

    for (size_t i = 0; i < same.count; i++)
        if (text_is(same.items[i].kind, kind) &&
            (argument == NULL ? same.items[i].argument == NULL : text_is(same.items[i].argument, argument)))
            return;
    *row = (struct job_row){.id = arena_printf(rq->arena, "%016" PRId64, store_next_number(rq->tx, "job")),
                            .subject = subject,
                            .kind = kind,
                            .argument = argument,
                            .due_ms = due_ms};
    job_put(rq->tx, row);
    api_after_commit(rq, asked, row);
}

void job_tell(struct api *api, const char *subject,
              void (*settle_)(struct api_request *rq, const char *subject, const char *text),
              const char *text) {
    struct jobs *j = api->jobs;
    struct entry *e = calloc(1, sizeof(*e));

    if (e == NULL || (text != NULL && (e->text = strdup(text)) == NULL))
        out_of_memory();
    e->settle = settle_;
    e->due_ms = clock_real_ms();
    pthread_mutex_lock(&j->lock);
    if (j->ending)
        entry_free(e);
    else
        enqueue(j, subject, e);
    pthread_mutex_unlock(&j->lock);
}

bool job_under_way(struct api *api, const char *subject, const char *kind) {
    struct jobs *j = api->jobs;
    const struct subject *s;
    bool any = false;

    pthread_mutex_lock(&j->lock);
    s = map_get(&j->subjects, subject);
    for (const struct entry *e = s != NULL ? s->first : NULL; e != NULL && !any; e = e->next)
        any = e->kind != NULL && strcmp(e->kind->name, kind) == 0;
    pthread_mutex_unlock(&j->lock);
    return any;
}

/* ---- start and end ---- */

static int resume(struct api_request *rq, void *arg) {
    struct jobs *j = arg;
    struct job_rows rows = job_list(rq->tx);

    for (size_t i = 0; i < rows.count; i++)
        enqueue_row(j, &rows.items[i]);
    return 0;
}

static void moved(void *arg) {
    struct jobs *j = arg;

    pthread_mutex_lock(&j->lock);
    look_at_times(j);
    start_workers(j);
    pthread_mutex_unlock(&j->lock);
}

void jobs_resume(struct api *api) {
    pthread_mutex_lock(&api->jobs->lock);
    api->jobs->ending = false;
    pthread_mutex_unlock(&api->jobs->lock);
    if (api_look(api, resume, api->jobs) != 0)
        log_error("jobs cannot be resumed");
}

void jobs_drain(struct api *api) {
    struct jobs *j = api->jobs;

    pthread_mutex_lock(&j->lock);
    look_at_times(j);
    while (j->ready != NULL || j->running > 0) {
        start_workers(j);
        pthread_cond_wait(&j->changed, &j->lock);
        look_at_times(j);
    }
    pthread_mutex_unlock(&j->lock);
}

static void forget(struct subject *s, struct map *subjects) {
    for (struct entry *e = s->first, *next; e != NULL; e = next) {
        next = e->next;
        entry_free(e);
    }
    map_remove(subjects, s->name);
    free(s);
}

static void forget_list(struct jobs *j, struct subject *s) {
    for (struct subject *next; s != NULL; s = next) {
        next = s->next;
        forget(s, &j->subjects);
    }
}

static void forget_waiting(struct jobs *j) {
    forget_list(j, j->ready);
    forget_list(j, j->timed);
    j->ready = j->timed = NULL;
    j->ready_tail = &j->ready;
}

void jobs_end(struct api *api) {
    struct jobs *j = api->jobs;

    pthread_mutex_lock(&j->lock);
    j->ending = true;
    pthread_cond_broadcast(&j->changed);
    while (j->threads > 0 || j->running > 0)
        pthread_cond_wait(&j->changed, &j->lock);
    forget_waiting(j);
    pthread_mutex_unlock(&j->lock);
}

struct jobs *jobs_new(struct api *api) {
    struct jobs *j = calloc(1, sizeof(*j));

    if (j == NULL)
        out_of_memory();
    j->api = api;
    j->ready_tail = &j->ready;
    pthread_mutex_init(&j->lock, NULL);
    clock_cond_init(&j->changed);
    clock_watch(moved, j);
    return j;
}

void jobs_free(struct jobs *j) {
    clock_watch(NULL, NULL);
    map_free(&j->subjects);
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->changed);
    free(j);
}
