/* The manager and the journal as processes, and the end of everything. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"

enum { STOP_DEATHS = 3, STOP_USEC = 90000000, FIRST_BACKOFF = 100000, LAST_BACKOFF = 5000000, STEADY_USEC = 1000000, END_USEC = 5000000, MAX_ENVIRONMENT = 4096 };

int servant_listen(struct keeper *keeper, const char *name, int type, mode_t mode, int held, char path[108]) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat info;
    if ((size_t)snprintf(path, 108, "%s/%s", keeper->runtime_directory, name) >= 108) {
        say("the path of the runtime directory %s is too long for a socket", keeper->runtime_directory);
        exit(1);
    }
    if (held >= 0) return held;
    strcpy(address.sun_path, path);
    if (!lstat(path, &info) && S_ISSOCK(info.st_mode)) unlink(path);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || chmod(path, mode) < 0 || (type == SOCK_STREAM && listen(fd, 4096) < 0)) {
        say("no socket at %s: %s", path, strerror(errno));
        exit(1);
    }
    return fd;
}

int servant_accept(struct keeper *keeper, struct servant *servant) {
    (void)keeper;
    struct ucred peer = {0};
    socklen_t length = sizeof peer;
    int fd = accept4(servant->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return -1;
    if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) && servant->pid > 0 && peer.pid == servant->pid) return fd;
    say("process %d connected to %s, but the %s is process %d; the connection is closed", peer.pid, servant->socket_path, servant->name, servant->pid);
    close(fd);
    return -1;
}

static const int group_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU};

/* Words with '=' before the program are variables for it, as for env(1); what the keeper's own environment has of them counts more. */
static char **program_of(const struct servant *servant) {
    char **argv = servant->argv;
    while (argv[0][0] != '/' && strchr(argv[0], '=') && argv[1]) argv++;
    return argv;
}

static bool is_set(const char *assignment) {
    size_t length = (size_t)(strchr(assignment, '=') - assignment) + 1;
    for (char **at = environ; *at; at++)
        if (!strncmp(*at, assignment, length)) return true;
    return false;
}

/* In the child, which has nothing of the heap. */
_Noreturn static void become_servant(struct keeper *keeper, struct servant *servant, char **environment) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* A signal to the process group, as by Ctrl-C or timeout(1), is the keeper's alone: it tells the manager. */
    if (!servant->same_session) setsid();
    /* Whoever waits on an automount point waits for the manager, which must never wait itself: where there may be such points the keeper
     * has it in its own group, which passes. Then what is sent to that group reaches it too. */
    for (size_t i = 0; servant->same_session && i < sizeof group_signals / sizeof *group_signals; i++) signal(group_signals[i], SIG_IGN);
    setrlimit(RLIMIT_NOFILE, &keeper->descriptor_limit);
    dup2(keeper->stdio_null, 0);
    if (servant->passed_fd >= 0 && (servant->passed_fd == 3 ? fcntl(3, F_SETFD, 0) : dup2(servant->passed_fd, 3)) < 0) _exit(126);
    execve(program_of(servant)[0], program_of(servant), environment);
    _exit(127);
}

static void start(struct keeper *keeper, struct servant *servant) {
    /* The arena is what a child sees; no plan is in it now. */
    char **environment = (char **)keeper->arena.bytes;
    size_t count = 0;
    for (char **at = environ; *at && count < MAX_ENVIRONMENT; at++) environment[count++] = *at;
    for (char **at = servant->argv; at < program_of(servant); at++)
        if (!is_set(*at)) environment[count++] = *at;
    servant->environment[2][0] = 0;
    if (servant->woken)
        snprintf(servant->environment[2], sizeof servant->environment[2], "TYSD_RESTED=%llu:%llu", (unsigned long long)servant->rest_count,
                 (unsigned long long)servant->idle_wanted);
    for (size_t i = 0; i < sizeof servant->environment / sizeof *servant->environment; i++)
        if (*servant->environment[i]) environment[count++] = servant->environment[i];
    environment[count] = NULL;
    memory_hide(keeper);
    pid_t pid = fork_into(keeper, -1);
    if (pid == 0) become_servant(keeper, servant, environment);
    servant->started_at = monotonic_usec();
    if (pid < 0) {
        say("cannot start the %s: %s", servant->name, strerror(errno));
        servant->start_at = servant->started_at + FIRST_BACKOFF;
        return;
    }
    servant->pid = pid;
    servant->answered = servant->leaves = false;
    if (servant == &keeper->manager) watchdog_heard(keeper);
}

