/* Ops that give the child a view of the file system of its own.
 *
 * `mount-namespace` takes a copy of all mounts; `root` binds what is to be the root over the old one and enters it; then each op
 * mounts something below the new root, and `enter-root` ends it. Every place is looked up once, below the new root and
 * through no symlink, and is named by its descriptor from then on; so nobody who can write there can lead a mount elsewhere.
 * What a place is covered by comes from the old root, which stays open until `enter-root`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "keeper.h"
#include "mountinfo.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)
#define RESULT(call) ((call) < 0 ? -errno : 0)

/* Of <sys/mount.h>, which does not go together with <linux/mount.h> in older libraries. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);
enum { DETACH = 2, NOFOLLOW = 8 };

/* The flags of the ops. */
enum { OPTIONAL = 1, RECURSIVE = 2, UNLESS_MOUNTED = 4, FOLLOW = 8, EXISTING = 16, PRIVATE = 32 };

enum { HOPS = 64, TEXT_OF_FD = 32 };

static struct view *view_of(struct run *run) { return &run->view; }

/* A view was asked for and none could be made, which is no error: nothing is mounted then. */
static bool is_off(struct run *run) { return view_of(run)->refused; }

static void close_fd(int fd) {
    if (fd >= 0) close(fd);
}

/* The way to a descriptor from the /proc that the child began with. */
static const char *way(char text[TEXT_OF_FD], int fd) {
    decimal(text + append(text, 0, "self/fd/"), (uint64_t)fd);
    return text;
}

static int walk_strictly(int root, const char *path) {
    int at = openat(root, ".", O_PATH | O_CLOEXEC);
    char name[NAME_MAX + 1];
    while (at >= 0) {
        while (*path == '/') path++;
        size_t length = strcspn(path, "/");
        if (!length) return at;
        struct stat info;
        if (length > NAME_MAX) return close(at), -ENAMETOOLONG;
        memcpy(name, path, length);
        name[length] = 0;
        path += length;
        int next = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), error = errno;
        close(at);
        errno = error;
        at = next;
        if (at >= 0 && !fstat(at, &info) && S_ISLNK(info.st_mode)) return close(at), -ELOOP;
    }
    return -errno;
}

/* The path below `root`; with FOLLOW through symlinks that stay below it, else through none. A descriptor or -errno. */
static int look(int root, const char *path, uint32_t flags) {
    while (*path == '/') path++;
    if (!*path) path = ".";
    uint64_t links = flags & FOLLOW ? 0 : RESOLVE_NO_SYMLINKS;
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | links};
    int fd = -1;
    /* The kernel asks to be asked again where something was renamed meanwhile. */
    for (int i = 0; i < HOPS && (fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how)) < 0 && errno == EAGAIN; i++) {}
    if (fd >= 0) return fd;
    return errno == ENOSYS || errno == EPERM ? walk_strictly(root, path) : -errno;
}

/* The same; what is missing of it is made, directories on the way and at the end something of this type, unless it is to be there. */
int look_below(int root, const char *path, uint32_t flags, mode_t type) {
    int at = look(root, path, flags);
    if (at != -ENOENT || flags & EXISTING) return at;
    at = openat(root, ".", O_PATH | O_CLOEXEC);
    char name[NAME_MAX + 1];
    while (at >= 0) {
        while (*path == '/') path++;
        size_t length = strcspn(path, "/");
        if (!length) return at;
        if (length > NAME_MAX) return close(at), -ENAMETOOLONG;
        memcpy(name, path, length);
        name[length] = 0;
        path += length;
        bool last = !path[strspn(path, "/")];
        mode_t mode = last && flags & PRIVATE ? 0700 : 0755;
        /* Others go through it, too, so UMask= of this service is not meant. */
        mode_t mask = umask(0);
        int made = last && !S_ISDIR(type) ? mknodat(at, name, S_IFREG | (flags & PRIVATE ? 0600 : 0644), 0) : mkdirat(at, name, mode);
        int error = errno;
        umask(mask);
        errno = error;
        if (made < 0 && errno != EEXIST && errno != EROFS && errno != EACCES) return made = -errno, close(at), made;
        int next = look(at, name, 0);
        close(at);
        if (next < 0) return next;
        at = next;
    }
    return -errno;
}

