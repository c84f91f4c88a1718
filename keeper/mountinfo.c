#define _GNU_SOURCE
#include "mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"

/* A line has two paths and the options of a file system. */
enum { LONGEST_LINE = 4 * PATH_MAX };

struct walk {
    const char *below;
    size_t below_length;
    mountinfo_function *each;
    void *context;
};

/* Blanks and the like stand there as a backslash and three octal digits. */
static void unescape(char *text) {
    char *out = text;
    for (; *text; out++) {
        if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] && text[3]) {
            *out = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 4;
        } else {
            *out = *text++;
        }
    }
    *out = 0;
}

/* `36 35 98:0 /root /path options… - type source options` */
static int line(const struct walk *walk, char *text) {
    char *path = text, *type = strstr(text, " - ");
    for (int field = 0; field < 4 && path; field++) {
        path = strchr(path, ' ');
        if (path) path++;
    }
    if (!path || !type) return 0;
    type += 3;
    path[strcspn(path, " ")] = 0;
    type[strcspn(type, " ")] = 0;
    unescape(path);
    bool all = walk->below_length == 1, below = !strncmp(path, walk->below, walk->below_length);
    char next = below ? path[walk->below_length] : 0;
    if (!all && (!below || (next && next != '/'))) return 0;
    return walk->each(path, type, walk->context);
}

/* Bytes of a file arrive in pieces; a line that is not whole yet stays at the beginning of the buffer. */
static int lines(int fd, const struct walk *walk, char *buffer) {
    size_t length = 0;
    for (;;) {
        ssize_t got = read(fd, buffer + length, LONGEST_LINE - length);
        if (got < 0) return -errno;
        if (!got) return 0;
        length += (size_t)got;
        char *start = buffer, *end;
        while ((end = memchr(start, '\n', length - (size_t)(start - buffer)))) {
            *end = 0;
            int result = line(walk, start);
            if (result) return result;
            start = end + 1;
        }
        length -= (size_t)(start - buffer);
        memmove(buffer, start, length);
        if (length == LONGEST_LINE) return -E2BIG;
    }
}

int mountinfo_each(int proc, const char *below, mountinfo_function *each, void *context) {
    char buffer[LONGEST_LINE + 1];
    int fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    struct walk walk = {below, strlen(below), each, context};
    int result = lines(fd, &walk, buffer);
    close(fd);
    return result;
}

struct sought {
    const char *path;
};

static int is_sought(const char *path, const char *type, void *context) {
    (void)type;
    return !strcmp(path, ((struct sought *)context)->path);
}

int mountinfo_has(int proc, const char *path) {
    struct sought sought = {path};
    return mountinfo_each(proc, path, is_sought, &sought);
}

int mountinfo_path(int proc, int fd, char *path) {
    char link[32];
    decimal(link + append(link, 0, "self/fd/"), (uint64_t)fd);
    ssize_t length = readlinkat(proc, link, path, PATH_MAX - 1);
    if (length < 0) return -errno;
    path[length] = 0;
    return 0;
}
