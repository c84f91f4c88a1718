/* Ops that give the child namespaces of its own, or those that it shares with others.
 *
 * A shared namespace has no owner among the processes: the first that comes makes it, all others join. The keeper holds a socket whose
 * peer lies as a message in the socket's own queue, so that nobody else can send to it. Who finds no namespace beside that message
 * makes one and sends it after; the lock on the socket lets only one look at a time. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)
#define RESULT(call) ((call) < 0 ? -errno : 0)

/* The fork has seen to it, so that the child is the first there and still the keeper's own. */
int op_private_pids(struct run *run, const struct op *op) {
    (void)run, (void)op;
    return getpid() == 1 ? 0 : -EPERM;
}

int op_unshare(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(unshare((int)NUMBER(0)));
}

int op_enter_namespace(struct run *run, const struct op *op) {
    /* An empty slot is -1, which the kernel refuses. */
    return RESULT(setns(run->slots[NUMBER(0)] - 1, (int)NUMBER(1)));
}

enum { PEER = 'p', SPACE = 'n' };

int send_fd(int socket, char kind, int fd) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {&kind, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return RESULT(sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT));
}

int receive_fd(int socket, char *kind, int flags) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {kind, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC) < 0) return -errno;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS) return -EBADMSG;
    int fd;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

int namespace_storage(struct keeper *keeper, const char *name) {
    int held = descriptor_fd(keeper, name), ends[2];
    if (held >= 0) return held;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
    int result = send_fd(ends[1], PEER, ends[1]);
    close(ends[1]);
    if (!result && descriptor_hold(keeper, name, ends[0])) return descriptor_fd(keeper, name);
    if (result) close(ends[0]);
    return result ? result : -EMFILE;
}

static int refuse(int fd) {
    int error = -errno;
    close(fd);
    return error;
}

static const char *file_of(uint32_t type) { return type == CLONE_NEWNET ? "/proc/self/ns/net" : "/proc/self/ns/ipc"; }

static int make_owned(const struct run *run, const struct op *op);

/* A new namespace, or that which the path names; the child is in it then. */
static int make_space(const struct run *run, const struct op *op) {
    uint32_t type = NUMBER(1);
    const char *path = TEXT(2);
    int fd;
    if (op->code == OP_owned_namespace) {
        fd = make_owned(run, op);
        if (fd >= 0 && setns(fd, (int)type) < 0) return refuse(fd);
    } else if (*path) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0 && setns(fd, (int)type) < 0) return refuse(fd);
    } else {
        if (unshare((int)type) < 0) return -errno;
        fd = open(file_of(type), O_RDONLY | O_CLOEXEC);
    }
    return fd < 0 ? -errno : fd;
}

/* The peer is taken away only when the namespace lies behind it: who is killed in between leaves two, of which the first counts. */
static int share_space(int storage, int peer, int space) {
    char kind;
    int result = send_fd(peer, SPACE, space);
    if (result) return result;
    int taken = receive_fd(storage, &kind, MSG_DONTWAIT);
    if (taken >= 0) close(taken);
    return taken < 0 ? taken : 0;
}

static int enter_space(const struct run *run, int storage, const struct op *op) {
    uint32_t type = NUMBER(1);
    char kind;
    int fd = receive_fd(storage, &kind, MSG_PEEK | MSG_DONTWAIT);
    if (fd < 0) return fd;
    int result;
    if (kind == SPACE) {
        result = RESULT(setns(fd, (int)type));
    } else {
        int space = make_space(run, op);
        result = space < 0 ? space : share_space(storage, fd, space);
        if (space >= 0) close(space);
        if (!result && type == CLONE_NEWNET && (op->code == OP_owned_namespace || !*TEXT(2))) result = loopback_up();
    }
    close(fd);
    return result;
}

static int share(const struct run *run, const struct op *op) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    while (fcntl(op->fd, F_SETLKW, &lock) < 0)
        if (errno != EINTR) return -errno;
    int result = enter_space(run, op->fd, op);
    lock.l_type = F_UNLCK;
    fcntl(op->fd, F_SETLK, &lock);
    return result;
}

