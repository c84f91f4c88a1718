/* What a child does between fork and exec: one function for each op, which gives 0 or -errno.
 *
 * Only async-signal-safe calls may be made here, and nothing of the heap is there: plan, run and stack are all. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "keeper.h"

typedef int op_function(struct run *run, const struct op *op);

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)
#define RESULT(call) ((call) < 0 ? -errno : 0)

/* The descriptor in a slot, or -1, which every system call refuses. */
static int slot_get(const struct run *run, uint32_t slot) { return run->slots[slot] - 1; }

int out_of_the_way(const struct run *run, int fd) {
    if (fd < 0 || fd > run->plan->highest) return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, run->plan->highest + 1);
    return moved < 0 ? -errno : moved;
}

static int slot_put(struct run *run, uint32_t slot, int fd) {
    if (fd < 0) return -errno;
    int moved = out_of_the_way(run, fd);
    if (moved != fd) close(fd);
    if (moved < 0) return moved;
    run->slots[slot] = moved + 1;
    return 0;
}

size_t append(char *out, size_t at, const char *text) {
    size_t length = strlen(text);
    memcpy(out + at, text, length + 1);
    return at + length;
}

size_t decimal(char *out, uint64_t value) {
    char digits[20];
    size_t count = 0, length = 0;
    do digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count) out[length++] = digits[--count];
    out[length] = 0;
    return length;
}

/* The keeper has every disposition at its default, so only what is asked for and the mask are left to do. */
static int op_signals(struct run *run, const struct op *op) {
    (void)run;
    sigset_t none;
    sigemptyset(&none);
    if (NUMBER(0) && sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL) < 0) return -errno;
    return RESULT(sigprocmask(SIG_SETMASK, &none, NULL));
}

static int op_setsid(struct run *run, const struct op *op) {
    (void)run, (void)op;
    return RESULT(setsid());
}

static bool is_needed(const struct run *run, int fd) {
    if (fd <= 2 || fd == run->exec_fd || fd == run->keep_fd) return true;
    for (uint32_t slot = 0; slot < MAX_SLOTS; slot++)
        if (run->slots[slot] == fd + 1) return true;
    for (uint32_t i = 0; i < run->plan->count; i++)
        if (run->plan->ops[i].fd == fd) return true;
    return false;
}

/* The other end may be one of the keeper's own that fork copied into this child: those go first. */
static void close_copies(const struct run *run) {
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    unsigned int start = 3, end = limit.rlim_cur > 65536 ? 65536 : (unsigned int)limit.rlim_cur;
    for (unsigned int fd = 3; fd <= end; fd++) {
        if (fd < end && !is_needed(run, (int)fd)) continue;
        if (fd > start) syscall(SYS_close_range, start, fd == end ? UINT_MAX : fd - 1, 0);
        start = fd + 1;
    }
}

static int op_wait(struct run *run, const struct op *op) {
    if (!run->alone) close_copies(run);
    struct pollfd poll_fd = {.fd = slot_get(run, NUMBER(0))};
    if (poll_fd.fd < 0) return -EBADF;
    int timeout = NUMBER(1) > INT_MAX ? -1 : (int)NUMBER(1);
    while (poll(&poll_fd, 1, timeout) < 0)
        if (errno != EINTR) return -errno;
    return 0;
}

/* Above what is permitted it is that, and PARTLY. */
static int limit_set(int resource, struct rlimit *limit) {
    if (!setrlimit((__rlimit_resource_t)resource, limit)) return 0;
    if (errno != EPERM) return -errno;
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) < 0) return -errno;
    if (limit->rlim_max > now.rlim_max) limit->rlim_max = now.rlim_max;
    if (limit->rlim_cur > limit->rlim_max) limit->rlim_cur = limit->rlim_max;
    return setrlimit((__rlimit_resource_t)resource, limit) < 0 ? -errno : PARTLY;
}

