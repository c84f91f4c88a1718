#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"

enum { EXIT_CGROUP = 219, REAPED_AT_ONCE = 256, SHORT_SWEEP_USEC = 100, SWEEP_RESTS = 4 };

void children_start(struct keeper *keeper) {
    /* Shared, so that a child can say in it which op failed; and a file, so that the program that takes our place has it too. */
    size_t size = MAX_CHILDREN * sizeof *keeper->reports;
    if (keeper->reports_fd < 0) keeper->reports_fd = memfd_create("tysd-reports", MFD_CLOEXEC);
    if (keeper->reports_fd >= 0 && ftruncate(keeper->reports_fd, (off_t)size) < 0) unwatch_close(keeper, &keeper->reports_fd);
    int flags = MAP_SHARED | (keeper->reports_fd < 0 ? MAP_ANONYMOUS : 0);
    keeper->reports = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, keeper->reports_fd, 0);
    if (keeper->reports == MAP_FAILED) {
        say("no memory for the children's reports");
        exit(1);
    }
    keeper->free_slots = grow(NULL, MAX_CHILDREN * sizeof *keeper->free_slots);
    for (uint32_t i = 0; i < MAX_CHILDREN; i++) keeper->free_slots[i] = MAX_CHILDREN - 1 - i;
    keeper->free_slot_count = MAX_CHILDREN;
}

struct child *child_by_pid(struct keeper *keeper, pid_t pid) {
    struct node *node = table_number(&keeper->children_by_pid, (uint64_t)pid);
    return node ? OF(struct child, by_pid, node) : NULL;
}

void child_join(struct child *child, struct group *group) {
    group_hold(group);
    child->group = group;
    child->next = group->children;
    child->link = &group->children;
    if (child->next) child->next->link = &child->next;
    group->children = child;
}

static struct child *child_add(struct keeper *keeper, uint64_t id, pid_t pid, struct group *group) {
    struct child *child = allocate(sizeof *child);
    *child = (struct child){.id = id, .pid = pid, .pidfd = -1, .exec_fd = -1, .keep_fd = -1, .exec_watch = -1};
    if (id) table_add_number(&keeper->children_by_id, &child->by_id, id);
    table_add_number(&keeper->children_by_pid, &child->by_pid, (uint64_t)pid);
    if (id) {
        child->slot = keeper->free_slots[--keeper->free_slot_count];
        if (id > keeper->last_child) keeper->last_child = id;
    }
    if (group) child_join(child, group);
    return child;
}

struct child *child_orphan(struct keeper *keeper, pid_t pid, struct group *group) { return child_add(keeper, 0, pid, group); }

void child_free(struct keeper *keeper, struct child *child) {
    if (child->id) {
        table_remove(&keeper->children_by_id, &child->by_id);
        keeper->free_slots[keeper->free_slot_count++] = child->slot;
    }
    table_remove(&keeper->children_by_pid, &child->by_pid);
    keeper->foreign_count -= child->foreign;
    keeper->unsure_count -= child->unsure != 0;
    unwatch_close(keeper, &child->pidfd);
    unwatch_close(keeper, &child->exec_fd);
    executed_end(keeper, child);
    unwatch_close(keeper, &child->keep_fd);
    if (child->link) {
        *child->link = child->next;
        if (child->next) child->next->link = child->link;
    }
    if (child->group) group_release(child->group);
    free(child);
}

static void tell_spawn_failed(struct keeper *keeper, uint64_t id, int error) {
    struct buffer *out = event_begin(keeper, EVENT_SPAWN_FAILED);
    put_u64(out, id);
    put_u32(out, (uint32_t)error);
    event_end(keeper);
}

