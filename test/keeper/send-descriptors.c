/* Sends datagrams with descriptors, as sd_notify(3) does: send-descriptors SOCKET HOW-MANY DESCRIPTORS-IN-EACH TEXT. Waits when the other side is slow. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0), each = atoi(argv[3]), zero = 0;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * 253)];
    } control = {0};
    struct iovec part = {argv[4], strlen(argv[4])};
    struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &part, .msg_iovlen = 1};
    if (each) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)each);
        control.header.cmsg_len = CMSG_LEN(sizeof(int) * (size_t)each);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        for (int i = 0; i < each; i++) memcpy(CMSG_DATA(&control.header) + sizeof(int) * (size_t)i, &zero, sizeof zero);
    }
    for (int left = atoi(argv[2]); left; left--)
        if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0) return 1;
    return 0;
}
