/* What programs send by datagrams: syslog(3) to /dev/log, and the journal's own protocol, whose large messages are files in memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

enum { FRAME_DATAGRAM = 6 };
enum { DATAGRAMS_AT_ONCE = 64, MAX_ENTRY = 8 << 20, KEPT_ROOM = 1 << 16, MAX_FDS = 253 };

struct source {
    const char *name;
    size_t fd, path; /* where they are in the keeper */
};
static const struct source sources[] = {
    {"syslog", offsetof(struct keeper, syslog_fd), offsetof(struct keeper, syslog_path)},
    {"journal", offsetof(struct keeper, native_fd), offsetof(struct keeper, native_path)},
};
enum { SOURCES = sizeof sources / sizeof *sources };

static int *fd_of(struct keeper *keeper, const struct source *source) { return (int *)((char *)keeper + source->fd); }
static const char **path_of(struct keeper *keeper, const struct source *source) { return (const char **)((char *)keeper + source->path); }

/* What came beside the bytes. */
struct beside {
    struct ucred sender;
    uint64_t realtime;
    int file;
};

static struct beside take_beside(struct msghdr *message) {
    struct beside beside = {{0, (uid_t)-1, (gid_t)-1}, realtime_usec(), -1};
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_CREDENTIALS) memcpy(&beside.sender, CMSG_DATA(header), sizeof beside.sender);
        if (header->cmsg_type == SCM_TIMESTAMP) {
            struct timeval time;
            memcpy(&time, CMSG_DATA(header), sizeof time);
            beside.realtime = (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
        }
        if (header->cmsg_type != SCM_RIGHTS) continue;
        for (size_t at = CMSG_LEN(0); at + sizeof(int) <= header->cmsg_len; at += sizeof(int)) {
            int fd;
            memcpy(&fd, (char *)header + at, sizeof fd);
            close_aside(beside.file);
            beside.file = fd;
        }
    }
    return beside;
}

/* Only a file in memory may be read here: any other might keep the keeper waiting for ever. Whether its size may still change is no matter, as it is copied. */
static void put_file(struct buffer *out, int file) {
    if (fcntl(file, F_GET_SEALS) < 0) return;
    struct stat info;
    if (fstat(file, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size <= 0) return;
    size_t size = info.st_size < MAX_ENTRY ? (size_t)info.st_size : MAX_ENTRY, length = 0;
    uint8_t *room = buffer_room(out, size);
    for (ssize_t got; length < size && (got = pread(file, room + length, size - length, (off_t)length)) > 0;) length += (size_t)got;
    out->tail += length;
}

static bool receive(struct keeper *keeper, const struct source *source) {
    /* Who has the right to large buffers sends megabytes in one datagram. What that took of memory is given back. */
    static char bytes[MAX_ENTRY] __attribute__((aligned(KEPT_ROOM)));
    /* As many as there can be: the kernel would close those for which there is no room here and now. */
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(struct timeval)) + CMSG_SPACE(MAX_FDS * sizeof(int))];
    } control;
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(*fd_of(keeper, source), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0) return false;
    struct beside beside = take_beside(&message);
    sender_tell(keeper, beside.sender.pid, beside.sender.uid);
    struct buffer *out = journal_begin(keeper, FRAME_DATAGRAM);
    put_u64(out, beside.realtime);
    put_u32(out, (uint32_t)beside.sender.pid);
    put_u32(out, beside.sender.uid);
    put_u32(out, beside.sender.gid);
    put_u8(out, (uint8_t)strlen(source->name));
    put_raw(out, source->name, strlen(source->name));
    put_raw(out, bytes, (size_t)length);
    if (length > KEPT_ROOM) madvise(bytes + KEPT_ROOM, sizeof bytes - KEPT_ROOM, MADV_DONTNEED);
    if (beside.file >= 0 && !length) put_file(out, beside.file);
    close_aside(beside.file);
    journal_end(keeper);
    return true;
}

static void ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)events;
    for (int i = 0; i < DATAGRAMS_AT_ONCE && !keeper->streams_paused && receive(keeper, context); i++) {}
}

void datagrams_pause(struct keeper *keeper, bool pause) {
    for (int i = 0; i < SOURCES; i++) {
        int fd = *fd_of(keeper, &sources[i]);
        if (fd >= 0) rewatch(keeper, fd, pause ? 0 : EPOLLIN);
    }
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int on = 1, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (strlen(path) < sizeof address.sun_path) strcpy(address.sun_path, path);
    struct stat info;
    if (!lstat(path, &info) && (S_ISSOCK(info.st_mode) || S_ISLNK(info.st_mode))) unlink(path);
    if (fd < 0 || !*address.sun_path || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        say("no socket at %s: %s", path, strerror(errno));
        if (fd >= 0) close(fd);
        return -1;
    }
    chmod(path, 0666);
    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on);
    /* What does not fit makes senders wait, or go without. */
    int room = 8 << 20;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    return fd;
}

void datagrams_start(struct keeper *keeper) {
    for (int i = 0; i < SOURCES; i++) {
        int *fd = fd_of(keeper, &sources[i]);
        const char **path = path_of(keeper, &sources[i]);
        if (*fd < 0 && *path && keeper->journal.argc && (*fd = listen_at(*path)) < 0) *path = NULL;
        if (*fd >= 0) watch(keeper, *fd, EPOLLIN, ready, (void *)&sources[i]);
    }
}

void datagrams_remove(struct keeper *keeper) {
    for (int i = 0; i < SOURCES; i++)
        if (*path_of(keeper, &sources[i])) unlink(*path_of(keeper, &sources[i]));
}
