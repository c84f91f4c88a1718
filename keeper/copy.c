/* A throw-away copy of a directory tree or of an image, in the child: no allocation, no symlink followed, no mount crossed.
 *
 * Each entry is looked up once, by a descriptor that says what it is; so nobody who can write in the tree can have another file copied.
 * Names of one file stay names of one file: the first copy of each that has several is also in `links`, by its number, until the end. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "keeper.h"

enum { PIECE = 1 << 16 };

struct copy {
    int links;      /* the directory of files that have several names */
    uint64_t mount; /* that is not left */
};

static char piece[PIECE], names[PIECE];

static int fail(int fd) {
    int error = -errno;
    if (fd >= 0) close(fd);
    return error;
}

static const char *way(char text[32], int fd) {
    decimal(text + append(text, 0, "/proc/self/fd/"), (uint64_t)fd);
    return text;
}

static int mount_of(int fd, uint64_t *mount) {
    struct statx info;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &info) < 0) return -errno;
    *mount = info.stx_mask & STATX_MNT_ID ? info.stx_mnt_id : (uint64_t)info.stx_dev_major << 32 | info.stx_dev_minor;
    return 0;
}

static int copy_piece(int from, int to, off_t at, off_t end) {
    while (at < end) {
        size_t wanted = end - at < 1 << 30 ? (size_t)(end - at) : 1 << 30;
        loff_t in = at, out = at;
        ssize_t done = copy_file_range(from, &in, to, &out, wanted, 0);
        if (done < 0 && errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EPERM) return -errno;
        if (done <= 0) {
            done = pread(from, piece, wanted < sizeof piece ? wanted : sizeof piece, at);
            if (done < 0) return -errno;
            /* It has become shorter meanwhile. */
            if (!done) return 0;
            ssize_t wrote = pwrite(to, piece, (size_t)done, at);
            if (wrote < 0) return -errno;
            done = wrote;
        }
        at += done;
    }
    return 0;
}

/* Shares the blocks where the file system can, and leaves holes where they are. */
static int copy_bytes(int from, int to) {
    struct stat info;
    if (!ioctl(to, FICLONE, from)) return 0;
    if (fstat(from, &info) < 0 || ftruncate(to, info.st_size) < 0) return -errno;
    for (off_t at = 0, end; at < info.st_size; at = end) {
        off_t data = lseek(from, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO) return 0;
        if (data < 0) data = at;
        end = lseek(from, data, SEEK_HOLE);
        if (end <= data) end = info.st_size;
        int result = copy_piece(from, to, data, end);
        if (result) return result;
    }
    return 0;
}

/* What the file system of the copy has nothing like is left out. */
static int copy_attributes(int from, int to) {
    ssize_t length = flistxattr(from, names, sizeof names);
    if (length < 0) return errno == EOPNOTSUPP ? 0 : -errno;
    for (char *name = names; name < names + length; name += strlen(name) + 1) {
        ssize_t size = fgetxattr(from, name, piece, sizeof piece);
        if (size < 0 && errno != ENODATA) return -errno;
        if (size >= 0 && fsetxattr(to, name, piece, (size_t)size, 0) < 0 && errno != EOPNOTSUPP) return -errno;
    }
    return 0;
}

/* The owner first: a change of it takes rights away that the mode and the attributes give. */
static int finish(int from, int to, const struct stat *info) {
    struct timespec times[2] = {info->st_atim, info->st_mtim};
    if (fchown(to, info->st_uid, info->st_gid) < 0 || fchmod(to, info->st_mode & 07777) < 0) return -errno;
    int result = copy_attributes(from, to);
    return result ? result : futimens(to, times) < 0 ? -errno : 0;
}

