/* Listens for datagrams at a path, and prints each with who sent it: receive PATH. */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void print(const struct ucred *sender, const char *bytes, ssize_t length) {
    char path[64], name[64] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", sender->pid);
    int fd = open(path, O_RDONLY);
    ssize_t got = fd < 0 ? 0 : read(fd, name, sizeof name - 1);
    if (fd >= 0) close(fd);
    name[got > 0 ? strcspn(name, "\n") : 0] = 0;
    printf("%s uid=%u gid=%u ", *name ? name : "-", sender->uid, sender->gid);
    for (ssize_t i = 0; i < length; i++)
        if (isprint((unsigned char)bytes[i]) && bytes[i] != '\\') putchar(bytes[i]);
        else printf("\\x%02x", (unsigned char)bytes[i]);
    putchar('\n');
    fflush(stdout);
}

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int on = 1, fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, argv[1]);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) return 1;
    chmod(argv[1], 0666);
    for (;;) {
        static char bytes[1 << 16];
        union {
            struct cmsghdr header;
            char space[CMSG_SPACE(sizeof(struct ucred))];
        } control;
        struct iovec part = {bytes, sizeof bytes};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        ssize_t length = recvmsg(fd, &message, 0);
        if (length < 0) return 1;
        struct ucred sender = {0, -1u, -1u};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_type == SCM_CREDENTIALS) memcpy(&sender, CMSG_DATA(header), sizeof sender);
        print(&sender, bytes, length);
    }
}
