/* Tells which system calls are filtered, and how: makes all of them with arguments that let none do anything. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"

/* Younger calls are not known to every libseccomp. */
enum { LAST = 450, MOST = 512, UNTRIED = -1000, ENDED = 1000, KILLED = 2000 };

typedef long arguments[6];

#if defined(__x86_64__)
static long compat(long number, const arguments a) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4]) : "r8", "r9", "r10", "r11", "memory");
    return (int)result;
}
static const bool has_compat = true;
/* What blocks, never comes back, or works on the whole machine. */
static const int left_out[] = {SYS_pause, SYS_rt_sigreturn, SYS_vfork, SYS_fork, SYS_clone, SYS_clone3, SYS_sync, 335, 336, -1};
static const int compat_left_out[] = {1, 2, 29, 36, 72, 119, 120, 173, 190, 252, 435, -1};
#else
static long compat(long number, const arguments a) { return (void)number, (void)a, -ENOSYS; }
static const bool has_compat = false;
static const int left_out[] = {SYS_rt_sigreturn, SYS_clone, SYS_clone3, SYS_sync, -1};
static const int compat_left_out[] = {-1};
#endif

static long native(long number, const arguments a) {
    long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return result < 0 ? -errno : result;
}

typedef long abi(long number, const arguments a);

static bool is_in(const int *list, int number) {
    for (; *list >= 0; list++)
        if (*list == number) return true;
    return false;
}