static int is_mount_point(struct run *run, int fd, const char *path) {
    struct statx info;
    if (statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &info) < 0) return -errno;
    if (info.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) return (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    return mountinfo_has(view_of(run)->proc, path);
}

/* Everything is named by its way below the old /proc, whatever is mounted at /proc meanwhile. */
static int mount_at(struct run *run, const char *source, int target, const char *type, unsigned long flags, const char *options) {
    char text[TEXT_OF_FD];
    if (fchdir(view_of(run)->proc) < 0) return -errno;
    return RESULT(mount(source, way(text, target), type, flags, options && *options ? options : NULL));
}

static int bind_at(struct run *run, int source, int target, bool recursive) {
    char text[TEXT_OF_FD];
    return mount_at(run, way(text, source), target, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL);
}

/* What was mounted over the root is reached by going up from it. */
static int enter_top(struct run *run) {
    int top = open("/..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (top < 0) return -errno;
    int result = fchdir(top) < 0 || chroot(".") < 0 ? -errno : 0;
    view_of(run)->root = out_of_the_way(run, top);
    return result;
}

/* Who mounted something over the root goes on in that. */
static int enter_if_root(struct run *run, const char *target) {
    if (target[strspn(target, "/")]) return 0;
    close(view_of(run)->root);
    return enter_top(run);
}

static int unmount_one(const char *path, const char *type, void *context) {
    (void)type;
    /* The root itself is only covered. */
    if (!path[1]) return 0;
    if (umount2(path, DETACH | NOFOLLOW) < 0) return 0;
    *(bool *)context = true;
    return 1;
}

/* What is mounted at the path or below; what may not be unmounted is covered all the same. */
static void clear(struct run *run, const char *path) {
    bool again;
    do {
        again = false;
        mountinfo_each(view_of(run)->proc, path, unmount_one, &again);
    } while (again);
}

int op_mount_namespace(struct run *run, const struct op *op) {
    struct view *view = view_of(run);
    *view = (struct view){.old = -1, .root = -1, .proc = -1};
    if (unshare(CLONE_NEWNS) < 0) {
        view->refused = !NUMBER(0) && (errno == EPERM || errno == EACCES || errno == ENOSYS || errno == EOPNOTSUPP);
        return view->refused ? 0 : -errno;
    }
    /* Nothing that is mounted here is seen outside. */
    if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0) return -errno;
    view->old = out_of_the_way(run, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    view->proc = out_of_the_way(run, open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return view->old < 0 || view->proc < 0 ? -errno : 0;
}

int op_root(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    int source = look(view_of(run)->old, TEXT(0), FOLLOW);
    if (source < 0) return source;
    char text[TEXT_OF_FD];
    int result = RESULT(fchdir(view_of(run)->proc));
    if (!result) result = RESULT(mount(way(text, source), "/", NULL, MS_BIND | MS_REC, NULL));
    close(source);
    return result ? result : enter_top(run);
}

int op_root_image(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    int result = RESULT(fchdir(view_of(run)->proc));
    if (!result) result = image_mount(view_of(run)->old, TEXT(0), "/", TEXT(1), NUMBER(2));
    return result ? result : enter_top(run);
}

int op_mount_image(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    int target = look_below(view_of(run)->root, TEXT(1), NUMBER(4), S_IFDIR);
    if (target < 0) return target;
    char text[TEXT_OF_FD];
    int result = RESULT(fchdir(view_of(run)->proc));
    if (!result) result = image_mount(view_of(run)->old, TEXT(0), way(text, target), TEXT(2), NUMBER(3));
    close(target);
    return result == -ENOENT && NUMBER(4) & OPTIONAL ? 0 : result;
}

/* The value that a line of os-release(5) has for the key; false if there is none, or one that is too long. */
static bool value_of(const char *text, const char *key, char *value, size_t size) {
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) || line[length] != '=') continue;
        const char *from = line + length + 1;
        size_t count = strcspn(from, "\n");
        if (count >= 2 && (*from == '"' || *from == '\'') && from[count - 1] == *from) from++, count -= 2;
        if (count >= size) return false;
        memcpy(value, from, count);
        value[count] = 0;
        return true;
    }
    return false;
}

