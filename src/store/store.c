/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/engine.h"

/*
 * The writer's turn is handed on in order of arrival.  Whoever first waits for a group's commit leads
 * it: it queues for the turn once more, so that every writer already waiting gets into the group
 * before it is committed.
 */
enum { READERS_MAX = 8 };

/*
 * A reader that ends keeps its snapshot for the next one, as long as nothing has been committed since: a
 * transaction begun anew costs locks on the file and a look at its head, more than most reads do.  Before a
 * commit the idle readers let go of theirs, so that the log can begin again from its start.
 */

struct waiter {
    pthread_cond_t granted_cond;
    bool granted;
    struct waiter *next;
};

/* The writes that one commit makes durable.  Lives until each of its writers knows the result. */
struct group {
    uint64_t id;
    unsigned members;
    bool led, done;
    int result;
    pthread_cond_t done_cond;
    struct group *next;
};

struct store {
    char *path;
    pthread_mutex_t lock;
    /* writer */
    struct engine_connection *writer;
    bool busy;
    struct waiter *first, **last;
    struct group *groups, *open; /* open: SQLite's transaction is under way */
    uint64_t next_group;
    /* readers */
    struct engine_connection *idle;
    uint64_t commits; /* counts groups that have ended */
    unsigned readers;
    pthread_cond_t idle_cond;
};

static void turn_take(struct store *s) {
    struct waiter w;

    pthread_mutex_lock(&s->lock);
    if (!s->busy) {
        s->busy = true;
    } else {
        w = (struct waiter){.granted = false};
        pthread_cond_init(&w.granted_cond, NULL);
        *s->last = &w;
        s->last = &w.next;
        while (!w.granted)
            pthread_cond_wait(&w.granted_cond, &s->lock);
        pthread_cond_destroy(&w.granted_cond);
    }
    pthread_mutex_unlock(&s->lock);
}

static void turn_give_locked(struct store *s) {
    struct waiter *w = s->first;

    if (w == NULL) {
        s->busy = false;
        return;
    }
    s->first = w->next;
    if (s->first == NULL)
        s->last = &s->first;
    w->granted = true; /* busy stays: the turn passes from hand to hand */
    pthread_cond_signal(&w->granted_cond);
}

static void turn_give(struct store *s) {
    pthread_mutex_lock(&s->lock);
    turn_give_locked(s);
    pthread_mutex_unlock(&s->lock);
}

/* ---- opening ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void configure(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
}

int store_open(const char *directory, struct store **ret_store, const char **ret_error) {
    static _Thread_local char words[512];
    char *error = NULL;
    struct store *s = calloc(1, sizeof(*s));
    int r;

    pthread_once(&once, configure);
    if (s == NULL || asprintf(&s->path, "%s/state.db", directory) < 0) {
        free(s);
        return -ENOMEM;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->idle_cond, NULL);
    s->last = &s->first;
    s->next_group = 1;
    r = engine_connect(s->path, true, &s->writer, &error);
    if (r == 0)
        r = engine_glance(s->writer, &error);
    if (r == 0)
        r = engine_migrate(s->writer, &error);
    if (r < 0) {
        snprintf(words, sizeof(words), "%s: %s", s->path, error != NULL ? error : strerror(-r));
        *ret_error = words;
        sqlite3_free(error);
        store_close(s);
        return r;
    }
    *ret_store = s;
    return 0;
}

void store_close(struct store *s) {
    if (s == NULL)
        return;
    while (s->idle != NULL) {
        struct engine_connection *c = s->idle;

        s->idle = c->next;
        engine_disconnect(c);
    }
    engine_disconnect(s->writer);
    while (s->groups != NULL) {
        struct group *g = s->groups;

        s->groups = g->next;
        pthread_cond_destroy(&g->done_cond);
        free(g);
    }
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->idle_cond);
    free(s->path);
    free(s);
}

/* ---- readers ---- */

static void let_go(struct engine_connection *c) {
    if (!sqlite3_get_autocommit(c->db))
        engine_run(c, c->commit);
}

