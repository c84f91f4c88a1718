#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "keeper.h"

enum { FIRST_WAIT_USEC = 5000, LAST_WAIT_USEC = 1000000, CHECK_AT_ONCE = 16, CHECK_USEC = 20000, RETRY_USEC = 100000, MAX_ROUNDS = 100, LAST_TRIES = 200 };

struct group *group_find(struct keeper *keeper, const char *key) {
    struct node *node = table_text(&keeper->groups_by_key, key);
    return node ? OF(struct group, by_key, node) : NULL;
}

void group_hold(struct group *group) { group->references++; }

void group_release(struct group *group) {
    if (--group->references) return;
    free(group->key);
    free(group->path);
    free(group->mark);
    free(group);
}

/* A path below the root: not empty, without . and .. and empty components. */
bool is_path_below(const char *path) {
    if (!*path || strlen(path) > 2000) return false;
    for (;;) {
        size_t length = strcspn(path, "/");
        if (!length || (length <= 2 && !strncmp(path, "..", length))) return false;
        path += length;
        if (!*path++) return true;
    }
}

static void add_removal(struct keeper *keeper, const char *path) {
    keeper->removals = grow(keeper->removals, (size_t)(keeper->removal_count + 1) * sizeof *keeper->removals);
    keeper->removals[keeper->removal_count++] = copy_text(path, strlen(path));
}

static void drop_removal(struct keeper *keeper, const char *path) {
    for (int i = 0; i < keeper->removal_count; i++) {
        if (strcmp(keeper->removals[i], path)) continue;
        free(keeper->removals[i]);
        keeper->removals[i] = keeper->removals[--keeper->removal_count];
        return;
    }
}

void group_make(struct keeper *keeper, const char *key, const char *path, const char *mark) {
    struct group *group = group_find(keeper, key);
    if (group && !strcmp(group->path, path) && !strcmp(group->mark, mark)) return;
    if (!*key || (keeper->tracking != TRACK_SESSION && !is_path_below(path))) return say("no group %.200s can be made at \"%.200s\"", key, path);
    if (!group && keeper->groups_by_key.count >= MAX_GROUPS) return say("no group %.200s can be made: there are %d", key, MAX_GROUPS);
    if (!group) {
        group = allocate(sizeof *group);
        group->key = copy_text(key, strlen(key));
        group->references = 1;
        group->file = group->memory = -1;
        table_add_text(&keeper->groups_by_key, &group->by_key, group->key);
    } else {
        table_remove(&keeper->groups_by_path, &group->by_path);
        table_remove(&keeper->groups_by_mark, &group->by_mark);
    }
    free(group->path);
    free(group->mark);
    group->path = copy_text(path, strlen(path));
    group->mark = copy_text(mark, strlen(mark));
    table_add_text(&keeper->groups_by_path, &group->by_path, group->path);
    table_add_text(&keeper->groups_by_mark, &group->by_mark, group->mark);
    drop_removal(keeper, path);
}

static void stop_watching(struct keeper *keeper, struct group *group) {
    if (group->file >= 0) {
        table_remove(&keeper->groups_by_file, &group->by_file);
        inotify_rm_watch(keeper->inotify_fd, group->file);
        group->file = -1;
    }
    if (!group->watched) return;
    group->watched = false;
    *group->watched_link = group->next_watched;
    if (group->next_watched) group->next_watched->watched_link = group->watched_link;
    keeper->watched_count--;
}

static void stop_watching_memory(struct keeper *keeper, struct group *group) {
    if (group->memory < 0) return;
    if (!controller_of(keeper, "memory.oom_control")) {
        table_remove(&keeper->groups_by_memory, &group->by_memory);
        inotify_rm_watch(keeper->inotify_fd, group->memory);
    }
    group->memory = -1;
}

/* Memory is short in some group: the kernel tells it before it kills, and counts after that. */
static void memory_short(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    uint64_t count;
    if (read(keeper->memory_fd, &count, sizeof count) < 0) return;
    keeper->memory_wait = FIRST_WAIT_USEC;
    keeper->memory_check_at = monotonic_usec();
    wake_at(keeper, 0);
}

