/* SPDX-License-Identifier: Apache-2.0 */
#include "host/service.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "host/init.h"
#include "host/notify.h"
#include "host/rootfs.h"
#include "host/unit.h"

enum { REQUEST_MAX = 16384, UNIT_MAX_BYTES = 1 << 18, WORDS_MAX = 256, QUICK_RESTARTS_MAX = 20 };

enum state { DEAD, STARTING, UP, STOPPING, FAILED };
enum phase { PHASE_BEFORE, PHASE_START, PHASE_AFTER, PHASE_STOP };

/* Someone who waits for answers: a connection with a request under way. */
struct client {
    struct services *services;
    struct client *next;
    struct loop_source source;
    int sock;
    unsigned pending; /* services whose steady state it waits for */
    bool busy;        /* words are being worked through: do not finish yet */
    int status;
    uid_t uid;
};

struct service {
    struct services *services;
    struct service *next;
    char name[208];
    char path[512];
    struct arena arena; /* of the parsed file */
    struct unit unit;
    enum state state;
    enum phase phase;
    size_t step;
    pid_t pid;      /* of the step under way */
    pid_t main_pid; /* of what is up */
    int status;
    bool start_again; /* after stopping */
    bool wanted;      /* not stopped by hand: restarts apply */
    struct client *waiting[8];
    size_t waiting_count;
    unsigned restarts;
    struct loop_timer restart, kill, late;
};

struct services {
    struct loop *loop;
    void (*power)(void *context, bool again);
    void *context;
    int sock;
    bool shut;
    struct loop_source source;
    struct notify notify;
    struct service *list;
    struct client *clients;
};

static const char *const unit_folders[] = {"/etc/systemd/system", "/run/systemd/system",
                                           "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"};
#define WANTS "/etc/systemd/system/multi-user.target.wants"

/* --- answers --- */

