/* Prints which of its namespaces the user namespace of the process owns, and what it may do in them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TOKEN_CREATE = 36, WITH_TOKEN = 1 << 16 };

static const char *outcome(long result) { return result < 0 ? strerrorname_np(errno) : "may"; }

static const char *owner_of(const char *kind) {
    char path[64];
    struct stat own, owner;
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    int fd = open(path, O_RDONLY | O_CLOEXEC), users = fd < 0 ? -1 : ioctl(fd, NS_GET_USERNS);
    if (users < 0) return errno == EPERM ? "another" : strerrorname_np(errno);
    if (stat("/proc/self/ns/user", &own) < 0 || fstat(users, &owner) < 0) return strerrorname_np(errno);
    return own.st_ino == owner.st_ino ? "own" : "another";
}

/* The size of the packets of the loopback interface. */
static long change_network(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_mtu = 60000};
    return ioctl(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), SIOCSIFMTU, &request);
}

static long make_array(int token) {
    struct {
        union bpf_attr plain;
        char more[64];
    } attr = {.plain = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1, .map_flags = token < 0 ? 0 : WITH_TOKEN}};
    /* Behind what older headers know of it: map_token_fd. */
    if (token >= 0) memcpy((char *)&attr + 76, &token, sizeof token);
    return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, 80);
}

static void rights(void) {
    int place = open("/sys/fs/bpf", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct {
        __u32 flags, fd;
    } attr = {0, (__u32)place};
    long token = syscall(SYS_bpf, TOKEN_CREATE, &attr, sizeof attr);
    printf("token %s\n", outcome(token));
    if (token >= 0) printf("map %s\n", outcome(make_array((int)token)));
    printf("map without %s\n", outcome(make_array(-1)));
}

static void print_name(void) {
    char name[65] = "";
    gethostname(name, sizeof name);
    printf("name %s\n", name);
}

int main(int count, char **words) {
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "mount")) printf("mount %s\n", outcome(mount("/usr", "/mnt", NULL, MS_BIND, NULL)));
        else if (!strcmp(words[i], "uncover")) printf("uncover %s\n", outcome(umount2(words[++i], MNT_DETACH)));
        else if (!strcmp(words[i], "write")) printf("write %s\n", outcome(mount(NULL, words[++i], NULL, MS_REMOUNT | MS_BIND, NULL)));
        else if (!strcmp(words[i], "name")) print_name();
        else if (!strcmp(words[i], "hostname")) printf("hostname %s\n", outcome(sethostname("changed", 7)));
        else if (!strcmp(words[i], "network")) printf("network %s\n", outcome(change_network()));
        else if (!strcmp(words[i], "rights")) rights();
        else printf("%s %s\n", words[i], owner_of(words[i]));
    }
    return fflush(stdout) ? 1 : 0;
}