void groups_check_memory(struct keeper *keeper) {
    if (!keeper->memory_check_at) return;
    uint64_t now = monotonic_usec();
    if (now < keeper->memory_check_at) return wake_at(keeper, keeper->memory_check_at);
    FOR_TABLE(&keeper->groups_by_key, node) group_check_memory(keeper, OF(struct group, by_key, node));
    /* Later and later, since this looks at all groups. */
    keeper->memory_check_at = keeper->memory_wait > LAST_WAIT_USEC ? 0 : now + keeper->memory_wait;
    keeper->memory_wait *= 2;
    if (keeper->memory_check_at) wake_at(keeper, keeper->memory_check_at);
}

/* All groups have one eventfd, so that a service costs no descriptor. The kernel forgets it with the cgroup. */
static void watch_memory_by_event(struct keeper *keeper, struct group *group, const struct controller *memory) {
    if (keeper->memory_fd < 0) {
        keeper->memory_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (keeper->memory_fd >= 0) watch(keeper, keeper->memory_fd, EPOLLIN, memory_short, NULL);
    }
    group->memory = keeper->memory_fd < 0 || controller_watch_memory(memory, group->path, keeper->memory_fd, &group->memory_inode) < 0 ? -1 : 0;
}

/* A group whose cgroup was made anew counts from 0. */
void group_watch_memory(struct keeper *keeper, const char *key) {
    struct group *group = group_find(keeper, key);
    const struct controller *memory = controller_of(keeper, "memory.oom_control");
    if (!group || (keeper->tracking != TRACK_CGROUP2 && !memory)) return;
    stop_watching_memory(keeper, group);
    if (memory) {
        watch_memory_by_event(keeper, group, memory);
        group->oom_kills = cgroup_oom_kills(keeper, group->path);
        return;
    }
    int made = cgroup_open(keeper, group->path);
    if (made >= 0) close(made);
    group->oom_kills = cgroup_oom_kills(keeper, group->path);
    group->memory = cgroup_watch_memory(keeper, group->path);
    if (group->memory >= 0) table_add_number(&keeper->groups_by_memory, &group->by_memory, (uint64_t)group->memory);
}

void group_check_memory(struct keeper *keeper, struct group *group) {
    if (group->memory < 0) return;
    uint64_t kills = cgroup_oom_kills(keeper, group->path);
    if (kills <= group->oom_kills) return;
    struct buffer *out = event_begin(keeper, EVENT_OOM_KILL);
    put_string(out, group->key);
    put_u64(out, kills - group->oom_kills);
    event_end(keeper);
    group->oom_kills = kills;
}

void group_remove(struct keeper *keeper, const char *key) {
    struct group *group = group_find(keeper, key);
    if (!group) return;
    stop_watching(keeper, group);
    stop_watching_memory(keeper, group);
    table_remove(&keeper->groups_by_key, &group->by_key);
    table_remove(&keeper->groups_by_path, &group->by_path);
    table_remove(&keeper->groups_by_mark, &group->by_mark);
    group->removed = true;
    if (keeper->tracking == TRACK_SESSION)
        session_forget(keeper, group);
    else if (cgroup_remove(keeper, group->path, true) == -EBUSY)
        add_removal(keeper, group->path);
    group_release(group);
}

void groups_retry_removal(struct keeper *keeper) {
    for (int i = keeper->removal_count - 1; i >= 0; i--) {
        if (cgroup_remove(keeper, keeper->removals[i], true) == -EBUSY) continue;
        free(keeper->removals[i]);
        keeper->removals[i] = keeper->removals[--keeper->removal_count];
    }
    if (keeper->removal_count) wake_at(keeper, monotonic_usec() + RETRY_USEC);
}

bool group_empty(struct keeper *keeper, struct group *group) {
    if (keeper->tracking == TRACK_SESSION) session_refresh(keeper);
    if (group->children || session_unsure(keeper)) return false;
    return keeper->tracking == TRACK_SESSION || cgroup_empty(keeper, group->path);
}

uint64_t group_usage(struct keeper *keeper, const struct group *group) {
    return keeper->tracking == TRACK_SESSION ? 0 : cgroup_usage(keeper, group->path);
}

