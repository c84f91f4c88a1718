/* The way to what a path names, where others could change it meanwhile: no allocation, and nothing is looked up twice.
 *
 * Each directory is opened by its name in the one before, and known by its descriptor from then on; so nobody can put another in its place.
 * A symlink is followed only where it is as good as a part of the path that was asked for: it belongs to root or to us, and so do the
 * directory that it lies in and all before that. Below what belongs to others, who can put there what they like, no symlink leads anywhere. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

enum { MOST_LINKS = 40 };

/* linux/un.h does not go with sys/un.h. */
#define SIOCUNIXFILE (SIOCPROTOPRIVATE + 0)

struct way {
    int at;
    bool strange; /* it went through what belongs to others */
    int links;
    uid_t owner; /* of all that there is */
    char rest[PATH_MAX];
};

/* Where nobody is root, as in some containers, whoever owns all that there is. */
static bool is_ours(const struct way *way, uid_t uid) { return !uid || uid == geteuid() || uid == way->owner; }

static int begin(struct way *way) {
    struct stat info;
    if (way->at >= 0) close(way->at);
    way->at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (way->at < 0 || fstat(way->at, &info) < 0) return -errno;
    way->owner = info.st_uid;
    return 0;
}

/* The name of the next part; the last one is followed by nothing, and is "." of a directory that is none's. */
static int next_part(struct way *way, char name[NAME_MAX + 1]) {
    const char *part = way->rest + strspn(way->rest, "/");
    size_t length = strcspn(part, "/");
    if (length > NAME_MAX) return -ENAMETOOLONG;
    memcpy(name, length ? part : ".", length ? length : 1);
    name[length ? length : 1] = 0;
    part += length;
    part += strspn(part, "/");
    memmove(way->rest, part, strlen(part) + 1);
    return 0;
}

/* What was to come after the link comes after what it says. */
static int put_before(struct way *way, const char *target, size_t length) {
    size_t rest = strlen(way->rest);
    if (length + 1 + rest >= sizeof way->rest) return -ENAMETOOLONG;
    memmove(way->rest + length + 1, way->rest, rest + 1);
    memcpy(way->rest, target, length);
    way->rest[length] = '/';
    return *target == '/' ? begin(way) : 0;
}

static int read_link(struct way *way, int link) {
    struct stat info;
    char target[PATH_MAX];
    if (fstat(link, &info) < 0) return -errno;
    if (!S_ISLNK(info.st_mode)) return -ENOTDIR;
    if (way->strange || !is_ours(way, info.st_uid) || ++way->links > MOST_LINKS) return -ELOOP;
    ssize_t length = readlinkat(link, "", target, sizeof target);
    return length < 0 ? -errno : put_before(way, target, (size_t)length);
}

static int follow(struct way *way, const char *name) {
    int link = openat(way->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (link < 0) return -errno;
    int result = read_link(way, link);
    close(link);
    return result;
}

static int enter(struct way *way, int directory) {
    struct stat info;
    close(way->at);
    way->at = directory;
    if (fstat(directory, &info) < 0) return -errno;
    if (!is_ours(way, info.st_uid)) way->strange = true;
    return 0;
}

static int open_directory(const struct way *way, const char *name) {
    return openat(way->at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int step(struct way *way, const char *name, const mode_t *made) {
    /* What is above a directory depends on where others have moved it to. */
    if (way->strange && !strcmp(name, "..")) return -ELOOP;
    int next = open_directory(way, name);
    if (next < 0 && errno == ENOENT && made) {
        if (mkdirat(way->at, name, *made) < 0 && errno != EEXIST) return -errno;
        next = open_directory(way, name);
    }
    if (next >= 0) return enter(way, next);
    return errno == ENOTDIR ? follow(way, name) : -errno;
}

static int go(struct way *way, const mode_t *made, char name[NAME_MAX + 1]) {
    int result = begin(way);
    while (!result) {
        result = next_part(way, name);
        if (result || !*way->rest) break;
        result = step(way, name, made);
    }
    return result;
}

int way_above(const char *path, const mode_t *made, char name[NAME_MAX + 1]) {
    struct way way = {.at = -1};
    size_t length = strlen(path);
    if (*path != '/') return -EINVAL;
    if (length >= sizeof way.rest) return -ENAMETOOLONG;
    memcpy(way.rest, path, length + 1);
    int result = go(&way, made, name);
    if (!result) return way.at;
    if (way.at >= 0) close(way.at);
    return result;
}

int way_open(const char *path, int flags) {
    char name[NAME_MAX + 1];
    int above = way_above(path, NULL, name);
    if (above < 0) return above;
    int fd = openat(above, name, flags | O_NOFOLLOW | O_CLOEXEC), error = errno;
    close(above);
    return fd < 0 ? -error : fd;
}

static bool are_same(const struct stat *one, const struct stat *other) { return one->st_dev == other->st_dev && one->st_ino == other->st_ino; }

/* Whether the node lies at the path, or -errno; `removes`: there it does no more. */
static int lies_at(const struct stat *node, const char *path, bool removes) {
    char name[NAME_MAX + 1];
    struct stat found;
    int above = way_above(path, NULL, name);
    if (above < 0) return above;
    int result = fstatat(above, name, &found, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : are_same(&found, node);
    if (result > 0 && removes && unlinkat(above, name, 0) < 0) result = -errno;
    close(above);
    return result;
}

/* Somebody has led bind(2) astray: what it made there goes. */
static void take_away(int node, const struct stat *info) {
    char text[32], path[PATH_MAX];
    decimal(text + append(text, 0, "/proc/self/fd/"), (uint64_t)node);
    ssize_t length = readlink(text, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    lies_at(info, path, true);
}

int way_check_bound(int fd, const struct sockaddr_un *address, size_t length) {
    char path[sizeof address->sun_path + 1];
    size_t head = offsetof(struct sockaddr_un, sun_path);
    struct stat info;
    if (length <= head || length > sizeof *address || address->sun_family != AF_UNIX || address->sun_path[0] != '/') return 0;
    memcpy(path, address->sun_path, length - head);
    path[length - head] = 0;
    /* It is for administrators of the network, as others have nothing that they could be led to. */
    int node = ioctl(fd, SIOCUNIXFILE);
    if (node < 0) return 0;
    int result = fstat(node, &info) < 0 ? -errno : lies_at(&info, path, false);
    if (result <= 0) take_away(node, &info);
    close(node);
    return result > 0 ? 0 : result == 0 || result == -ENOENT ? -ELOOP : result;
}

/* The node of a bound socket itself, or what is at its path if that is a socket. */
static int node_of(int fd, const char *path) {
    struct stat info;
    int node = ioctl(fd, SIOCUNIXFILE);
    if (node >= 0) return node;
    node = way_open(path, O_PATH);
    if (node < 0) return node;
    int result = fstat(node, &info) < 0 ? -errno : S_ISSOCK(info.st_mode) ? 0 : -ENOTSOCK;
    if (!result) return node;
    close(node);
    return result;
}

int way_own_socket(int fd, const char *path, uid_t uid, gid_t gid) {
    int node = node_of(fd, path);
    if (node < 0) return node;
    int result = fchownat(node, "", uid, gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
    close(node);
    return result;
}