/* As systemd has it: of any system, or of the same distribution, and of its level, or where one has none of its version. */
static int check_release(const char *text, char *const *system) {
    char id[256], own[256];
    if (!value_of(text, "ID", id, sizeof id)) return -ESTALE;
    if (!strcmp(id, "_any")) return 0;
    if (!*system[0] || strcmp(id, system[0])) return -ESTALE;
    if (*system[1] && value_of(text, "SYSEXT_LEVEL", own, sizeof own)) return strcmp(own, system[1]) ? -ESTALE : 0;
    if (!*system[2]) return 0;
    return value_of(text, "VERSION_ID", own, sizeof own) && !strcmp(own, system[2]) ? 0 : -ESTALE;
}

static int read_release(struct run *run, int image, const char *name, char *text, size_t size) {
    char path[PATH_MAX], link[TEXT_OF_FD];
    size_t length = append(path, 0, "usr/lib/extension-release.d/extension-release.");
    if (strlen(name) >= sizeof path - length || strchr(name, '/')) return -ENAMETOOLONG;
    append(path, length, name);
    struct stat info;
    int found = look(image, path, FOLLOW);
    if (found < 0) return found;
    int fd = fstat(found, &info) < 0 || !S_ISREG(info.st_mode) ? -1 : openat(view_of(run)->proc, way(link, found), O_RDONLY | O_CLOEXEC);
    close(found);
    if (fd < 0) return -ENOENT;
    ssize_t got = read(fd, text, size - 1);
    int result = got < 0 ? -errno : 0;
    text[got < 0 ? 0 : got] = 0;
    close(fd);
    return result;
}

/* What is laid over the system's hierarchies are directories of the image, wherever a link in it would lead. */
static int check_hierarchy(int image, const char *name) {
    struct stat info;
    int fd = look(image, name, 0);
    if (fd < 0) return fd == -ENOENT ? 0 : fd;
    int result = fstat(fd, &info) < 0 ? -errno : S_ISDIR(info.st_mode) ? 0 : -ENOTDIR;
    close(fd);
    return result;
}

int op_extension_image(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    static char release[1 << 16];
    int old = view_of(run)->old, target = look_below(old, TEXT(1), 0, S_IFDIR);
    if (target < 0) return target;
    if (op->fields[5].number != 3) return close(target), -EINVAL;
    char text[TEXT_OF_FD];
    int result = RESULT(fchdir(view_of(run)->proc));
    if (!result) result = image_mount(old, TEXT(0), way(text, target), TEXT(2), NUMBER(3) | MS_RDONLY);
    close(target);
    if (result) return result == -ENOENT && NUMBER(6) & OPTIONAL ? 0 : result;
    int image = look(old, TEXT(1), 0);
    if (image < 0) return image;
    result = read_release(run, image, TEXT(4), release, sizeof release);
    if (!result) result = check_release(release, op->fields[5].data);
    if (!result) result = check_hierarchy(image, "usr");
    if (!result) result = check_hierarchy(image, "opt");
    close(image);
    return result;
}

int op_mount_point(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    int target = look(view_of(run)->root, TEXT(0), NUMBER(1));
    if (target < 0) return target == -ENOENT && NUMBER(1) & OPTIONAL ? 0 : target;
    int result = is_mount_point(run, target, TEXT(0));
    if (result == 0) result = bind_at(run, target, target, true);
    close(target);
    return result > 0 ? 0 : result;
}