/* Once: the child is past its ops, or has ended. */
static void tell_tolerated(struct keeper *keeper, const struct child *child) {
    struct report *report = &keeper->reports[child->slot];
    int count = report->told_count < MAX_TOLD ? report->told_count : MAX_TOLD;
    for (int i = 0; i < count; i++) {
        struct buffer *out = event_begin(keeper, EVENT_TOLERATED);
        put_u64(out, child->id);
        put_u32(out, report->told[i].op);
        put_u32(out, report->told[i].error);
        event_end(keeper);
    }
    report->told_count = 0;
}

void child_executed(struct keeper *keeper, struct child *child) {
    unwatch_close(keeper, &child->exec_fd);
    executed_end(keeper, child);
    const struct report *report = &keeper->reports[child->slot];
    tell_tolerated(keeper, child);
    if (!child->report_exec || !report->at_exec || report->failed) return;
    struct buffer *out = event_begin(keeper, EVENT_EXECUTED);
    put_u64(out, child->id);
    event_end(keeper);
}

static void exec_ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)events;
    child_executed(keeper, context);
}

static bool keep_one(struct keeper *keeper, struct child *child) {
    char name[MAX_NAME + 1];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {name, MAX_NAME};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(child->keep_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length <= 0) return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS) return true;
    int fd;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    name[length] = 0;
    descriptor_hold(keeper, name, fd);
    return true;
}

static void keep_all(struct keeper *keeper, struct child *child) {
    while (keep_one(keeper, child)) {}
}

static void keep_ready(struct keeper *keeper, void *context, uint32_t events) {
    struct child *child = context;
    keep_all(keeper, child);
    if (events & (EPOLLHUP | EPOLLERR)) unwatch_close(keeper, &child->keep_fd);
}

/* The descriptors of a plan that are made or looked up before fork. */
struct prepared {
    int cgroup_fd, keep[2], exec[2], controllers[MAX_CONTROLLERS], exec_watch;
};

static int prepare_outputs(struct keeper *keeper, struct plan *plan, int *reads) {
    for (uint32_t i = 0; i < plan->count; i++) {
        struct op *op = &plan->ops[i];
        if (op->code == OP_take) op->fd = descriptor_fd(keeper, op->fields[1].data);
        if ((op->code == OP_namespace || op->code == OP_owned_namespace) && (op->fd = namespace_storage(keeper, op->fields[0].data)) < 0) return op->fd;
        if (op->code == OP_session) op->fd = fcntl(keeper->reports_fd, F_DUPFD_CLOEXEC, 0);
        if (op->code != OP_output) continue;
        int fds[2];
        if (pipe2(fds, O_CLOEXEC) < 0) return -errno;
        op->fd = fds[1];
        reads[i] = fds[0];
        if (is_reserved(keeper, fds[0])) return -EMFILE;
    }
    return 0;
}

/* One that cannot be opened is the op's failure. */
static void prepare_filters(struct keeper *keeper, struct plan *plan, int own) {
    for (uint32_t i = 0; i < plan->count; i++) {
        struct op *op = &plan->ops[i];
        if (op->code != OP_cgroup_filter && op->code != OP_cgroup_pinned_filter) continue;
        const char *path = op->fields[0].data;
        op->fd = *path ? cgroup_open(keeper, path) : fcntl(own, F_DUPFD_CLOEXEC, 0);
        if (op->fd < 0) op->fd = -1;
    }
}

static bool is_made_for_plan(const struct op *op) {
    return op->code == OP_output || op->code == OP_cgroup_filter || op->code == OP_cgroup_pinned_filter || op->code == OP_session;
}

static int prepare(struct keeper *keeper, struct group *group, bool report_exec, struct plan *plan, struct prepared *made, int *reads) {
    int result = prepare_outputs(keeper, plan, reads);
    if (result) return result;
    if (plan->keeps && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, made->keep) < 0) return -errno;
    if (is_reserved(keeper, made->keep[0])) return -EMFILE;
    if ((report_exec || plan->tells) && plan->execs) result = executed_prepare(keeper, made->exec, &made->exec_watch);
    if (result) return result;
    if (!group || keeper->tracking == TRACK_SESSION) return 0;
    made->cgroup_fd = cgroup_open(keeper, group->path);
    controllers_open(keeper, group->path, made->controllers);
    if (made->cgroup_fd >= 0 && plan->filters_cgroups) prepare_filters(keeper, plan, made->cgroup_fd);
    return made->cgroup_fd < 0 ? made->cgroup_fd : 0;
}