static void tell_empty(struct keeper *keeper, const char *key, uint64_t usage) {
    struct buffer *out = event_begin(keeper, EVENT_GROUP_EMPTY);
    put_string(out, key);
    put_u64(out, usage);
    event_end(keeper);
}

/* Nothing tells of the end of a process that is nobody's child here, where there is no cgroup.events. */
static void follow(struct keeper *keeper, void *group, pid_t pid) {
    int pidfd = child_by_pid(keeper, pid) ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd >= 0) child_enter(keeper, pid, group, pidfd);
}

/* What processes left behind that entered the group is followed until its end, too. */
static void follow_members(struct keeper *keeper, struct group *group) {
    if (keeper->tracking == TRACK_CGROUP1 && group->entered && !group->children) cgroup_members(keeper, group->path, follow, group);
}

void groups_tell_if_empty(struct keeper *keeper, struct group *group) {
    if (!group->watched) return;
    if (!group_empty(keeper, group)) return follow_members(keeper, group);
    stop_watching(keeper, group);
    if (!group->removed) tell_empty(keeper, group->key, group_usage(keeper, group));
}

void group_watch(struct keeper *keeper, const char *key) {
    struct group *group = group_find(keeper, key);
    if (!group) return tell_empty(keeper, key, 0);
    if (group->watched) return;
    group->watched = true;
    group->next_watched = keeper->watched_groups;
    group->watched_link = &keeper->watched_groups;
    if (group->next_watched) group->next_watched->watched_link = &group->next_watched;
    keeper->watched_groups = group;
    keeper->watched_count++;
    if (keeper->tracking == TRACK_CGROUP2) {
        group->file = cgroup_watch(keeper, group->path);
        if (group->file >= 0) table_add_number(&keeper->groups_by_file, &group->by_file, (uint64_t)group->file);
    }
    groups_tell_if_empty(keeper, group);
}

/* A process ended whose group is not known, so it may have been the last of any; many watched groups are not looked at for each. */
void groups_check(struct keeper *keeper) {
    uint64_t now = monotonic_usec();
    if (keeper->watched_count > CHECK_AT_ONCE && now < keeper->checked_at + CHECK_USEC) return wake_at(keeper, keeper->checked_at + CHECK_USEC);
    keeper->checked_at = now;
    keeper->check_needed = false;
    if (keeper->tracking == TRACK_CGROUP2) return;
    for (struct group *group = keeper->watched_groups, *next; group; group = next) {
        next = group->next_watched;
        groups_tell_if_empty(keeper, group);
    }
}

static void inotify_ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t got = read(keeper->inotify_fd, bytes, sizeof bytes);
    for (ssize_t at = 0; at < got;) {
        const struct inotify_event *event = (struct inotify_event *)(bytes + at);
        at += (ssize_t)sizeof *event + event->len;
        struct node *node = table_number(&keeper->groups_by_file, (uint64_t)(uint32_t)event->wd);
        if (node) groups_tell_if_empty(keeper, OF(struct group, by_file, node));
        node = table_number(&keeper->groups_by_memory, (uint64_t)(uint32_t)event->wd);
        if (node) group_check_memory(keeper, OF(struct group, by_memory, node));
    }
}

void groups_start(struct keeper *keeper, bool resumes) {
    keeper->inotify_fd = keeper->memory_fd = -1;
    if (keeper->tracking == TRACK_SESSION && !resumes) session_start(keeper);
    if (keeper->tracking == TRACK_SESSION) return;
    const char *bad = cgroup_find_hierarchy(keeper, keeper->cgroup_root);
    if (bad) {
        say("cgroup %s: %s", keeper->cgroup_root, bad);
        exit(1);
    }
    keeper->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (keeper->inotify_fd >= 0) watch(keeper, keeper->inotify_fd, EPOLLIN, inotify_ready, NULL);
}

struct group *group_of(struct keeper *keeper, pid_t pid) {
    struct child *child = child_by_pid(keeper, pid);
    if (child && child->group) return child->group->removed ? NULL : child->group;
    char path[4096];
    if (keeper->tracking == TRACK_SESSION) return session_group_of(keeper, pid);
    if (!cgroup_of(keeper, pid, path, sizeof path)) return NULL;
    /* The process may be in a cgroup that the service made below its own. */
    for (char *slash;; *slash = 0) {
        struct node *node = table_text(&keeper->groups_by_path, path);
        if (node) return OF(struct group, by_path, node);
        slash = strrchr(path, '/');
        if (!slash) return NULL;
    }
}