int store_read_begin(struct store *s, struct arena *a, struct tx *ret_tx) {
    struct engine_connection *c;
    char *error = NULL;
    uint64_t commits;
    int r = 0;

    pthread_mutex_lock(&s->lock);
    while (s->idle == NULL && s->readers == READERS_MAX)
        pthread_cond_wait(&s->idle_cond, &s->lock);
    commits = s->commits;
    c = s->idle;
    if (c != NULL)
        s->idle = c->next;
    else
        s->readers++;
    pthread_mutex_unlock(&s->lock);
    if (c == NULL)
        r = engine_connect(s->path, false, &c, &error);
    sqlite3_free(error);
    if (r < 0) {
        pthread_mutex_lock(&s->lock);
        s->readers--;
        pthread_cond_signal(&s->idle_cond);
        pthread_mutex_unlock(&s->lock);
        return r;
    }
    *ret_tx = (struct tx){.store = s, .arena = a, .db = c};
    if (!sqlite3_get_autocommit(c->db) && c->snapshot == commits)
        return 0;
    let_go(c);
    c->snapshot = commits; /* or later: the snapshot is that of the first read */
    r = engine_run(c, c->begin);
    if (r < 0)
        store_read_end(ret_tx);
    return r;
}

void store_read_end(struct tx *tx) {
    struct engine_connection *c = tx->db;
    struct store *s = tx->store;

    pthread_mutex_lock(&s->lock);
    if (tx->failed < 0 || c->snapshot != s->commits)
        let_go(c);
    c->next = s->idle;
    s->idle = c;
    pthread_cond_signal(&s->idle_cond);
    pthread_mutex_unlock(&s->lock);
    tx->db = NULL;
}

/* ---- writers ---- */

/* The group is over: its writers hear of it.  Called with the writer's turn. */
static void group_end_locked(struct store *s, int result) {
    struct group *g = s->open;

    s->open = NULL;
    s->commits++;
    g->done = true;
    g->result = result;
    pthread_cond_broadcast(&g->done_cond);
}

static void group_forget_locked(struct store *s, struct group *g) {
    struct group **at = &s->groups;

    while (*at != g)
        at = &(*at)->next;
    *at = g->next;
    pthread_cond_destroy(&g->done_cond);
    free(g);
}

/* Some errors (disk full, I/O) make SQLite roll the whole group back at once. */
static void group_check(struct store *s, int error) {
    if (s->open == NULL || !sqlite3_get_autocommit(s->writer->db))
        return;
    pthread_mutex_lock(&s->lock);
    if (s->open->members > 0) {
        group_end_locked(s, error < 0 ? error : -EIO);
    } else {
        struct group *g = s->open;

        s->open = NULL;
        group_forget_locked(s, g);
    }
    pthread_mutex_unlock(&s->lock);
}

static int group_open(struct store *s) {
    struct group *g;
    int r;

    if (s->open != NULL)
        return 0;
    r = engine_run(s->writer, s->writer->begin);
    if (r < 0)
        return r;
    g = calloc(1, sizeof(*g));
    if (g == NULL) {
        engine_run(s->writer, s->writer->rollback);
        return -ENOMEM;
    }
    pthread_cond_init(&g->done_cond, NULL);
    pthread_mutex_lock(&s->lock);
    g->id = s->next_group++;
    g->next = s->groups;
    s->groups = s->open = g;
    pthread_mutex_unlock(&s->lock);
    return 0;
}

int store_write_begin(struct store *s, struct arena *a, struct tx *ret_tx) {
    int r;

    turn_take(s);
    r = group_open(s);
    if (r == 0)
        r = engine_run(s->writer, s->writer->savepoint);
    if (r < 0) {
        group_check(s, r);
        turn_give(s);
        return r;
    }
    *ret_tx = (struct tx){.store = s, .arena = a, .db = s->writer, .write = true, .group = s->open->id};
    return 0;
}