static void say(struct client *c, char to, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void say(struct client *c, char to, const char *fmt, ...) {
    char text[4096];
    va_list ap;
    int n;

    if (c == NULL)
        return;
    text[0] = to;
    va_start(ap, fmt);
    n = vsnprintf(text + 1, sizeof(text) - 1, fmt, ap);
    va_end(ap);
    if (n > (int)sizeof(text) - 2)
        n = sizeof(text) - 2;
    /* A client that reads nothing loses its answer: init waits for nobody. */
    if (send(c->sock, text, (size_t)n + 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return;
}

static void client_finish(struct client *c) {
    if (c->busy || c->pending > 0)
        return;
    say(c, 'x', "%d", c->status);
    c->status = 0;
}

static void client_free(struct client *c) {
    struct services *all = c->services;

    for (struct service *s = all->list; s != NULL; s = s->next)
        for (size_t i = 0; i < s->waiting_count; i++)
            if (s->waiting[i] == c)
                s->waiting[i--] = s->waiting[--s->waiting_count];
    for (struct client **p = &all->clients; *p != NULL; p = &(*p)->next)
        if (*p == c) {
            *p = c->next;
            break;
        }
    loop_remove(all->loop, &c->source);
    close(c->sock);
    free(c);
}

static void wait_for(struct service *s, struct client *c) {
    if (c == NULL || s->waiting_count == sizeof(s->waiting) / sizeof(s->waiting[0]))
        return;
    s->waiting[s->waiting_count++] = c;
    c->pending++;
}

/* The service has come to rest: tell whoever asked. */
static void settled(struct service *s, bool well) {
    size_t count = s->waiting_count;

    s->waiting_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct client *c = s->waiting[i];

        if (!well) {
            say(c, 'e',
                "Job for %s failed because the control process exited with error code.\n"
                "See \"systemctl status %s\" and /var/log/%s.log for details.\n",
                s->name, s->name, s->name);
            c->status = 1;
        }
        c->pending--;
        client_finish(c);
    }
}

/* --- unit files --- */

static bool find_unit(const char *name, char path[512]);

/* Services that Amazon Linux calls otherwise than Debian. */
static const struct {
    const char *name, *here;
} aliases[] = {
    {"sshd.service", "ssh.service"}, {"httpd.service", "apache2.service"}, {"crond.service", "cron.service"}};

static const char *real_name(const char *name) {
    char path[512];

    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
        if (text_is(name, aliases[i].name) && !find_unit(name, path) && find_unit(aliases[i].here, path))
            return aliases[i].here;
    return name;
}

static bool find_unit(const char *name, char path[512]) {
    for (size_t i = 0; i < sizeof(unit_folders) / sizeof(unit_folders[0]); i++) {
        snprintf(path, 512, "%s/%s", unit_folders[i], name);
        if (access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static bool is_masked(const char *path) {
    char target[64];
    ssize_t n = readlink(path, target, sizeof(target));

    return n == 9 && memcmp(target, "/dev/null", 9) == 0;
}

/* Reads the file again each time that it matters, so daemon-reload has nothing to do. */
static int load(struct service *s, struct client *c) {
    struct arena fresh = {0};
    struct unit unit;
    char *text;
    size_t length;
    unsigned line = 0;
    int r;

    if (!find_unit(s->name, s->path))
        return -ENOENT;
    if (is_masked(s->path)) {
        say(c, 'e', "Unit %s is masked.\n", s->name);
        return -EPERM;
    }
    r = fd_read_file(s->path, UNIT_MAX_BYTES, &text, &length);
    if (r < 0)
        return r;
    r = unit_parse(&fresh, text, length, &unit, &line);
    free(text);
    if (r < 0) {
        say(c, 'e', "%s:%u: neither a section nor a setting\n", s->path, line);
        arena_free(&fresh);
        return r;
    }
    arena_free(&s->arena);
    s->arena = fresh;
    s->unit = unit;
    return 0;
}

static void restart_now(void *context);
static void kill_now(void *context);
static void too_late(void *context);

static struct service *get(struct services *all, const char *name) {
    struct service *s;

    for (s = all->list; s != NULL; s = s->next)
        if (strcmp(s->name, name) == 0)
            return s;
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return NULL;
    s->services = all;
    snprintf(s->name, sizeof(s->name), "%s", name);
    s->restart = (struct loop_timer){.fire = restart_now, .context = s};
    s->kill = (struct loop_timer){.fire = kill_now, .context = s};
    s->late = (struct loop_timer){.fire = too_late, .context = s};
    s->next = all->list;
    all->list = s;
    return s;
}

static bool is_enabled(const char *name) {
    char path[512];

    snprintf(path, sizeof(path), WANTS "/%s", name);
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* --- running commands --- */

static const char *environment_of(void *context, const char *name) {
    (void)context;
    return getenv(name);
}

static void read_environment_file(const struct unit_command *file) {
    char *text, *save = NULL;
    size_t length;

    if (fd_read_file(file->line, UNIT_MAX_BYTES, &text, &length) < 0)
        return;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        char *equals = strchr(line, '=');
        size_t n;

        if (line[0] == '#' || line[0] == ';' || equals == NULL || equals == line)
            continue;
        *equals++ = '\0';
        n = strlen(equals);
        if (n >= 2 && (equals[0] == '"' || equals[0] == '\'') && equals[n - 1] == equals[0]) {
            equals[n - 1] = '\0';
            equals++;
        }
        setenv(line, equals, 1);
    }
    free(text);
}

/* RuntimeDirectory=a/b and its kin: each the service's user's. */
static void make_folders(const char *below, char *const *names, size_t count, const struct passwd *who) {
    for (size_t i = 0; i < count; i++) {
        char path[512];

        snprintf(path, sizeof(path), "%s/%.400s", below, names[i]);
        for (char *p = path + strlen(below) + 1; (p = strchr(p, '/')) != NULL; p++) {
            *p = '\0';
            mkdir(path, 0755);
            *p = '/';
        }
        if (mkdir(path, 0755) == 0 && who != NULL && chown(path, who->pw_uid, who->pw_gid) < 0 &&
            errno != EINVAL)
            dprintf(2, "%s: %s\n", path, strerror(errno));
    }
}

static void make_all_folders(const struct unit *u, const struct passwd *who) {
    make_folders("/run", (char *const *)u->run_folders.items, u->run_folders.count, who);
    make_folders("/var/lib", (char *const *)u->state_folders.items, u->state_folders.count, who);
    make_folders("/var/cache", (char *const *)u->cache_folders.items, u->cache_folders.count, who);
    make_folders("/var/log", (char *const *)u->log_folders.items, u->log_folders.count, who);
}

static void become(const struct service *s, const struct unit_command *command) {
    const struct passwd *who = s->unit.user != NULL ? getpwnam(s->unit.user) : NULL;
    char log[512], pid[16];
    char **argv;
    int out;

    setsid();
    snprintf(log, sizeof(log), "/var/log/%s.log", s->name);
    out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out >= 0) {
        dup2(out, 1);
        dup2(out, 2);
    }
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    unsetenv(INIT_ENV_INSTANCE);
    setenv("VPCBOX_UNIT", s->name, 1); /* stopping finds stray processes by it */
    for (size_t i = 0; i < s->unit.environment.count; i++) {
        char *pair = strdup(s->unit.environment.items[i]);

        if (pair != NULL)
            putenv(pair);
    }
    for (size_t i = 0; i < s->unit.environment_files.count; i++)
        read_environment_file(&s->unit.environment_files.items[i]);
    snprintf(pid, sizeof(pid), "%d", (int)s->main_pid);
    setenv("MAINPID", pid, 1);
    if (s->unit.type == UNIT_NOTIFY)
        setenv("NOTIFY_SOCKET", NOTIFY_SOCKET, 1);
    make_all_folders(&s->unit, who);
    argv = unit_words(&(struct arena){0}, command->line, environment_of, NULL);
    if (argv == NULL) {
        dprintf(2, "%s: not a command line: %s\n", s->name, command->line);
        _exit(203);
    }
    if (s->unit.user != NULL && who == NULL) {
        dprintf(2, "%s: no user %s\n", s->name, s->unit.user);
        _exit(217);
    }
    if (who != NULL && who->pw_uid != 0 &&
        (initgroups(who->pw_name, who->pw_gid) < 0 || setgid(who->pw_gid) < 0 || setuid(who->pw_uid) < 0)) {
        dprintf(2, "%s: cannot become %s: %s\n", s->name, s->unit.user, strerror(errno));
        _exit(217);
    }
    if (s->unit.directory != NULL && chdir(s->unit.directory + (s->unit.directory[0] == '-')) < 0 &&
        s->unit.directory[0] != '-') {
        dprintf(2, "%s: %s: %s\n", s->name, s->unit.directory, strerror(errno));
        _exit(200);
    }
    execvp(argv[0], argv);
    dprintf(2, "%s: %s: %s\n", s->name, argv[0], strerror(errno));
    _exit(203);
}

static pid_t spawn(const struct service *s, const struct unit_command *command) {
    sigset_t none;
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    for (int n = 1; n < NSIG; n++)
        signal(n, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    become(s, command);
    _exit(203);
}

/* --- the life of a service --- */

static void rest(struct service *s, enum state state) {
    struct services *all = s->services;

    loop_timer_stop(all->loop, &s->kill);
    loop_timer_stop(all->loop, &s->late);
    s->state = state;
    s->pid = 0;
    if (state != UP)
        s->main_pid = 0;
    settled(s, state != FAILED);
}

static void advance(struct service *s);
static size_t signal_strays(const struct service *s, int number);

static void restart_now(void *context) {
    struct service *s = context;

    if (s->services->shut || s->state == STARTING || s->state == UP || load(s, NULL) < 0)
        return;
    s->state = STARTING;
    s->phase = PHASE_BEFORE;
    s->step = 0;
    advance(s);
}

/* It ended without being asked to. */
static void ended(struct service *s, bool well) {
    const struct unit *u = &s->unit;
    bool again = s->wanted && !s->services->shut &&
                 (u->restart == UNIT_RESTART_ALWAYS || (u->restart == UNIT_RESTART_ON_FAILURE && !well));

    for (size_t i = 0; i < u->final_status_count; i++)
        if (WIFEXITED(s->status) && WEXITSTATUS(s->status) == u->final_statuses[i])
            again = false;
    if (u->type == UNIT_ONESHOT && u->restart == UNIT_RESTART_ALWAYS && well)
        again = false;
    rest(s, well ? DEAD : FAILED);
    if (again && (u->restart_ms >= 1000 || ++s->restarts < QUICK_RESTARTS_MAX))
        loop_timer_set(s->services->loop, &s->restart, u->restart_ms);
}

static pid_t read_pid_file(const struct service *s) {
    char *text;
    size_t length;
    pid_t pid = 0;

    if (s->unit.pid_file == NULL || fd_read_file(s->unit.pid_file, 64, &text, &length) < 0)
        return 0;
    pid = (pid_t)strtol(text, NULL, 10);
    free(text);
    return pid > 1 ? pid : 0;
}

static void came_up(struct service *s) {
    if (s->unit.type == UNIT_ONESHOT) {
        if (s->unit.remain)
            rest(s, UP);
        else
            ended(s, true);
        return;
    }
    if (s->unit.type == UNIT_FORKING)
        s->main_pid = read_pid_file(s);
    s->state = UP;
    settled(s, true);
}

/* Starts the next command, or goes over to the next phase. */
static void advance(struct service *s) {
    for (;;) {
        const unit_commands *list = s->phase == PHASE_BEFORE  ? &s->unit.before
                                    : s->phase == PHASE_START ? &s->unit.start
                                    : s->phase == PHASE_AFTER ? &s->unit.after
                                                              : &s->unit.stop;
        pid_t pid;

        if (s->step >= list->count) {
            s->step = 0;
            if (s->phase == PHASE_STOP)
                return;
            if (s->phase == PHASE_AFTER) {
                came_up(s);
                return;
            }
            s->phase++;
            continue;
        }
        pid = spawn(s, &list->items[s->step]);
        if (pid < 0) {
            ended(s, false);
            return;
        }
        if (s->phase == PHASE_START && s->unit.type == UNIT_SIMPLE) {
            s->main_pid = pid;
            s->phase = PHASE_AFTER;
            s->step = 0;
            continue;
        }
        if (s->phase == PHASE_START && s->unit.type == UNIT_NOTIFY) {
            s->main_pid = pid;
            if (s->unit.start_ms != UINT32_MAX)
                loop_timer_set(s->services->loop, &s->late, s->unit.start_ms);
            return; /* until it says that it is up */
        }
        s->pid = pid;
        return;
    }
}

static void too_late(void *context) {
    struct service *s = context;

    if (s->state != STARTING || s->phase != PHASE_START)
        return;
    signal_strays(s, SIGKILL);
    if (s->main_pid > 0)
        kill(s->main_pid, SIGKILL); /* its end is seen, and fails the start */
}

/* Whether a process carries the service's name in its environment. */
static bool carries(const struct service *s, pid_t pid) {
    char mark[256], path[64], *text;
    size_t length;
    bool found = false;

    snprintf(mark, sizeof(mark), "VPCBOX_UNIT=%s", s->name);
    snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
    if (fd_read_file(path, 1 << 20, &text, &length) < 0)
        return false;
    for (size_t at = 0; at < length && !found; at += strlen(text + at) + 1)
        found = strcmp(text + at, mark) == 0;
    free(text);
    return found;
}

static void notified(void *context, pid_t from, const char *text) {
    struct services *all = context;
    char value[64];
    pid_t main_pid;

    for (struct service *s = all->list; s != NULL; s = s->next) {
        if (s->unit.type != UNIT_NOTIFY || (s->state != STARTING && s->state != UP) ||
            (from != s->main_pid && !(s->unit.notify_all && carries(s, from))))
            continue;
        notify_value(text, "MAINPID", value);
        main_pid = (pid_t)strtol(value, NULL, 10);
        if (main_pid > 1 && carries(s, main_pid))
            s->main_pid = main_pid;
        notify_value(text, "READY", value);
        if (value[0] == '1' && s->state == STARTING && s->phase == PHASE_START && s->pid == 0) {
            loop_timer_stop(all->loop, &s->late);
            s->phase = PHASE_AFTER;
            s->step = 0;
            advance(s);
        }
        return;
    }
}

/* Whatever still carries the service's name in its environment. */
static size_t signal_strays(const struct service *s, int number) {
    struct dirent *e;
    DIR *proc = opendir("/proc");
    size_t found = 0;

    while (proc != NULL && (e = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        if (pid > 1 && carries(s, pid))
            found += kill(pid, number) == 0;
    }
    if (proc != NULL)
        closedir(proc);
    return found;
}

static void kill_now(void *context) {
    struct service *s = context;

    signal_strays(s, SIGKILL);
    if (s->main_pid > 0)
        kill(-s->main_pid, SIGKILL);
    if (s->pid > 0)
        kill(-s->pid, SIGKILL);
    if (s->main_pid == 0 && s->pid == 0)
        rest(s, DEAD);
}

static void stopped(struct service *s) {
    bool again = s->start_again;

    s->start_again = false;
    if (again) {
        s->state = DEAD;
        s->main_pid = 0;
        loop_timer_stop(s->services->loop, &s->kill);
        s->wanted = true;
        restart_now(s);
        return;
    }
    rest(s, DEAD);
}

/* The end of the stop commands: now the processes themselves. */
static void stop_processes(struct service *s) {
    bool main_lives = s->main_pid > 0 && kill(s->main_pid, 0) == 0;
    size_t n = signal_strays(s, SIGTERM);

    s->pid = 0;
    if (main_lives && (s->unit.type == UNIT_SIMPLE || s->unit.type == UNIT_NOTIFY))
        return; /* its end is seen */
    if (n == 0) {
        stopped(s);
        return;
    }
    /* Daemons that left: init reaps them, but cannot tell whose they were.  Look again a little later. */
    loop_timer_set(s->services->loop, &s->kill, 100);
}

static void begin_stop(struct service *s) {
    loop_timer_stop(s->services->loop, &s->restart);
    s->wanted = false;
    if (s->state != UP && s->state != STARTING)
        return;
    s->state = STOPPING;
    if (s->pid > 0) /* in the middle of starting */
        kill(-s->pid, SIGTERM);
    loop_timer_set(s->services->loop, &s->kill, s->unit.stop_ms);
    s->phase = PHASE_STOP;
    s->step = 0;
    if (s->pid == 0) {
        if (s->unit.stop.count > 0)
            advance(s);
        else
            stop_processes(s);
    }
}

bool services_reaped(struct services *all, pid_t pid, int status) {
    for (struct service *s = all->list; s != NULL; s = s->next) {
        bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;

        if (pid == s->main_pid) {
            s->status = status;
            s->main_pid = 0;
            if (s->state == STOPPING && s->pid == 0)
                stopped(s);
            else if (s->state == STARTING && s->unit.type == UNIT_NOTIFY && s->phase == PHASE_START)
                ended(s, false); /* it has not said that it was up */
            else if (s->state == UP || s->state == STARTING)
                ended(s, well || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM));
            return true;
        }
        if (pid != s->pid)
            continue;
        s->pid = 0;
        s->status = status;
        if (s->state == STOPPING) {
            s->step++;
            if (s->step < s->unit.stop.count)
                advance(s);
            else
                stop_processes(s);
            return true;
        }
        if (s->state == STARTING) {
            const unit_commands *list = s->phase == PHASE_BEFORE  ? &s->unit.before
                                        : s->phase == PHASE_START ? &s->unit.start
                                                                  : &s->unit.after;

            if (!well && !(s->step < list->count && list->items[s->step].failure_is_fine)) {
                ended(s, false);
                return true;
            }
            s->step++;
            advance(s);
        }
        return true;
    }
    return false;
}

/* --- requests --- */

static void do_start(struct service *s, struct client *c) {
    if (s->state == UP || s->state == STARTING) {
        if (s->state == STARTING)
            wait_for(s, c);
        return;
    }
    wait_for(s, c);
    if (s->state == STOPPING) {
        s->start_again = true;
        return;
    }
    loop_timer_stop(s->services->loop, &s->restart);
    s->wanted = true;
    s->restarts = 0;
    s->state = STARTING;
    s->phase = PHASE_BEFORE;
    s->step = 0;
    advance(s);
}

static void do_stop(struct service *s, struct client *c) {
    if (s->state == UP || s->state == STARTING || s->state == STOPPING) {
        wait_for(s, c);
        s->start_again = false;
        begin_stop(s);
    } else {
        begin_stop(s);
    }
}

static void do_restart(struct service *s, struct client *c) {
    if (s->state != UP && s->state != STARTING) {
        do_start(s, c);
        return;
    }
    wait_for(s, c);
    s->start_again = true;
    begin_stop(s);
}

static void do_enable(struct service *s, struct client *c) {
    char link[512];

    if (s->unit.wanted_by.count == 0) {
        say(c, 'e', "The unit files have no installation config (WantedBy=): nothing to enable.\n");
        return;
    }
    snprintf(link, sizeof(link), WANTS "/%s", s->name);
    mkdir(WANTS, 0755);
    if (symlink(s->path, link) == 0)
        say(c, 'e', "Created symlink %s -> %s.\n", link, s->path);
    else if (errno != EEXIST) {
        say(c, 'e', "Failed to enable %s: %s\n", s->name, strerror(errno));
        c->status = 1;
    }
}

static void do_disable(struct service *s, struct client *c) {
    char link[512];

    snprintf(link, sizeof(link), WANTS "/%s", s->name);
    if (unlink(link) == 0)
        say(c, 'e', "Removed %s.\n", link);
}

static void do_mask(struct service *s, struct client *c, bool mask) {
    char link[512];

    snprintf(link, sizeof(link), "%s/%s", unit_folders[0], s->name);
    if (!mask) {
        if (is_masked(link) && unlink(link) == 0)
            say(c, 'e', "Removed %s.\n", link);
    } else if (symlink("/dev/null", link) == 0) {
        say(c, 'e', "Created symlink %s -> /dev/null.\n", link);
    } else if (!is_masked(link)) {
        say(c, 'e', "Failed to mask %s: %s\n", s->name, strerror(errno));
        c->status = 1;
    }
}

static const char *state_name(const struct service *s) {
    static const char *const names[] = {"inactive", "activating", "active", "deactivating", "failed"};

    return names[s->state];
}

static void do_status(struct service *s, struct client *c, bool loaded) {
    say(c, 'o', "* %s - %s\n     Loaded: %s (%s; %s)\n     Active: %s\n", s->name,
        loaded ? s->unit.description : "", loaded ? "loaded" : "not-found", loaded ? s->path : s->name,
        is_enabled(s->name) ? "enabled" : "disabled", state_name(s));
    if (s->main_pid > 0)
        say(c, 'o', "   Main PID: %d\n", (int)s->main_pid);
    if (s->state == FAILED)
        say(c, 'o', "     Result: %s %d\n", WIFSIGNALED(s->status) ? "signal" : "exit status",
            WIFSIGNALED(s->status) ? WTERMSIG(s->status) : WEXITSTATUS(s->status));
    c->status = !loaded ? 4 : s->state == UP ? 0 : 3;
}

static void do_list(struct services *all, struct client *c) {
    say(c, 'o', "%-40s %-10s %-12s %s\n", "UNIT", "ENABLED", "ACTIVE", "DESCRIPTION");
    for (struct service *s = all->list; s != NULL; s = s->next)
        if (s->path[0] != '\0')
            say(c, 'o', "%-40s %-10s %-12s %s\n", s->name, is_enabled(s->name) ? "enabled" : "disabled",
                state_name(s), s->unit.description != NULL ? s->unit.description : "");
}

/* A verb on one unit. */
static void apply(struct services *all, struct client *c, const char *verb, const char *name, bool now) {
    struct service *s = get(all, real_name(name));
    bool asks = text_is(verb, "status") || text_is(verb, "is-active") || text_is(verb, "is-enabled") ||
                text_is(verb, "is-failed");
    int r;

    if (s == NULL) {
        c->status = 1;
        return;
    }
    if (text_is(verb, "mask") || text_is(verb, "unmask")) {
        do_mask(s, c, verb[0] == 'm');
        return;
    }
    /* What runs keeps the settings that it was started with. */
    r = s->state == DEAD || s->state == FAILED ? load(s, asks ? NULL : c) : 0;
    if (r < 0 && !asks) {
        if (r == -ENOENT)
            say(c, 'e', "Failed to %s %s: Unit %s not found.\n", verb, s->name, s->name);
        c->status = r == -ENOENT ? 5 : 1;
    } else if (text_is(verb, "status")) {
        do_status(s, c, r == 0);
    } else if (text_is(verb, "is-active") || text_is(verb, "is-failed")) {
        say(c, 'o', "%s\n", state_name(s));
        c->status = s->state == (verb[3] == 'a' ? UP : FAILED) ? 0 : 3;
    } else if (text_is(verb, "is-enabled")) {
        say(c, 'o', "%s\n", r < 0 ? "not-found" : is_enabled(s->name) ? "enabled" : "disabled");
        c->status = is_enabled(s->name) ? 0 : 1;
    } else if (text_is(verb, "start")) {
        do_start(s, c);
    } else if (text_is(verb, "stop")) {
        do_stop(s, c);
    } else if (text_is(verb, "restart") || text_is(verb, "reload-or-restart") ||
               (text_is(verb, "try-restart") && s->state == UP)) {
        do_restart(s, c);
    } else if (text_is(verb, "reload")) {
        if (s->state == UP && s->unit.reload.count > 0 && s->pid == 0)
            spawn(s, &s->unit.reload.items[0]);
        else if (s->state == UP && s->main_pid > 0)
            kill(s->main_pid, SIGHUP);
    } else if (text_is(verb, "enable") || text_is(verb, "reenable")) {
        do_enable(s, c);
        if (now)
            do_start(s, c);
    } else if (text_is(verb, "disable")) {
        do_disable(s, c);
        if (now)
            do_stop(s, c);
    } else if (text_is(verb, "reset-failed")) {
        if (s->state == FAILED)
            s->state = DEAD;
    } else if (!text_is(verb, "try-restart")) {
        say(c, 'e', "systemctl here does not know \"%s\".\n", verb);
        c->status = 1;
    }
}

static void full_name(const char *word, char out[208]) {
    const char *dot = strrchr(word, '.');

    if (dot != NULL && (text_is(dot, ".service") || text_is(dot, ".target") || text_is(dot, ".socket") ||
                        text_is(dot, ".timer")))
        snprintf(out, 208, "%.207s", word);
    else
        snprintf(out, 208, "%.190s.service", word);
}

static void do_request(struct services *all, struct client *c, char **words, size_t count) {
    const char *verb = NULL;
    bool now = false;
    size_t units = 0;

    for (size_t i = 1; i < count; i++) {
        char name[208];

        if (words[i][0] == '-') {
            now = now || text_is(words[i], "--now");
            continue;
        }
        if (verb == NULL) {
            verb = words[i];
            continue;
        }
        units++;
        full_name(words[i], name);
        if (!unit_name_ok(name)) {
            say(c, 'e', "Failed to %s %s: only services are kept here.\n", verb, words[i]);
            c->status = 5;
            continue;
        }
        apply(all, c, verb, name, now);
    }
    if (verb == NULL || text_is(verb, "list-units") || text_is(verb, "list-unit-files"))
        do_list(all, c);
    else if (text_is(verb, "reboot") || text_is(verb, "poweroff") || text_is(verb, "halt"))
        all->power(all->context, verb[0] == 'r');
    else if (units == 0 && !text_is(verb, "daemon-reload") && !text_is(verb, "daemon-reexec") &&
             !text_is(verb, "is-system-running") && !text_is(verb, "reset-failed")) {
        say(c, 'e', "Too few arguments.\n");
        c->status = 1;
    } else if (text_is(verb, "is-system-running")) {
        say(c, 'o', "running\n");
    }
}

static bool harmless(char **words, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (words[i][0] != '-')
            return text_is(words[i], "status") || text_starts(words[i], "is-") ||
                   text_starts(words[i], "list-");
    return true;
}

static void client_ready(void *context, uint32_t events) {
    struct client *c = context;
    char data[REQUEST_MAX + 1], *words[WORDS_MAX];
    size_t count = 0;
    ssize_t n = recv(c->sock, data, REQUEST_MAX, MSG_DONTWAIT);

    (void)events;
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR))
            client_free(c);
        return;
    }
    data[n] = '\0';
    for (ssize_t at = 0; at < n && count < WORDS_MAX; at += (ssize_t)strlen(data + at) + 1)
        words[count++] = data + at;
    if (c->uid != 0 && !harmless(words, count)) {
        say(c, 'e', "Interactive authentication required.\n");
        c->status = 1;
    } else if (c->services->shut) {
        c->status = 1;
    } else {
        c->busy = true;
        do_request(c->services, c, words, count);
        c->busy = false;
    }
    client_finish(c);
}

static void accept_client(void *context, uint32_t events) {
    struct services *all = context;
    struct ucred who;
    socklen_t length = sizeof(who);
    int sock = accept4(all->sock, NULL, NULL, SOCK_CLOEXEC);
    struct client *c;

    (void)events;
    if (sock < 0)
        return;
    c = calloc(1, sizeof(*c));
    if (c == NULL || getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &who, &length) < 0) {
        free(c);
        close(sock);
        return;
    }
    *c = (struct client){.services = all, .next = all->clients, .sock = sock, .uid = who.uid};
    c->source = (struct loop_source){.ready = client_ready, .context = c};
    all->clients = c;
    loop_add(all->loop, &c->source, sock, EPOLLIN);
}

int services_open(struct loop *loop, void (*power)(void *context, bool again), void *context,
                  struct services **ret_services) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = INIT_SOCKET};
    struct services *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return -ENOMEM;
    *all = (struct services){.loop = loop, .power = power, .context = context};
    all->sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(INIT_SOCKET);
    if (all->sock < 0 || bind(all->sock, (struct sockaddr *)&at, sizeof(at)) < 0 ||
        chmod(INIT_SOCKET, 0666) < 0 || listen(all->sock, 64) < 0) {
        int r = -errno;

        fd_close(&all->sock);
        free(all);
        return r;
    }
    all->source = (struct loop_source){.ready = accept_client, .context = all};
    loop_add(loop, &all->source, all->sock, EPOLLIN);
    all->notify.heard = notified;
    all->notify.context = all;
    *ret_services = all;
    return notify_open(&all->notify, loop);
}

void services_start_enabled(struct services *all) {
    struct dirent *e;
    DIR *wants = opendir(WANTS);

    while (wants != NULL && (e = readdir(wants)) != NULL) {
        struct service *s = unit_name_ok(e->d_name) ? get(all, e->d_name) : NULL;

        if (s != NULL && s->state == DEAD && load(s, NULL) == 0)
            do_start(s, NULL);
    }
    if (wants != NULL)
        closedir(wants);
}

void services_shut(struct services *all) {
    all->shut = true;
    for (struct service *s = all->list; s != NULL; s = s->next)
        loop_timer_stop(all->loop, &s->restart);
}