/* A name of a file, and not a way out of the directory. */
static bool is_file_name(const char *name) { return *name && *name != '.' && strlen(name) < 256 && !strchr(name, '/'); }

static void tell_attribute_failed(struct keeper *keeper, const char *path, const char *file, const char *value, int error) {
    struct buffer *out = event_begin(keeper, EVENT_ATTRIBUTE_FAILED);
    put_string(out, path);
    put_string(out, file);
    put_string(out, value);
    put_u32(out, (uint32_t)error);
    event_end(keeper);
}

void attribute_write(struct keeper *keeper, const char *path, const char *file, const char *value) {
    int result = -EINVAL;
    if (keeper->tracking == TRACK_SESSION || (keeper->tracking == TRACK_CGROUP1 && !controller_of(keeper, file)))
        result = -EOPNOTSUPP;
    else if ((!*path || is_path_below(path)) && is_file_name(file))
        result = cgroup_write(keeper, path, file, value);
    if (result) tell_attribute_failed(keeper, path, file, value, -result);
}

void group_control(struct keeper *keeper, const char *path, const char *controller) {
    int result = keeper->tracking == TRACK_SESSION || (*path && !is_path_below(path)) ? -EINVAL : controller_make(keeper, path, controller);
    if (result) tell_attribute_failed(keeper, path, controller, "", -result);
}

void group_filter(struct keeper *keeper, const char *path, const struct cgroup_program *program) {
    bool good = keeper->tracking == TRACK_CGROUP2 && (!*path || is_path_below(path));
    int fd = good ? cgroup_open(keeper, path) : -EINVAL;
    int result = fd < 0 ? fd : program->length ? cgroup_filter(fd, program) : cgroup_unfilter(fd, program->attach, program->name);
    if (fd >= 0) close(fd);
    if (result) tell_attribute_failed(keeper, path, program->name, "", -result);
}

struct round {
    const uint8_t *except;
    uint32_t except_count;
    int signal;
    bool found;
    struct table seen;
};

static bool is_excepted(const struct keeper *keeper, const struct round *round, pid_t pid) {
    if (pid <= 1 || pid == getpid() || pid == keeper->manager.pid || pid == keeper->journal.pid) return true;
    for (uint32_t i = 0; i < round->except_count; i++)
        if ((pid_t)load_u32(round->except + 4 * i) == pid) return true;
    return false;
}

/* Who is stopped takes a signal only when it goes on; but that would undo a signal that stops. */
static bool lets_go_on(int signal) {
    switch (signal) {
    case 0:
    case SIGKILL:
    case SIGCONT:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: return false;
    default: return true;
    }
}

static void signal_member(struct keeper *keeper, void *context, pid_t pid) {
    struct round *round = context;
    if (is_excepted(keeper, round, pid) || table_number(&round->seen, (uint64_t)pid)) return;
    table_add_number(&round->seen, allocate(sizeof(struct node)), (uint64_t)pid);
    round->found = true;
    kill(pid, round->signal);
    if (lets_go_on(round->signal)) kill(pid, SIGCONT);
}

static void signal_members(struct keeper *keeper, struct group *group, int signal, const uint8_t *except, uint32_t count) {
    struct round round = {except, count, signal, true, {0}};
    /* Until no process is new: one may fork while its group is walked. */
    for (int i = 0; round.found && i < MAX_ROUNDS; i++) {
        round.found = false;
        if (keeper->tracking == TRACK_SESSION)
            session_members(keeper, group, signal_member, &round);
        else
            cgroup_members(keeper, group->path, signal_member, &round);
        /* A child that has not entered its cgroup yet. */
        for (struct child *child = group->children; child; child = child->next) signal_member(keeper, &round, child->pid);
    }
    FOR_TABLE(&round.seen, node) free(node);
    free(round.seen.buckets);
    if (keeper->unsure_count) group->missed = signal, group->missed_at = monotonic_usec();
}