/* A child makes the calls one after the other; one that ends it is passed over by the next child. */
static void scan(const char *name, abi *call, const int *out, long bit) {
    int *outcomes = mmap(NULL, MOST * sizeof *outcomes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const arguments invalid = {-1, -1, -1, -1, -1, -1};
    for (int i = 0; i <= LAST; i++) outcomes[i] = UNTRIED;
    for (int next = 0; next <= LAST;) {
        outcomes[MOST - 1] = LAST;
        pid_t pid = fork();
        if (pid < 0) {
            printf("%s: no fork: %d\n", name, errno);
            return;
        }
        if (!pid) {
            for (int i = next; i <= LAST; i++) {
                if (is_in(out, i)) continue;
                outcomes[MOST - 1] = i;
                long result = call(i | bit, invalid);
                outcomes[i] = result < 0 ? (int)-result : 0;
            }
            _exit(0);
        }
        int status;
        waitpid(pid, &status, 0);
        int ended = outcomes[MOST - 1];
        if (ended < LAST || WIFSIGNALED(status)) outcomes[ended] = WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : ENDED;
        next = ended + 1;
    }
    for (int outcome = 0; outcome < KILLED + 64; outcome++) {
        int count = 0;
        for (int i = 0; i <= LAST; i++) {
            if (outcomes[i] != outcome) continue;
            if (!count++) printf("%s %s%d:", name, outcome >= KILLED ? "killed by " : outcome == ENDED ? "ended " : "", outcome >= KILLED ? outcome - KILLED : outcome);
            printf(" %d", i);
        }
        if (count) printf("\n");
    }
    munmap(outcomes, MOST * sizeof *outcomes);
}

/* One call with several values of one argument. */
static void vary(const char *name, abi *call, long number, const arguments fixed, int argument, const long *values, int count) {
    if (number < 0) return;
    printf("%s", name);
    for (int i = 0; i < count; i++) {
        arguments a;
        memcpy(a, fixed, sizeof a);
        a[argument] |= values[i];
        long result = call(number, a);
        printf(" %lx=%ld", values[i], result < 0 ? -result : 0);
    }
    printf("\n");
}

#define VARY(name, call, number, argument, values, ...) \
    vary(name, call, number, (const arguments){__VA_ARGS__}, argument, values, (int)(sizeof values / sizeof *values))
#define LONG(pointer) (long)(pointer)

static const long families[] = {0, 1, 2, 3, 5, 9, 10, 15, 16, 17, 18, 29, 31, 38, 40, 44, 45, 46, 100, 0xffffffff};
static const long flags[] = {0, CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS, 0x80};
static const long modes[] = {0644, 04755, 02755, 06755, 01777};
static const long protections[] = {0, 1, 2, 3, 4, 5, 6, 7};
static const long policies[] = {0, 1, 2, 3, 4, 5, 6, 7, 0x40000000, 0x40000001, 0xffffffff};
static const long personalities[] = {0, 8, 1, 0x0040000, 0xffffffff};
static const long attachments[] = {0, 010000, 0100000};
static const long parts[] = {1, 2, 3, 4, 5, 8, 11, 13, 14, 18, 21, 22, 23, 24, 0x10015};
/* Without 4, whose outcome is up to a sixth argument. */
static const long ipc_parts[] = {1, 2, 3, 5, 8, 11, 13, 14, 18, 21, 22, 23, 24, 0x10015};

/* The queue that the scans ask for is there for the first that asks as for all others. */
static void make_queue(void) {
    pid_t pid = fork();
    if (!pid) _exit(msgget(-1, IPC_CREAT | 0600) < 0);
    if (pid > 0) waitpid(pid, NULL, 0);
}

void tell_filters(void) {
    const char *away = "/nonexistent/x";
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    make_queue();
    printf("seccomp %d, no new privileges %d\n", prctl(PR_GET_SECCOMP), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    scan("native", native, left_out, 0);
    VARY("socket", native, SYS_socket, 0, families, 0, 0x7fffffff, 0);
    VARY("unshare", native, SYS_unshare, 0, flags, 1);
    VARY("clone", native, SYS_clone, 0, flags, CLONE_THREAD);
    VARY("setns", native, SYS_setns, 1, flags, -1, 0);
    VARY("fchmod", native, SYS_fchmod, 1, modes, -1, 0);
    VARY("fchmodat", native, SYS_fchmodat, 2, modes, AT_FDCWD, LONG(away), 0);
    VARY("mkdirat", native, SYS_mkdirat, 2, modes, AT_FDCWD, LONG(away), 0);
    VARY("mknodat", native, SYS_mknodat, 2, modes, AT_FDCWD, LONG(away), 0100000);
    VARY("openat", native, SYS_openat, 3, modes, AT_FDCWD, LONG(away), O_RDWR, 0);
    VARY("openat create", native, SYS_openat, 3, modes, AT_FDCWD, LONG(away), O_RDWR | O_CREAT, 0);
    VARY("openat temporary", native, SYS_openat, 3, modes, AT_FDCWD, LONG(away), O_RDWR | O_TMPFILE, 0);
    VARY("mmap", native, SYS_mmap, 2, protections, 0, 4096, 0, 0, -1, 0);
    VARY("mprotect", native, SYS_mprotect, 2, protections, 1, 4096, 0);
    VARY("pkey_mprotect", native, SYS_pkey_mprotect, 2, protections, 1, 4096, 0, 0);
    VARY("shmat", native, SYS_shmat, 2, attachments, -1, 0, 0);
    VARY("sched_setscheduler", native, SYS_sched_setscheduler, 1, policies, -1, 0, 0);
    VARY("personality", native, SYS_personality, 0, personalities, 0);
    fflush(stdout);
#if defined(__x86_64__)
    VARY("chmod", native, SYS_chmod, 1, modes, LONG(away), 0);
    VARY("mkdir", native, SYS_mkdir, 1, modes, LONG(away), 0);
    VARY("mknod", native, SYS_mknod, 1, modes, LONG(away), 0100000);
    VARY("creat", native, SYS_creat, 1, modes, LONG(away), 0);
    VARY("open create", native, SYS_open, 2, modes, LONG(away), O_RDWR | O_CREAT, 0);
    VARY("open temporary", native, SYS_open, 2, modes, LONG(away), O_RDWR | O_TMPFILE, 0);
    fflush(stdout);
    if (has_compat) {
        scan("compat", compat, compat_left_out, 0);
        VARY("compat socket", compat, 359, 0, families, 0, 0x7fffffff, 0);
        VARY("compat socketcall", compat, 102, 0, parts, 0, -1);
        VARY("compat ipc", compat, 117, 0, ipc_parts, 0, -1, -1, -1, -1);
        VARY("compat unshare", compat, 310, 0, flags, 1);
        VARY("compat mmap2", compat, 192, 2, protections, 0, 4096, 0, 0, -1);
        VARY("compat chmod", compat, 15, 1, modes, -1, 0);
        VARY("compat personality", compat, 136, 0, personalities, 0);
        fflush(stdout);
        scan("x32", native, left_out, 0x40000000);
    }
#endif
    fflush(stdout);
}
