/* Ops that mount something for a process that runs, in its namespace of mounts.
 *
 * `clone-tree` makes a copy of a mount that is nowhere yet, since a mount of one namespace cannot be bound in another; `join-view`
 * enters the namespace and the root directory of a process; then `attach-tree` has the copy mounted there, or `mount-image` an
 * image of the old root. Places are looked up as in ops_mount.c: below the process's root directory, and through no symlink. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)
#define RESULT(call) ((call) < 0 ? -errno : 0)

enum { PROPAGATION_SLAVE = 1 << 19 };

int op_clone_tree(struct run *run, const struct op *op) {
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, TEXT(1), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0) return -errno;
    /* What is mounted outside is seen in it, and never the other way round. */
    struct mount_attr attributes = {.attr_set = NUMBER(2), .propagation = PROPAGATION_SLAVE};
    int result = RESULT(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes));
    int moved = out_of_the_way(run, fd);
    if (moved != fd) close(fd);
    if (moved < 0) return moved;
    run->slots[NUMBER(0)] = moved + 1;
    return result;
}

static bool is_same_file(int left, int right) {
    struct stat one, other;
    return !fstat(left, &one) && !fstat(right, &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int join(struct view *view, int process, int namespace) {
    int own = openat(view->proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (own < 0) return -errno;
    bool same = is_same_file(own, namespace);
    close(own);
    /* It sees what everybody sees, who would get the mount too. */
    if (same) return -EXDEV;
    view->root = openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return view->root < 0 ? -errno : RESULT(setns(namespace, CLONE_NEWNS));
}

int op_join_view(struct run *run, const struct op *op) {
    struct view *view = &run->view;
    char path[16], name[64];
    decimal(path, NUMBER(0));
    *view = (struct view){.root = -1};
    view->old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    view->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int process = openat(view->proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int namespace = openat(process, "ns/mnt", O_RDONLY | O_CLOEXEC);
    int result = view->old < 0 || namespace < 0 ? (errno == ENOENT ? -ESRCH : -errno) : join(view, process, namespace);
    /* Another that has got its number meanwhile is not who was meant. */
    if (!result && read_start(process, name) != op->fields[1].number) result = -ESRCH;
    if (process >= 0) close(process);
    if (namespace >= 0) close(namespace);
    return result;
}

int op_attach_tree(struct run *run, const struct op *op) {
    int tree = run->slots[NUMBER(0)] - 1;
    struct stat info;
    if (fstat(tree, &info) < 0) return -errno;
    int target = look_below(run->view.root, TEXT(1), NUMBER(2), info.st_mode);
    if (target < 0) return target;
    unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
    int result = RESULT(syscall(SYS_move_mount, tree, "", target, "", flags));
    close(target);
    return result;
}
