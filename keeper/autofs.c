/* Automount points, in children: what autofs(5) and the ioctls of /dev/autofs take. A child is in the keeper's process group, so the
 * kernel lets it pass a point on which all others wait. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/auto_dev-ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "keeper.h"

/* An ioctl of /dev/autofs: the struct, and the path behind it. */
struct request {
    struct autofs_dev_ioctl control;
    char path[PATH_MAX];
};

/* As the kernel writes the number of a device in 32 bits. */
static uint32_t device_number(dev_t device) {
    uint32_t high = major(device), low = minor(device);
    return (low & 0xff) | high << 8 | (low & ~0xffu) << 12;
}

static int prepare(struct request *request, int point, const char *path) {
    size_t length = path ? strlen(path) + 1 : 0;
    if (length > sizeof request->path) return -ENAMETOOLONG;
    init_autofs_dev_ioctl(&request->control);
    request->control.ioctlfd = point;
    request->control.size = (uint32_t)(sizeof request->control + length);
    if (path) memcpy(request->path, path, length);
    return 0;
}

/* Opens the control device and the automount point, which may lie below what is mounted on it. */
static int open_point(const char *path, uint32_t device, int *control) {
    struct request request;
    int result = prepare(&request, -1, path);
    if (result) return result;
    *control = open("/dev/autofs", O_RDWR | O_CLOEXEC);
    if (*control < 0) return -errno;
    request.control.openmount.devid = device;
    return ioctl(*control, AUTOFS_DEV_IOCTL_OPENMOUNT, &request) < 0 ? -errno : request.control.ioctlfd;
}

int autofs_mount(int pipe_fd, const char *path, const char *options, uint32_t timeout) {
    char text[1024];
    struct request request;
    struct stat info;
    size_t length = 0;
    const char *more = *options ? "," : "";
    if (strlen(options) > sizeof text - 128) return -E2BIG;
    length = append(text, length, "fd=");
    length += decimal(text + length, (uint64_t)pipe_fd);
    length = append(text, length, ",pgrp=");
    length += decimal(text + length, (uint64_t)getpgrp());
    length = append(text, length, ",minproto=5,maxproto=5,direct");
    length = append(text, length, more);
    append(text, length, options);
    if (mount("systemd-1", path, "autofs", 0, text) < 0 || stat(path, &info) < 0) return -errno;
    int control = -1, point = open_point(path, device_number(info.st_dev), &control);
    if (point < 0) return point;
    prepare(&request, point, NULL);
    request.control.timeout.timeout = timeout;
    return ioctl(control, AUTOFS_DEV_IOCTL_TIMEOUT, &request) < 0 ? -errno : 0;
}

/* Lets go whoever waits under this token: with the mount if `error` is 0. */
int autofs_answer(const char *path, uint32_t device, uint32_t token, uint32_t error) {
    struct request request;
    int control = -1, point = open_point(path, device, &control);
    if (point < 0) return point;
    prepare(&request, point, NULL);
    if (error) {
        request.control.fail.token = token;
        request.control.fail.status = -(int32_t)error;
    } else
        request.control.ready.token = token;
    return ioctl(control, error ? AUTOFS_DEV_IOCTL_FAIL : AUTOFS_DEV_IOCTL_READY, &request) < 0 ? -errno : 0;
}

/* Asks the kernel for expiry until nothing is idle; each time it waits for the answer to what it then asks of the manager. */
int autofs_expire(const char *path, uint32_t device) {
    struct request request;
    int control = -1, point = open_point(path, device, &control);
    if (point < 0) return point;
    for (;;) {
        prepare(&request, point, NULL);
        if (ioctl(control, AUTOFS_DEV_IOCTL_EXPIRE, &request) < 0) return errno == EAGAIN ? 0 : -errno;
    }
}

/* Unmounts all that is mounted at a place. */
int unmount_all(const char *path) {
    for (int done = 0;; done++)
        if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0) return errno == EINVAL || (errno == ENOENT && done) ? 0 : -errno;
}
