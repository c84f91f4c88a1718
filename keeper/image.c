/* Disk images that hold one file system, in a child. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "keeper.h"

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);

enum { ATTEMPTS = 64 };

/* What a file system is told by. */
static const struct {
    const char *type;
    off_t at;
    const char *bytes;
    size_t length;
} signatures[] = {
    {"ext4", 0x438, "\x53\xef", 2},
    {"xfs", 0, "XFSB", 4},
    {"squashfs", 0, "hsqs", 4},
    {"erofs", 1024, "\xe2\xe1\xf5\xe0", 4},
    {"btrfs", 0x10040, "_BHRfS_M", 8},
    {"vfat", 82, "FAT32   ", 8},
    {"vfat", 54, "FAT", 3},
};

static const char *type_of(int fd) {
    char bytes[8];
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        size_t length = signatures[i].length;
        if (pread(fd, bytes, length, signatures[i].at) != (ssize_t)length) continue;
        if (!memcmp(bytes, signatures[i].bytes, length)) return signatures[i].type;
    }
    return NULL;
}

/* A loop device that goes when nobody uses it any more; another may take a free number first. */
static int loop_for(int root, int file, bool read_only) {
    char path[32];
    int control = openat(root, "dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0) return -errno;
    struct loop_config config = {.fd = (uint32_t)file, .info.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0)};
    int result = -EBUSY;
    for (int i = 0; i < ATTEMPTS && result == -EBUSY; i++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0) {
            result = -errno;
            break;
        }
        decimal(path + append(path, 0, "dev/loop"), (uint64_t)number);
        int loop = openat(root, path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW);
        if (loop < 0) {
            result = -errno;
            break;
        }
        result = ioctl(loop, LOOP_CONFIGURE, &config) < 0 ? -errno : loop;
        if (result < 0) close(loop);
    }
    close(control);
    return result;
}

static int open_file(int root, const char *path, bool *read_only) {
    while (*path == '/') path++;
    int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd = *read_only ? -1 : openat(root, path, O_RDWR | flags);
    if (fd >= 0) return fd;
    if (!*read_only && errno != EROFS && errno != EACCES && errno != ETXTBSY) return -errno;
    *read_only = true;
    fd = openat(root, path, O_RDONLY | flags);
    return fd < 0 ? -errno : fd;
}

int image_mount(int root, const char *file, const char *target, const char *options, uint32_t flags) {
    bool read_only = flags & MS_RDONLY;
    char path[32];
    struct stat info;
    int fd = open_file(root, file, &read_only);
    if (fd < 0) return fd;
    int loop = -1, result = fstat(fd, &info) < 0 ? -errno : 0;
    const char *type = result ? NULL : type_of(fd);
    if (!result && !type) result = -ENOPKG;
    if (!result && S_ISREG(info.st_mode)) {
        loop = loop_for(root, fd, read_only);
        if (loop < 0) result = loop;
    } else if (!result && !S_ISBLK(info.st_mode)) {
        result = -ENOTBLK;
    }
    decimal(path + append(path, 0, "self/fd/"), (uint64_t)(loop < 0 ? fd : loop));
    if (!result && mount(path, target, type, flags | MS_NODEV | (read_only ? MS_RDONLY : 0), *options ? options : NULL) < 0) result = -errno;
    close(fd);
    if (loop >= 0) close(loop);
    return result;
}