static void close_if(int fd) {
    if (fd >= 0) close(fd);
}

/* Where the numbers are that the child is to have. */
static int list_descriptors(struct plan *plan, struct prepared *made, bool placed, int **places) {
    int *const own[] = {&made->exec[1], &made->keep[1], placed ? NULL : &made->cgroup_fd};
    int count = 0;
    for (int i = 0; i < 3; i++)
        if (own[i] && *own[i] >= 0) places[count++] = own[i];
    for (int i = 0; i < MAX_CONTROLLERS; i++)
        if (made->controllers[i] >= 0) places[count++] = &made->controllers[i];
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->ops[i].fd >= 0) places[count++] = &plan->ops[i].fd;
    return count;
}

_Noreturn static void become_child(struct keeper *keeper, struct plan *plan, struct prepared *made, struct report *report, bool placed) {
    struct run *run = &keeper->run;
    run->plan = plan;
    run->report = report;
    run->report_at = (size_t)(report - keeper->reports) * sizeof *report;
    run->descriptors = keeper->descriptor_limit;
    run->view = (struct view){.old = -1, .root = -1, .proc = -1};
    run->keep_fd = made->keep[1];
    run->exec_fd = made->exec[1];
    run->alone = report->arrived;
    int result = made->cgroup_fd >= 0 && !placed ? cgroup_enter(made->cgroup_fd, 0) : 0;
    if (!result) result = controllers_enter(made->controllers);
    if (result) {
        report->error = -result;
        _exit(EXIT_CGROUP);
    }
    run_plan(run);
}

static void started(struct keeper *keeper, struct child *child, bool report_exec, struct plan *plan, struct prepared *made, int *reads) {
    struct buffer *out = event_begin(keeper, EVENT_SPAWNED);
    put_u64(out, child->id);
    put_u32(out, (uint32_t)child->pid);
    event_end(keeper);
    child->report_exec = report_exec;
    child->exec_fd = made->exec[0];
    child->keep_fd = made->keep[0];
    executed_expect(keeper, child, made->exec_watch);
    made->exec[0] = made->keep[0] = made->exec_watch = -1;
    if (child->exec_fd >= 0) watch(keeper, child->exec_fd, EPOLLIN, exec_ready, child);
    if (child->keep_fd >= 0) watch(keeper, child->keep_fd, EPOLLIN, keep_ready, child);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct op *op = &plan->ops[i];
        if (op->code != OP_output) continue;
        stream_open(keeper, op->fields[1].number, op->fields[2].data, child->pid, reads[i]);
        reads[i] = -1;
    }
    if (keeper->tracking == TRACK_SESSION && child->group) session_started(keeper, child->group, child->pid);
}

