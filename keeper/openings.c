/* Unix sockets that the keeper opens by itself, as a child of its own for each costs more than all else about it.
 *
 * The keeper must never wait, so it does so only where nothing can make it: each directory of the path lies in the file system that /run is,
 * which is one of this machine, and only root or we ourselves could put something else in its place. All other plans are a child's. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "keeper.h"

static const char base[] = "/run/";

/* No program and no other machine is asked about what is in it. */
static bool is_local(int directory) {
    struct statfs system;
    if (fstatfs(directory, &system)) return false;
    switch ((uint32_t)system.f_type) {
        case TMPFS_MAGIC:
        case RAMFS_MAGIC:
        case OVERLAYFS_SUPER_MAGIC:
        case EXT4_SUPER_MAGIC:
        case BTRFS_SUPER_MAGIC:
        case XFS_SUPER_MAGIC: return true;
        default: return false;
    }
}

static bool is_ours(int directory) {
    struct stat info;
    return !fstat(directory, &info) && (!info.st_uid || info.st_uid == geteuid()) && !(info.st_mode & (S_IWGRP | S_IWOTH));
}

static int open_directory(int directory, const char *name, uint64_t resolve) {
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, directory, name, &how, sizeof how);
}

/* The next directory, or -1; ENOENT says that it is still to be made. */
static int step_into(int directory, const char *name) {
    int next = open_directory(directory, name, RESOLVE_BENEATH | RESOLVE_NO_XDEV);
    int error = errno;
    close(directory);
    errno = error;
    return next;
}

static bool are_steady_below(int directory, char *parents) {
    char *rest = parents;
    for (char *name; is_ours(directory);) {
        name = strsep(&rest, "/");
        if (name && !*name) continue;
        if (name && (!strcmp(name, ".") || !strcmp(name, ".."))) break;
        if (name) directory = step_into(directory, name);
        if (directory < 0) return errno == ENOENT;
        if (name) continue;
        close(directory);
        return true;
    }
    close(directory);
    return false;
}

/* Whether what the path leads to can be looked up, made and removed without waiting for anybody. */
static bool is_steady(const char *path) {
    char parents[sizeof((struct sockaddr_un *)0)->sun_path + 1];
    size_t length = strlen(path);
    if (length >= sizeof parents || strncmp(path, base, sizeof base - 1)) return false;
    memcpy(parents, path, length + 1);
    *strrchr(parents, '/') = 0;
    int directory = open_directory(AT_FDCWD, base, 0);
    if (directory < 0) return false;
    if (!is_local(directory)) {
        close(directory);
        return false;
    }
    return are_steady_below(directory, parents + strlen("/run"));
}

/* The path of a bind, or "" for an address that has none; false for what is no address of a unix socket. */
static bool path_of(const struct op *op, char path[static sizeof(struct sockaddr_un) + 1]) {
    size_t length = op->fields[1].number, head = offsetof(struct sockaddr_un, sun_path);
    sa_family_t family;
    if (length < head || length > sizeof(struct sockaddr_un)) return false;
    memcpy(&family, op->fields[1].data, sizeof family);
    memcpy(path, (const char *)op->fields[1].data + head, length - head);
    path[length - head] = 0;
    return family == AF_UNIX;
}

static bool may_be_done_here(const struct plan *plan) {
    /* One op after the other is about the same path. */
    char bound[sizeof(struct sockaddr_un) + 1];
    const char *steady = "";
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct op *op = &plan->ops[i];
        const char *path = steady;
        switch (op->code) {
            case OP_socket:
                if (op->fields[1].number != AF_UNIX) return false;
                break;
            case OP_setsockopt:
            case OP_umask:
            case OP_listen:
            case OP_keep: break;
            case OP_mkdir_parents:
            case OP_unlink: path = op->fields[0].data; break;
            case OP_socket_owner: path = op->fields[1].data; break;
            case OP_bind:
                if (!path_of(op, bound)) return false;
                if (*bound && strcmp(bound, steady) && !is_steady(bound)) return false;
                break;
            default: return false;
        }
        if (path != steady && strcmp(path, steady) && !is_steady(path)) return false;
        steady = path;
    }
    return true;
}

static void empty_slot(struct run *run, uint64_t slot) {
    if (run->slots[slot]) close(run->slots[slot] - 1);
    run->slots[slot] = 0;
}

static int keep_here(struct keeper *keeper, struct run *run, const struct op *op) {
    int *slot = &run->slots[op->fields[0].number], fd = *slot - 1;
    if (fd < 0) return -EBADF;
    *slot = 0;
    return descriptor_hold(keeper, op->fields[1].data, fd) ? 0 : -EMFILE;
}

static int do_op(struct keeper *keeper, struct run *run, const struct op *op) {
    if (op->code == OP_keep) return keep_here(keeper, run, op);
    /* A child's end would close what is in the way. */
    if (op->code == OP_socket) empty_slot(run, op->fields[0].number);
    return run_op(run, op);
}

static void tell_end(struct keeper *keeper, uint64_t id, struct group *group, const struct plan *plan, int failed, int error) {
    struct buffer *out = event_begin(keeper, EVENT_EXITED);
    put_u64(out, id);
    put_u8(out, 0);
    put_u32(out, failed < 0 ? 0 : plan->ops[failed].exit);
    put_u32(out, (uint32_t)failed);
    put_u32(out, (uint32_t)error);
    put_u8(out, !group || group_empty(keeper, group));
    for (int i = 0; i < 4; i++) put_u64(out, 0);
    event_end(keeper);
}

static void tell_tolerated(struct keeper *keeper, uint64_t id, uint32_t op, int error) {
    struct buffer *out = event_begin(keeper, EVENT_TOLERATED);
    put_u64(out, id);
    put_u32(out, op);
    put_u32(out, (uint32_t)error);
    event_end(keeper);
}

bool opened_here(struct keeper *keeper, uint64_t id, struct group *group, struct plan *plan) {
    if (!may_be_done_here(plan)) return false;
    struct run *run = &keeper->run;
    *run = (struct run){.plan = plan, .keep_fd = -1, .exec_fd = -1};
    mode_t mask = umask(0);
    umask(mask);
    int failed = -1, error = 0;
    for (uint32_t i = 0; i < plan->count && failed < 0; i++) {
        const struct op *op = &plan->ops[i];
        int result = do_op(keeper, run, op);
        if (!result) continue;
        error = -result;
        if (!op->tolerate)
            failed = (int)i;
        else if (op->tell)
            tell_tolerated(keeper, id, i, error);
    }
    umask(mask);
    for (uint32_t slot = 0; slot < MAX_SLOTS; slot++) empty_slot(run, slot);
    tell_end(keeper, id, group, plan, failed, failed < 0 ? 0 : error);
    return true;
}
