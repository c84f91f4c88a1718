#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

static struct descriptor *find(struct keeper *keeper, const char *name) {
    struct node *node = table_text(&keeper->descriptors, name);
    return node ? OF(struct descriptor, by_name, node) : NULL;
}

int descriptor_fd(struct keeper *keeper, const char *name) {
    struct descriptor *descriptor = find(keeper, name);
    return descriptor ? descriptor->fd : -1;
}

bool is_reserved(const struct keeper *keeper, int fd) { return fd >= keeper->reserved_from; }

/* What notify.c names so until the manager gives it another name, or closes it. */
static bool is_notified(const char *name) { return !strncmp(name, "notify/", 7); }

static void count_notified(struct keeper *keeper, const char *name, int change) {
    if (!is_notified(name)) return;
    keeper->notified_count += (uint32_t)change;
    if (change < 0) notify_resume(keeper);
}

/* Whether others can make a close wait: by SO_LINGER of a connection, or by a file system or a device of theirs. What is listened at has to be
 * gone at once, for whoever binds its address next. */
static bool may_wait(int fd) {
    struct stat info;
    int listens = 0, type = 0;
    socklen_t size = sizeof type;
    if (fstat(fd, &info)) return true;
    if (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode) || S_ISCHR(info.st_mode)) return true;
    if (!S_ISSOCK(info.st_mode) || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size)) return false;
    size = sizeof listens;
    return type != SOCK_DGRAM && type != SOCK_RAW && !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && !listens;
}

static void *close_one(void *fd) {
    close((int)(intptr_t)fd);
    return NULL;
}

void close_aside(int fd) {
    pthread_t thread;
    pthread_attr_t attributes;
    if (fd < 0) return;
    if (!may_wait(fd) || pthread_attr_init(&attributes)) return (void)close(fd);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, (size_t)sysconf(_SC_THREAD_STACK_MIN));
    int failed = pthread_create(&thread, &attributes, close_one, (void *)(intptr_t)fd);
    pthread_attr_destroy(&attributes);
    if (failed) close(fd);
}

static void release(struct keeper *keeper, struct descriptor *descriptor) {
    table_remove(&keeper->descriptors, &descriptor->by_name);
    count_notified(keeper, descriptor->name, -1);
    unwatch(keeper, descriptor->fd);
    close_aside(descriptor->fd);
    free(descriptor->accept_as);
    free(descriptor->name);
    free(descriptor);
}

/* Takes the descriptor in any case; what was held under the name before is closed. False if it could not be held. */
bool descriptor_hold(struct keeper *keeper, const char *name, int fd) {
    struct descriptor *old = find(keeper, name);
    if (old) release(keeper, old);
    if (keeper->descriptors.count >= MAX_DESCRIPTORS || is_reserved(keeper, fd)) {
        if (may_tell(keeper)) say("descriptor %.200s is not held: there are %zu, and its number is %d of %d", name, keeper->descriptors.count, fd, keeper->reserved_from);
        close_aside(fd);
        return false;
    }
    struct descriptor *descriptor = allocate(sizeof *descriptor);
    descriptor->fd = fd;
    descriptor->name = copy_text(name, strlen(name));
    table_add_text(&keeper->descriptors, &descriptor->by_name, descriptor->name);
    count_notified(keeper, name, 1);
    return true;
}

static void update(struct keeper *keeper, struct descriptor *descriptor);
static void accept_waiting(struct keeper *keeper, struct descriptor *descriptor);

static void tell_change(struct keeper *keeper, struct descriptor *descriptor) {
    if (!descriptor->changed || !descriptor->asked) return;
    descriptor->changed = descriptor->asked = false;
    event_name(keeper, EVENT_READABLE, descriptor->name);
}

/* What comes while this is read is not told apart from what came before; what comes after it is readable again. */
static void drain(int fd) {
    char bytes[4096];
    struct pollfd more = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < 64 && poll(&more, 1, 0) > 0 && read(fd, bytes, sizeof bytes) > 0; i++) {}
}