static void check(struct keeper *keeper, struct servant *servant) {
    servant_check_leave(keeper, servant);
    /* Whoever comes may go with the next keeper only. */
    if (!servant->argc || servant->rests || servant->pid > 0 || keeper->checker || keeper->replace_ready) return;
    if (monotonic_usec() >= servant->start_at) start(keeper, servant);
    if (servant->pid <= 0) wake_at(keeper, servant->start_at);
}

static void stop_unheard(struct keeper *keeper) {
    say("no manager hears the request to stop; all that runs is killed");
    end_begin(keeper, 1, 0, "");
}

/* One that lives is the watchdog's. */
static void stop_check(struct keeper *keeper) {
    if (!keeper->stop_since || (keeper->manager.pid > 0 && keeper->manager_patience) || keeper->end_phase) return;
    if (monotonic_usec() >= keeper->stop_since + STOP_USEC) return stop_unheard(keeper);
    wake_at(keeper, keeper->stop_since + STOP_USEC);
}

void servants_check(struct keeper *keeper) {
    stop_check(keeper);
    manager_check_rest(keeper);
    if (!keeper->end_phase) check(keeper, &keeper->manager);
    if (keeper->end_phase < 4) check(keeper, &keeper->journal);
}

void servants_start(struct keeper *keeper) {
    char path[108];
    keeper->control_fd = servant_listen(keeper, "control.sock", SOCK_STREAM, 0600, keeper->control_fd, path);
    watchdog_heard(keeper);
    keeper->manager.passed_fd = keeper->control_fd;
    keeper->manager.same_session = getpid() == 1 || keeper->manager.same_session;
    keeper->journal.passed_fd = -1;
    snprintf(keeper->manager.environment[0], sizeof keeper->manager.environment[0], "TYSD_KEEPER=%s", keeper->manager.socket_path);
    snprintf(keeper->manager.environment[1], sizeof keeper->manager.environment[1], "TYSD_CONTROL_FD=3");
    snprintf(keeper->journal.environment[0], sizeof keeper->journal.environment[0], "TYSD_JOURNAL=%s", keeper->journal.socket_path);
}

/* One that may end does so without a word, and without having to wait when it is needed. */
static void left(struct servant *servant) {
    servant->pid = -1;
    servant->leaves = false;
    servant->start_at = servant->backoff = 0;
}

/* One that ran steadily is back at once; one that dies again and again before it has done anything waits longer and longer. */
static void ended(struct keeper *keeper, struct servant *servant, int status) {
    if (servant->leaves) return left(servant);
    uint64_t now = monotonic_usec(), backoff = servant->answered && servant->backoff > FIRST_BACKOFF ? FIRST_BACKOFF : servant->backoff;
    bool steady = now - servant->started_at >= STEADY_USEC;
    servant->start_at = now + (steady ? 0 : backoff);
    servant->backoff = steady || servant->answered || !backoff ? FIRST_BACKOFF : backoff * 2 > LAST_BACKOFF ? LAST_BACKOFF : backoff * 2;
    if (!servant->answered) servant->deaths++;
    servant->woken = false;
    pid_t pid = servant->pid;
    servant->pid = -1;
    if (keeper->end_phase) return;
    say("the %s (pid %d) %s %d%s; it is started again%s", servant->name, pid, WIFSIGNALED(status) ? "was killed by signal" : "exited with status",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), WIFEXITED(status) && WEXITSTATUS(status) == 127 ? " (cannot execute it)" : "",
        servant->start_at > now ? " after a while" : "");
}

bool servant_reaped(struct keeper *keeper, pid_t pid, int status) {
    if (pid == keeper->manager.pid) {
        /* Its last batch arrived whole, perhaps. */
        link_drain(keeper);
        link_close(keeper);
        ended(keeper, &keeper->manager, status);
        if (keeper->stop_since && ++keeper->stop_deaths >= STOP_DEATHS && !keeper->end_phase) stop_unheard(keeper);
        return true;
    }
    if (replace_reaped(keeper, pid, status)) return true;
    if (pid != keeper->journal.pid) return false;
    ended(keeper, &keeper->journal, status);
    return true;
}

void servants_replace(struct keeper *keeper) {
    if (keeper->end_phase) return;
    keeper->manager.backoff = keeper->journal.backoff = 0;
    if (keeper->journal.pid > 0) kill(keeper->journal.pid, SIGTERM);
    replace_begin(keeper);
}

void servant_save(const struct servant *servant, struct saving *saving) {
    put_u32(&saving->out, (uint32_t)servant->pid);
    put_u64(&saving->out, servant->started_at);
    put_u64(&saving->out, servant->start_at);
    put_u64(&saving->out, servant->backoff);
    put_u8(&saving->out, servant->answered);
    save_fd(saving, servant->listen_fd);
}

