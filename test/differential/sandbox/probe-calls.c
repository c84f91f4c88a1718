/* Which system calls a process may make. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

void seccomp(char *const *arguments) {
    (void)arguments;
    fact("seccomp", "%s", status_line("Seccomp"));
    fact("no-new-privileges", "%s", status_line("NoNewPrivs"));
}

static long page_with(int first, int then) {
    void *page = mmap(NULL, 4096, first, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return -1;
    return then ? mprotect(page, 4096, then) : 0;
}

static long executable_segment(void) {
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    if (id < 0) return -1;
    void *at = shmat(id, NULL, SHM_EXEC);
    int error = errno;
    shmctl(id, IPC_RMID, NULL);
    errno = error;
    return at == (void *)-1 ? -1 : 0;
}

static long set_id_file(mode_t mode) {
    int fd = (int)syscall(SYS_memfd_create, "probe", 0);
    return fd < 0 ? -1 : fchmod(fd, mode);
}

static long make_node(mode_t mode, dev_t device) {
    char path[64];
    snprintf(path, sizeof path, "/run/t/.probe-%d", (int)getpid());
    long result = mknod(path, mode, device);
    int error = errno;
    unlink(path);
    errno = error;
    return result;
}

static long realtime(int policy) { return sched_setscheduler(0, policy, &(struct sched_param){.sched_priority = policy == SCHED_FIFO || policy == SCHED_RR}); }

static long setpriority_up(void) { return setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1); }
static long setpriority_down(void) { return setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) - 1); }

static long bind_port(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
}

/* Each call is made in a way that does no harm where it succeeds, and fails late where it must not succeed. */
#define CALLS(CALL)                                                                                         \
    CALL("getpid", syscall(SYS_getpid))                                                                     \
    CALL("mount", mount("none", "/nonexistent", "tmpfs", 0, NULL))                                          \
    CALL("umount", umount2("/nonexistent", 0))                                                              \
    CALL("pivot_root", syscall(SYS_pivot_root, "/nonexistent", "/nonexistent"))                             \
    CALL("chroot", chroot("/"))                                                                             \
    CALL("fsopen", syscall(SYS_fsopen, "tmpfs", 0))                                                         \
    CALL("ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL))                                                   \
    CALL("process_vm_readv", syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0))                  \
    CALL("reboot", syscall(SYS_reboot, 0, 0, 0, NULL))                                                      \
    CALL("kexec_load", syscall(SYS_kexec_load, 0, 99, NULL, 0))                                             \
    CALL("init_module", syscall(SYS_init_module, NULL, 0, ""))                                              \
    CALL("finit_module", syscall(SYS_finit_module, -1, "", 0))                                              \
    CALL("delete_module", syscall(SYS_delete_module, "nonexistent", O_NONBLOCK))                            \
    CALL("swapon", syscall(SYS_swapon, "/nonexistent", 0))                                                  \
    CALL("syslog", syscall(SYS_syslog, 3, NULL, 0))                                                         \
    CALL("syslog-size", syscall(SYS_syslog, 10, NULL, 0))                                                   \
    CALL("acct", syscall(SYS_acct, "/nonexistent"))                                                         \
    CALL("quotactl", syscall(SYS_quotactl, 0, "/nonexistent", 0, NULL))                                     \
    CALL("clock_settime", syscall(SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){.tv_nsec = -1}))    \
    CALL("settimeofday", syscall(SYS_settimeofday, &(long[2]){0, -1}, NULL))                                \
    CALL("adjtimex", syscall(SYS_adjtimex, &(char[512]){0}))                                                \
    CALL("sethostname", syscall(SYS_sethostname, "x", -1))                                                       \
    CALL("setdomainname", syscall(SYS_setdomainname, "x", -1))                                                   \
    CALL("keyctl", syscall(SYS_keyctl, 0, -3, 0))                                                           \
    CALL("add_key", syscall(SYS_add_key, "user", "probe", "x", 1, -2))                                      \
    CALL("bpf", syscall(SYS_bpf, 0, NULL, 0))                                                               \
    CALL("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))                               \
    CALL("userfaultfd", syscall(SYS_userfaultfd, -1))                                                       \
    CALL("io_uring_setup", syscall(SYS_io_uring_setup, 0, NULL))                                            \
    CALL("pidfd_open", syscall(SYS_pidfd_open, getpid(), 0))                                                \
    CALL("name_to_handle_at", syscall(SYS_name_to_handle_at, -1, "x", NULL, NULL, 0))                       \
    CALL("open_by_handle_at", syscall(SYS_open_by_handle_at, -1, NULL, 0))                                  \
    CALL("fanotify_init", syscall(SYS_fanotify_init, 0, 0))                                                 \
    CALL("inotify_init", syscall(SYS_inotify_init1, 0))                                                     \
    CALL("memfd_create", syscall(SYS_memfd_create, "probe", 0))                                             \
    CALL("setns", syscall(SYS_setns, -1, 0))                                                                \
    CALL("unshare-none", unshare(0))                                                                        \
    CALL("unshare-cgroup", unshare(CLONE_NEWCGROUP))                                                        \
    CALL("unshare-ipc", unshare(CLONE_NEWIPC))                                                              \
    CALL("unshare-mnt", unshare(CLONE_NEWNS))                                                               \
    CALL("unshare-net", unshare(CLONE_NEWNET))                                                              \
    CALL("unshare-pid", unshare(CLONE_NEWPID))                                                              \
    CALL("unshare-user", unshare(CLONE_NEWUSER))                                                            \
    CALL("unshare-uts", unshare(CLONE_NEWUTS))                                                              \
    CALL("clone3", syscall(SYS_clone3, NULL, 0))                                                            \
    CALL("socket-unix", socket(AF_UNIX, SOCK_STREAM, 0))                                                    \
    CALL("socket-inet", socket(AF_INET, SOCK_STREAM, 0))                                                    \
    CALL("socket-inet6", socket(AF_INET6, SOCK_STREAM, 0))                                                  \
    CALL("socket-netlink", socket(AF_NETLINK, SOCK_RAW, 0))                                                 \
    CALL("socket-packet", socket(AF_PACKET, SOCK_RAW, 0))                                                   \
    CALL("socket-raw", socket(AF_INET, SOCK_RAW, 1))                                                        \
    CALL("socket-alg", socket(AF_ALG, SOCK_SEQPACKET, 0))                                                   \
    CALL("socket-vsock", socket(AF_VSOCK, SOCK_STREAM, 0))                                                  \
    CALL("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){0}))                                    \
    CALL("mmap-write-exec", page_with(PROT_READ | PROT_WRITE | PROT_EXEC, 0))                               \
    CALL("mmap-exec", page_with(PROT_READ | PROT_EXEC, 0))                                                  \
    CALL("mprotect-exec", page_with(PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC))                         \
    CALL("shmat-exec", executable_segment())                                                                \
    CALL("mdwe", prctl(66 /* PR_GET_MDWE */, 0, 0, 0, 0) > 0 ? (errno = EACCES, -1) : 0)                    \
    CALL("personality-linux", syscall(SYS_personality, 0))                                                  \
    CALL("personality-linux32", syscall(SYS_personality, 8))                                                \
    CALL("personality-no-randomize", syscall(SYS_personality, 0x40000))                                     \
    CALL("realtime-fifo", realtime(SCHED_FIFO))                                                             \
    CALL("realtime-rr", realtime(SCHED_RR))                                                                 \
    CALL("batch", realtime(SCHED_BATCH))                                                                    \
    CALL("chmod-setuid", set_id_file(04700))                                                                \
    CALL("chmod-setgid", set_id_file(02700))                                                                \
    CALL("chmod-plain", set_id_file(0700))                                                                  \
    CALL("mknod-char", make_node(S_IFCHR | 0600, 0x103))                                                    \
    CALL("mknod-block", make_node(S_IFBLK | 0600, 0x700))                                                   \
    CALL("mkfifo", make_node(S_IFIFO | 0600, 0))                                                            \
    CALL("chown", fchownat(AT_FDCWD, "/nonexistent", 0, 0, 0))                                              \
    CALL("setuid", syscall(SYS_setuid, getuid()))                                                           \
    CALL("setuid-root", syscall(SYS_setuid, 0))                                                             \
    CALL("setgid-root", syscall(SYS_setgid, 0))                                                             \
    CALL("setgroups", syscall(SYS_setgroups, 0, NULL))                                                      \
    CALL("nice", setpriority_up())                                                                          \
    CALL("nice-down", setpriority_down())                                                                   \
    CALL("mlock", mlock("", 1))                                                                             \
    CALL("vhangup", syscall(SYS_vhangup))                                                           \
    CALL("bind-low-port", bind_port(80))                                                                    \
    CALL("bind-high-port", bind_port(8080))                                                                 \
    CALL("seccomp", syscall(SYS_seccomp, 99, 0, NULL))                                                      \
    CALL("uname", syscall(SYS_uname, (char[512]){0}))                                                       \
    CALL("execve", syscall(SYS_execve, "/nonexistent", NULL, NULL))


/* `NUMBER`, `i386:NUMBER` and `x32:NUMBER`: a call by its number, all arguments -1, as the ABI's own way to make it has it. */
static long by_number(const char *name, bool *is_known) {
    *is_known = true;
    char *end;
    const char *digits = strchr(name, ':') ? strchr(name, ':') + 1 : name;
    long number = strtol(digits, &end, 0);
    if (end == digits || *end) {
        *is_known = false;
        return 0;
    }
    if (digits == name) return syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
#ifdef __x86_64__
    if (!strncmp(name, "x32:", 4)) return syscall(number | 0x40000000, -1L, -1L, -1L, -1L, -1L, -1L);
    if (!strncmp(name, "i386:", 5)) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(-1L), "c"(-1L), "d"(-1L), "S"(-1L), "D"(-1L) : "memory", "r8", "r9", "r10", "r11");
        if (result >= 0 || result < -4095) return result >= 0 ? result : 0;
        errno = (int)-result;
        return -1;
    }