int op_bind_mount(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    struct stat info;
    int source = look(view_of(run)->old, TEXT(0), NUMBER(2));
    if (source < 0) return source == -ENOENT && NUMBER(2) & OPTIONAL ? 0 : source;
    int target = fstat(source, &info) < 0 ? -errno : look_below(view_of(run)->root, TEXT(1), NUMBER(2) & ~(uint32_t)FOLLOW, info.st_mode);
    int result = target < 0 ? target : NUMBER(2) & UNLESS_MOUNTED ? is_mount_point(run, target, TEXT(1)) : 0;
    if (!result) result = bind_at(run, source, target, NUMBER(2) & RECURSIVE);
    if (!result) result = enter_if_root(run, TEXT(1));
    close(source);
    close_fd(target);
    return result > 0 ? 0 : result;
}

static const char *node_for(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFDIR: return "dir";
        case S_IFREG: return "reg";
        case S_IFIFO: return "fifo";
        case S_IFSOCK: return "sock";
        case S_IFCHR: return "chr";
        case S_IFBLK: return "blk";
        default: return NULL;
    }
}

/* What covers what nobody may enter. Who may not make devices has a socket in their place. */
static int open_node(struct run *run, const char *directory, mode_t mode) {
    const char *name = node_for(mode);
    int at = name ? look_below(view_of(run)->old, directory, 0, S_IFDIR) : -ELOOP;
    if (at < 0) return at;
    int made = S_ISDIR(mode) ? mkdirat(at, name, 0) : mknodat(at, name, mode & S_IFMT, makedev(0, 0));
    if (made < 0 && errno == EPERM) made = mknodat(at, name = "sock", S_IFSOCK, 0);
    int fd = made < 0 && errno != EEXIST ? -errno : look(at, name, 0);
    close(at);
    return fd;
}

int op_mask(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    struct stat info;
    clear(run, TEXT(0));
    int target = look(view_of(run)->root, TEXT(0), NUMBER(2));
    if (target < 0) return target == -ENOENT && NUMBER(2) & OPTIONAL ? 0 : target;
    int node = fstat(target, &info) < 0 ? -errno : open_node(run, TEXT(1), info.st_mode);
    int result = node < 0 ? node : bind_at(run, node, target, false);
    close(target);
    close_fd(node);
    return result ? result : enter_if_root(run, TEXT(0));
}

/* Who may not have an instance of his own keeps that which is there, or is given the old one. */
static int fall_back(struct run *run, const struct op *op, int target, int error) {
    int there = is_mount_point(run, target, TEXT(1));
    if (there) return there > 0 ? 0 : there;
    int source = look(view_of(run)->old, TEXT(4), 0);
    if (source < 0) return error;
    int result = bind_at(run, source, target, true);
    close(source);
    return result;
}

int op_file_system(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    int root = view_of(run)->root, target = look_below(root, TEXT(1), NUMBER(5), S_IFDIR);
    if (target < 0) return target == -ENOENT && NUMBER(5) & OPTIONAL ? 0 : target;
    int there = NUMBER(5) & UNLESS_MOUNTED ? is_mount_point(run, target, TEXT(1)) : 0;
    close(target);
    if (there) return there > 0 ? 0 : there;
    clear(run, TEXT(1));
    target = look(root, TEXT(1), NUMBER(5));
    if (target < 0) return target;
    bool has_fallback = op->fields[4].number, partly = false;
    int result = mount_at(run, TEXT(0), target, TEXT(0), NUMBER(2), TEXT(3));
    /* An older kernel may not know an option of /proc. */
    if (result == -EINVAL && has_fallback) {
        result = mount_at(run, TEXT(0), target, TEXT(0), NUMBER(2), NULL);
        partly = true;
    }
    if (has_fallback && (result == -EPERM || result == -EACCES)) {
        result = fall_back(run, op, target, result);
        partly = true;
    }
    close(target);
    if (!result) result = enter_if_root(run, TEXT(1));
    return result || !partly || !op->fields[3].number ? result : PARTLY;
}

