/* Ops that give a service its credentials (systemd.exec(5), "Credentials"): a small file system of its own that nobody can write to.
 * 0 or -errno; as in ops.c, only async-signal-safe calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)

enum { LARGEST = 1 << 20, MOUNT_FLAGS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

static int ended(int fd, int result) {
    close(fd);
    return result;
}

/* A mount that is nowhere yet: an O_PATH descriptor, or -errno. */
static int new_file_system(void) {
    int fs = fsopen("ramfs", FSOPEN_CLOEXEC);
    if (fs < 0) return -errno;
    bool named = fsconfig(fs, FSCONFIG_SET_STRING, "source", "ramfs", 0) == 0;
    if (!named || fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0700", 0) < 0 || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) return ended(fs, -errno);
    int mount = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_FLAGS);
    return ended(fs, mount < 0 ? -errno : mount);
}

/* Where no file system can be made, an empty directory has to do. */
int op_credentials_open(struct run *run, const struct op *op) {
    const char *path = TEXT(1);
    int result = make_parents(path, 0755);
    if (result) return result;
    while (!umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW)) continue;
    int fd = new_file_system();
    if (fd < 0) {
        chmod(path, 0700);
        result = tree_remove(path);
        if (result) return result;
    }
    if (mkdir(path, 0700) < 0 && errno != EEXIST) return fd < 0 ? -errno : ended(fd, -errno);
    if (fd < 0) fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return -errno;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, run->plan->highest + 1);
    if (moved < 0) return ended(fd, -errno);
    run->slots[NUMBER(0)] = moved + 1;
    return ended(fd, 0);
}

/* Of several that have the same name the first counts: then there is no descriptor, and no error. */
static int new_credential(const struct run *run, uint32_t slot, const char *name, int *fd) {
    *fd = openat(run->slots[slot] - 1, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
    return *fd < 0 && errno != EEXIST ? -errno : 0;
}

static int write_all(int fd, const char *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t wrote = write(fd, bytes + done, length - done);
        if (wrote < 0 && errno != EINTR) return -errno;
        if (wrote > 0) done += (size_t)wrote;
    }
    return 0;
}

int op_credential_data(struct run *run, const struct op *op) {
    int fd, result = new_credential(run, NUMBER(0), TEXT(1), &fd);
    if (result || fd < 0) return result;
    if (NUMBER(3) != (uint32_t)-1 && fchown(fd, NUMBER(3), (gid_t)-1) < 0) return ended(fd, -errno);
    return ended(fd, write_all(fd, op->fields[2].data, op->fields[2].number));
}

/* Whoever listens there is told by the peer's address what is wanted. */
static int connect_as(const char *path, const char *peer) {
    struct sockaddr_un own = {.sun_family = AF_UNIX}, other = {.sun_family = AF_UNIX};
    size_t length = strlen(peer);
    if (length >= sizeof own.sun_path || strlen(path) >= sizeof other.sun_path) return -ENAMETOOLONG;
    memcpy(own.sun_path + 1, peer, length);
    memcpy(other.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (bind(fd, (struct sockaddr *)&own, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) < 0) return ended(fd, -errno);
    if (connect(fd, (struct sockaddr *)&other, sizeof other) < 0) return ended(fd, -errno);
    shutdown(fd, SHUT_WR);
    return fd;
}

static int open_source(const char *const *paths, const char *peer) {
    int error = -ENOENT;
    for (; *paths; paths++) {
        int fd = open(*paths, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0) return fd;
        error = -errno;
        if (error == -ENXIO && *peer) return connect_as(*paths, peer);
        if (error != -ENOENT) return error;
    }
    return error;
}

static int copy(int from, int to) {
    char bytes[4096];
    for (size_t total = 0;;) {
        ssize_t count = read(from, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count < 0 ? -errno : 0;
        if ((total += (size_t)count) > LARGEST) return -E2BIG;
        int result = write_all(to, bytes, (size_t)count);
        if (result) return result;
    }
}

int op_credential_file(struct run *run, const struct op *op) {
    int from = open_source(op->fields[2].data, TEXT(3));
    if (from < 0) return from == -ENOENT && NUMBER(4) ? 0 : from;
    int to, result = new_credential(run, NUMBER(0), TEXT(1), &to);
    if (result || to < 0) return ended(from, result);
    if (NUMBER(5) != (uint32_t)-1 && fchown(to, NUMBER(5), (gid_t)-1) < 0) result = -errno;
    if (!result) result = copy(from, to);
    close(to);
    return ended(from, result);
}

int op_credentials_close(struct run *run, const struct op *op) {
    int fd = run->slots[NUMBER(0)] - 1;
    bool is_mount = fcntl(fd, F_GETFL) & O_PATH;
    if (NUMBER(2) != (uint32_t)-1 && fchownat(fd, "", NUMBER(2), (gid_t)-1, AT_EMPTY_PATH) < 0) return -errno;
    if (fchmodat(fd, ".", 0500, 0) < 0) return -errno;
    if (!is_mount) return 0;
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    if (mount_setattr(fd, "", AT_EMPTY_PATH, &read_only, sizeof read_only) < 0) return -errno;
    return move_mount(fd, "", AT_FDCWD, TEXT(1), MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}
