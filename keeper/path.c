#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "keeper.h"

/* What tells that the next part of the path has come, or that this one is not what it was. */
enum { LEADING = IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB | IN_CREATE | IN_MOVED_TO };

static int add(int fd, const char *path, uint32_t mask) { return inotify_add_watch(fd, path, mask) < 0 ? -errno : 0; }

/* The link and what it leads to; what is no link is watched once. */
static int add_part(int above, int self, const char *path, uint32_t mask) {
    struct stat info;
    if (lstat(path, &info) < 0) return -errno;
    int result = S_ISLNK(info.st_mode) ? add(above, path, mask | IN_DONT_FOLLOW) : 0;
    return result ? result : add(self, path, mask);
}

/* Watches each part of an absolute path by `above` and the path itself by `self`, until a part is missing or hidden from us. */
int path_watch(int above, int self, const char *path, uint32_t mask) {
    char part[PATH_MAX];
    size_t length = strlen(path), before = 0;
    if (length >= sizeof part || *path != '/') return -EINVAL;
    for (size_t i = 1; i <= length; i++) {
        bool first = i == 1, last = i == length;
        if (!last && !first && (path[i] != '/' || path[i - 1] == '/')) continue;
        memcpy(part, path, i);
        part[i] = 0;
        int result = last ? add_part(above, self, part, mask) : add_part(above, above, part, LEADING);
        if (result == -ENOENT || result == -EACCES) return before ? 0 : result;
        if (result) return result;
        /* What is there need not be waited for. A failure costs a few needless events. */
        part[before] = 0;
        if (before) add(above, part, IN_MOVE_SELF);
        before = i;
    }
    return 0;
}
