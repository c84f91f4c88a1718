#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"

/* Where controllers have hierarchies of their own (cgroup v1), a group has a cgroup in those of them that the manager asks for, at the
 * same path below a root of ours; in the others its processes are in the nearest one above. Which processes are in a group is told by the
 * hierarchy that --tracking names alone. */

enum { MAX_PATH = 4096 };

bool controller_add(struct keeper *keeper, const char *option, bool given) {
    const char *root = strchr(option, '=');
    if (!root || root == option || root[1] != '/' || strlen(root) > 2000 || keeper->controller_count >= MAX_CONTROLLERS) return false;
    const char *name = copy_text(option, (size_t)(root - option));
    keeper->controllers[keeper->controller_count++] = (struct controller){name, root + 1, given};
    return true;
}

static const struct controller *find(const struct keeper *keeper, const char *name, size_t length) {
    for (const struct controller *each = keeper->controllers; each < keeper->controllers + keeper->controller_count; each++)
        if (strlen(each->name) == length && !memcmp(each->name, name, length)) return each;
    return NULL;
}

const struct controller *controller_of(const struct keeper *keeper, const char *file) {
    return find(keeper, file, strcspn(file, "."));
}

struct move {
    int procs, failed;
};

static void move_member(struct keeper *keeper, void *context, pid_t pid) {
    struct move *move = context;
    char text[16];
    (void)keeper;
    /* One that has ended meanwhile needs no room. */
    if (write(move->procs, text, (size_t)snprintf(text, sizeof text, "%d", pid)) < 0 && errno != ESRCH) move->failed = -errno;
}

int controller_make(struct keeper *keeper, const char *path, const char *name) {
    const struct controller *controller = find(keeper, name, strlen(name));
    char full[MAX_PATH];
    struct stat info;
    if (!controller) return -EOPNOTSUPP;
    snprintf(full, sizeof full, "%s%s%s", controller->root, *path ? "/" : "", path);
    if (stat(full, &info) == 0) return 0;
    int directory = cgroup_open_below(controller->root, path);
    if (directory < 0) return directory;
    struct move move = {openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC), 0};
    if (move.procs < 0) move.failed = -errno;
    if (move.procs >= 0 && *path) cgroup_members(keeper, path, move_member, &move);
    if (move.procs >= 0) close(move.procs);
    close(directory);
    return move.failed;
}

/* The file of the nearest cgroup that there is at the path or above it, below the root or the root itself; -1 if there is none of ours. */
static int open_nearest(const struct controller *controller, const char *path, const char *file) {
    char full[MAX_PATH];
    for (size_t length = strlen(path);;) {
        if (!length && controller->given) return -1;
        snprintf(full, sizeof full, "%s%s%.*s/%s", controller->root, length ? "/" : "", (int)length, path, file);
        int fd = open(full, O_WRONLY | O_CLOEXEC);
        if (fd >= 0 || errno != ENOENT || !length) return fd;
        while (length && path[length - 1] != '/') length--;
        if (length) length--;
    }
}

/* A thread that moves itself, by `tasks`, need not wait for the forks and exits of all others; whoever writes cgroup.procs must. */
void controllers_open(struct keeper *keeper, const char *path, int fds[MAX_CONTROLLERS]) {
    for (int i = 0; i < keeper->controller_count; i++) fds[i] = open_nearest(&keeper->controllers[i], path, "tasks");
}

int controllers_enter(int fds[MAX_CONTROLLERS]) {
    int result = 0;
    for (int i = 0; i < MAX_CONTROLLERS; i++) {
        if (fds[i] < 0) continue;
        if (write(fds[i], "0", 1) < 0 && !result) result = -errno;
        close(fds[i]);
    }
    return result;
}

int controllers_move(struct keeper *keeper, const char *path, pid_t pid) {
    struct move move = {-1, 0};
    for (int i = 0; i < keeper->controller_count; i++) {
        move.procs = open_nearest(&keeper->controllers[i], path, "cgroup.procs");
        if (move.procs < 0) continue;
        move_member(keeper, &move, pid);
        close(move.procs);
    }
    return move.failed;
}

int controllers_remove(struct keeper *keeper, const char *path, bool parents) {
    int result = 0;
    for (int i = 0; i < keeper->controller_count; i++) {
        const struct controller *each = &keeper->controllers[i];
        int failed = cgroup_remove_below(keeper, each->root, each->given, path, parents);
        if (failed && !result) result = failed;
    }
    return result;
}

int controller_watch_memory(const struct controller *memory, const char *path, int told, uint64_t *inode) {
    char text[64];
    struct stat info = {0};
    int directory = cgroup_open_below(memory->root, path);
    if (directory < 0) return directory;
    if (fstat(directory, &info) == 0 && info.st_ino == *inode) {
        close(directory);
        return 0;
    }
    int file = openat(directory, "memory.oom_control", O_RDONLY | O_CLOEXEC);
    int control = openat(directory, "cgroup.event_control", O_WRONLY | O_CLOEXEC);
    int length = snprintf(text, sizeof text, "%d %d", told, file);
    int result = file >= 0 && control >= 0 && write(control, text, (size_t)length) == length ? 0 : -errno;
    if (!result) *inode = info.st_ino;
    if (file >= 0) close(file);
    if (control >= 0) close(control);
    close(directory);
    return result;
}
