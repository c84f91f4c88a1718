/* Groups where there are no cgroups.
 *
 * The keeper is the subreaper of all, so a process whose parent ended becomes its child: an orphan. A group is then made
 * of the children that were run in it, the orphans whose session or mark is the group's, and what descends from either.
 * A group is empty if it has neither children nor orphans. As the keeper reaps orphans itself, a pid that it knows
 * cannot be used again before it is forgotten here. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"

enum { MAX_ANCESTORS = 64, RESTS = 4 };

void session_started(struct keeper *keeper, struct group *group, pid_t sid) {
    struct node *node = table_number(&keeper->sessions, (uint64_t)sid);
    struct session *session = node ? OF(struct session, by_sid, node) : NULL;
    if (session) {
        /* The pid was used again. */
        struct session **at = &session->group->sessions;
        while (*at != session) at = &(*at)->next;
        *at = session->next;
    } else {
        session = allocate(sizeof *session);
        table_add_number(&keeper->sessions, &session->by_sid, (uint64_t)sid);
    }
    session->group = group;
    session->next = group->sessions;
    group->sessions = session;
}

void session_forget(struct keeper *keeper, struct group *group) {
    for (struct session *session = group->sessions, *next; session; session = next) {
        next = session->next;
        table_remove(&keeper->sessions, &session->by_sid);
        free(session);
    }
    group->sessions = NULL;
}

static char *read_whole(const char *path, size_t *length) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NULL;
    struct buffer buffer = {0};
    ssize_t got;
    while ((got = read(fd, buffer_room(&buffer, 65536), 65535)) > 0) buffer.tail += (size_t)got;
    close(fd);
    buffer.bytes[buffer.tail] = 0;
    *length = buffer.tail;
    return (char *)buffer.bytes;
}

const char *process_stat(pid_t pid, char text[1024]) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, 1023);
    if (fd >= 0) close(fd);
    if (got <= 0) return NULL;
    text[got] = 0;
    /* The name may hold anything, so the fields are counted from its last parenthesis. */
    const char *after = strrchr(text, ')');
    return after ? after + 1 : NULL;
}

static bool read_stat(pid_t pid, pid_t *parent, pid_t *session) {
    char text[1024];
    const char *fields = process_stat(pid, text);
    return fields && sscanf(fields, " %*c %d %*d %d", parent, session) == 2;
}

static struct group *by_session(struct keeper *keeper, pid_t sid) {
    struct node *node = table_number(&keeper->sessions, (uint64_t)sid);
    return node ? OF(struct session, by_sid, node)->group : NULL;
}

/* In the middle of an exec a process has no environment yet, or the one that was opened is gone by the time it is read. One that really has none
 * has the same places for the begin and the end of it: the 48th and 49th field from its state on. */
static bool is_between_programs(pid_t pid) {
    char text[1024];
    unsigned long long begin, end;
    const char *fields = process_stat(pid, text);
    for (int i = 1; fields && i < 48; i++) fields = strchr(fields + 1, ' ');
    return fields && sscanf(fields, "%llu %llu", &begin, &end) == 2 && (!end || begin != end);
}

static bool has_ended(pid_t pid) {
    char text[1024], state;
    const char *fields = process_stat(pid, text);
    return !fields || sscanf(fields, " %c", &state) != 1 || strchr("ZX", state);
}

/* Tells whether there is nothing to see. */
static struct group *by_mark(struct keeper *keeper, pid_t pid, bool *blank) {
    char path[64];
    size_t length = 0;
    snprintf(path, sizeof path, "/proc/%d/environ", pid);
    char *text = read_whole(path, &length);
    struct group *group = NULL;
    for (size_t at = 0; text && !group && at < length; at += strlen(text + at) + 1) {
        if (!text[at]) continue;
        struct node *node = table_text(&keeper->groups_by_mark, text + at);
        if (node) group = OF(struct group, by_mark, node);
    }
    *blank = !length;
    free(text);
    return group;
}

struct group *session_group_of(struct keeper *keeper, pid_t pid) {
    pid_t self = getpid(), at = pid, parent, session;
    for (int i = 0; i < MAX_ANCESTORS && at > 1 && at != self && read_stat(at, &parent, &session); i++, at = parent) {
        struct child *child = child_by_pid(keeper, at);
        struct group *group = child && child->group ? child->group : by_session(keeper, session);
        if (group) return group->removed ? NULL : group;
    }
    bool blank;
    return by_mark(keeper, pid, &blank);
}

/* For kernels without /proc/PID/task/TID/children: all processes with this parent. */
static void children_by_scan(struct keeper *keeper, pid_t parent_wanted, pid_function *found, void *context) {
    DIR *directory = directory_open("/proc");
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        pid_t pid = atoi(entry->d_name), parent, session;
        if (pid > 0 && read_stat(pid, &parent, &session) && parent == parent_wanted) found(keeper, context, pid);
    }
    if (directory) closedir(directory);
}

static bool children_of_thread(struct keeper *keeper, const char *path, pid_function *found, void *context) {
    size_t length = 0;
    char *text = read_whole(path, &length);
    if (!text) return false;
    for (char *at = text; *at;) {
        char *end;
        pid_t pid = (pid_t)strtol(at, &end, 10);
        if (end == at) break;
        at = end + strspn(end, " \n");
        found(keeper, context, pid);
    }
    free(text);
    return true;
}

