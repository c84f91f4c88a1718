/* What a keeper hands to the program that takes its place, read as --check-state reads it. */
#define _GNU_SOURCE
#include "world.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SESSION = 1, RAW = 2, HEAD = 40, MOST_INPUT = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t hash_of(const uint8_t *bytes, size_t length) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

/* The head is written here, so that most inputs come as far as the sections. */
static void put_head(struct buffer *out, const struct input *input) {
    put_raw(out, "tysdkeep", 8);
    put_u32(out, STATE_FORMAT);
    put_u32(out, sizeof(struct report));
    put_u64(out, UINT64_MAX);
    put_u64(out, input_left(input));
    put_u64(out, hash_of(input->at, input_left(input)));
}

static int make_state(struct input *input, bool raw) {
    struct buffer out = {0};
    if (!raw) put_head(&out, input);
    put_raw(&out, input->at, input_left(input));
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || (buffer_length(&out) && write(fd, out.bytes + out.head, buffer_length(&out)) != (ssize_t)buffer_length(&out))) abort();
    buffer_clear(&out);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size > MOST_INPUT) return 0;
    struct input input = {bytes, bytes + size};
    uint8_t first = input_byte(&input);
    struct keeper *keeper = world(first & SESSION ? TRACK_SESSION : TRACK_CGROUP2);
    struct keeper before = *keeper;
    struct cursor cursor;
    int fd = make_state(&input, first & RAW);
    keeper->checking = true;
    if (!state_open(fd, &cursor)) {
        const uint8_t *start = cursor.at, *end = cursor.end;
        state_restore_base(keeper, &cursor);
        state_restore_rest(keeper, &cursor);
        munmap((void *)(start - HEAD), (size_t)(end - start) + HEAD);
    }
    close(fd);
    keeper->checking = false;
    /* The world keeps its own sockets and servants. */
    keeper->control_fd = before.control_fd, keeper->notify_fd = before.notify_fd, keeper->syslog_fd = before.syslog_fd;
    keeper->native_fd = before.native_fd, keeper->exec_inotify = before.exec_inotify;
    keeper->stream_fd = before.stream_fd, keeper->reports_fd = before.reports_fd;
    keeper->manager = before.manager, keeper->journal = before.journal;
    keeper->descriptor_limit = before.descriptor_limit;
    streams_end_lost(keeper);
    world_empty(keeper);
    keeper->journal_sequence = before.journal_sequence;
    keeper->journal_instance = before.journal_instance;
    return 0;
}