void child_run(struct keeper *keeper, uint64_t id, const char *group_key, uint8_t flags, struct plan *plan) {
    bool report_exec = flags & REPORT_EXEC;
    struct group *group = *group_key ? group_find(keeper, group_key) : NULL;
    if (id > keeper->last_child) keeper->last_child = id;
    if (*group_key && !group) return tell_spawn_failed(keeper, id, ENOENT);
    if (flags & MAY_BE_HERE && opened_here(keeper, id, group, plan)) return;
    if (!keeper->free_slot_count) return tell_spawn_failed(keeper, id, EAGAIN);
    int reads[plan->count + 1];
    for (uint32_t i = 0; i <= plan->count; i++) reads[i] = -1;
    struct prepared made = {-1, {-1, -1}, {-1, -1}, {0}, -1};
    for (int i = 0; i < MAX_CONTROLLERS; i++) made.controllers[i] = -1;
    int result = prepare(keeper, group, report_exec, plan, &made, reads);
    if (!result) {
        struct report *report = &keeper->reports[keeper->free_slots[keeper->free_slot_count - 1]];
        *report = (struct report){0};
        memory_hide(keeper);
        bool placed = made.cgroup_fd >= 0 && keeper->tracking == TRACK_CGROUP2;
        int *places[plan->count + 3 + MAX_CONTROLLERS];
        int count = list_descriptors(plan, &made, placed, places);
        pid_t pid = launch_fork(keeper, placed ? made.cgroup_fd : -1, plan->own_pids, report, places, count);
        if (pid == 0) become_child(keeper, plan, &made, report, placed && !keeper->no_clone3);
        if (pid < 0)
            result = -errno;
        else
            started(keeper, child_add(keeper, id, pid, group), report_exec, plan, &made, reads);
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        close_if(reads[i]);
        if (is_made_for_plan(&plan->ops[i])) close_if(plan->ops[i].fd);
    }
    close_if(made.cgroup_fd);
    for (int i = 0; i < MAX_CONTROLLERS; i++) close_if(made.controllers[i]);
    for (int i = 0; i < 2; i++) close_if(made.keep[i]), close_if(made.exec[i]);
    executed_forget(keeper, made.exec_watch);
    if (result) tell_spawn_failed(keeper, id, -result);
}

static void tell_exited(struct keeper *keeper, struct child *child, int status, const struct rusage *usage) {
    const struct report *report = &keeper->reports[child->slot];
    bool signaled = WIFSIGNALED(status);
    tell_tolerated(keeper, child);
    /* Why it was killed is told before that it was. */
    if (signaled && child->group) group_check_memory(keeper, child->group);
    struct buffer *out = event_begin(keeper, EVENT_EXITED);
    put_u64(out, child->id);
    put_u8(out, signaled ? WCOREDUMP(status) ? 2 : 1 : 0);
    put_u32(out, (uint32_t)(signaled ? WTERMSIG(status) : WEXITSTATUS(status)));
    put_u32(out, (uint32_t)(report->failed - 1));
    put_u32(out, (uint32_t)report->error);
    bool empty = !child->group || group_empty(keeper, child->group);
    put_u8(out, empty);
    put_u64(out, (uint64_t)usage->ru_utime.tv_sec * 1000000 + (uint64_t)usage->ru_utime.tv_usec);
    put_u64(out, (uint64_t)usage->ru_stime.tv_sec * 1000000 + (uint64_t)usage->ru_stime.tv_usec);
    put_u64(out, (uint64_t)usage->ru_maxrss);
    put_u64(out, empty && child->group ? group_usage(keeper, child->group) : 0);
    event_end(keeper);
}

/* Takes the process out of its group before its group is looked at. */
static void finish(struct keeper *keeper, struct child *child, int status, const struct rusage *usage) {
    struct group *group = child->group;
    if (child->link) {
        *child->link = child->next;
        if (child->next) child->next->link = child->link;
        child->link = NULL;
    }
    if (child->keep_fd >= 0) keep_all(keeper, child);
    if (child->exec_fd >= 0 || child->exec_watch >= 0) child_executed(keeper, child);
    if (group) group_hold(group);
    if (child->id) tell_exited(keeper, child, status, usage);
    child_free(keeper, child);
    if (!group) return;
    groups_tell_if_empty(keeper, group);
    group_release(group);
}

struct reaped {
    struct child *child;
    int status;
    struct rusage usage;
};

/* What a process sent before its end is told before its end. Gives whether it was reaped. */
static bool reap(struct keeper *keeper, pid_t pid, struct reaped *reaped) {
    notify_drain(keeper);
    reaped->child = NULL;
    if (wait4(pid, &reaped->status, WNOHANG, &reaped->usage) != pid) return false;
    launch_ended(keeper, pid);
    if (servant_reaped(keeper, pid, reaped->status)) return true;
    reaped->child = child_by_pid(keeper, pid);
    if (!reaped->child) keeper->check_needed = true;
    return true;
}