static int bind_device(struct run *run, int old, int directory, const char *name, const struct stat *info) {
    int made = S_ISDIR(info->st_mode) ? mkdirat(directory, name, 0755) : mknodat(directory, name, S_IFREG, 0);
    if (made < 0 && errno != EEXIST) return -errno;
    int source = look(old, name, 0);
    if (source < 0) return source;
    int target = look(directory, name, 0);
    int result = target < 0 ? target : bind_at(run, source, target, false);
    close(source);
    close_fd(target);
    return result;
}

/* The same device, or where devices may not be made the very one; and its number's name in `char`. */
static int copy_device(struct run *run, int old, int directory, const char *name) {
    struct stat info;
    if (fstatat(old, name, &info, 0) < 0) return -errno;
    if (!S_ISCHR(info.st_mode)) return 0;
    int result = RESULT(mknodat(directory, name, info.st_mode, info.st_rdev));
    if (result == -EPERM) result = bind_device(run, old, directory, name, &info);
    char number[64], target[NAME_MAX + 8];
    size_t length = append(number, 0, "char/");
    length += decimal(number + length, major(info.st_rdev));
    length = append(number, length, ":");
    decimal(number + length, minor(info.st_rdev));
    append(target, append(target, 0, "../"), name);
    return result ? result : RESULT(symlinkat(target, directory, number));
}

static int fill_devices(struct run *run, int old, int directory, const struct op *op) {
    static const char *const directories[] = {"pts", "shm", "mqueue", "hugepages"}; /* the first two must be there */
    static const char *const links[][2] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"}};
    struct stat info = {.st_mode = S_IFDIR};
    int result = 0;
    for (size_t i = 0; i < 4; i++) {
        result = bind_device(run, old, directory, directories[i], &info);
        if (result && i < 2) return result;
    }
    if (mkdirat(directory, "char", 0755) < 0) return -errno;
    if (fstatat(old, "ptmx", &info, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    result = S_ISLNK(info.st_mode) ? RESULT(symlinkat("pts/ptmx", directory, "ptmx")) : copy_device(run, old, directory, "ptmx");
    for (char *const *name = op->fields[2].data; *name && !result; name++) result = copy_device(run, old, directory, *name);
    for (size_t i = 0; i < 4 && !result; i++) result = RESULT(symlinkat(links[i][1], directory, links[i][0]));
    if (!result && !fstatat(view_of(run)->proc, "kcore", &info, 0)) result = RESULT(symlinkat("/proc/kcore", directory, "core"));
    return result ? result : RESULT(symlinkat(TEXT(3), directory, "log"));
}

int op_devices(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    int root = view_of(run)->root, target = look_below(root, TEXT(0), 0, S_IFDIR);
    if (target < 0) return target;
    close(target);
    clear(run, TEXT(0));
    target = look(root, TEXT(0), 0);
    if (target < 0) return target;
    int result = mount_at(run, "tmpfs", target, "tmpfs", MS_NOSUID | MS_STRICTATIME | MS_NOEXEC, TEXT(1));
    close(target);
    int old = look(view_of(run)->old, "dev", 0), directory = result ? -1 : look(root, TEXT(0), 0);
    mode_t mask = umask(0);
    if (!result) result = old < 0 ? old : directory < 0 ? directory : fill_devices(run, old, directory, op);
    umask(mask);
    close_fd(old);
    close_fd(directory);
    return result;
}

int op_overlay(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    int target = look(view_of(run)->root, TEXT(0), NUMBER(2));
    if (target < 0) return target == -ENOENT && NUMBER(2) & OPTIONAL ? 0 : target;
    char options[4096], text[TEXT_OF_FD];
    size_t length = append(options, 0, "lowerdir=");
    int fds[32], count = 0, result = 0;
    for (char *const *layer = op->fields[1].data; *layer && !result; layer++) {
        int fd = count == 31 ? -E2BIG : look(view_of(run)->old, *layer, FOLLOW);
        if (fd == -ENOENT) continue;
        if (fd < 0) {
            result = fd;
            break;
        }
        fds[count++] = fd;
        length = append(options, append(options, length, way(text, fd)), ":");
    }
    append(options, length, way(text, target));
    if (!result && count) result = mount_at(run, "overlay", target, "overlay", MS_RDONLY, options);
    while (count) close(fds[--count]);
    close(target);
    return result ? result : enter_if_root(run, TEXT(0));
}

struct restriction {
    struct run *run;
    const char *target;
    char *const *except;
    uint64_t set, clear;
    bool alone;
    int result;
};

static bool is_below(const char *path, const char *above) {
    size_t length = strlen(above);
    if (length == 1) return true;
    return !strncmp(path, above, length) && (!path[length] || path[length] == '/');
}

static int restrict_one(struct run *run, int fd, uint64_t set, uint64_t clear) {
    struct mount_attr attributes = {.attr_set = set, .attr_clr = clear};
    if (!syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes)) return 0;
    if (errno != ENOSYS && errno != EPERM) return -errno;
    /* As before Linux 5.12: all flags at once. Those of statfs(2) are those of mount(2) but for one, which is the default. */
    struct statfs now;
    if (fstatfs(fd, &now) < 0) return -errno;
    unsigned long flags = ((unsigned long)now.f_flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)) | set;
    return mount_at(run, NULL, fd, NULL, MS_REMOUNT | MS_BIND | (flags & ~clear), NULL);
}

