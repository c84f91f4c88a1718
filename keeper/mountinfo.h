/* /proc/self/mountinfo, read by a child: `proc` is a descriptor of a /proc, paths are below the child's root. */
#ifndef MOUNTINFO_H
#define MOUNTINFO_H

/* Something other than 0 ends the walk. */
typedef int mountinfo_function(const char *path, const char *type, void *context);
/* The mounts at the path or below it, in the order in which they were made. What ended the walk, or -errno. */
int mountinfo_each(int proc, const char *below, mountinfo_function *each, void *context);
/* Whether something is mounted right there: 0, 1 or -errno. */
int mountinfo_has(int proc, const char *path);
/* The path of a descriptor, which has room for PATH_MAX. 0 or -errno. */
int mountinfo_path(int proc, int fd, char *path);

#endif