void servant_restore(struct keeper *keeper, struct cursor *cursor, struct servant *servant) {
    servant->pid = (pid_t)get_u32(cursor);
    servant->started_at = get_u64(cursor);
    servant->start_at = get_u64(cursor);
    servant->backoff = get_u64(cursor);
    servant->answered = get_u8(cursor);
    servant->listen_fd = restore_fd(keeper, cursor);
}

void servants_signalled(struct keeper *keeper, int signal) {
    if (signal != SIGTERM && signal != SIGINT) return;
    if (getpid() == 1) return;
    bool heard = (keeper->link_ready || keeper->manager.woken) && !keeper->manager.deaths;
    if (!keeper->stop_since) {
        keeper->stop_since = monotonic_usec();
        keeper->stop_sequence = keeper->event_sequence;
        keeper->stop_deaths = 0;
    }
    keeper->stop_requests = heard ? 1 : keeper->stop_requests + 1;
    if (keeper->stop_requests >= 2) end_begin(keeper, 1, 0, "");
}

void end_begin(struct keeper *keeper, uint32_t status, uint8_t action, const char *argument) {
    if (keeper->end_phase) return;
    snprintf(keeper->end_argument, sizeof keeper->end_argument, "%s", argument);
    keeper->end_phase = 1;
    keeper->end_status = status;
    keeper->end_action = action;
}

static void remove_sockets(struct keeper *keeper) {
    const char *const names[] = {"keeper.sock", "journal.sock", "control.sock", "notify", "stdout"};
    char path[4096];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", keeper->runtime_directory, names[i]);
        unlink(path);
    }
    datagrams_remove(keeper);
}

enum { ACTION_REBOOT = 1, ACTION_REEXEC = 5 };

static void reboot_with(uint8_t action, const char *argument) {
    static const unsigned int commands[] = {0, LINUX_REBOOT_CMD_RESTART, LINUX_REBOOT_CMD_POWER_OFF, LINUX_REBOOT_CMD_HALT, LINUX_REBOOT_CMD_KEXEC};
    if (!action || action >= sizeof commands / sizeof *commands) return;
    sync();
    /* What the firmware is told; one that cannot be told anything reboots all the same. */
    if (action == ACTION_REBOOT && *argument) syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART2, argument);
    if (reboot((int)commands[action]) < 0) say("the machine cannot be stopped: %s; the keeper exits", strerror(errno));
}

_Noreturn static void end_now(struct keeper *keeper) {
    if (getpid() == 1) {
        kill(-1, SIGKILL);
        while (wait(NULL) > 0) {}
        sync();
    }
    descriptors_close_all(keeper);
    groups_remove_all(keeper);
    remove_sockets(keeper);
    if (keeper->end_action == ACTION_REEXEC) execv("/proc/self/exe", keeper->argv);
    if (getpid() == 1) reboot_with(keeper->end_action, keeper->end_argument);
    _exit((int)keeper->end_status & 0xff);
}

static void kill_children(struct keeper *keeper) {
    groups_kill_all(keeper);
    FOR_TABLE(&keeper->children_by_id, node) child_signal(keeper, OF(struct child, by_id, node)->id, SIGKILL);
    FOR_TABLE(&keeper->children_by_pid, node) session_kill(OF(struct child, by_pid, node));
}

static void enter(struct keeper *keeper, int phase) {
    keeper->end_phase = phase;
    keeper->end_deadline = monotonic_usec() + END_USEC;
}

/* 1 begun, 2 children are killed, 3 the journal commits, 4 the journal ends. */
void end_step(struct keeper *keeper) {
    if (keeper->end_phase == 1) {
        link_close(keeper);
        if (keeper->manager.pid > 0) kill(keeper->manager.pid, SIGKILL);
        kill_children(keeper);
        enter(keeper, 2);
    }
    bool late = monotonic_usec() >= keeper->end_deadline;
    if (keeper->end_phase == 2 && (late || (keeper->children_by_pid.count == keeper->foreign_count && keeper->manager.pid < 0))) {
        kill_children(keeper);
        enter(keeper, 3);
        late = false;
    }
    if (keeper->end_phase == 3 && (late || journal_settled(keeper))) {
        if (keeper->journal.pid > 0) kill(keeper->journal.pid, SIGTERM);
        enter(keeper, 4);
        late = false;
    }
    if (keeper->end_phase == 4 && late && keeper->journal.pid > 0) kill(keeper->journal.pid, SIGKILL);
    if (keeper->end_phase == 4 && (late || keeper->journal.pid < 0)) end_now(keeper);
    wake_at(keeper, keeper->end_deadline);
}
