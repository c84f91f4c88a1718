/* Ops that tell in utmp(5) who is logged in where (systemd.exec(5), UtmpIdentifier=). 0 or -errno; as in ops.c, only async-signal-safe calls.
 *
 * The library's functions wait for a lock as long as somebody holds it, and anybody who may write to these files can. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)

enum { LOCK_TRIES = 40, LOCK_PAUSE = 50, MOST_RECORDS = 1 << 16 };

static const char current[] = "/run/utmp", history[] = "/var/log/wtmp";

static int ended(int fd, int result) {
    close(fd);
    return result;
}

/* Where there is no such file nobody wants the records. */
static int open_locked(const char *path, int flags) {
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return -errno;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    for (int tries = 0; fcntl(fd, F_SETLK, &lock) < 0; tries++) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR) return ended(fd, -errno);
        if (tries == LOCK_TRIES) return ended(fd, -ETIMEDOUT);
        poll(NULL, 0, LOCK_PAUSE);
    }
    return fd;
}

static bool is_process(const struct utmp *record) { return record->ut_type >= INIT_PROCESS && record->ut_type <= DEAD_PROCESS; }

/* The place of the record of a process with this id, which is read; or the end. */
static off_t find(int fd, const char *id, struct utmp *record) {
    off_t at = 0;
    for (int i = 0; i < MOST_RECORDS && pread(fd, record, sizeof *record, at) == (ssize_t)sizeof *record; i++) {
        if (is_process(record) && !memcmp(record->ut_id, id, sizeof record->ut_id)) return at;
        at += (off_t)sizeof *record;
    }
    memset(record, 0, sizeof *record);
    return at;
}

static int write_at(int fd, const struct utmp *record, off_t at) {
    ssize_t wrote = pwrite(fd, record, sizeof *record, at);
    return wrote < 0 ? -errno : wrote == (ssize_t)sizeof *record ? 0 : -EIO;
}

static int append_history(const struct utmp *record) {
    int fd = open_locked(history, O_WRONLY | O_APPEND);
    if (fd < 0) return fd;
    ssize_t wrote = write(fd, record, sizeof *record);
    return ended(fd, wrote < 0 ? -errno : wrote == (ssize_t)sizeof *record ? 0 : -EIO);
}

static int put(const struct utmp *record) {
    struct utmp there;
    int fd = open_locked(current, O_RDWR);
    int result = fd < 0 ? fd : ended(fd, write_at(fd, record, find(fd, record->ut_id, &there)));
    int also = append_history(record);
    if (result == -ENOENT) result = 0;
    return result ? result : also == -ENOENT ? 0 : also;
}

/* The last characters of a long text, since what tells apart is at the end. */
static void copy_end(char *to, size_t size, const char *text) {
    size_t length = strlen(text);
    memset(to, 0, size);
    if (length > size)
        memcpy(to, text + length - size, size);
    else
        memcpy(to, text, length);
}

static void copy_start(char *to, size_t size, const char *text) { memcpy(to, text, strnlen(text, size)); }

static void stamp(struct utmp *record) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    record->ut_tv.tv_sec = (int32_t)now.tv_sec;
    record->ut_tv.tv_usec = (int32_t)(now.tv_nsec / 1000);
}

int op_utmp(struct run *run, const struct op *op) {
    (void)run;
    struct utmp record = {.ut_type = INIT_PROCESS, .ut_pid = getpid(), .ut_session = getsid(0)};
    stamp(&record);
    copy_end(record.ut_id, sizeof record.ut_id, TEXT(0));
    copy_start(record.ut_line, sizeof record.ut_line, TEXT(1));
    int result = put(&record);
    if (!result && NUMBER(3) >= LOGIN_PROCESS) {
        record.ut_type = LOGIN_PROCESS;
        result = put(&record);
    }
    if (!result && NUMBER(3) == USER_PROCESS) {
        record.ut_type = USER_PROCESS;
        copy_start(record.ut_user, sizeof record.ut_user - 1, TEXT(2));
        result = put(&record);
    }
    return result;
}

static bool is_one_of(const char *const *pids, pid_t pid) {
    for (; *pids; pids++)
        if (strtol(*pids, NULL, 10) == pid) return true;
    return false;
}

int op_utmp_dead(struct run *run, const struct op *op) {
    (void)run;
    struct utmp record;
    char id[sizeof record.ut_id];
    copy_end(id, sizeof id, TEXT(0));
    int fd = open_locked(current, O_RDWR);
    if (fd < 0) return fd == -ENOENT ? 0 : fd;
    off_t at = find(fd, id, &record);
    if (record.ut_pid <= 0 || !is_one_of(op->fields[1].data, record.ut_pid)) return ended(fd, 0);
    if (kill(record.ut_pid, 0) == 0 || errno != ESRCH) return ended(fd, 0);
    record.ut_type = DEAD_PROCESS;
    record.ut_exit.e_termination = (short)NUMBER(2);
    record.ut_exit.e_exit = (short)NUMBER(3);
    memset(record.ut_user, 0, sizeof record.ut_user);
    memset(record.ut_host, 0, sizeof record.ut_host);
    memset(&record.ut_tv, 0, sizeof record.ut_tv);
    int result = ended(fd, write_at(fd, &record, at));
    stamp(&record);
    int also = append_history(&record);
    return result ? result : also == -ENOENT ? 0 : also;
}