static int restrict_mount(const char *path, const char *type, void *context) {
    struct restriction *all = context;
    bool top = !strcmp(path, all->target);
    /* Those that wait for someone to come are left alone, as is what was mounted by them later. */
    if ((!top && all->alone) || !strcmp(type, "autofs")) return 0;
    for (char *const *except = all->except; *except && !top; except++)
        if (is_below(path, *except)) return 0;
    int fd = look(view_of(all->run)->root, path, 0);
    if (fd < 0) return top ? all->result = fd : 0;
    int result = restrict_one(all->run, fd, all->set, all->clear);
    /* Covered by what was mounted above it, it cannot be reached. */
    if (result && !top && is_mount_point(all->run, fd, path) == 0) result = 0;
    close(fd);
    return all->result = result;
}

int op_restrict(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    struct restriction all = {run, TEXT(0), op->fields[3].data, NUMBER(1), NUMBER(2), !(NUMBER(4) & RECURSIVE), 0};
    char path[PATH_MAX];
    int fd = look(view_of(run)->root, TEXT(0), NUMBER(4));
    if (fd < 0) return fd == -ENOENT && NUMBER(4) & OPTIONAL ? 0 : fd;
    int there = is_mount_point(run, fd, TEXT(0));
    if (!there) there = bind_at(run, fd, fd, true);
    if (there >= 0 && NUMBER(4) & FOLLOW) there = mountinfo_path(view_of(run)->proc, fd, path);
    if (there >= 0 && NUMBER(4) & FOLLOW) all.target = path;
    close(fd);
    if (there < 0) return there;
    int result = mountinfo_each(view_of(run)->proc, all.target, restrict_mount, &all);
    return all.result ? all.result : result < 0 ? result : 0;
}

int op_enter_root(struct run *run, const struct op *op) {
    if (is_off(run)) return 0;
    static const unsigned long kinds[] = {MS_SHARED, MS_SLAVE, MS_PRIVATE};
    struct view *view = view_of(run);
    int result = NUMBER(0) < 3 ? RESULT(mount(NULL, "/", NULL, kinds[NUMBER(0)] | MS_REC, NULL)) : -EINVAL;
    close(view->old);
    close(view->root);
    close(view->proc);
    return result ? result : RESULT(chdir("/"));
}
