#pragma once
/* What probe.c and its sections share. */
#include <stdbool.h>

/* Prints one fact as one line, `name value`. */
void fact(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "ok", or the name of errno. */
const char *outcome(long result);

/* The file's content without its last newline, in a buffer that the next call overwrites; NULL with errno if it cannot be read. */
const char *content(const char *path);

/* The value of the line `name:` of /proc/self/status, with blanks made single. */
const char *status_line(const char *name);

/* A section prints what one aspect of the process is; the arguments are those behind its name on the command line, NULL-terminated. */
typedef void section(char *const *arguments);

section ids, caps, limits, scheduling, environment, streams, tty, signals, cgroup, keyring; /* probe-process.c */
section namespaces, mounts, paths, credentials;                                              /* probe-places.c */
section seccomp, calls;                                                                      /* probe-calls.c */
