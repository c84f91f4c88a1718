/* What any process may send: notifications, log streams, datagrams of syslog; and what a journal may. */
#define _GNU_SOURCE
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NOTIFY, NOTIFY_WITH_DESCRIPTORS, STREAM, SYSLOG, JOURNAL, JOURNAL_GREETS, KINDS };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void notify(int fd, const struct input *part, int count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * 253)];
    } control = {0};
    struct iovec vector = {(void *)part->at, input_left(part)};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
        control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        for (int i = 0, zero = 0; i < count; i++) memcpy(CMSG_DATA(&control.header) + sizeof(int) * (size_t)i, &zero, sizeof zero);
    }
    sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void greet(struct keeper *keeper, int fd) {
    uint8_t hello[17] = {13, 0, 0, 0, 1, 2};
    store_u64(hello + 9, keeper->journal_sequence / 2);
    world_send(keeper, fd, hello, sizeof hello);
}

static void do_one(struct keeper *keeper, uint8_t kind, const struct input *part) {
    static const struct {
        const char *name;
        int type;
    } sockets[KINDS] = {{"notify", SOCK_DGRAM}, {"notify", SOCK_DGRAM}, {"stdout", SOCK_STREAM}, {"log", SOCK_DGRAM}, {"journal.sock", SOCK_STREAM}, {"journal.sock", SOCK_STREAM}};
    int fd = world_connect(sockets[kind].name, sockets[kind].type);
    if (fd < 0) abort();
    switch (kind) {
        case NOTIFY: notify(fd, part, 0); break;
        case NOTIFY_WITH_DESCRIPTORS: notify(fd, part, input_left(part) % 254); break;
        case SYSLOG: send(fd, part->at, input_left(part), MSG_NOSIGNAL | MSG_DONTWAIT); break;
        case JOURNAL_GREETS: greet(keeper, fd); /* fall through */
        default: world_send(keeper, fd, part->at, input_left(part));
    }
    world_turn(keeper);
    close(fd);
    world_turn(keeper);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input input = {bytes, bytes + size};
    struct keeper *keeper = world(input_byte(&input) & 1 ? TRACK_SESSION : TRACK_CGROUP2);
    int manager = world_connect("keeper.sock", SOCK_STREAM);
    if (manager < 0) abort();
    world_say_hello(keeper, manager);
    while (input_left(&input)) {
        uint8_t kind = input_byte(&input) % KINDS;
        struct input part = input_part(&input);
        do_one(keeper, kind, &part);
    }
    close(manager);
    world_turn(keeper);
    world_empty(keeper);
    return 0;
}
