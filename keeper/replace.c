/* Another program for the same process: the keeper executes its own binary when that has become another file.
 *
 * First the next program is run beside this one on a copy of the state and says whether it can read it (--check-state). Then this one
 * hands over the state as it is (--resume). The next one reads it once more in a process of its own; if that fails after all, it
 * executes this one again, which finds everything as it left it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"

enum { CHECK_USEC = 5000000, PENDING_USEC = 1000, BEGIN_USEC = 5000000 };

void replace_start(struct keeper *keeper) {
    static const char deleted[] = " (deleted)";
    ssize_t length = readlink("/proc/self/exe", keeper->program, sizeof keeper->program - 1);
    keeper->program[length < 0 ? 0 : length] = 0;
    char *end = keeper->program + (length < 0 ? 0 : length) - (sizeof deleted - 1);
    if (end > keeper->program && !strcmp(end, deleted)) *end = 0;
}

static bool is_another(const struct keeper *keeper) {
    struct stat here, there;
    if (!*keeper->program || stat("/proc/self/exe", &here) < 0 || stat(keeper->program, &there) < 0) return false;
    return here.st_dev != there.st_dev || here.st_ino != there.st_ino;
}

static void go_on(const struct keeper *keeper, const char *why) {
    say("the keeper's new program at %s does not take over: %s; the old one goes on", keeper->program, why);
}

static void free_saving(struct saving *saving) {
    buffer_clear(&saving->out);
    free(saving->fds);
}

/* On the stack of the caller: a child of ours has nothing of the heap. */
static void name_state(struct keeper *keeper, char option[32], const char *name, int fd) {
    snprintf(option, 32, "--%s=%d", name, fd);
    keeper->argv[keeper->argc] = option;
    keeper->argv[keeper->argc + 1] = NULL;
}

void replace_begin(struct keeper *keeper) {
    if (keeper->checker || keeper->replace_ready || keeper->end_phase || !is_another(keeper)) return;
    if (keeper->reports_fd < 0) return go_on(keeper, "the children report by memory that cannot be handed over");
    struct saving saving = {0};
    int fd = state_save(keeper, &saving);
    free_saving(&saving);
    if (fd < 0) return go_on(keeper, strerror(errno));
    char option[32];
    name_state(keeper, option, "check-state", fd);
    memory_hide(keeper);
    pid_t pid = fork_into(keeper, -1);
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        fcntl(fd, F_SETFD, 0);
        execv(keeper->program, keeper->argv);
        _exit(127);
    }
    close(fd);
    keeper->argv[keeper->argc] = NULL;
    if (pid < 0) return go_on(keeper, strerror(errno));
    keeper->checker = pid;
    keeper->checker_deadline = monotonic_usec() + CHECK_USEC;
}

bool replace_reaped(struct keeper *keeper, pid_t pid, int status) {
    if (!keeper->checker || pid != keeper->checker) return false;
    keeper->checker = 0;
    keeper->replace_ready = WIFEXITED(status) && !WEXITSTATUS(status);
    keeper->replace_deadline = monotonic_usec() + BEGIN_USEC;
    char why[64];
    snprintf(why, sizeof why, "its check of the state %s %d", WIFSIGNALED(status) ? "was killed by signal" : "exited with status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (!keeper->replace_ready) go_on(keeper, why);
    wake_at(keeper, 0);
    return true;
}

static void pass_on(const struct saving *saving, bool on) {
    for (size_t i = 0; i < saving->fd_count; i++) fcntl(saving->fds[i], F_SETFD, on ? 0 : FD_CLOEXEC);
}

/* Comes back only if it could not be done. */
static void become(struct keeper *keeper) {
    struct saving saving = {0};
    keeper->previous_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int fd = state_save(keeper, &saving);
    if (fd < 0) {
        go_on(keeper, strerror(errno));
    } else {
        char option[32];
        name_state(keeper, option, "resume", fd);
        pass_on(&saving, true);
        fcntl(fd, F_SETFD, 0);
        fcntl(keeper->previous_fd, F_SETFD, 0);
        execv(keeper->program, keeper->argv);
        go_on(keeper, strerror(errno));
        pass_on(&saving, false);
        keeper->argv[keeper->argc] = NULL;
        close(fd);
    }
    free_saving(&saving);
    unwatch_close(keeper, &keeper->previous_fd);
}

void replace_step(struct keeper *keeper) {
    if (keeper->end_phase) return;
    if (keeper->replace_wanted) {
        keeper->replace_wanted = false;
        link_close(keeper);
        servants_replace(keeper);
    }
    if (keeper->checker && monotonic_usec() >= keeper->checker_deadline) {
        kill(keeper->checker, SIGKILL);
        keeper->checker_deadline = UINT64_MAX;
    }
    if (keeper->checker) return wake_at(keeper, keeper->checker_deadline);
    if (!keeper->replace_ready) return;
    /* A child that has our table would see our numbers change. One that is stopped or frozen may keep it for ever. */
    if (launch_pending(keeper) && monotonic_usec() >= keeper->replace_deadline) {
        keeper->replace_ready = false;
        go_on(keeper, "a process that was started does not begin");
        return wake_at(keeper, 0);
    }
    if (launch_pending(keeper)) return wake_at(keeper, monotonic_usec() + PENDING_USEC);
    /* Nothing of what they sent is left in a buffer when the connections close. */
    link_drain(keeper);
    link_close(keeper);
    journal_close(keeper);
    keeper->replace_ready = false;
    if (!launch_pending(keeper)) become(keeper);
    else keeper->replace_ready = true;
}

static const char *read_all(struct keeper *keeper) {
    struct cursor cursor;
    keeper->checking = true;
    const char *bad = state_open(keeper->state_fd, &cursor);
    if (bad) return bad;
    state_restore_base(keeper, &cursor);
    if (!cursor.bad) children_start(keeper);
    if (!cursor.bad) state_restore_rest(keeper, &cursor);
    return cursor.bad;
}

void replace_check(struct keeper *keeper) {
    const char *bad = read_all(keeper);
    if (bad) say("the state cannot be read: %s", bad);
    _exit(bad ? 1 : 0);
}

/* Nothing was touched yet, so the program before finds all as it left it. */
_Noreturn static void back(struct keeper *keeper, const char *bad) {
    char option[32];
    say("the state cannot be read: %s; the program that left it goes on", bad);
    name_state(keeper, option, "resume-again", keeper->state_fd);
    if (!keeper->again) fexecve(state_previous(keeper->state_fd), keeper->argv, environ);
    say("there is no way back: %s", strerror(errno));
    _exit(1);
}

void replace_resume(struct keeper *keeper, struct cursor *cursor) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) replace_check(keeper);
    if (pid > 0) while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    const char *bad = state_open(keeper->state_fd, cursor);
    if (bad || status) back(keeper, bad ? bad : "its check failed");
    int previous = state_previous(keeper->state_fd);
    if (previous >= 0) close(previous);
    close(keeper->state_fd);
    state_restore_base(keeper, cursor);
}
