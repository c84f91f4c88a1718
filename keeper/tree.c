/* Directory trees, in the child: no allocation, no symlink followed, no mount crossed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"

enum { MAX_DEPTH = 256, MAX_OPEN = 128 };

/* As getdents64(2) gives it. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

typedef int entry_function(int directory, const char *name, void *context, int depth);

/* Calls `each` for what is in the directory; goes on after an error and gives the first. */
static int walk(int directory, entry_function *each, void *context, int depth) {
    _Alignas(struct entry) char bytes[4096];
    int result = 0;
    for (;;) {
        long got = syscall(SYS_getdents64, directory, bytes, sizeof bytes);
        if (got < 0) return -errno;
        if (!got) return result;
        for (long at = 0; at < got;) {
            struct entry *entry = (struct entry *)(bytes + at);
            at += entry->length;
            if (!strcmp(entry->name, ".") || !strcmp(entry->name, "..")) continue;
            int failed = each(directory, entry->name, context, depth);
            if (failed && !result) result = failed;
        }
    }
}

static int open_directory(int directory, const char *name) {
    return openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int mount_of(int directory, const char *name, uint64_t *mount) {
    struct statx info;
    if (statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_MNT_ID, &info) < 0) return -errno;
    *mount = info.stx_mask & STATX_MNT_ID ? info.stx_mnt_id : (uint64_t)info.stx_dev_major << 32 | info.stx_dev_minor;
    return 0;
}

struct removal {
    uint64_t mount;
    int top;         /* the directory that is removed */
    uint32_t number; /* of the next one that is moved up */
    bool moved;
};

/* What lies too deep to have all directories above it open becomes an entry of the directory that goes with it anyway. */
static int move_up(int directory, const char *name, struct removal *removal) {
    for (;;) {
        char to[16] = ".deep-";
        char *digit = to + strlen(to);
        for (uint32_t rest = removal->number; digit == to + 6 || rest; rest /= 16) *digit++ = "0123456789abcdef"[rest % 16];
        if (!renameat(directory, name, removal->top, to)) return removal->moved = true, 0;
        if (errno == ENOENT) return 0;
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR) return -errno;
        if (!++removal->number) return -EEXIST;
    }
}

static int remove_entry(int directory, const char *name, void *context, int depth) {
    struct removal *removal = context;
    if (!unlinkat(directory, name, 0) || errno == ENOENT) return 0;
    if (errno != EISDIR && errno != EPERM) return -errno;
    int unlink_error = errno;
    int fd = open_directory(directory, name);
    if (fd < 0) return errno == ENOTDIR || errno == ELOOP ? -unlink_error : -errno;
    uint64_t mount = 0;
    int result = mount_of(fd, "", &mount);
    if (!result && mount != removal->mount) result = -EBUSY;
    if (!result && depth == MAX_OPEN) return close(fd), move_up(directory, name, removal);
    if (depth == 0) removal->top = fd;
    if (!result) result = walk(fd, remove_entry, removal, depth + 1);
    /* Whether a walk sees what is moved into its directory meanwhile, nobody says. */
    while (depth == 0 && removal->moved) {
        removal->moved = false;
        int failed = lseek(fd, 0, SEEK_SET) < 0 ? -errno : walk(fd, remove_entry, removal, 1);
        if (!result) result = failed;
    }
    close(fd);
    if (result) return result;
    return !unlinkat(directory, name, AT_REMOVEDIR) || errno == ENOENT ? 0 : -errno;
}

int tree_remove_at(int directory, const char *name) {
    struct removal removal = {0};
    int result = mount_of(directory, name, &removal.mount);
    if (result) return result == -ENOENT ? 0 : result;
    return remove_entry(directory, name, &removal, 0);
}

/* The directory that holds the last part of the path, reached through no symlink; that part is left in `name`. */
static int open_above(const char *base, const char *path, char name[NAME_MAX + 1]) {
    int at = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0) return -errno;
    for (;;) {
        size_t length = strcspn(path, "/");
        if (length > NAME_MAX) return close(at), -ENAMETOOLONG;
        memcpy(name, path, length);
        name[length] = 0;
        path += length + strspn(path + length, "/");
        if (!*path) return at;
        int next = open_directory(at, name), error = errno;
        close(at);
        if (next < 0) return -error;
        at = next;
    }
}

int tree_remove_below(const char *base, const char *path) {
    char name[NAME_MAX + 1];
    if (!is_path_below(path)) return -EINVAL;
    int directory = open_above(base, path, name);
    if (directory < 0) return directory == -ENOENT ? 0 : directory;
    int result = tree_remove_at(directory, name);
    close(directory);
    return result;
}

int tree_remove(const char *path) {
    char name[NAME_MAX + 1];
    int above = way_above(path, NULL, name);
    if (above < 0) return above == -ENOENT ? 0 : above;
    int result = tree_remove_at(above, name);
    close(above);
    return result;
}

/* A directory on the way down. Its descriptor is -1 while what is far below it is walked, or when it could not be found again. */
struct level {
    int fd, depth;
    int64_t next; /* where its entries go on, since all levels share one buffer */
};

/* Of the directory, to know it again. */
static int identity_of(int fd, uint64_t id[3]) {
    struct stat info;
    if (fstat(fd, &info) < 0) return -errno;
    id[0] = info.st_dev, id[1] = info.st_ino;
    return mount_of(fd, "", &id[2]);
}

int tree_leave(int *directory, struct left_directory *left) {
    int result = identity_of(*directory, left->id);
    if (result) return result;
    close(*directory);
    *directory = -1;
    return 0;
}

