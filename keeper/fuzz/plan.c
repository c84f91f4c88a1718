/* Plans: taken apart by the keeper, and carried out in children that can do no harm.
 *
 * A zygote becomes nobody, in namespaces of its own and with an empty root directory, and forks a child for each plan. What the sanitizers find in
 * one is found in this process too. Where there are no user namespaces, plans are only taken apart. */
#define _GNU_SOURCE
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, FOUND = 99, PATIENCE_MS = 200, MOST_INPUT = 1 << 16, COUNTERS = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* What a child that was found out exits with. */
const char *__asan_default_options(void) { return "exitcode=99:detect_leaks=1"; }
const char *__ubsan_default_options(void) { return "exitcode=99:print_stacktrace=1"; }

/* How plans ended is coverage, too. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[COUNTERS];

static struct shared {
    struct report report;
    size_t length;
    uint8_t bytes[MOST_INPUT];
} *shared;
static int zygote = -1;

static bool write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;
    if (fd >= 0) close(fd);
    return done;
}

static bool hide(void) {
    if (geteuid() == 0 && (syscall(SYS_setgroups, 0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)) return false;
    prctl(PR_SET_DUMPABLE, 1);
    char users[32], groups[32];
    snprintf(users, sizeof users, "0 %d 1", (int)geteuid());
    snprintf(groups, sizeof groups, "0 %d 1", (int)getegid());
    if (unshare(CLONE_NEWUSER) < 0) return false;
    if (!write_text("/proc/self/uid_map", users) || !write_text("/proc/self/setgroups", "deny") || !write_text("/proc/self/gid_map", groups)) return false;
    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0) return false;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return false;
    if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,nr_inodes=4096,mode=0755") < 0 || chdir("/tmp") < 0) return false;
    mkdir("old", 0755);
    /* Nothing of the machine is left, not even by a way out of a chroot. */
    return !syscall(SYS_pivot_root, ".", "old") && !umount2("/old", MNT_DETACH) && !chdir("/");
}

/* What would only stop the sanitizer from working, or take long. */
static bool is_harmless(struct plan *plan) {
    for (uint32_t i = 0; i < plan->count; i++) {
        struct op *op = &plan->ops[i];
        if (op->code == OP_rlimit && op->fields[0].number != RLIMIT_NOFILE) op->fields[0].number = RLIMIT_CORE;
        if (op->code == OP_wait) op->fields[1].number = 0;
    }
    return true;
}

/* A plan may end with any status, but that one is the sanitizers'. */
static int ended(int status) { return status == FOUND ? FOUND - 1 : status; }

_Noreturn static void carry_out(struct keeper *keeper) {
    struct cursor cursor = {shared->bytes, shared->bytes + shared->length, NULL};
    struct plan plan;
    if (plan_parse(&keeper->arena, &cursor, &plan) || !is_harmless(&plan)) _exit(0);
    static struct run run;
    int pair[2] = {-1, -1};
    if (plan.keeps && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) _exit(0);
    for (uint32_t i = 0; i < plan.count; i++)
        if (plan.ops[i].code == OP_take || plan.ops[i].code == OP_output) plan.ops[i].fd = i % 3 ? open("/", O_RDONLY | O_CLOEXEC) : -1;
    run = (struct run){.plan = &plan, .report = &shared->report, .keep_fd = pair[1], .exec_fd = -1, .alone = true};
    getrlimit(RLIMIT_NOFILE, &run.descriptors);
    run_plan(&run);
}

_Noreturn static void run_zygote(struct keeper *keeper, int fd) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    uint8_t ready = hide();
    if (write(fd, &ready, 1) != 1 || !ready) _exit(0);
    world_exit = ended;
    for (char go; read(fd, &go, 1) == 1;) {
        pid_t pid = fork();
        if (pid == 0) carry_out(keeper);
        if (pid < 0) _exit(0);
        struct pollfd pidfd = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
        if (poll(&pidfd, 1, PATIENCE_MS) <= 0) kill(pid, SIGKILL);
        close(pidfd.fd);
        int status = 0;
        waitpid(pid, &status, 0);
        if (write(fd, &status, sizeof status) != sizeof status) _exit(0);
    }
    _exit(0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    struct keeper *keeper = world(TRACK_SESSION);
    int pair[2];
    uint8_t ready = 0;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) abort();
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        run_zygote(keeper, pair[1]);
    }
    close(pair[1]);
    if (pid > 0 && read(pair[0], &ready, 1) == 1 && ready)
        zygote = pair[0];
    else
        fprintf(stderr, "there are no user namespaces: plans are not carried out\n");
    return 0;
}

static void count(const struct report *report, int status) {
    uint32_t hash = (uint32_t)report->failed * 2654435761u ^ (uint32_t)report->error * 40503u ^ (uint32_t)status;
    counters[hash % COUNTERS]++;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct keeper *keeper = world(TRACK_SESSION);
    if (size < 4 || size + 4 > MOST_INPUT) return 0;
    /* The length is written here; the rest of the plan is the input. */
    store_u32(shared->bytes, (uint32_t)size);
    memcpy(shared->bytes + 4, bytes, size);
    shared->length = size + 4;
    struct cursor cursor = {shared->bytes, shared->bytes + shared->length, NULL};
    struct plan plan;
    if (plan_parse(&keeper->arena, &cursor, &plan) || zygote < 0) return 0;
    shared->report = (struct report){0};
    int status = 0;
    if (write(zygote, "", 1) != 1) abort();
    ssize_t got;
    /* libFuzzer has an alarm for itself. */
    do got = read(zygote, &status, sizeof status);
    while (got < 0 && errno == EINTR);
    if (got != sizeof status) abort();
    count(&shared->report, status);
    if (getenv("FUZZ_SAY")) fprintf(stderr, "op %d failed: %d; status %#x\n", shared->report.failed, shared->report.error, (unsigned)status);
    if ((WIFEXITED(status) && WEXITSTATUS(status) == FOUND) || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS || WTERMSIG(status) == SIGABRT))) abort();
    return 0;
}