/* The kernel looks at each child to find one that ended, so where they are many this is not done for each exit. */
static int sweep(struct keeper *keeper, struct reaped *reaped, int count) {
    uint64_t start = monotonic_usec();
    if (start < keeper->sweep_next) {
        wake_at(keeper, keeper->sweep_next);
        return count;
    }
    keeper->reap_needed = false;
    while (count < REAPED_AT_ONCE) {
        siginfo_t info = {0};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid) break;
        if (reap(keeper, info.si_pid, &reaped[count]) && reaped[count].child) count++;
    }
    if (count == REAPED_AT_ONCE) {
        keeper->reap_needed = true;
        wake_at(keeper, 0);
    }
    uint64_t now = monotonic_usec();
    keeper->sweep_next = now - start < SHORT_SWEEP_USEC ? 0 : now + SWEEP_RESTS * (now - start);
    return count;
}

void children_reap(struct keeper *keeper) {
    struct reaped reaped[REAPED_AT_ONCE];
    int count = 0;
    /* Looking for orphans takes time linear in the number of children, so where they are many it is done for many exits at once. */
    if (keeper->tracking == TRACK_SESSION && monotonic_usec() < keeper->orphans_next) return wake_at(keeper, keeper->orphans_next);
    /* Those that SIGCHLD named; it may have come once for several. */
    for (int i = 0; i < keeper->ended_count && count < REAPED_AT_ONCE; i++)
        if (reap(keeper, keeper->ended[i], &reaped[count]) && reaped[count].child) count++;
    bool any = keeper->ended_count > 0;
    keeper->ended_count = 0;
    int named = count;
    count = sweep(keeper, reaped, count);
    if (keeper->tracking == TRACK_SESSION && (any || count > named)) {
        keeper->orphans_seen = 0;
        session_refresh(keeper);
    }
    for (int i = 0; i < count; i++) finish(keeper, reaped[i].child, reaped[i].status, &reaped[i].usage);
}

/* A process that was adopted has ended. Its true status is known only if it has become a child of the keeper. */
static void adopted_ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)events;
    struct child *child = context;
    int status = 0;
    struct rusage usage = {0};
    notify_drain(keeper);
    if (wait4(child->pid, &status, WNOHANG, &usage) != child->pid) status = 0;
    finish(keeper, child, status, &usage);
}

void child_adopt(struct keeper *keeper, uint64_t id, const char *group_key, pid_t pid) {
    struct group *group = group_find(keeper, group_key);
    if (id > keeper->last_child) keeper->last_child = id;
    if (!keeper->free_slot_count) return tell_spawn_failed(keeper, id, EAGAIN);
    int pidfd = pid > 1 && pid != keeper->manager.pid && pid != keeper->journal.pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    struct child *known = child_by_pid(keeper, pid);
    if (known && known->id) {
        close_if(pidfd);
        return tell_spawn_failed(keeper, id, EEXIST);
    }
    if (known) child_free(keeper, known);
    keeper->reports[keeper->free_slots[keeper->free_slot_count - 1]] = (struct report){0};
    struct child *child = child_add(keeper, id, pid, group);
    child->pidfd = pidfd;
    if (pidfd < 0 || watch(keeper, pidfd, EPOLLIN, adopted_ready, child) < 0) finish(keeper, child, 0, &(struct rusage){0});
}

int child_enter(struct keeper *keeper, pid_t pid, struct group *group, int pidfd) {
    struct child *child = child_by_pid(keeper, pid);
    if (child && child->id) {
        close(pidfd);
        return -EBUSY;
    }
    if (child) child_free(keeper, child);
    child = child_add(keeper, 0, pid, group);
    child->pidfd = pidfd;
    return watch(keeper, pidfd, EPOLLIN, adopted_ready, child);
}

