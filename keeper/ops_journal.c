/* An op that has a process write to the machine's own journal instead of ours. 0 or -errno; as in ops.c, only async-signal-safe calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)
#define LENGTH(index) ((size_t)op->fields[index].number)

enum { STREAM_ROOM = 8 << 20, NO_ID = -1 };

/* The journal takes for the writer's identity who connected, so that is done as its user. */
static int connect_as(int fd, const struct sockaddr_un *address, uid_t uid, gid_t gid, int exit) {
    uid_t own_uid = geteuid();
    gid_t own_gid = getegid();
    if (gid != (gid_t)NO_ID && syscall(SYS_setresgid, NO_ID, gid, NO_ID) < 0) return -errno;
    int result = uid != (uid_t)NO_ID && syscall(SYS_setresuid, NO_ID, uid, NO_ID) < 0 ? -errno : 0;
    if (!result && connect(fd, (const struct sockaddr *)address, sizeof *address) < 0) result = -errno;
    if (syscall(SYS_setresuid, NO_ID, own_uid, NO_ID) < 0 || syscall(SYS_setresgid, NO_ID, own_gid, NO_ID) < 0) _exit(exit);
    return result;
}

/* Without a listener that has room for us, the slot stays what it is. */
int op_journal(struct run *run, const struct op *op) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (LENGTH(1) >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, TEXT(1), LENGTH(1));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    int room = STREAM_ROOM, result = connect_as(fd, &address, NUMBER(3), NUMBER(4), op->exit);
    if (!result && shutdown(fd, SHUT_RD) < 0) result = -errno;
    if (!result && send(fd, TEXT(2), LENGTH(2), MSG_NOSIGNAL) != (ssize_t)LENGTH(2)) result = -EIO;
    if (!result && fcntl(fd, F_SETFL, 0) < 0) result = -errno;
    if (!result && setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    /* Over the pipe that is there, whose other end is told that it is closed. */
    if (!result && dup3(fd, run->slots[NUMBER(0)] - 1, O_CLOEXEC) < 0) result = -errno;
    close(fd);
    return result;
}
