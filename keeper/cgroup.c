#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"

enum { MAX_PATH = 4096, MAX_DEPTH = 64 };

/* Paths below the root are checked when a group is made, so they fit. */
static const char *full_path(const struct keeper *keeper, char out[MAX_PATH], const char *path, const char *file) {
    snprintf(out, MAX_PATH, "%s%s%s%s%s", keeper->cgroup_root, *path ? "/" : "", path, *file ? "/" : "", file);
    return out;
}

/* Octal escapes of /proc/self/mountinfo. */
static void unescape(char *text) {
    char *out = text;
    for (; *text; text++) {
        if (*text == '\\' && text[1] && text[2] && text[3]) {
            *out++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 3;
        } else
            *out++ = *text;
    }
    *out = 0;
}

static bool is_our_mount(const struct keeper *keeper, const char *after) {
    const char *type = strstr(after, " - ");
    if (!type) return false;
    if (keeper->tracking == TRACK_CGROUP2) return !strncmp(type, " - cgroup2 ", 11);
    return !strncmp(type, " - cgroup ", 10) && strstr(type, "name=systemd");
}

/* Sets cgroup_path: where the root is in its hierarchy, as /proc/PID/cgroup will show it. NULL, or what is wrong. */
const char *cgroup_find_hierarchy(struct keeper *keeper, const char *root) {
    if (!root || *root != '/' || strlen(root) > 2000) return "it is no absolute path";
    FILE *file = file_open("/proc/self/mountinfo");
    if (!file) return "there is no /proc/self/mountinfo";
    static char line[1 << 16];
    size_t best = 0;
    while (fgets(line, sizeof line, file)) {
        char inside[MAX_PATH], point[MAX_PATH];
        int end = 0;
        if (sscanf(line, "%*d %*d %*s %4095s %4095s%n", inside, point, &end) != 2 || !is_our_mount(keeper, line + end)) continue;
        unescape(inside);
        unescape(point);
        size_t length = strlen(point);
        if (length < best || strncmp(root, point, length) || (root[length] && root[length] != '/')) continue;
        best = length;
        snprintf(keeper->cgroup_path, sizeof keeper->cgroup_path, "%s%s", strcmp(inside, "/") ? inside : "", root + length);
    }
    fclose(file);
    if (!best) return "it is not below a mount of the hierarchy that --tracking names";
    if (mkdir(root, 0755) < 0 && errno != EEXIST) return strerror(errno);
    return NULL;
}

