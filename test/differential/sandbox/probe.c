/* Tells what a process is: the sections that its arguments ask for, one fact a line. Static, so that it runs in any root directory.
 *
 *   probe -p LINK          makes a terminal, which LINK leads to, until nobody has it any more
 *   probe [-o FILE] [-x STATUS] [-w] @SECTION [ARGUMENT...] [@SECTION...]
 *
 * -o FILE    tell it to this file rather than to standard output
 * -x STATUS  end with this exit status
 * -w         do not end, but wait for a signal
 *
 * To add a section: write its function, declare it in probe.h, and name it in the table below. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    section *tell;
} sections[] = {
    {"ids", ids},
    {"caps", caps},
    {"limits", limits},
    {"scheduling", scheduling},
    {"environment", environment},
    {"streams", streams},
    {"tty", tty},
    {"signals", signals},
    {"cgroup", cgroup},
    {"keyring", keyring},
    {"namespaces", namespaces},
    {"mounts", mounts},
    {"paths", paths},
    {"credentials", credentials},
    {"seccomp", seccomp},
    {"calls", calls},
};

static int out = 1;

void fact(const char *name, const char *format, ...) {
    char line[8192];
    int length = snprintf(line, sizeof line, "%s ", name);
    va_list arguments;
    va_start(arguments, format);
    length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
    line[length++] = '\n';
    /* Where writing is forbidden there is nobody to tell. */
    if (write(out, line, (size_t)length) < 0) _exit(98);
}

const char *outcome(long result) { return result >= 0 ? "ok" : strerrorname_np(errno); }

const char *content(const char *path) {
    static char bytes[1 << 16];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return NULL;
    size_t length = 0;
    for (ssize_t count; (count = read(fd, bytes + length, sizeof bytes - 1 - length)) > 0;) length += (size_t)count;
    int error = errno;
    close(fd);
    errno = error;
    if (length && bytes[length - 1] == '\n') length--;
    bytes[length] = 0;
    return bytes;
}

const char *status_line(const char *name) {
    static char value[4096];
    const char *text = content("/proc/self/status");
    size_t length = strlen(name), at = 0;
    for (; text; text = strchr(text, '\n')) {
        if (*text == '\n') text++;
        if (strncmp(text, name, length) || text[length] != ':') continue;
        for (text += length + 1; *text && *text != '\n' && at < sizeof value - 1; text++)
            if (*text != '\t' && *text != ' ') value[at++] = *text;
            else if (at && value[at - 1] != ' ') value[at++] = ' ';
        while (at && value[at - 1] == ' ') at--;
        value[at] = 0;
        return value;
    }
    return "unknown";
}

static section *section_named(const char *name) {
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (!strcmp(sections[i].name, name)) return sections[i].tell;
    fprintf(stderr, "probe: there is no section %s\n", name);
    exit(99);
}

/* The terminal ends with the program, so it stays for as long as the test may take. */
static int hold_terminal(const char *link) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) || unlockpt(master)) return 96;
    unlink(link);
    if (symlink(ptsname(master), link)) return 95;
    alarm(120);
    for (char bytes[512];;) {
        ssize_t count = read(master, bytes, sizeof bytes);
        /* While no process has the other side, there is nothing to read, and no way to wait for it. */
        if (count <= 0) usleep(10000);
    }
}

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "-p")) return hold_terminal(argv[2]);
    int status = 0;
    bool waits = false;
    for (int option; (option = getopt(argc, argv, "+o:x:w")) != -1;) {
        if (option == 'o') out = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        else if (option == 'x') status = atoi(optarg);
        else if (option == 'w') waits = true;
        else return 99;
    }
    /* Out of the way of the numbers that sections look at. */
    int moved = fcntl(out, F_DUPFD_CLOEXEC, 60);
    if (moved >= 0) out = moved;
    for (int i = optind; i < argc;) {
        if (argv[i][0] != '@') return 99;
        section *tell = section_named(argv[i] + 1);
        fact("#", "%s", argv[i] + 1);
        char *arguments[256];
        int count = 0;
        for (i++; i < argc && argv[i][0] != '@' && count < 255; i++) arguments[count++] = argv[i];
        arguments[count] = NULL;
        tell(arguments);
    }
    if (waits) pause();
    return status;
}