static void children_of(struct keeper *keeper, pid_t pid, pid_function *found, void *context) {
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    if (access(path, R_OK) < 0) {
        if (pid == getpid() || access("/proc/thread-self/children", R_OK) < 0) children_by_scan(keeper, pid, found, context);
        return;
    }
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *directory = directory_open(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        if (*entry->d_name == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", pid, entry->d_name);
        children_of_thread(keeper, path, found, context);
    }
    if (directory) closedir(directory);
}

/* An orphan of which nobody knows the group, as one that a manager within a service left, ends with us at the latest. */
void session_kill(const struct child *child) {
    if (!child->id && !child->foreign) kill(child->pid, SIGKILL);
}

/* What we start has a session of its own, so what is in ours is of the process that became the keeper. */
static void set_foreign(struct keeper *keeper, struct child *child, pid_t sid) {
    child->foreign = !child->group && !child->unsure && sid == getsid(0);
    keeper->foreign_count += child->foreign;
}

static void found_child(struct keeper *keeper, void *context, pid_t pid) {
    (void)context;
    pid_t parent, sid = 0;
    if (pid == keeper->manager.pid || pid == keeper->journal.pid || child_by_pid(keeper, pid)) return;
    bool blank = false;
    struct group *group = read_stat(pid, &parent, &sid) ? by_session(keeper, sid) : NULL;
    if (!group) group = by_mark(keeper, pid, &blank);
    struct child *child = child_orphan(keeper, pid, group);
    child->unsure = blank && !has_ended(pid) ? monotonic_usec() : 0;
    keeper->unsure_count += child->unsure != 0;
    set_foreign(keeper, child, sid);
    if (keeper->end_phase) session_kill(child);
}

/* An exec may hang, as on a file system that has gone away: that must not keep every group from being empty. */
#ifndef UNSURE_USEC
#define UNSURE_USEC 5000000
#endif
enum { LOOK_AGAIN_USEC = 1000 };

static void look_again(struct keeper *keeper, struct child *child) {
    pid_t parent, sid = 0;
    bool blank;
    struct group *group = by_mark(keeper, child->pid, &blank);
    bool patient = monotonic_usec() - child->unsure < UNSURE_USEC;
    if (patient && blank && !has_ended(child->pid) && is_between_programs(child->pid)) return;
    if (group) child_join(child, group);
    if (group && group->missed && child->unsure <= group->missed_at) {
        kill(child->pid, group->missed);
        if (group->missed != SIGKILL) kill(child->pid, SIGCONT);
    }
    child->unsure = 0;
    keeper->unsure_count--;
    if (read_stat(child->pid, &parent, &sid)) set_foreign(keeper, child, sid);
}

/* Whether there are orphans that could be of any group, which are looked at again soon. */
bool session_unsure(struct keeper *keeper) {
    if (!keeper->unsure_count) return false;
    keeper->check_needed = true;
    wake_at(keeper, monotonic_usec() + LOOK_AGAIN_USEC);
    return true;
}

static void found_foreign(struct keeper *keeper, void *context, pid_t pid) {
    (void)context;
    child_orphan(keeper, pid, NULL)->foreign = true;
    keeper->foreign_count++;
}

/* Children that were there before us are not ours to end. */
void session_start(struct keeper *keeper) { children_of(keeper, getpid(), found_foreign, NULL); }

/* Looks for new orphans, once in a turn of the loop. */
void session_refresh(struct keeper *keeper) {
    if (keeper->orphans_seen == keeper->turn) return;
    uint64_t start = monotonic_usec();
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", getpid(), getpid());
    /* Without the second thread (main.c) this is all children. */
    if (!children_of_thread(keeper, path, found_child, NULL)) children_by_scan(keeper, getpid(), found_child, NULL);
    if (keeper->unsure_count) FOR_TABLE(&keeper->children_by_pid, node) {
        struct child *child = OF(struct child, by_pid, node);
        if (child->unsure) look_again(keeper, child);
    }
    keeper->orphans_seen = keeper->turn;
    keeper->orphans_next = monotonic_usec() + RESTS * (monotonic_usec() - start);
}

struct descent {
    struct buffer pids;
    int depth;
};

static void found_descendant(struct keeper *keeper, void *context, pid_t pid) {
    struct descent *descent = context;
    put_u32(&descent->pids, (uint32_t)pid);
    if (descent->depth >= MAX_ANCESTORS) return;
    descent->depth++;
    children_of(keeper, pid, found_descendant, descent);
    descent->depth--;
}

/* All are found before anything is done to the first: of a scope, the children of a process that a signal ends go to another parent than us. */
void session_members(struct keeper *keeper, struct group *group, pid_function *member, void *context) {
    struct descent descent = {0};
    session_refresh(keeper);
    for (struct child *child = group->children; child; child = child->next) found_descendant(keeper, &descent, child->pid);
    for (size_t at = 0; at < descent.pids.tail; at += sizeof(uint32_t)) {
        uint32_t pid;
        memcpy(&pid, descent.pids.bytes + at, sizeof pid);
        member(keeper, context, (pid_t)pid);
    }
    free(descent.pids.bytes);
}

void sessions_save(struct keeper *keeper, struct saving *saving) {
    put_u32(&saving->out, (uint32_t)keeper->sessions.count);
    FOR_TABLE(&keeper->sessions, node) {
        const struct session *session = OF(struct session, by_sid, node);
        put_u32(&saving->out, (uint32_t)session->by_sid.number);
        put_u32(&saving->out, session->group->saved);
    }
}

void sessions_restore(struct keeper *keeper, struct cursor *cursor, struct group **groups, uint32_t group_count) {
    for (uint32_t count = restore_count(cursor, keeper->tracking == TRACK_SESSION ? UINT32_MAX : 0); count && !cursor->bad; count--) {
        pid_t sid = (pid_t)get_u32(cursor);
        uint32_t group = get_u32(cursor);
        if (!group || group > group_count) cursor->bad = "a session has no group";
        if (!cursor->bad && groups[group - 1]->removed) cursor->bad = "a session has a group that is gone";
        if (!cursor->bad) session_started(keeper, groups[group - 1], sid);
    }
}