int tree_return(int below, const struct left_directory *left, int *directory) {
    uint64_t id[3] = {0};
    int up = openat(below, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = up < 0 ? -errno : identity_of(up, id);
    if (!result && memcmp(id, left->id, sizeof id)) result = -ESTALE;
    if (result && up >= 0) close(up);
    if (!result) *directory = up;
    return result;
}

struct owner {
    uint32_t uid, gid;
    uint32_t before; /* whose the tree was */
    bool wary;       /* of names that others may have given to files that are not theirs */
};

static int own_below(struct level *level, const struct owner *owner);

static int own_directory(struct level *above, int fd, const struct owner *owner) {
    struct level level = {.fd = fd, .depth = above->depth + 1};
    struct left_directory left;
    bool leaves = level.depth >= TREE_OPEN;
    int result = leaves ? tree_leave(&above->fd, &left) : 0;
    if (!result) result = own_below(&level, owner);
    if (level.fd < 0) return result;
    int failed = leaves && above->fd < 0 ? tree_return(level.fd, &left, &above->fd) : 0;
    close(level.fd);
    return failed ? failed : result;
}

/* A file that belongs to neither, and has names elsewhere, is theirs who gave it those. */
static int own_unless_linked(int fd, const struct owner *owner) {
    struct stat info;
    if (fstat(fd, &info) < 0) return -errno;
    if (info.st_nlink > 1 && info.st_uid != owner->before && info.st_uid != owner->uid) return 0;
    return fchownat(fd, "", owner->uid, owner->gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

static int own_file(int directory, const char *name, const struct owner *owner) {
    if (!owner->wary) return fchownat(directory, name, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT ? -errno : 0;
    int fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? 0 : -errno;
    int result = own_unless_linked(fd, owner);
    close(fd);
    return result;
}

static int own_entry(struct level *level, const char *name, const struct owner *owner, bool *went) {
    int fd = open_directory(level->fd, name);
    if (fd < 0) return own_file(level->fd, name, owner);
    int owned = fchown(fd, owner->uid, owner->gid) < 0 ? -errno : 0;
    if (level->depth == TREE_DEEPEST) return close(fd), -ENAMETOOLONG;
    *went = true;
    int result = own_directory(level, fd, owner);
    return owned ? owned : result;
}

const char *scan_next(struct scan *scan, int directory, int64_t *next, int *error) {
    _Alignas(struct entry) static char bytes[4096];
    for (;;) {
        if (scan->at >= scan->got) {
            if (lseek(directory, *next, SEEK_SET) < 0) return *error = -errno, NULL;
            scan->got = syscall(SYS_getdents64, directory, bytes, sizeof bytes);
            if (scan->got <= 0) return *error = scan->got < 0 ? -errno : 0, NULL;
            scan->at = 0;
        }
        struct entry *entry = (struct entry *)(bytes + scan->at);
        scan->at += entry->length;
        *next = entry->offset;
        if (strcmp(entry->name, ".") && strcmp(entry->name, "..")) return entry->name;
    }
}

/* Goes on after an error and gives the first, unless the way is lost. */
static int own_below(struct level *level, const struct owner *owner) {
    struct scan scan = {0};
    for (int result = 0, error = 0;;) {
        bool went = false;
        const char *name = scan_next(&scan, level->fd, &level->next, &error);
        if (!name) return error ? error : result;
        int failed = own_entry(level, name, owner, &went);
        if (level->fd < 0) return failed;
        if (failed && !result) result = failed;
        if (went) scan = (struct scan){0};
    }
}

/* fs.protected_hardlinks (proc_sys_fs(5)): otherwise everybody may give a name to a file of anybody. */
static bool are_names_protected(void) {
    char value = 0;
    int fd = open("/proc/sys/fs/protected_hardlinks", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool is_read = read(fd, &value, 1) == 1;
    close(fd);
    return is_read && value != '0';
}

int tree_own(int fd, uint32_t uid, uint32_t gid, uint32_t before) {
    struct owner owner = {.uid = uid, .gid = gid, .before = before, .wary = !are_names_protected()};
    struct level level = {.fd = fd};
    return own_below(&level, &owner);
}

struct owned {
    uint64_t mount;
    uint32_t uid, gid;
};

static int remove_owned_entry(int directory, const char *name, void *context, int depth) {
    const struct owned *owned = context;
    struct stat info;
    if (depth > MAX_DEPTH) return -ELOOP;
    if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? 0 : -errno;
    if (S_ISDIR(info.st_mode)) {
        uint64_t mount = 0;
        int fd = open_directory(directory, name);
        if (fd < 0) return errno == ENOENT ? 0 : -errno;
        int result = mount_of(fd, "", &mount);
        /* What else is mounted there is no shared memory. */
        if (!result && mount != owned->mount) return close(fd), 0;
        if (!result) result = walk(fd, remove_owned_entry, context, depth + 1);
        close(fd);
        if (result) return result;
    }
    if ((owned->uid == UINT32_MAX || info.st_uid != owned->uid) && (owned->gid == UINT32_MAX || info.st_gid != owned->gid)) return 0;
    /* Others may have put something into the directory. */
    if (!unlinkat(directory, name, S_ISDIR(info.st_mode) ? AT_REMOVEDIR : 0) || errno == ENOENT || errno == ENOTEMPTY) return 0;
    return -errno;
}

int tree_remove_owned(const char *path, uint32_t uid, uint32_t gid) {
    struct owned owned = {.uid = uid, .gid = gid};
    int fd = open_directory(AT_FDCWD, path);
    if (fd < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    int result = mount_of(fd, "", &owned.mount);
    if (!result) result = walk(fd, remove_owned_entry, &owned, 0);
    close(fd);
    return result;
}