static void descriptor_ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)events;
    struct descriptor *descriptor = context;
    if (descriptor->priority) {
        descriptor->changed = true;
        tell_change(keeper, descriptor);
        return;
    }
    /* The number may be another's since epoll saw it ready. */
    struct pollfd now = {.fd = descriptor->fd, .events = POLLIN};
    if (poll(&now, 1, 0) <= 0) return;
    bool hangup = descriptor->hangup && now.revents & (POLLHUP | POLLERR), readable = descriptor->poll && now.revents;
    if (hangup) descriptor->hangup = false;
    if (readable) descriptor->poll = false;
    if (descriptor->accepts) accept_waiting(keeper, descriptor);
    update(keeper, descriptor);
    if (readable && descriptor->drain) drain(descriptor->fd);
    if (readable) event_name(keeper, EVENT_READABLE, descriptor->name);
    if (hangup) event_name(keeper, EVENT_HANGUP, descriptor->name);
}

static void update(struct keeper *keeper, struct descriptor *descriptor) {
    bool reads = descriptor->poll || descriptor->accepts, wanted = reads || descriptor->hangup || descriptor->priority;
    uint32_t events = (reads ? EPOLLIN : 0) | (descriptor->priority ? EPOLLPRI | EPOLLET : 0);
    if (!wanted && descriptor->watched) unwatch(keeper, descriptor->fd);
    if (wanted && descriptor->watched) rewatch(keeper, descriptor->fd, events);
    int result = wanted && !descriptor->watched ? watch(keeper, descriptor->fd, events, descriptor_ready, descriptor) : 0;
    descriptor->watched = wanted && !result;
    if (result != -EPERM || !descriptor->poll) return;
    /* epoll refuses regular files, which are always readable. */
    descriptor->poll = false;
    event_name(keeper, EVENT_READABLE, descriptor->name);
}

void descriptor_poll(struct keeper *keeper, const char *name, bool on) {
    struct descriptor *descriptor = find(keeper, name);
    if (!descriptor) return;
    descriptor->poll = on;
    if (!on) descriptor->accepts = 0;
    if (!on) descriptor->priority = descriptor->asked = false;
    descriptor->drain = false;
    update(keeper, descriptor);
}

void descriptor_drain(struct keeper *keeper, const char *name) {
    struct descriptor *descriptor = find(keeper, name);
    if (!descriptor) return;
    descriptor->poll = descriptor->drain = true;
    update(keeper, descriptor);
}

void descriptor_poll_priority(struct keeper *keeper, const char *name) {
    struct descriptor *descriptor = find(keeper, name);
    if (!descriptor) return;
    descriptor->asked = true;
    if (!descriptor->priority) {
        /* A file of /proc tells each change once, to whoever looks first, and that may have been epoll: so it is watched on
         * from now, and taken to have changed before. */
        descriptor->priority = descriptor->changed = true;
        update(keeper, descriptor);
    }
    tell_change(keeper, descriptor);
}

/* What waits is taken off the descriptor into the event, so that it is not lost when the manager dies. */
void descriptor_read(struct keeper *keeper, const char *name, uint32_t most) {
    static uint8_t bytes[MAX_READ];
    struct pollfd now = {.fd = descriptor_fd(keeper, name), .events = POLLIN};
    ssize_t got = -1;
    errno = now.fd < 0 ? EBADF : EAGAIN;
    if (now.fd >= 0 && poll(&now, 1, 0) > 0) got = now.revents & POLLIN ? read(now.fd, bytes, most) : 0;
    struct buffer *out = event_begin(keeper, EVENT_READ);
    put_string(out, name);
    put_u32(out, got < 0 ? (uint32_t)errno : 0);
    put_bytes(out, bytes, got < 0 ? 0 : (size_t)got);
    event_end(keeper);
}

void descriptor_watch_hangup(struct keeper *keeper, const char *name) {
    struct descriptor *descriptor = find(keeper, name);
    if (!descriptor) return;
    descriptor->hangup = true;
    update(keeper, descriptor);
}

void descriptor_rename(struct keeper *keeper, const char *name, const char *to) {
    struct descriptor *descriptor = find(keeper, name);
    if (!descriptor || !strcmp(name, to)) return;
    struct descriptor *old = find(keeper, to);
    if (old) release(keeper, old);
    table_remove(&keeper->descriptors, &descriptor->by_name);
    char *from = descriptor->name;
    descriptor->name = copy_text(to, strlen(to));
    count_notified(keeper, to, 1);
    count_notified(keeper, from, -1);
    free(from);
    table_add_text(&keeper->descriptors, &descriptor->by_name, descriptor->name);
}