static int open_directory(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* The cgroup's directory, made with what is missing above it. */
int cgroup_open(struct keeper *keeper, const char *path) { return cgroup_open_below(keeper->cgroup_root, path); }

int cgroup_open_below(const char *root, const char *path) {
    char full[MAX_PATH];
    snprintf(full, sizeof full, "%s%s%s", root, *path ? "/" : "", path);
    if (mkdir(full, 0755) == 0 || errno == EEXIST) return open_directory(full);
    if (errno != ENOENT) return -errno;
    for (char *slash = full + strlen(root); slash; slash = strchr(slash + 1, '/')) {
        char kept = *slash;
        *slash = 0;
        int failed = mkdir(full, 0755) < 0 && errno != EEXIST ? -errno : 0;
        *slash = kept;
        if (failed) return failed;
    }
    if (mkdir(full, 0755) < 0 && errno != EEXIST) return -errno;
    return open_directory(full);
}

int cgroup_watch(struct keeper *keeper, const char *path) {
    char full[MAX_PATH];
    return inotify_add_watch(keeper->inotify_fd, full_path(keeper, full, path, "cgroup.events"), IN_MODIFY);
}

int cgroup_enter(int cgroup_fd, pid_t pid) {
    char text[16];
    int fd = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int result = write(fd, text, (size_t)snprintf(text, sizeof text, "%d", pid)) < 0 ? -errno : 0;
    close(fd);
    return result;
}

int cgroup_watch_memory(struct keeper *keeper, const char *path) {
    char full[MAX_PATH];
    return inotify_add_watch(keeper->inotify_fd, full_path(keeper, full, path, "memory.events"), IN_MODIFY);
}

int cgroup_write(struct keeper *keeper, const char *path, const char *file, const char *value) {
    const struct controller *controller = controller_of(keeper, file);
    int directory = controller ? cgroup_open_below(controller->root, path) : cgroup_open(keeper, path);
    if (directory < 0) return directory;
    int fd = openat(directory, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    int result = fd < 0 ? -errno : 0;
    close(directory);
    if (result) return result;
    if (write(fd, value, strlen(value)) < 0) result = -errno;
    close(fd);
    return result;
}

static ssize_t read_file(const char *path, char *out, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t got = read(fd, out, size - 1);
    close(fd);
    if (got >= 0) out[got] = 0;
    return got;
}

/* The number in a file of the controller, behind the word `key`. */
static uint64_t controller_number(const struct controller *controller, const char *path, const char *file, const char *key) {
    char full[MAX_PATH], text[512];
    snprintf(full, sizeof full, "%s%s%s/%s", controller->root, *path ? "/" : "", path, file);
    if (read_file(full, text, sizeof text) < 0) return 0;
    const char *found = strstr(text, key);
    return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}

uint64_t cgroup_usage(struct keeper *keeper, const char *path) {
    char full[MAX_PATH], text[256];
    const struct controller *accounting = keeper->tracking == TRACK_CGROUP1 ? controller_of(keeper, "cpuacct.usage") : NULL;
    if (accounting) return controller_number(accounting, path, "cpuacct.usage", "") / 1000;
    if (read_file(full_path(keeper, full, path, "cpu.stat"), text, sizeof text) < 0) return 0;
    const char *usage = strstr(text, "usage_usec ");
    return usage ? strtoull(usage + strlen("usage_usec "), NULL, 10) : 0;
}

uint64_t cgroup_oom_kills(struct keeper *keeper, const char *path) {
    char full[MAX_PATH], text[512];
    const struct controller *memory = controller_of(keeper, "memory.oom_control");
    if (memory) return controller_number(memory, path, "memory.oom_control", "oom_kill ");
    if (read_file(full_path(keeper, full, path, "memory.events"), text, sizeof text) < 0) return 0;
    const char *kills = strstr(text, "oom_kill ");
    return kills ? strtoull(kills + strlen("oom_kill "), NULL, 10) : 0;
}

/* Calls `each` with the path of every cgroup below, deepest first, and then with the path itself. */
typedef int tree_function(struct keeper *keeper, void *context, const char *path);

/* A directory of cgroups has a link from each that is in it, besides its name and its own dot: most have none, and need no listing. */
static bool is_leaf(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && status.st_nlink == 2;
}

static int walk(struct keeper *keeper, const char *path, tree_function *each, void *context, int depth) {
    DIR *directory = depth < MAX_DEPTH && !is_leaf(path) ? directory_open(path) : NULL;
    int result = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        char below[MAX_PATH];
        if ((size_t)snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= sizeof below) continue;
        int failed = walk(keeper, below, each, context, depth + 1);
        if (failed && !result) result = failed;
    }
    if (directory) closedir(directory);
    int failed = each(keeper, context, path);
    return result ? result : failed;
}

static int remove_one(struct keeper *keeper, void *context, const char *path) {
    (void)keeper;
    if (context && !strcmp(context, path)) return 0;
    return rmdir(path) < 0 && errno != ENOENT ? -errno : 0;
}

int cgroup_remove_below(struct keeper *keeper, const char *root, bool keep_root, const char *path, bool parents) {
    char full[MAX_PATH];
    snprintf(full, sizeof full, "%s%s%s", root, *path ? "/" : "", path);
    bool keeps = keep_root && !*path;
    if (keeps || (rmdir(full) < 0 && errno != ENOENT)) {
        int result = walk(keeper, full, remove_one, keeps ? full : NULL, 0);
        if (result) return result == -ENOTEMPTY ? -EBUSY : result;
    }
    size_t length = strlen(root);
    for (char *slash; parents && (slash = strrchr(full, '/')) && (size_t)(slash - full) > length;) {
        *slash = 0;
        if (table_text(&keeper->groups_by_path, full + length + 1) || rmdir(full) < 0) break;
    }
    return 0;
}

int cgroup_remove(struct keeper *keeper, const char *path, bool parents) {
    int result = cgroup_remove_below(keeper, keeper->cgroup_root, false, path, parents);
    int others = controllers_remove(keeper, path, parents);
    return result ? result : others;
}

struct members {
    pid_function *member;
    void *context;
    bool any;
};

static int list_members(struct keeper *keeper, void *context, const char *path) {
    struct members *members = context;
    char procs[MAX_PATH];
    if ((size_t)snprintf(procs, sizeof procs, "%s/cgroup.procs", path) >= sizeof procs) return 0;
    FILE *file = file_open(procs);
    for (int pid; file && fscanf(file, "%d", &pid) == 1;) {
        /* One that was reaped may be listed until its last processor has let go of it. */
        if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH) continue;
        members->any = true;
        if (members->member && pid > 0) members->member(keeper, members->context, pid);
    }
    if (file) fclose(file);
    return 0;
}