/* A child that is not reaped keeps its pid, so kill(2) cannot hit another; one that was adopted has a pidfd. */
void child_signal(struct keeper *keeper, uint64_t id, int signal) {
    struct node *node = table_number(&keeper->children_by_id, id);
    struct child *child = node ? OF(struct child, by_id, node) : NULL;
    if (!child) return;
    if (child->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, child->pidfd, signal, NULL, 0);
    else
        kill(child->pid, signal);
}

void children_save(struct keeper *keeper, struct saving *saving) {
    put_u32(&saving->out, (uint32_t)keeper->children_by_pid.count);
    FOR_TABLE(&keeper->children_by_pid, node) {
        const struct child *child = OF(struct child, by_pid, node);
        put_u64(&saving->out, child->id);
        put_u32(&saving->out, (uint32_t)child->pid);
        put_u32(&saving->out, child->id ? child->slot : 0);
        put_u32(&saving->out, child->group ? child->group->saved : 0);
        put_u8(&saving->out, child->foreign);
        put_u8(&saving->out, child->report_exec);
        put_u64(&saving->out, child->unsure);
        save_fd(saving, child->pidfd);
        save_fd(saving, child->exec_fd);
        save_fd(saving, child->keep_fd);
        put_u32(&saving->out, (uint32_t)child->exec_watch);
    }
}

static void restore_one(struct keeper *keeper, struct cursor *cursor, struct group **groups, uint32_t group_count, bool *used) {
    uint64_t id = get_u64(cursor);
    pid_t pid = (pid_t)get_u32(cursor);
    uint32_t slot = get_u32(cursor), group = get_u32(cursor);
    bool foreign = get_u8(cursor), report_exec = get_u8(cursor);
    uint64_t unsure = get_u64(cursor);
    int pidfd = restore_fd(keeper, cursor), exec_fd = restore_fd(keeper, cursor), keep_fd = restore_fd(keeper, cursor);
    int exec_watch = (int)get_u32(cursor);
    if (!cursor->bad && (exec_watch < -1 || (exec_watch >= 0 && table_number(&keeper->children_by_exec, (uint64_t)exec_watch)) || slot >= MAX_CHILDREN || (unsure && (id || group || keeper->tracking != TRACK_SESSION)) || (id && used[slot]) || group > group_count)) cursor->bad = "a child is broken";
    if (cursor->bad) return;
    struct child *child = child_add(keeper, id, pid, group ? groups[group - 1] : NULL);
    child->slot = slot;
    child->foreign = foreign;
    child->report_exec = report_exec;
    keeper->foreign_count += foreign;
    child->unsure = unsure;
    keeper->unsure_count += unsure != 0;
    child->pidfd = pidfd;
    child->exec_fd = exec_fd;
    child->keep_fd = keep_fd;
    executed_expect(keeper, child, exec_watch);
    if (id) used[slot] = true;
    if (pidfd >= 0) watch(keeper, pidfd, EPOLLIN, adopted_ready, child);
    if (exec_fd >= 0) watch(keeper, exec_fd, EPOLLIN, exec_ready, child);
    if (keep_fd >= 0) watch(keeper, keep_fd, EPOLLIN, keep_ready, child);
}

void children_restore(struct keeper *keeper, struct cursor *cursor, struct group **groups, uint32_t group_count) {
    bool *used = allocate(MAX_CHILDREN);
    for (uint32_t count = restore_count(cursor, UINT32_MAX); count && !cursor->bad; count--) restore_one(keeper, cursor, groups, group_count, used);
    keeper->free_slot_count = 0;
    for (uint32_t i = MAX_CHILDREN; i--;)
        if (!used[i]) keeper->free_slots[keeper->free_slot_count++] = i;
    free(used);
    /* Who ended between the two programs is looked for. */
    keeper->reap_needed = keeper->check_needed = true;
}