/* `found` names the entry without having opened it: a device is not to be woken, and a FIFO not to be waited for. */
static int copy_file(int found, int to, const char *name, const struct stat *info) {
    char text[32];
    int from = open(way(text, found), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (from < 0) return -errno;
    int copy = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (copy < 0) return fail(from);
    int result = copy_bytes(from, copy);
    if (!result) result = finish(from, copy, info);
    close(from);
    close(copy);
    return result;
}

static int finish_by_name(int to, const char *name, const struct stat *info) {
    struct timespec times[2] = {info->st_atim, info->st_mtim};
    if (fchownat(to, name, info->st_uid, info->st_gid, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    if (!S_ISLNK(info->st_mode) && fchmodat(to, name, info->st_mode & 07777, 0) < 0) return -errno;
    return utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int copy_link(int found, int to, const char *name, const struct stat *info) {
    ssize_t length = readlinkat(found, "", piece, sizeof piece - 1);
    if (length < 0) return -errno;
    piece[length] = 0;
    return symlinkat(piece, to, name) < 0 ? -errno : finish_by_name(to, name, info);
}

static int copy_node(int to, const char *name, const struct stat *info) {
    return mknodat(to, name, (info->st_mode & S_IFMT) | 0600, info->st_rdev) < 0 ? -errno : finish_by_name(to, name, info);
}

/* A directory on the way down, and its copy. The descriptors are -1 while what is far below is copied, or when one could not be found again. */
struct level {
    int from, to, depth;
    int64_t next; /* where its entries go on, since all levels share one buffer */
};

static int copy_new(int found, int to, const char *name, const struct stat *info) {
    switch (info->st_mode & S_IFMT) {
        case S_IFREG: return copy_file(found, to, name, info);
        case S_IFLNK: return copy_link(found, to, name, info);
        /* Who listened there does not listen here. */
        case S_IFSOCK: return 0;
        default: return copy_node(to, name, info);
    }
}

static int copy_other(int found, int to, const char *name, const struct stat *info, const struct copy *all) {
    char number[64];
    size_t length = decimal(number, info->st_dev);
    length = append(number, length, "-");
    decimal(number + length, info->st_ino);
    bool several = !S_ISSOCK(info->st_mode) && info->st_nlink > 1;
    if (several && !linkat(all->links, number, to, name, 0)) return 0;
    int result = copy_new(found, to, name, info);
    return !result && several && linkat(to, name, all->links, number, 0) < 0 && errno != EMLINK ? -errno : result;
}

static int copy_content(struct level *level, const struct copy *all);

/* What is mounted in the tree is an empty directory in the copy. */
static int copy_opened(struct level *level, const struct stat *info, const struct copy *all) {
    uint64_t mount = 0;
    int result = mount_of(level->from, &mount);
    if (!result && mount == all->mount) result = copy_content(level, all);
    return result ? result : finish(level->from, level->to, info);
}

static int copy_below(struct level *above, struct level *level, const struct stat *info, const struct copy *all) {
    struct left_directory from, to;
    if (level->depth < TREE_OPEN) return copy_opened(level, info, all);
    int result = tree_leave(&above->from, &from);
    if (!result) result = tree_leave(&above->to, &to);
    if (!result) result = copy_opened(level, info, all);
    if (!result) result = tree_return(level->from, &from, &above->from);
    return result ? result : tree_return(level->to, &to, &above->to);
}

/* An error ends the whole copy, so nothing has to be found again after one. */
static int copy_directory(struct level *above, int found, const char *name, const struct stat *info, const struct copy *all) {
    char text[32];
    struct level level = {.depth = above->depth + 1};
    if (above->depth == TREE_DEEPEST) return close(found), -ENAMETOOLONG;
    level.from = open(way(text, found), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (level.from < 0) return fail(found);
    close(found);
    if (mkdirat(above->to, name, 0700) < 0) return fail(level.from);
    level.to = openat(above->to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (level.to < 0) return fail(level.from);
    int result = copy_below(above, &level, info, all);
    if (level.from >= 0) close(level.from);
    if (level.to >= 0) close(level.to);
    return result;
}

static int copy_entry(struct level *level, const char *name, const struct copy *all, bool *went) {
    int found = openat(level->from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (found < 0) return errno == ENOENT ? 0 : -errno;
    struct stat info;
    if (fstat(found, &info) < 0) return fail(found);
    *went = S_ISDIR(info.st_mode);
    if (*went) return copy_directory(level, found, name, &info, all);
    int result = copy_other(found, level->to, name, &info, all);
    close(found);
    return result;
}

static int copy_content(struct level *level, const struct copy *all) {
    struct scan scan = {0};
    for (int error = 0;;) {
        bool went = false;
        const char *name = scan_next(&scan, level->from, &level->next, &error);
        if (!name) return error;
        int result = copy_entry(level, name, all, &went);
        if (result) return result;
        if (went) scan = (struct scan){0};
    }
}

/* Of what is named by `source`, which is a directory or a file, as `making` in `to`. */
static int make_copy(int source, int to) {
    struct stat info;
    struct copy all = {-1, 0};
    if (fstat(source, &info) < 0) return -errno;
    if (S_ISREG(info.st_mode)) return copy_file(source, to, "making", &info);
    if (!S_ISDIR(info.st_mode)) return -ENOTDIR;
    int result = mount_of(source, &all.mount);
    if (result) return result;
    if (mkdirat(to, "links", 0700) < 0) return -errno;
    all.links = openat(to, "links", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (all.links < 0) return -errno;
    struct level above = {.from = -1, .to = to};
    int named = fcntl(source, F_DUPFD_CLOEXEC, 0);
    result = named < 0 ? -errno : copy_directory(&above, named, "making", &info, &all);
    close(all.links);
    int removed = tree_remove_at(to, "links");
    return result ? result : removed;
}

/* One process makes it, and those that come meanwhile wait. What one has left that was killed over it is made anew. */
int copy_once(const char *path, const char *directory) {
    int to = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (to < 0) return -errno;
    while (flock(to, LOCK_EX) < 0)
        if (errno != EINTR) return fail(to);
    if (!faccessat(to, "root", F_OK, AT_SYMLINK_NOFOLLOW)) return close(to), 0;
    int source = open(path, O_PATH | O_CLOEXEC), result = source < 0 ? -errno : 0;
    if (!result) result = tree_remove_at(to, "making");
    if (!result) result = tree_remove_at(to, "links");
    if (!result) result = make_copy(source, to);
    if (!result && renameat(to, "making", to, "root") < 0) result = -errno;
    if (source >= 0) close(source);
    close(to);
    return result;
}