void cgroup_members(struct keeper *keeper, const char *path, pid_function *member, void *context) {
    char full[MAX_PATH];
    struct members members = {member, context, false};
    walk(keeper, full_path(keeper, full, path, ""), list_members, &members, 0);
}

bool cgroup_empty(struct keeper *keeper, const char *path) {
    char full[MAX_PATH], text[256];
    if (keeper->tracking == TRACK_CGROUP2) {
        if (read_file(full_path(keeper, full, path, "cgroup.events"), text, sizeof text) < 0) return true;
        if (!strstr(text, "populated 1")) return true;
    }
    struct members members = {0};
    walk(keeper, full_path(keeper, full, path, ""), list_members, &members, 0);
    return !members.any;
}

bool cgroup_kill(struct keeper *keeper, const char *path) {
    char full[MAX_PATH];
    int fd = open(full_path(keeper, full, path, "cgroup.kill"), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool done = write(fd, "1", 1) == 1;
    close(fd);
    return done;
}

/* The process's cgroup below the root. */
bool cgroup_of(struct keeper *keeper, pid_t pid, char *path, size_t size) {
    char name[64], text[8192];
    snprintf(name, sizeof name, "/proc/%d/cgroup", pid);
    if (read_file(name, text, sizeof text) < 0) return false;
    const char *prefix = keeper->tracking == TRACK_CGROUP2 ? "0::" : "name=systemd:";
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        char *at = keeper->tracking == TRACK_CGROUP2 ? line : strchr(line, ':');
        if (at && keeper->tracking != TRACK_CGROUP2) at++;
        if (!at || strncmp(at, prefix, strlen(prefix))) continue;
        at += strlen(prefix);
        size_t root = strlen(keeper->cgroup_path);
        if (strncmp(at, keeper->cgroup_path, root) || at[root] != '/') return false;
        return (size_t)snprintf(path, size, "%s", at + root + 1) < size;
    }
    return false;
}

/* Moves the keeper to where it was before it had a subtree of its own. */
void cgroup_leave(struct keeper *keeper) {
    if (!keeper->cgroup_home) return;
    int fd = open_directory(keeper->cgroup_home);
    int result = fd < 0 ? fd : cgroup_enter(fd, 0);
    if (fd >= 0) close(fd);
    if (result) say("cannot move to cgroup %s: %s", keeper->cgroup_home, strerror(-result));
}
