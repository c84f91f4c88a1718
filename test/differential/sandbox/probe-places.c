/* What a process sees of the file system, and of the namespaces that it is in. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe.h"

/* compare.ts says whether they are the manager's. */
void namespaces(char *const *arguments) {
    (void)arguments;
    static const char *const names[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64], target[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0) fact("namespace", "%s %s", names[i], strerrorname_np(errno));
        else fact("namespace", "%.*s", (int)length, target);
    }
    const char *uids = content("/proc/self/uid_map");
    fact("uid-map", "%s", uids ? uids : strerrorname_np(errno));
    const char *gids = content("/proc/self/gid_map");
    fact("gid-map", "%s", gids ? gids : strerrorname_np(errno));
    char name[256];
    if (!gethostname(name, sizeof name)) fact("hostname", "%s", name);
}

struct mount {
    unsigned id;
    char point[1024], root[1024], options[256], type[64], super[512], propagation[128];
};

static int by_point(const void *a, const void *b) { return strcmp(((const struct mount *)a)->point, ((const struct mount *)b)->point); }

/* One that another is mounted over is not seen, so it does not count. */
static bool is_seen(const struct mount *mount) {
    struct statx info;
    if (statx(AT_FDCWD, mount->point, AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &info) || !(info.stx_mask & STATX_MNT_ID)) return true;
    return info.stx_mnt_id == mount->id;
}

static bool parse_mount(char *line, struct mount *mount) {
    char *behind = strstr(line, " - ");
    if (!behind) return false;
    *behind = 0;
    unsigned parent, major, minor;
    int at = 0;
    *mount = (struct mount){0};
    if (sscanf(line, "%u %u %u:%u %1023s %1023s %255s%n", &mount->id, &parent, &major, &minor, mount->root, mount->point, mount->options, &at) < 7) return false;
    /* The numbers of peer groups are another in each boot. */
    for (char *word = strtok(line + at, " "); word; word = strtok(NULL, " "))
        if (strncmp(word, "propagate_from", 14)) {
            strcat(mount->propagation, *mount->propagation ? "," : "");
            strncat(mount->propagation, word, strcspn(word, ":"));
        }
    return sscanf(behind + 3, "%63s %*s %511s", mount->type, mount->super) == 2;
}

/* All that is mounted and seen, or with arguments only what is at or below one of them: place, type, root, options, propagation. */
void mounts(char *const *arguments) {
    static struct mount found[1024];
    size_t count = 0;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (!file) return fact("mount", "%s", strerrorname_np(errno));
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0 && count < 1024)
        if (parse_mount(line, &found[count]) && is_seen(&found[count])) count++;
    fclose(file);
    qsort(found, count, sizeof *found, by_point);
    for (size_t i = 0; i < count; i++) {
        bool wanted = !*arguments;
        for (char *const *argument = arguments; *argument; argument++) {
            size_t length = strlen(*argument);
            if (!strcmp(*argument, "/") || (!strncmp(found[i].point, *argument, length) && (!found[i].point[length] || found[i].point[length] == '/'))) wanted = true;
        }
        if (!wanted) continue;
        const struct mount *mount = &found[i];
        fact("mount", "%s %s root=%s %s super=%s %s", mount->point, mount->type, mount->root, mount->options, mount->super,
             *mount->propagation ? mount->propagation : "private");
    }
}

static const char *access_to(const char *path, int how) { return outcome(faccessat(AT_FDCWD, path, how, AT_EACCESS)); }

static const char *kind_of(mode_t mode) {
    return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "directory" : S_ISLNK(mode) ? "symlink" : S_ISCHR(mode) ? "character-device" : S_ISBLK(mode) ? "block-device" : S_ISFIFO(mode) ? "pipe" : "socket";
}

/* The names in a directory. */
static void list(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0) return fact("list", "%s %s", path, strerrorname_np(errno));
    char line[4096] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..") && strlen(line) + strlen(entries[i]->d_name) < sizeof line - 2) {
            strcat(line, " ");
            strcat(line, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    fact("list", "%s:%s", path, line);
}

/* Whether a file can be made in a directory, rather than whether it says so. */
static const char *create_in(const char *directory) {
    char path[4096];
    snprintf(path, sizeof path, "%s/.probe-%d", directory, (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const char *result = outcome(fd);
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    return result;
}

/* Of each path what it is, whose, and what may be done with it; `PATH/` with a slash at the end lists a directory, `=PATH` prints a file. */
void paths(char *const *arguments) {
    for (; *arguments; arguments++) {
        const char *path = *arguments;
        struct stat info;
        size_t length = strlen(path);
        if (*path == '=') {
            const char *text = content(path + 1);
            fact("content", "%s %s", path + 1, text ? text : strerrorname_np(errno));
            continue;
        }
        if (length > 1 && path[length - 1] == '/') {
            list(path);
            continue;
        }
        if (lstat(path, &info)) {
            fact("path", "%s %s", path, strerrorname_np(errno));
            continue;
        }
        char target[4096] = "";
        if (S_ISLNK(info.st_mode)) {
            ssize_t count = readlink(path, target, sizeof target - 1);
            target[count < 0 ? 0 : count] = 0;
            fact("path", "%s symlink to %s owner=%u:%u", path, target, info.st_uid, info.st_gid);
            continue;
        }
        fact("path", "%s %s mode=%04o owner=%u:%u read=%s write=%s exec=%s", path, kind_of(info.st_mode), info.st_mode & 07777, info.st_uid, info.st_gid,
             access_to(path, R_OK), access_to(path, W_OK), access_to(path, X_OK));
        if (S_ISDIR(info.st_mode)) fact("create", "%s %s", path, create_in(path));
        if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
            int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
            fact("device", "%s %u:%u open=%s", path, major(info.st_rdev), minor(info.st_rdev), outcome(fd));
            if (fd >= 0) close(fd);
        }
    }
}

/* The directory of credentials: what it is, and what is in it. */
void credentials(char *const *arguments) {
    (void)arguments;
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    if (!directory) return fact("credentials", "none");
    struct stat info;
    struct statfs system;
    if (stat(directory, &info) || statfs(directory, &system)) return fact("credentials", "%s %s", directory, strerrorname_np(errno));
    fact("credentials", "%s mode=%04o owner=%u:%u write=%s create=%s", directory, info.st_mode & 07777, info.st_uid, info.st_gid,
         access_to(directory, W_OK), create_in(directory));
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    if (count < 0) return fact("credential", "%s", strerrorname_np(errno));
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        if (!lstat(path, &info) && !S_ISDIR(info.st_mode)) {
            const char *read = access_to(path, R_OK), *write = access_to(path, W_OK), *text = content(path);
            fact("credential", "%s %s mode=%04o owner=%u:%u read=%s write=%s size=%lld %.200s", entries[i]->d_name, kind_of(info.st_mode), info.st_mode & 07777,
                 info.st_uid, info.st_gid, read, write, (long long)info.st_size, text ? text : "");
        }
        free(entries[i]);
    }
    free(entries);
}
