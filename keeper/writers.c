/* Who writes to the journal: what /proc tells of a process at the moment when something of it has come. A process may end right after that, so it cannot
 * wait for the journal to look; and its pid may soon be another's, so processes are told apart by their start, too. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"

enum { FRAME_PROCESS = 8 };
enum { MAX_TEXT = 4096, STATE_FIELD = 3, START_FIELD = 22 };
/* What changes while a process runs is looked at anew after the first of these times. A process that is gone is surely the one that was seen the second time
 * ago, as no pid comes again so soon. For the third time a stream's process is not looked at again. */
enum { FRESH_USEC = 1000000, SURE_USEC = 100000, QUIET_USEC = 50000 };

static size_t read_text(int directory, const char *name, char *text, size_t size) {
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return 0;
    size_t length = 0;
    for (ssize_t got; length < size && (got = read(fd, text + length, size - length)) > 0;) length += (size_t)got;
    close(fd);
    return length;
}

uint64_t read_start(int directory, char name[64]) {
    char text[1024 + 1];
    text[read_text(directory, "stat", text, sizeof text - 1)] = 0;
    char *begin = strchr(text, '('), *end = strrchr(text, ')');
    if (!begin || !end || end < begin) return 0;
    snprintf(name, 64, "%.*s", (int)(end - begin - 1), begin + 1);
    char *at = end + 1;
    for (int field = STATE_FIELD; field < START_FIELD && at; field++) at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

static int open_process(pid_t pid) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d", pid);
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void put_file(struct buffer *out, int directory, const char *name) {
    char text[MAX_TEXT];
    put_bytes(out, text, read_text(directory, name, text, sizeof text));
}

static void put_link(struct buffer *out, int directory, const char *name) {
    char text[MAX_TEXT];
    ssize_t length = readlinkat(directory, name, text, sizeof text);
    put_bytes(out, text, length > 0 ? (size_t)length : 0);
}

static bool is_of_root(const char *status) {
    const char *line = strstr(status, "\nUid:");
    unsigned int real, effective;
    return line && sscanf(line, "\nUid: %u %u", &real, &effective) == 2 && !real && !effective;
}

/* The command line is in memory of the process, which may lie in a file system of its own that never answers. So it is read here only of root's processes, which
 * could do harm in plainer ways; of others by the journal, which may hang. */
static void tell(struct keeper *keeper, uint64_t stream, const struct writer *writer, int directory) {
    struct buffer *out = journal_begin(keeper, FRAME_PROCESS);
    put_u64(out, stream);
    put_u32(out, (uint32_t)writer->pid);
    put_u64(out, writer->start);
    if (writer->start) {
        char status[MAX_TEXT + 1];
        size_t length = read_text(directory, "status", status, MAX_TEXT);
        status[length] = 0;
        put_bytes(out, writer->name, strlen(writer->name));
        put_link(out, directory, "exe");
        if (is_of_root(status))
            put_file(out, directory, "cmdline");
        else
            put_bytes(out, "", 0);
        put_bytes(out, status, length);
        put_file(out, directory, "cgroup");
        put_file(out, directory, "loginuid");
        put_file(out, directory, "sessionid");
    }
    journal_end(keeper);
}

static bool is_same(const struct writer *writer, uint64_t start, const char *name, uint64_t now) {
    return writer->start == start && !strcmp(writer->name, name) && writer->told_usec && now - writer->told_usec < FRESH_USEC;
}

void writer_remember(struct writer *writer, pid_t pid) {
    int directory = open_process(pid);
    *writer = (struct writer){.pid = pid};
    if (directory < 0) return;
    writer->start = read_start(directory, writer->name);
    close(directory);
}

void writer_tell(struct keeper *keeper, uint64_t stream, struct writer *writer) {
    uint64_t now = monotonic_usec();
    if (!writer->start || now - writer->sure_usec < QUIET_USEC) return;
    int directory = open_process(writer->pid);
    if (directory < 0) return;
    char name[64];
    uint64_t start = read_start(directory, name);
    if (start == writer->start) {
        writer->sure_usec = now;
        if (!is_same(writer, start, name, now)) {
            memcpy(writer->name, name, sizeof name);
            writer->told_usec = now;
            tell(keeper, stream, writer, directory);
        }
    } else
        writer->start = 0;
    close(directory);
}

void sender_tell(struct keeper *keeper, pid_t pid, uint32_t uid) {
    uint64_t now = monotonic_usec();
    struct writer *writer = &keeper->senders[(uint32_t)pid % MAX_SENDERS];
    char name[64];
    int directory = pid > 0 ? open_process(pid) : -1;
    uint64_t start = directory < 0 ? 0 : read_start(directory, name);
    bool known = writer->pid == pid && writer->uid == uid && writer->told_usec;
    bool same = known && (start ? is_same(writer, start, name, now) : now - writer->sure_usec < SURE_USEC);
    if (!same) {
        *writer = (struct writer){.pid = pid, .uid = uid, .start = start, .told_usec = now};
        if (start) memcpy(writer->name, name, sizeof name);
        tell(keeper, 0, writer, directory);
    }
    if (start) writer->sure_usec = now;
    if (directory >= 0) close(directory);
}

void writers_forget(struct keeper *keeper) {
    memset(keeper->senders, 0, sizeof keeper->senders);
    streams_forget_writers(keeper);
}
