#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "keeper.h"

/* What tells that the next part of the path has come; else it is enough to know when this one goes elsewhere. */
enum { COMING = IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB | IN_CREATE | IN_MOVED_TO };

/* Several paths may lead through one directory, so what is watched there already stays. */
static int add(int fd, const char *path, uint32_t mask) { return inotify_add_watch(fd, path, mask | IN_MASK_ADD) < 0 ? -errno : 0; }

/* The link and what it leads to; what is no link is watched once. */
static int add_part(int above, int self, const char *path, uint32_t mask) {
    struct stat info;
    if (lstat(path, &info) < 0) return -errno;
    int result = S_ISLNK(info.st_mode) ? add(above, path, mask | IN_DONT_FOLLOW) : 0;
    return result ? result : add(self, path, mask);
}

static bool is_missing(int result) { return result == -ENOENT || result == -EACCES; }

/* Watches each part of an absolute path by `above` and the path itself by `self`, until a part is missing or hidden from us. */
int path_watch(int above, int self, const char *path, uint32_t mask) {
    char part[PATH_MAX], parent[PATH_MAX] = "";
    size_t length = strlen(path);
    if (length >= sizeof part || *path != '/') return -EINVAL;
    for (size_t i = 1; i <= length; i++) {
        bool first = i == 1, last = i == length;
        if (!last && !first && (path[i] != '/' || path[i - 1] == '/')) continue;
        memcpy(part, path, i);
        part[i] = 0;
        for (int attempt = 0;; attempt++) {
            int result = last ? add_part(above, self, part, mask) : add_part(above, above, part, IN_MOVE_SELF);
            if (result && (!is_missing(result) || !*parent)) return result;
            if (!result) break;
            /* It may have come before its parent was watched for that. */
            if (attempt) return 0;
            result = add_part(above, above, parent, COMING);
            if (result) return is_missing(result) ? 0 : result;
        }
        memcpy(parent, part, i + 1);
    }
    return 0;
}