int store_write_end(struct tx *tx, bool keep) {
    struct store *s = tx->store;
    struct engine_connection *c = s->writer;
    int r = tx->failed;

    tx->db = NULL;
    if (!sqlite3_get_autocommit(c->db)) {
        if (r < 0 || !keep) {
            int undone = engine_run(c, c->undo);

            if (undone == 0)
                undone = engine_run(c, c->release);
            if (undone < 0 && !sqlite3_get_autocommit(c->db))
                engine_run(c,
                           c->rollback); /* cannot tell this request's changes from the others': drop all */
            r = r < 0 ? r : undone;
        } else {
            r = engine_run(c, c->release);
        }
    } else if (r == 0) {
        r = -EIO;
    }
    group_check(s, r);
    pthread_mutex_lock(&s->lock);
    if (s->open != NULL && keep && r == 0)
        s->open->members++;
    turn_give_locked(s);
    pthread_mutex_unlock(&s->lock);
    if (r < 0)
        tx->group = 0;
    return r;
}

static int group_commit(struct store *s) {
    int r;

    pthread_mutex_lock(&s->lock);
    for (struct engine_connection *c = s->idle; c != NULL; c = c->next)
        let_go(c);
    pthread_mutex_unlock(&s->lock);
    r = engine_run(s->writer, s->writer->commit);

    if (r < 0 && !sqlite3_get_autocommit(s->writer->db))
        engine_run(s->writer, s->writer->rollback);
    return r;
}

int store_write_sync(struct tx *tx) {
    struct store *s = tx->store;
    struct group *g;
    bool lead;
    int r;

    pthread_mutex_lock(&s->lock);
    for (g = s->groups; g != NULL && g->id != tx->group;)
        g = g->next;
    if (g == NULL) {
        pthread_mutex_unlock(&s->lock);
        return -EINVAL;
    }
    lead = !g->led && !g->done;
    if (lead) {
        g->led = true;
        pthread_mutex_unlock(&s->lock);
        turn_take(s);
        if (!g->done) { /* only ever set by who has the turn */
            r = group_commit(s);
            pthread_mutex_lock(&s->lock);
            group_end_locked(s, r);
        } else {
            pthread_mutex_lock(&s->lock);
        }
        turn_give_locked(s);
    }
    while (!g->done)
        pthread_cond_wait(&g->done_cond, &s->lock);
    r = g->result;
    if (--g->members == 0)
        group_forget_locked(s, g);
    pthread_mutex_unlock(&s->lock);
    return r;
}

int64_t store_next_number(struct tx *tx, const char *sequence) {
    struct engine_connection *c = tx->db;
    int64_t value = 0;
    int r;

    if (tx->failed < 0)
        return 0;
    if (!tx->write) {
        engine_fail(tx, -EROFS);
        return 0;
    }
    sqlite3_bind_text(c->sequence, 1, sequence, -1, SQLITE_STATIC);
    r = sqlite3_step(c->sequence);
    if (r == SQLITE_ROW)
        value = sqlite3_column_int64(c->sequence, 0);
    r = r == SQLITE_ROW ? sqlite3_step(c->sequence) : r;
    sqlite3_reset(c->sequence);
    if (r != SQLITE_DONE)
        engine_fail(tx, engine_errno(r));
    return tx->failed < 0 ? 0 : value;
}

int64_t store_last_number(struct tx *tx, const char *sequence) {
    struct engine_connection *c = tx->db;
    sqlite3_stmt *s = NULL;
    int64_t value = 0;

    if (tx->failed < 0)
        return 0;
    if (sqlite3_prepare_v2(c->db, "SELECT value FROM store_sequence WHERE name = ?1", -1, &s, NULL) !=
        SQLITE_OK) {
        engine_fail(tx, engine_errno(sqlite3_errcode(c->db)));
        return 0;
    }
    sqlite3_bind_text(s, 1, sequence, -1, SQLITE_STATIC);
    if (sqlite3_step(s) == SQLITE_ROW)
        value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}