void group_signal(struct keeper *keeper, const char *key, int signal, const uint8_t *except, uint32_t count) {
    struct group *group = group_find(keeper, key);
    if (group) signal_members(keeper, group, signal, except, count);
}

/* The pidfd holds the process fast between the question for its group and the signal. */
void group_signal_pid(struct keeper *keeper, const char *key, pid_t pid, int signal) {
    struct group *group = group_find(keeper, key);
    int pidfd = group && pid > 1 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (pidfd < 0) return;
    if (group_of(keeper, pid) == group) syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
    close(pidfd);
}

static int owner(pid_t pid, uint32_t *uid) {
    char path[32];
    struct stat info;
    snprintf(path, sizeof path, "/proc/%d", pid);
    if (stat(path, &info) < 0) return -ESRCH;
    *uid = info.st_uid;
    return 0;
}

static int enter(struct keeper *keeper, struct group *group, pid_t pid, int pidfd) {
    if (keeper->tracking == TRACK_SESSION) return child_enter(keeper, pid, group, fcntl(pidfd, F_DUPFD_CLOEXEC, 3));
    int fd = cgroup_open(keeper, group->path);
    int result = fd < 0 ? fd : cgroup_enter(fd, pid);
    if (fd >= 0) close(fd);
    if (!result) result = controllers_move(keeper, group->path, pid);
    if (!result && keeper->tracking == TRACK_CGROUP1) follow(keeper, group, pid);
    return result;
}

/* A pid may become another's between two looks at it. The pidfd is opened first and asked last: if the process lives then, it
 * was the one that the pid named all the time. */
static int try_to_enter(struct keeper *keeper, struct group *group, pid_t pid, uint32_t uid) {
    if (!group) return -ENOENT;
    if (pid <= 1 || pid == getpid() || pid == keeper->manager.pid || pid == keeper->journal.pid) return -EPERM;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) return -errno;
    uint32_t found = uid;
    int result = uid == ANY_USER ? 0 : owner(pid, &found);
    if (!result && found != uid) result = -EPERM;
    if (!result) result = enter(keeper, group, pid, pidfd);
    if (!result) group->entered = true;
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    if (!result && poll(&ended, 1, 0) > 0) result = -ESRCH;
    close(pidfd);
    return result;
}

void group_enter(struct keeper *keeper, const char *key, pid_t pid, uint32_t uid) {
    int result = try_to_enter(keeper, group_find(keeper, key), pid, uid);
    struct buffer *out = event_begin(keeper, EVENT_ENTERED);
    put_string(out, key);
    put_u32(out, (uint32_t)pid);
    put_u32(out, (uint32_t)-result);
    event_end(keeper);
}

/* Only here by cgroup.kill: Linux (seen in 6.18) kills whatever is cloned into that cgroup afterwards, too, as an ExecStopPost= would be. */
void groups_kill_all(struct keeper *keeper) {
    FOR_TABLE(&keeper->groups_by_key, node) {
        struct group *group = OF(struct group, by_key, node);
        if (keeper->tracking == TRACK_CGROUP2 && cgroup_kill(keeper, group->path)) continue;
        signal_members(keeper, group, SIGKILL, NULL, 0);
    }
}