#endif
    *is_known = false;
    return 0;
}

static long call_named(const char *name, bool *is_known) {
    *is_known = true;
#define CALL(text, call) \
    if (!strcmp(name, text)) return (long)(call);
    CALLS(CALL)
#undef CALL
    return by_number(name, is_known);
}

/* In a child, since a call may change or end the process. Its end tells the rest: 0 fine, else errno. */
static void try_call(const char *name) {
    pid_t child = fork();
    if (child < 0) return fact("call", "%s fork %s", name, strerrorname_np(errno));
    if (!child) {
        bool is_known;
        errno = 0;
        long result = call_named(name, &is_known);
        _exit(!is_known ? 255 : result < 0 ? errno : 0);
    }
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFSIGNALED(status)) return fact("call", "%s killed by %s", name, sigabbrev_np(WTERMSIG(status)));
    int error = WEXITSTATUS(status);
    if (error == 255) return fact("call", "%s is unknown to the probe", name);
    fact("call", "%s %s", name, error ? strerrorname_np(error) : "ok");
}

/* Tries these calls, or all that the probe knows. */
void calls(char *const *arguments) {
    for (char *const *argument = arguments; *argument; argument++) try_call(*argument);
    if (*arguments) return;
#define CALL(text, call) try_call(text);
    CALLS(CALL)
#undef CALL
}