int op_namespace(struct run *run, const struct op *op) {
    int result = share(run, op);
    /* As in systemd: who may not have one goes on without. */
    return result == -EPERM ? PARTLY : result;
}

int op_owned_namespace(struct run *run, const struct op *op) {
    return share(run, op);
}

static int write_once(int directory, const char *name, const char *text) {
    int fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    size_t length = strlen(text);
    ssize_t wrote = write(fd, text, length);
    int result = wrote < 0 ? -errno : (size_t)wrote < length ? -EIO : 0;
    close(fd);
    return result;
}

/* By a process that has stayed outside, since inside nobody may name more than one user. Ends with the errno. */
_Noreturn static void write_maps(int process, int go, const char *uids, const char *gids) {
    char byte;
    if (read(go, &byte, 1) != 1) _exit(ECANCELED);
    int result = write_once(process, "setgroups", "deny");
    if (result == -ENOENT) result = 0;
    if (!result) result = write_once(process, "uid_map", uids);
    if (!result) result = write_once(process, "gid_map", gids);
    _exit(-result);
}

static int own_users(const struct run *run, const char *uids, const char *gids) {
    int go[2], status = 0;
    /* By number it could be another's, in a namespace of processes of its own. */
    int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (self < 0) return -errno;
    if (pipe2(go, O_CLOEXEC) < 0) return refuse(self);
    pid_t helper = fork_marked(run->mark);
    if (helper == 0) {
        close(go[1]);
        write_maps(self, go[0], uids, gids);
    }
    int result = helper < 0 ? -errno : RESULT(unshare(CLONE_NEWUSER));
    if (!result) result = write(go[1], "", 1) == 1 ? 0 : -errno;
    close(go[0]);
    close(go[1]);
    close(self);
    while (helper > 0 && waitpid(helper, &status, 0) < 0)
        if (errno != EINTR) return -errno;
    if (result || helper < 0) return result;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EPROTO;
}

int op_user_namespace(struct run *run, const struct op *op) {
    return own_users(run, TEXT(0), TEXT(1));
}

static int enter_by_path(const char *path, int type) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return -errno;
    if (setns(fd, type) < 0) return refuse(fd);
    close(fd);
    return 0;
}

/* The user namespace that owns the network or IPC that the process is in. */
static int enter_owner(uint32_t type) {
    int fd = open(file_of(type), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int owner = ioctl(fd, NS_GET_USERNS);
    if (owner < 0) return refuse(fd);
    close(fd);
    if (setns(owner, CLONE_NEWUSER) < 0) return refuse(owner);
    close(owner);
    return 0;
}

int op_enter_owner(struct run *run, const struct op *op) {
    (void)run;
    return enter_owner(NUMBER(0));
}

/* What a child makes in the user namespace that is to own it: of a namespace that the process is in, of the path, or a new one. */
static int make_in_owner(const struct run *run, const struct op *op) {
    uint32_t type = NUMBER(1), beside = NUMBER(2);
    int result = beside ? enter_owner(beside) : *TEXT(3) ? enter_by_path(TEXT(3), CLONE_NEWUSER) : own_users(run, TEXT(4), TEXT(5));
    if (!result) result = RESULT(unshare((int)type));
    if (result) return result;
    int fd = open(file_of(type), O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* The process itself keeps its rights: all that it still has to make outside is made with them. */
static int make_owned(const struct run *run, const struct op *op) {
    int ends[2], status = 0;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
    pid_t helper = fork_marked(run->mark);
    if (helper == 0) {
        int fd = make_in_owner(run, op);
        _exit(fd < 0 ? -fd : -send_fd(ends[1], SPACE, fd));
    }
    int result = helper < 0 ? -errno : 0;
    close(ends[1]);
    while (helper > 0 && waitpid(helper, &status, 0) < 0)
        if (errno != EINTR) result = -errno, helper = -1;
    if (!result) result = WIFEXITED(status) ? -WEXITSTATUS(status) : -EPROTO;
    char kind;
    if (!result) result = receive_fd(ends[0], &kind, MSG_DONTWAIT);
    close(ends[0]);
    return result;
}