void groups_remove_all(struct keeper *keeper) {
    if (keeper->tracking == TRACK_SESSION) return;
    cgroup_leave(keeper);
    /* What was killed may be in its cgroup a moment longer than it can be seen. */
    for (int tries = 0; cgroup_remove(keeper, "", false) == -EBUSY && tries < LAST_TRIES; tries++) nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

static void save_group(struct saving *saving, struct group *group, uint32_t *count) {
    group->saved = ++*count;
    put_string(&saving->out, group->key);
    put_string(&saving->out, group->path);
    put_string(&saving->out, group->mark);
    put_u8(&saving->out, group->entered);
    put_u8(&saving->out, group->removed);
    put_u8(&saving->out, group->memory >= 0);
    put_u64(&saving->out, group->oom_kills);
    put_u32(&saving->out, (uint32_t)group->missed);
    put_u64(&saving->out, group->missed_at);
}

void groups_save(struct keeper *keeper, struct saving *saving) {
    uint32_t count = 0;
    size_t at = buffer_length(&saving->out);
    put_u32(&saving->out, 0);
    FOR_TABLE(&keeper->groups_by_key, node) save_group(saving, OF(struct group, by_key, node), &count);
    /* What was removed lives on as long as there are children of it. */
    FOR_TABLE(&keeper->children_by_pid, node) {
        struct group *group = OF(struct child, by_pid, node)->group;
        if (group && group->removed) group->saved = 0;
    }
    FOR_TABLE(&keeper->children_by_pid, node) {
        struct group *group = OF(struct child, by_pid, node)->group;
        if (group && group->removed && !group->saved) save_group(saving, group, &count);
    }
    store_u32(saving->out.bytes + saving->out.head + at, count);
    put_u32(&saving->out, (uint32_t)keeper->removal_count);
    for (int i = 0; i < keeper->removal_count; i++) put_string(&saving->out, keeper->removals[i]);
    put_u32(&saving->out, keeper->watched_count);
    for (const struct group *group = keeper->watched_groups; group; group = group->next_watched) put_u32(&saving->out, group->saved);
}

/* Of a group's memory, until it is watched again. */
enum { WAS_WATCHED = -2 };

static struct group *restore_group(struct keeper *keeper, struct cursor *cursor) {
    const char *key = get_name(cursor), *path = get_name(cursor), *mark = get_name(cursor);
    bool entered = get_u8(cursor), removed = get_u8(cursor), memory = get_u8(cursor);
    uint64_t oom_kills = get_u64(cursor);
    uint32_t missed = get_u32(cursor);
    uint64_t missed_at = get_u64(cursor);
    if (!cursor->bad && keeper->tracking != TRACK_SESSION && !is_path_below(path)) cursor->bad = "the path of a group is none";
    if (!cursor->bad && missed >= NSIG) cursor->bad = "the signal that some of a group missed is none";
    if (cursor->bad) return NULL;
    struct group *group = removed ? NULL : group_find(keeper, key);
    if (group) {
        cursor->bad = "a group is there twice";
        return NULL;
    }
    group = allocate(sizeof *group);
    *group = (struct group){.key = copy_text(key, strlen(key)), .path = copy_text(path, strlen(path)), .mark = copy_text(mark, strlen(mark))};
    group->file = -1;
    group->memory = memory ? WAS_WATCHED : -1;
    group->oom_kills = oom_kills;
    group->missed = (int)missed;
    group->missed_at = missed_at;
    group->entered = entered;
    group->removed = removed;
    group_hold(group);
    if (removed) return group;
    table_add_text(&keeper->groups_by_key, &group->by_key, group->key);
    table_add_text(&keeper->groups_by_path, &group->by_path, group->path);
    table_add_text(&keeper->groups_by_mark, &group->by_mark, group->mark);
    return group;
}

struct group **groups_restore(struct keeper *keeper, struct cursor *cursor, uint32_t *count) {
    *count = restore_count(cursor, MAX_GROUPS + MAX_CHILDREN);
    struct group **groups = allocate((*count + 1) * sizeof *groups);
    for (uint32_t i = 0; i < *count && !cursor->bad; i++) groups[i] = restore_group(keeper, cursor);
    for (uint32_t left = restore_count(cursor, UINT32_MAX); left && !cursor->bad; left--) {
        const char *path = get_name(cursor);
        if (!cursor->bad) add_removal(keeper, path);
    }
    for (uint32_t left = restore_count(cursor, MAX_GROUPS); left && !cursor->bad; left--) {
        uint32_t index = get_u32(cursor);
        if (!index || index > *count) cursor->bad = "a group that is watched is not there";
        else if (!cursor->bad) groups[index - 1]->was_watched = true;
    }
    return groups;
}

void groups_release_removed(struct group **groups, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (groups[i] && groups[i]->removed) group_release(groups[i]);
}

void groups_restore_watches(struct keeper *keeper, struct group **groups, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct group *group = groups[i];
        if (group->memory == WAS_WATCHED && !group->removed) {
            uint64_t told = group->oom_kills;
            group_watch_memory(keeper, group->key);
            group->oom_kills = told;
            group_check_memory(keeper, group);
        }
        if (group->was_watched) group_watch(keeper, group->key);
    }
}