void descriptor_close(struct keeper *keeper, const char *name) {
    struct descriptor *descriptor = find(keeper, name);
    if (descriptor) release(keeper, descriptor);
}

void descriptors_close_all(struct keeper *keeper) {
    FOR_TABLE(&keeper->descriptors, node) release(keeper, OF(struct descriptor, by_name, node));
}

typedef union {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
    struct sockaddr_vm vm;
    struct sockaddr_storage storage;
} address_t;

/* 1.2.3.4:80, [::1]:80, /path, @abstract, vsock:3:80, or '' */
static void describe(const address_t *address, socklen_t length, char out[160]) {
    char text[INET6_ADDRSTRLEN];
    out[0] = 0;
    switch (address->any.sa_family) {
        case AF_INET:
            inet_ntop(AF_INET, &address->in.sin_addr, text, sizeof text);
            snprintf(out, 160, "%s:%u", text, ntohs(address->in.sin_port));
            break;
        case AF_INET6:
            inet_ntop(AF_INET6, &address->in6.sin6_addr, text, sizeof text);
            snprintf(out, 160, "[%s]:%u", text, ntohs(address->in6.sin6_port));
            break;
        case AF_VSOCK: snprintf(out, 160, "vsock:%u:%u", address->vm.svm_cid, address->vm.svm_port); break;
        case AF_UNIX: {
            size_t size = length > offsetof(struct sockaddr_un, sun_path) ? length - offsetof(struct sockaddr_un, sun_path) : 0;
            bool abstract = size && !address->un.sun_path[0];
            const char *path = address->un.sun_path + abstract;
            size_t shown = abstract ? size - 1 : strnlen(path, size);
            snprintf(out, 160, "%s%.*s", abstract ? "@" : "", (int)(shown > 108 ? 108 : shown), path);
            break;
        }
        default: break;
    }
}

static void tell_accepted(struct keeper *keeper, const char *name, const char *as, int fd) {
    char peer[160] = "", local[160] = "";
    struct ucred credentials = {0, (uid_t)-1, (gid_t)-1};
    uint64_t cookie = 0;
    if (fd >= 0) {
        address_t address = {0};
        socklen_t length = sizeof address;
        if (!getpeername(fd, &address.any, &length)) describe(&address, length, peer);
        length = sizeof address;
        if (!getsockname(fd, &address.any, &length)) describe(&address, length, local);
        length = sizeof credentials;
        if (address.any.sa_family == AF_UNIX) getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length);
        length = sizeof cookie;
        getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length);
        if (!descriptor_hold(keeper, as, fd)) fd = -EMFILE;
    }
    struct buffer *out = event_begin(keeper, EVENT_ACCEPTED);
    put_string(out, name);
    put_string(out, as);
    put_u32(out, fd < 0 ? (uint32_t)-fd : 0);
    put_string(out, peer);
    put_string(out, local);
    put_u32(out, (uint32_t)credentials.pid);
    put_u32(out, credentials.uid);
    put_u64(out, cookie);
    event_end(keeper);
}

/* The errors of a connection, not of the socket that it came to (accept(2)): the next one may be better. */
static bool is_lost(int error) {
    switch (error) {
        case ECONNABORTED:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case EINTR:
        case ENETDOWN:
        case ENETUNREACH:
        case ENONET:
        case ENOPROTOOPT:
        case EPERM:
        case EPROTO: return true;
        default: return false;
    }
}

/* Accepts what waits, as far as the manager asked for it; after an error it has to ask again. */
static void accept_waiting(struct keeper *keeper, struct descriptor *descriptor) {
    /* Each lost one counts too, so that a flood of them does not keep the loop from its other work. */
    for (uint32_t left = descriptor->accepts; left; left--) {
        int fd = accept4(descriptor->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && errno == EAGAIN) return;
        if (fd < 0 && is_lost(errno)) continue;
        if (fd < 0) fd = -errno;
        if (is_reserved(keeper, fd)) {
            close(fd);
            fd = -EMFILE;
        }
        descriptor->accepts = fd < 0 ? 0 : descriptor->accepts - 1;
        char as[MAX_NAME + 24];
        snprintf(as, sizeof as, "%s/%llu", descriptor->accept_as, (unsigned long long)++keeper->accept_count);
        tell_accepted(keeper, descriptor->name, as, fd);
        if (fd < 0) return;
    }
}