static int op_rlimit(struct run *run, const struct op *op) {
    struct rlimit limit = {op->fields[1].number, op->fields[2].number};
    if (NUMBER(0) != RLIMIT_NOFILE) return limit_set((int)NUMBER(0), &limit);
    /* The ops after this one need descriptors above those that fork copied, so it is lowered only at exec. */
    struct rlimit now;
    int result = 0;
    if (getrlimit(RLIMIT_NOFILE, &now) < 0) return -errno;
    if (limit.rlim_max > now.rlim_max) {
        struct rlimit raised = {now.rlim_cur, limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) < 0) {
            limit.rlim_max = now.rlim_max;
            result = PARTLY;
        }
    }
    if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
    run->descriptors = limit;
    return result;
}

static int op_nice(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(setpriority(PRIO_PROCESS, 0, (int32_t)NUMBER(0)));
}

static int write_file(const char *path, const void *bytes, size_t length) {
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return -errno;
    ssize_t wrote = write(fd, bytes, length);
    int result = wrote < 0 ? -errno : (size_t)wrote < length ? -EIO : 0;
    close(fd);
    return result;
}

static int op_oom_score(struct run *run, const struct op *op) {
    (void)run;
    char text[24] = "-";
    int32_t value = (int32_t)NUMBER(0);
    size_t sign = value < 0;
    size_t length = sign + decimal(text + sign, (uint64_t)(value < 0 ? -(int64_t)value : value));
    return write_file("/proc/self/oom_score_adj", text, length);
}

static int op_ioprio(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(syscall(SYS_ioprio_set, 1, 0, NUMBER(0) << 13 | NUMBER(1)));
}

static int op_umask(struct run *run, const struct op *op) {
    (void)run;
    umask(NUMBER(0) & 0777);
    return 0;
}

static int connect_path(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, length);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || !connect(fd, (struct sockaddr *)&address, sizeof address)) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int op_open(struct run *run, const struct op *op) {
    int fd = open(TEXT(1), (int)NUMBER(2) | O_CLOEXEC, NUMBER(3));
    if (fd < 0 && errno == ENXIO) fd = connect_path(TEXT(1));
    return slot_put(run, NUMBER(0), fd);
}

/* run_plan has moved it out of the way already. */
static int op_take(struct run *run, const struct op *op) {
    if (op->fd < 0) return -EBADF;
    run->slots[NUMBER(0)] = op->fd + 1;
    return 0;
}

static int op_output(struct run *run, const struct op *op) { return op_take(run, op); }

static int op_pipe(struct run *run, const struct op *op) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0) return -errno;
    int result = slot_put(run, NUMBER(0), fds[0]);
    int second = slot_put(run, NUMBER(1), fds[1]);
    return result ? result : second;
}

static int op_data(struct run *run, const struct op *op) {
    int fd = memfd_create("data", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -errno;
    const char *bytes = op->fields[1].data;
    for (size_t done = 0, length = op->fields[1].number; done < length;) {
        ssize_t wrote = write(fd, bytes + done, length - done);
        if (wrote < 0) return -errno;
        done += (size_t)wrote;
    }
    if (lseek(fd, 0, SEEK_SET) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) return -errno;
    return slot_put(run, NUMBER(0), fd);
}

static int op_keep(struct run *run, const struct op *op) {
    int fd = slot_get(run, NUMBER(0));
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)TEXT(1), op->fields[1].number};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return RESULT(sendmsg(run->keep_fd, &message, MSG_NOSIGNAL));
}

static int op_dup(struct run *run, const struct op *op) { return RESULT(dup2(slot_get(run, NUMBER(0)), (int)NUMBER(1))); }

