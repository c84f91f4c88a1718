/* Tells which devices, addresses and ports the cgroup may use. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "act.h"

static int outcome(int result) {
    int error = errno;
    if (result >= 0) close(result);
    return result < 0 ? error : 0;
}

static void try_device(const char *kind, mode_t type, unsigned major_number, unsigned minor_number) {
    char path[64];
    snprintf(path, sizeof path, "/run/t/node-%d", getpid());
    int made = mknod(path, type | 0600, makedev(major_number, minor_number)) < 0 ? errno : 0;
    printf("%s %u:%u mknod %d\n", kind, major_number, minor_number, made);
    unlink(path);
}

static void try_open(const char *path) {
    int reads = outcome(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    int writes = outcome(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    printf("%s read %d write %d\n", path, reads, writes);
}

void tell_devices(void) {
    const char *paths[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/console"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) try_open(paths[i]);
    try_device("c", S_IFCHR, 1, 3);
    try_device("c", S_IFCHR, 1, 4);
    try_device("c", S_IFCHR, 1, 11);
    try_device("c", S_IFCHR, 5, 2);
    try_device("c", S_IFCHR, 10, 229);
    try_device("c", S_IFCHR, 136, 0);
    try_device("b", S_IFBLK, 7, 0);
    try_device("b", S_IFBLK, 8, 0);
    fflush(stdout);
}

/* A packet to oneself, to see whether it gets out, and whether it comes in. */
static void try_packet(const char *text) {
    bool six = strchr(text, ':');
    struct sockaddr_storage address = {.ss_family = six ? AF_INET6 : AF_INET};
    socklen_t length = six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    inet_pton(address.ss_family, text, six ? (void *)&((struct sockaddr_in6 *)&address)->sin6_addr : &((struct sockaddr_in *)&address)->sin_addr);
    int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        printf("%s: no socket: %d\n", text, errno);
        if (fd >= 0) close(fd);
        return;
    }
    int sent = sendto(fd, "x", 1, 0, (struct sockaddr *)&address, length) < 0 ? errno : 0;
    struct pollfd poll_fd = {fd, POLLIN, 0};
    printf("%s: sent %d, came %d\n", text, sent, poll(&poll_fd, 1, sent ? 0 : 100));
    close(fd);
}

void tell_packets(void) {
    const char *addresses[] = {"127.0.0.1", "127.0.0.2", "127.1.2.3", "127.200.0.1", "::1"};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) try_packet(addresses[i]);
    fflush(stdout);
}

static void try_bind(int family, int type, int port) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = in6addr_loopback};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(family, type | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int result = family == AF_INET ? bind(fd, (struct sockaddr *)&four, sizeof four) : bind(fd, (struct sockaddr *)&six, sizeof six);
    printf("%s %s %d: %d\n", family == AF_INET ? "ipv4" : "ipv6", type == SOCK_STREAM ? "tcp" : "udp", port, result < 0 ? errno : 0);
    close(fd);
}

void tell_binds(void) {
    const int ports[] = {0, 80, 1023, 1024, 5353, 65535};
    for (int family = 0; family < 2; family++)
        for (int type = 0; type < 2; type++)
            for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) try_bind(family ? AF_INET6 : AF_INET, type ? SOCK_DGRAM : SOCK_STREAM, ports[i]);
    fflush(stdout);
}

/* A program that lets no packet pass, in a BPF file system. */
void pin_filter(const char *path) {
    struct bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0}, {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr load = {
        .prog_type = BPF_PROG_TYPE_CGROUP_SKB, .insns = (uintptr_t)program, .insn_cnt = 2, .license = (uintptr_t) "GPL"};
    int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
    union bpf_attr pin = {.pathname = (uintptr_t)path, .bpf_fd = (uint32_t)fd};
    if (fd < 0 || syscall(SYS_bpf, BPF_OBJ_PIN, &pin, sizeof pin) < 0) perror(path);
}