void descriptor_accept(struct keeper *keeper, const char *name, const char *as, uint32_t count) {
    struct descriptor *descriptor = find(keeper, name);
    if (!descriptor) return;
    int flags = fcntl(descriptor->fd, F_GETFL);
    /* Or a connection that went away would stop the keeper until the next. */
    if (flags >= 0 && !(flags & O_NONBLOCK)) fcntl(descriptor->fd, F_SETFL, flags | O_NONBLOCK);
    if (!descriptor->accept_as || strcmp(descriptor->accept_as, as)) {
        free(descriptor->accept_as);
        descriptor->accept_as = copy_text(as, strlen(as));
    }
    descriptor->accepts = count > UINT32_MAX - descriptor->accepts ? UINT32_MAX : descriptor->accepts + count;
    update(keeper, descriptor);
}

enum { MOST_FLUSHED = 4096 };

/* Drops what waits, but no more than that many connections, messages or pieces: others have to be served meanwhile. */
void descriptor_flush(struct keeper *keeper, const char *name) {
    static char piece[65536];
    int fd = descriptor_fd(keeper, name), flags = fd < 0 ? -1 : fcntl(fd, F_GETFL), accepts = 0;
    if (flags < 0) return;
    if (!(flags & O_NONBLOCK)) fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    bool is_socket = !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &(socklen_t){sizeof accepts});
    for (int i = 0; i < MOST_FLUSHED; i++) {
        struct pollfd waits = {.fd = fd, .events = POLLIN};
        if (poll(&waits, 1, 0) <= 0 || !(waits.revents & POLLIN)) return;
        ssize_t got = accepts ? accept4(fd, NULL, NULL, SOCK_CLOEXEC) : read(fd, piece, sizeof piece);
        if (accepts && got >= 0) close((int)got);
        if (!got && !is_socket) return;
        if (got < 0 && errno != EINTR && !(accepts && is_lost(errno))) return;
    }
}

enum { POLLS = 1, DRAINS = 2, HANGUP = 4, PRIORITY = 8, ASKED = 16 };

void descriptors_save(struct keeper *keeper, struct saving *saving) {
    put_u32(&saving->out, (uint32_t)keeper->descriptors.count);
    FOR_TABLE(&keeper->descriptors, node) {
        const struct descriptor *descriptor = OF(struct descriptor, by_name, node);
        put_string(&saving->out, descriptor->name);
        save_fd(saving, descriptor->fd);
        put_u32(&saving->out, descriptor->accepts);
        put_string(&saving->out, descriptor->accept_as ? descriptor->accept_as : "");
        put_u8(&saving->out, (uint8_t)((descriptor->poll ? POLLS : 0) | (descriptor->drain ? DRAINS : 0) | (descriptor->hangup ? HANGUP : 0) |
                                       (descriptor->priority ? PRIORITY : 0) | (descriptor->asked ? ASKED : 0)));
    }
}

void descriptors_restore(struct keeper *keeper, struct cursor *cursor) {
    for (uint32_t count = restore_count(cursor, MAX_DESCRIPTORS); count && !cursor->bad; count--) {
        const char *name = get_name(cursor);
        int fd = restore_fd(keeper, cursor);
        uint32_t accepts = get_u32(cursor);
        const char *as = get_name(cursor);
        uint8_t flags = get_u8(cursor);
        if (cursor->bad || !descriptor_hold(keeper, name, fd)) continue;
        struct descriptor *descriptor = find(keeper, name);
        descriptor->accepts = accepts;
        if (*as) descriptor->accept_as = copy_text(as, strlen(as));
        descriptor->poll = flags & POLLS;
        descriptor->drain = flags & DRAINS;
        descriptor->hangup = flags & HANGUP;
        descriptor->asked = flags & ASKED;
        /* What changed between the two programs is seen by nobody, so it counts as changed. */
        descriptor->priority = descriptor->changed = flags & PRIORITY;
        if (keeper->checking) continue;
        update(keeper, descriptor);
        tell_change(keeper, descriptor);
    }
}