static int op_nonblock(struct run *run, const struct op *op) {
    int fd = slot_get(run, NUMBER(0)), flags = fcntl(fd, F_GETFL);
    if (flags < 0) return -errno;
    return RESULT(fcntl(fd, F_SETFL, NUMBER(1) ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

static int done_in(int fd, int result) {
    close(fd);
    return result;
}

static int op_unlink(struct run *run, const struct op *op) {
    (void)run;
    char name[NAME_MAX + 1];
    int above = way_above(TEXT(0), NULL, name);
    if (above < 0) return above == -ENOENT ? 0 : above;
    return done_in(above, unlinkat(above, name, 0) < 0 && errno != ENOENT ? -errno : 0);
}

static int make_directory(int above, const char *name, mode_t mode) {
    if (!mkdirat(above, name, mode)) return 0;
    if (errno != EEXIST) return -errno;
    struct stat info;
    if (fstatat(above, name, &info, 0) < 0) return -errno;
    return S_ISDIR(info.st_mode) ? 0 : -ENOTDIR;
}

static int op_mkdir(struct run *run, const struct op *op) {
    (void)run;
    char name[NAME_MAX + 1];
    int above = way_above(TEXT(0), NULL, name);
    return above < 0 ? above : done_in(above, make_directory(above, name, NUMBER(1)));
}

static int open_directory(int above, const char *name) {
    return openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int make_new(int above, const char *name, const struct op *op) {
    struct stat info;
    if (mkdirat(above, name, NUMBER(1) & 07777) < 0) return errno == EEXIST ? RESULT(fstatat(above, name, &info, 0)) : -errno;
    int fd = open_directory(above, name);
    return fd < 0 ? -errno : done_in(fd, RESULT(fchown(fd, NUMBER(2), NUMBER(3))));
}

static int op_mkdir_unless_there(struct run *run, const struct op *op) {
    (void)run;
    char name[NAME_MAX + 1];
    int above = way_above(TEXT(0), NULL, name);
    return above < 0 ? above : done_in(above, make_new(above, name, op));
}

int make_parents(const char *path, mode_t mode) {
    char name[NAME_MAX + 1];
    int above = way_above(path, &mode, name);
    if (above >= 0) return done_in(above, 0);
    /* Where one may not be made, what comes after reports it. */
    return above == -EACCES || above == -EROFS ? 0 : above;
}

static int op_mkdir_parents(struct run *run, const struct op *op) {
    (void)run;
    return make_parents(TEXT(0), NUMBER(1));
}

static int op_mkdir_all(struct run *run, const struct op *op) {
    (void)run;
    struct stat info;
    if (!stat(TEXT(0), &info)) return 0;
    mode_t mode = NUMBER(1);
    char name[NAME_MAX + 1];
    int above = way_above(TEXT(0), &mode, name);
    return above < 0 ? above : done_in(above, mkdirat(above, name, mode) < 0 && errno != EEXIST ? -errno : 0);
}

static int op_no_symlink(struct run *run, const struct op *op) {
    (void)run;
    const char *path = TEXT(0);
    char part[PATH_MAX];
    struct stat info;
    size_t length = strlen(path);
    if (length >= sizeof part) return -ENAMETOOLONG;
    for (size_t i = 1; i <= length; i++) {
        if (path[i] && path[i] != '/') continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (lstat(part, &info) < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
        if (S_ISLNK(info.st_mode)) return -ELOOP;
    }
    return 0;
}

static int op_autofs(struct run *run, const struct op *op) { return autofs_mount(slot_get(run, NUMBER(0)), TEXT(1), TEXT(2), NUMBER(3)); }

static int op_autofs_answer(struct run *run, const struct op *op) {
    (void)run;
    return autofs_answer(TEXT(0), NUMBER(1), NUMBER(2), NUMBER(3));
}

static int op_autofs_expire(struct run *run, const struct op *op) {
    (void)run;
    return autofs_expire(TEXT(0), NUMBER(1));
}

static int op_unmount(struct run *run, const struct op *op) {
    (void)run;
    return unmount_all(TEXT(0));
}

static int own_directory(int fd, const struct op *op) {
    struct stat info;
    uint32_t uid = NUMBER(2), gid = NUMBER(3);
    if (fstat(fd, &info) < 0) return -errno;
    if ((uid != (uint32_t)-1 && uid != info.st_uid) || (gid != (uint32_t)-1 && gid != info.st_gid)) {
        int result = tree_own(fd, uid, gid, info.st_uid);
        if (result) return result;
        if (fchown(fd, uid, gid) < 0) return -errno;
    }
    return RESULT(fchmod(fd, NUMBER(1) & 07777));
}

/* One that nobody but its owner can have put another in the place of. */
static int made_directory(const char *path, const mode_t *parents, mode_t mode) {
    char name[NAME_MAX + 1];
    int above = way_above(path, parents, name);
    if (above < 0) return above;
    if (mkdirat(above, name, mode) < 0 && errno != EEXIST) return done_in(above, -errno);
    int fd = open_directory(above, name);
    return done_in(above, fd < 0 ? -errno : fd);
}

static int op_directory(struct run *run, const struct op *op) {
    (void)run;
    mode_t parents = 0755;
    int fd = made_directory(TEXT(0), &parents, NUMBER(1) & 07777);
    return fd < 0 ? fd : done_in(fd, own_directory(fd, op));
}

static int op_own_directory(struct run *run, const struct op *op) {
    (void)run;
    int fd = made_directory(TEXT(0), NULL, NUMBER(1) & 0777);
    if (fd < 0) return fd;
    struct stat info;
    return done_in(fd, fstat(fd, &info) < 0 ? -errno : info.st_uid != geteuid() ? -EEXIST : RESULT(fchmod(fd, NUMBER(1) & 07777)));
}

static bool is_link_with(int above, const char *name, const struct field *text) {
    char link[PATH_MAX];
    ssize_t length = text->number ? readlinkat(above, name, link, sizeof link) : -1;
    return length > 0 && (uint64_t)length == text->number && !memcmp(link, text->data, (size_t)length);
}

static int move_directory(int from, const char *name, const struct op *op) {
    char new_name[NAME_MAX + 1];
    int to = way_above(TEXT(1), NULL, new_name);
    if (to < 0) return to;
    if (is_link_with(to, new_name, &op->fields[2]) && unlinkat(to, new_name, 0) < 0) return done_in(to, -errno);
    /* Never in the place of something else. */
    return done_in(to, syscall(SYS_renameat2, from, name, to, new_name, RENAME_NOREPLACE) < 0 && errno != EEXIST ? -errno : 0);
}

static int op_move_directory(struct run *run, const struct op *op) {
    (void)run;
    char name[NAME_MAX + 1];
    struct stat info;
    int from = way_above(TEXT(0), NULL, name);
    if (from < 0) return from == -ENOENT || from == -ENOTDIR ? 0 : from;
    if (fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) < 0) return done_in(from, errno == ENOENT ? 0 : -errno);
    return done_in(from, S_ISDIR(info.st_mode) ? move_directory(from, name, op) : 0);
}

static int op_copy_once(struct run *run, const struct op *op) {
    (void)run;
    return copy_once(TEXT(0), TEXT(1));
}

static int op_remove(struct run *run, const struct op *op) {
    (void)run;
    return tree_remove(TEXT(0));
}

static int op_remove_below(struct run *run, const struct op *op) {
    (void)run;
    char *const *bases = op->fields[0].data, *const *paths = op->fields[1].data;
    if (op->fields[0].number != op->fields[1].number) return -EINVAL;
    int result = 0;
    for (uint64_t i = 0; i < op->fields[0].number; i++) {
        int failed = tree_remove_below(bases[i], paths[i]);
        if (failed && !result) result = failed;
    }
    return result;
}

static int op_chown(struct run *run, const struct op *op) {
    (void)run;
    char name[NAME_MAX + 1];
    int above = way_above(TEXT(0), NULL, name);
    return above < 0 ? above : done_in(above, RESULT(fchownat(above, name, NUMBER(1), NUMBER(2), AT_SYMLINK_NOFOLLOW)));
}

static int op_chmod(struct run *run, const struct op *op) {
    (void)run;
    int fd = way_open(TEXT(0), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? fd : done_in(fd, RESULT(fchmod(fd, NUMBER(1) & 07777)));
}

static int make_link(int above, const char *name, const struct op *op) {
    if (!symlinkat(TEXT(0), above, name)) return 0;
    int error = errno;
    return error == EEXIST && is_link_with(above, name, &op->fields[0]) ? 0 : -error;
}

static int op_symlink(struct run *run, const struct op *op) {
    (void)run;
    char name[NAME_MAX + 1];
    int above = way_above(TEXT(1), NULL, name);
    return above < 0 ? above : done_in(above, make_link(above, name, op));
}

static int op_write(struct run *run, const struct op *op) {
    (void)run;
    return write_file(TEXT(0), op->fields[1].data, op->fields[1].number);
}

static int op_touch(struct run *run, const struct op *op) {
    (void)run;
    /* Without O_NONBLOCK a FIFO that somebody put there would wait for a reader. */
    int fd = open(TEXT(0), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, NUMBER(1) & 07777);
    if (fd < 0) return -errno;
    uint64_t usec = op->fields[2].number;
    struct timespec time = {.tv_sec = (time_t)(usec / 1000000), .tv_nsec = (long)(usec % 1000000 * 1000)};
    struct stat info;
    int result = RESULT(fstat(fd, &info));
    if (!result) result = S_ISREG(info.st_mode) ? RESULT(futimens(fd, (struct timespec[]){time, time})) : -EINVAL;
    close(fd);
    return result;
}

static int op_inotify(struct run *run, const struct op *op) {
    return slot_put(run, NUMBER(0), inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

static int op_watch_clock(struct run *run, const struct op *op) {
    int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    struct itimerspec never = {.it_value.tv_sec = 9000000000};
    if (fd >= 0 && timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return slot_put(run, NUMBER(0), fd);
}

static uint64_t usec_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int op_wake_timer(struct run *run, const struct op *op) {
    clockid_t clock = (clockid_t)NUMBER(1);
    if (clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM) return -EINVAL;
    uint64_t usec = op->fields[2].number;
    if (clock == CLOCK_BOOTTIME_ALARM) usec += usec_of(CLOCK_BOOTTIME) - usec_of(CLOCK_MONOTONIC);
    int fd = timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK);
    /* All zero would be no alarm at all. */
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(usec / 1000000), .tv_nsec = (long)(usec % 1000000) * 1000 + 1}};
    if (fd >= 0 && timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return slot_put(run, NUMBER(0), fd);
}

static int op_watch_path(struct run *run, const struct op *op) {
    return path_watch(slot_get(run, NUMBER(0)), slot_get(run, NUMBER(1)), TEXT(2), NUMBER(3));
}

/* Not one that others hold, or know by another name. */
static int own_fifo(int fd, const struct op *op) {
    struct stat info;
    uint32_t uid = NUMBER(3), gid = NUMBER(4);
    if (fstat(fd, &info) < 0) return -errno;
    if (!S_ISFIFO(info.st_mode) || info.st_nlink != 1 || (info.st_uid != geteuid() && info.st_uid != uid)) return -EEXIST;
    if (fchmod(fd, NUMBER(2) & 07777) < 0) return -errno;
    return RESULT(fchown(fd, uid, gid));
}

static int op_fifo(struct run *run, const struct op *op) {
    char name[NAME_MAX + 1];
    int above = way_above(TEXT(1), NULL, name);
    if (above < 0) return above;
    if (mkfifoat(above, name, NUMBER(2) & 07777) < 0 && errno != EEXIST) return done_in(above, -errno);
    int fd = openat(above, name, O_RDWR | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    close(above);
    if (fd < 0) return -errno;
    int result = own_fifo(fd, op);
    return result ? done_in(fd, result) : slot_put(run, NUMBER(0), fd);
}

static int op_socket(struct run *run, const struct op *op) {
    return slot_put(run, NUMBER(0), socket((int)NUMBER(1), (int)NUMBER(2) | SOCK_CLOEXEC, (int)NUMBER(3)));
}

static int op_setsockopt(struct run *run, const struct op *op) {
    return RESULT(setsockopt(slot_get(run, NUMBER(0)), (int)NUMBER(1), (int)NUMBER(2), op->fields[3].data, (socklen_t)op->fields[3].number));
}

static int op_bind(struct run *run, const struct op *op) {
    int fd = slot_get(run, NUMBER(0));
    size_t length = op->fields[1].number;
    if (bind(fd, op->fields[1].data, (socklen_t)length) < 0) return -errno;
    return way_check_bound(fd, op->fields[1].data, length);
}

static int op_socket_owner(struct run *run, const struct op *op) {
    return way_own_socket(slot_get(run, NUMBER(0)), TEXT(1), NUMBER(2), NUMBER(3));
}

static int op_listen(struct run *run, const struct op *op) { return RESULT(listen(slot_get(run, NUMBER(0)), (int)NUMBER(1))); }

static int refuse(int fd, int error) {
    close(fd);
    return error;
}

/* A terminal or device may block until somebody is at its other end, hence O_NONBLOCK among the flags. */
static int op_special(struct run *run, const struct op *op) {
    int fd = open(TEXT(1), (int)NUMBER(2) | O_CLOEXEC);
    if (fd < 0) return -errno;
    struct stat info;
    if (fstat(fd, &info) < 0) return refuse(fd, -errno);
    if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) return refuse(fd, -EEXIST);
    /* Only epoll knows which files it can watch. */
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    int error = epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
    if (epoll >= 0) close(epoll);
    return error ? refuse(fd, error) : slot_put(run, NUMBER(0), fd);
}

/* The names of the system calls have no slash before them. */
static int op_mqueue(struct run *run, const struct op *op) {
    struct mq_attr attributes = {.mq_maxmsg = (long)NUMBER(3), .mq_msgsize = (long)NUMBER(4)};
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_CREAT;
    bool limited = NUMBER(3) && NUMBER(4);
    mode_t old = umask(0);
    int fd = (int)syscall(SYS_mq_open, TEXT(1) + 1, flags, NUMBER(2) & 0777, limited ? &attributes : NULL);
    int error = -errno;
    umask(old);
    if (fd < 0) return error;
    struct stat info;
    if (fstat(fd, &info) < 0) return refuse(fd, -errno);
    if ((info.st_mode & 0777) != (NUMBER(2) & 0777) || info.st_uid != geteuid() || info.st_gid != getegid()) return refuse(fd, -EEXIST);
    return slot_put(run, NUMBER(0), fd);
}

static int op_mq_unlink(struct run *run, const struct op *op) {
    (void)run;
    return syscall(SYS_mq_unlink, TEXT(0) + 1) < 0 && errno != ENOENT ? -errno : 0;
}

static int op_pipe_size(struct run *run, const struct op *op) {
    return RESULT(fcntl(slot_get(run, NUMBER(0)), F_SETPIPE_SZ, (int)NUMBER(1)));
}

static int op_xattr(struct run *run, const struct op *op) {
    const char *name = TEXT(2);
    if (!strncmp(name, "security.SMACK64", 16) && access("/sys/fs/smackfs", F_OK) < 0) return 0;
    size_t length = op->fields[3].number;
    if (op->fields[1].number) {
        char text[32];
        int fd = way_open(TEXT(1), O_PATH);
        if (fd < 0) return fd;
        decimal(text + append(text, 0, "/proc/self/fd/"), (uint64_t)fd);
        return done_in(fd, RESULT(setxattr(text, name, op->fields[3].data, length, 0)));
    }
    return RESULT(fsetxattr(slot_get(run, NUMBER(0)), name, op->fields[3].data, length, 0));
}

static int op_chroot(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(chroot(TEXT(0)));
}

static int op_chdir(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(chdir(TEXT(0)));
}

static int op_groups(struct run *run, const struct op *op) {
    static gid_t gids[MAX_PLAN_STRINGS];
    const char *const *list = op->fields[0].data;
    size_t count = op->fields[0].number;
    for (size_t i = 0; i < count; i++) {
        uint64_t gid = 0;
        const char *digit = list[i];
        do {
            if (*digit < '0' || *digit > '9' || (gid = gid * 10 + (uint64_t)(*digit - '0')) > UINT32_MAX) return -EINVAL;
        } while (*++digit);
        gids[i] = (gid_t)gid;
    }
    if (run->continued) {
        static gid_t left[MAX_PLAN_STRINGS];
        int more = getgroups(MAX_PLAN_STRINGS, left);
        if (more < 0) return -errno;
        for (int i = 0; i < more && count < MAX_PLAN_STRINGS; i++) {
            size_t at = 0;
            while (at < count && gids[at] != left[i]) at++;
            if (at == count) gids[count++] = left[i];
        }
    }
    return RESULT(syscall(SYS_setgroups, count, gids));
}

static int op_gid(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(syscall(SYS_setresgid, NUMBER(0), NUMBER(0), NUMBER(0)));
}

static int op_uid(struct run *run, const struct op *op) {
    (void)run;
    /* The library would first look for the threads of the keeper, of which a child has none. */
    return RESULT(syscall(SYS_setresuid, NUMBER(0), NUMBER(0), NUMBER(0)));
}

int loopback_up(void) {
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int result = RESULT(ioctl(fd, SIOCGIFFLAGS, &request));
    request.ifr_flags |= IFF_UP;
    if (!result) result = RESULT(ioctl(fd, SIOCSIFFLAGS, &request));
    close(fd);
    return result;
}

static int op_loopback(struct run *run, const struct op *op) {
    (void)run, (void)op;
    return loopback_up();
}

static int op_no_new_privileges(struct run *run, const struct op *op) {
    (void)run, (void)op;
    return RESULT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static int op_no_new_privileges_unless_admin(struct run *run, const struct op *op) {
    (void)run, (void)op;
    return filter_needs();
}

static int op_cgroup_filter(struct run *run, const struct op *op) {
    struct cgroup_program program = {NUMBER(1), NUMBER(2), TEXT(3), op->fields[4].data, op->fields[4].number, NUMBER(5)};
    int result = program.length || !program.function ? cgroup_filter(op->fd, &program) : 0;
    return result || !program.function ? result : cgroup_let_pass(op->fd, program.attach, program.name, &run->mark);
}

static int op_cgroup_pinned_filter(struct run *run, const struct op *op) {
    (void)run;
    return cgroup_pinned_filter(op->fd, NUMBER(1), TEXT(2));
}

static char *extra_environment(struct run *run, const char *name) {
    size_t length = strlen(name);
    if (run->extra_count >= SPARE_ENVIRONMENT || length > sizeof run->extra[0] - 46) return NULL;
    char *entry = run->extra[run->extra_count++];
    memcpy(entry, name, length);
    entry[length] = '=';
    return entry + length + 1;
}

static int op_env_pid(struct run *run, const struct op *op) {
    char *value = extra_environment(run, TEXT(0));
    if (!value) return -ENAMETOOLONG;
    decimal(value, (uint64_t)getpid());
    return 0;
}

static int op_env_stream(struct run *run, const struct op *op) {
    struct stat info;
    if (fstat(slot_get(run, NUMBER(0)), &info) < 0) return -errno;
    char *value = extra_environment(run, "JOURNAL_STREAM");
    if (!value) return -ENAMETOOLONG;
    size_t length = decimal(value, info.st_dev);
    value[length] = ':';
    decimal(value + length + 1, info.st_ino);
    return 0;
}

int limit_descriptors(const struct run *run, struct rlimit *before) {
    struct rlimit unused;
    if (!before) before = &unused;
    if (getrlimit(RLIMIT_NOFILE, before) < 0) return -errno;
    if (before->rlim_cur == run->descriptors.rlim_cur && before->rlim_max == run->descriptors.rlim_max) return 0;
    struct rlimit wanted = run->descriptors;
    int result = limit_set(RLIMIT_NOFILE, &wanted);
    return result == PARTLY ? 0 : result;
}

/* The filter may refuse what is left to do but exec, so that is done before. */
static int op_seccomp(struct run *run, const struct op *op) {
    struct rlimit before;
    int result = limit_descriptors(run, &before);
    if (!result) result = filter_system_calls(op->fields[0].data, op->fields[0].number);
    if (!result) run->filtered = true;
    return result;
}

char **environment_of(struct run *run, const struct field *given) {
    char **list = (char **)given->data;
    size_t count = given->number;
    for (int i = 0; i < run->extra_count; i++) list[count++] = run->extra[i];
    list[count] = NULL;
    return list;
}

static int op_exec(struct run *run, const struct op *op) {
    char *const *paths = op->fields[0].data, *const *argv = op->fields[1].data;
    char **environment = run->continued ? environ : environment_of(run, &op->fields[2]);
    struct rlimit raised;
    int limited = run->filtered ? 0 : limit_descriptors(run, &raised);
    if (limited) return limited;
    if (run->exec_fd >= 0) run->report->at_exec = 1;
    int error = ENOENT;
    for (; *paths; paths++) {
        execve(*paths, argv, environment);
        error = errno;
        if (error != ENOENT && error != ENOTDIR) break;
    }
    if (run->exec_fd >= 0) run->report->at_exec = 0;
    if (run->filtered) return -error;
    /* The ops after a tolerated failure need the room again. */
    raised.rlim_max = run->descriptors.rlim_max;
    if (raised.rlim_cur > raised.rlim_max) raised.rlim_cur = raised.rlim_max;
    setrlimit(RLIMIT_NOFILE, &raised);
    return -error;
}

static int op_exit(struct run *run, const struct op *op) {
    (void)run;
    _exit((int)NUMBER(0) & 0xff);
}

static int op_fail(struct run *run, const struct op *op) {
    (void)run;
    return -(int)(NUMBER(0) & 0xfff);
}

static op_function *const functions[] = {
#define FUNCTION(name, exit, fields) op_##name,
    OPS(FUNCTION)
#undef FUNCTION
};

int run_op(struct run *run, const struct op *op) { return functions[op->code](run, op); }

/* Before the first op: what is at a number that an op will place something at is moved away. */
static int clear_the_way(struct run *run) {
    run->exec_fd = out_of_the_way(run, run->exec_fd);
    run->keep_fd = out_of_the_way(run, run->keep_fd);
    for (uint32_t i = 0; i < run->plan->count; i++) {
        struct op *op = &run->plan->ops[i];
        op->fd = out_of_the_way(run, op->fd);
    }
    return 0;
}

static void tolerated(struct report *report, const struct op *op, uint32_t index, int error) {
    if (!op->tell || report->told_count >= MAX_TOLD) return;
    report->told[report->told_count].op = (uint16_t)index;
    report->told[report->told_count++].error = (uint16_t)error;
}

_Noreturn void run_plan(struct run *run) {
    if (run->plan->highest > 2) clear_the_way(run);
    for (uint32_t i = 0; i < run->plan->count; i++) {
        const struct op *op = &run->plan->ops[i];
        int result = run_op(run, op);
        if (!result) continue;
        if (op->tolerate || result == PARTLY) {
            tolerated(run->report, op, i, result == PARTLY ? EPERM : -result);
            continue;
        }
        run->report->error = -result;
        run->report->failed = (int32_t)(run->first + i) + 1;
        _exit(op->exit);
    }
    _exit(0);
}
