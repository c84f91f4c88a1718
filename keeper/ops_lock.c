/* Directories that are somebody's for as long as he has a lock on a file in them, which a crash of the machine takes from him. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)

static int lock(int fd, int how) {
    while (flock(fd, how) < 0)
        if (errno != EINTR) return -errno;
    return 0;
}

int op_lock(struct run *run, const struct op *op) {
    int fd = out_of_the_way(run, open(TEXT(1), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd < 0) return -errno;
    int result = lock(fd, LOCK_SH);
    if (result) return close(fd), result;
    run->slots[NUMBER(0)] = fd + 1;
    return 0;
}

/* Ours are those that only we may enter and that have the file; what else may be there is another's, and stays. */
static int remove_one(int base, const char *name, const char *file) {
    struct stat info;
    if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, "..")) return -EINVAL;
    int directory = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -errno;
    int fd = -1, result = 0;
    bool ours = !fstat(directory, &info) && info.st_uid == geteuid() && !(info.st_mode & 077);
    if (ours) fd = openat(directory, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) result = lock(fd, LOCK_EX | LOCK_NB);
    if (fd >= 0 && !result) result = tree_remove_at(base, name);
    if (fd >= 0) close(fd);
    close(directory);
    return result == -EWOULDBLOCK ? 0 : result;
}

int op_remove_unlocked(struct run *run, const struct op *op) {
    (void)run;
    int base = open(TEXT(0), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), result = 0;
    if (base < 0) return errno == ENOENT ? 0 : -errno;
    for (char *const *name = op->fields[1].data; *name; name++) {
        int failed = remove_one(base, *name, TEXT(2));
        if (failed && !result) result = failed;
    }
    close(base);
    return result;
}
