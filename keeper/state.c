/* What a keeper hands to the program that takes its place: one file in memory with everything that it knows, in which each descriptor
 * stands by its number, and those descriptors themselves, which stay open across exec.
 *
 *   8 bytes MAGIC, u32 FORMAT, u32 size of a report, u64 the descriptor of the program that wrote it, u64 length of what follows,
 *   u64 its FNV-1a hash; then the sections.
 *
 * A program reads only the FORMAT that it knows. Whatever changes what is written behind the head counts it up; the head stays. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"

static const char MAGIC[8] = {'t', 'y', 's', 'd', 'k', 'e', 'e', 'p'};

enum { FORMAT = STATE_FORMAT, HEAD = 40, MAX_STATE = 1 << 30 };

#define NO_FD UINT32_MAX

void state_none(struct keeper *keeper) {
    int *const numbers[] = {&keeper->control_fd,        &keeper->notify_fd,         &keeper->syslog_fd,   &keeper->stream_fd,   &keeper->reports_fd, &keeper->state_fd,
                            &keeper->native_fd,         &keeper->exec_inotify,      &keeper->manager.listen_fd, &keeper->journal.listen_fd, &keeper->previous_fd, &keeper->manager.pid, &keeper->journal.pid,
                            &keeper->kernel_fd};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) *numbers[i] = -1;
}

void save_fd(struct saving *saving, int fd) {
    put_u32(&saving->out, fd < 0 ? NO_FD : (uint32_t)fd);
    if (fd < 0) return;
    if (saving->fd_count == saving->fd_size) {
        saving->fd_size = saving->fd_size ? saving->fd_size * 2 : 64;
        saving->fds = grow(saving->fds, saving->fd_size * sizeof *saving->fds);
    }
    saving->fds[saving->fd_count++] = fd;
}

int restore_fd(struct keeper *keeper, struct cursor *cursor) {
    uint32_t number = get_u32(cursor);
    if (cursor->bad || number == NO_FD || keeper->checking) return -1;
    if (fcntl((int)number, F_SETFD, FD_CLOEXEC) == 0) return (int)number;
    say("descriptor %u was not passed on; what needs it goes without", number);
    return -1;
}

uint64_t restore_sequence(struct cursor *cursor) {
    uint64_t sequence = get_u64(cursor);
    if (sequence >> 52) cursor->bad = "a sequence number is too large";
    return sequence;
}

uint32_t restore_count(struct cursor *cursor, uint32_t most) {
    uint32_t count = get_u32(cursor);
    if (!cursor->bad && count > most) cursor->bad = "there is more of something than there may be";
    return cursor->bad ? 0 : count;
}

static uint64_t hash_of(const uint8_t *bytes, size_t length) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

static void save_base(struct keeper *keeper, struct saving *saving) {
    struct buffer *out = &saving->out;
    put_u32(out, (uint32_t)getpid());
    put_u8(out, (uint8_t)keeper->tracking);
    put_u64(out, keeper->started_monotonic);
    put_u64(out, keeper->started_realtime);
    put_u64(out, keeper->descriptor_limit.rlim_cur);
    put_u64(out, keeper->descriptor_limit.rlim_max);
    put_u64(out, keeper->last_child);
    put_u64(out, keeper->notify_count);
    put_u64(out, keeper->accept_count);
    put_u64(out, keeper->guest_count);
    const int sockets[] = {keeper->control_fd, keeper->notify_fd, keeper->syslog_fd, keeper->native_fd, keeper->stream_fd, keeper->reports_fd, keeper->exec_inotify};
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) save_fd(saving, sockets[i]);
    servant_save(&keeper->manager, saving);
    servant_save(&keeper->journal, saving);
}

void state_restore_base(struct keeper *keeper, struct cursor *cursor) {
    uint32_t pid = get_u32(cursor);
    uint8_t tracking = get_u8(cursor);
    if (!cursor->bad && !keeper->checking && pid != (uint32_t)getpid()) cursor->bad = "it is that of another process";
    if (!cursor->bad && tracking != keeper->tracking) cursor->bad = "its processes are tracked in another way";
    keeper->started_monotonic = get_u64(cursor);
    keeper->started_realtime = get_u64(cursor);
    keeper->descriptor_limit.rlim_cur = get_u64(cursor);
    keeper->descriptor_limit.rlim_max = get_u64(cursor);
    keeper->last_child = get_u64(cursor);
    keeper->notify_count = get_u64(cursor);
    keeper->accept_count = get_u64(cursor);
    keeper->guest_count = get_u64(cursor);
    int *const sockets[] = {&keeper->control_fd, &keeper->notify_fd, &keeper->syslog_fd, &keeper->native_fd, &keeper->stream_fd, &keeper->reports_fd, &keeper->exec_inotify};
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) *sockets[i] = restore_fd(keeper, cursor);
    servant_restore(keeper, cursor, &keeper->manager);
    servant_restore(keeper, cursor, &keeper->journal);
}

static void save_rest(struct keeper *keeper, struct saving *saving) {
    groups_save(keeper, saving);
    children_save(keeper, saving);
    sessions_save(keeper, saving);
    descriptors_save(keeper, saving);
    blobs_save(keeper, saving);
    events_save(keeper, saving);
    journal_save(keeper, saving);
}

void state_restore_rest(struct keeper *keeper, struct cursor *cursor) {
    uint32_t count;
    struct group **groups = groups_restore(keeper, cursor, &count);
    children_restore(keeper, cursor, groups, count);
    sessions_restore(keeper, cursor, groups, count);
    descriptors_restore(keeper, cursor);
    blobs_restore(keeper, cursor);
    events_restore(keeper, cursor);
    journal_restore(keeper, cursor);
    if (!cursor->bad && cursor->at != cursor->end) cursor->bad = "there is more in it than there should be";
    if (!cursor->bad && !keeper->checking) groups_restore_watches(keeper, groups, count);
    if (!cursor->bad && !keeper->checking) streams_end_lost(keeper);
    groups_release_removed(groups, count);
    free(groups);
}

static bool write_all(int fd, const uint8_t *bytes, size_t length) {
    while (length) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

int state_save(struct keeper *keeper, struct saving *saving) {
    put_raw(&saving->out, MAGIC, sizeof MAGIC);
    put_u32(&saving->out, FORMAT);
    put_u32(&saving->out, sizeof(struct report));
    put_u64(&saving->out, (uint64_t)(int64_t)keeper->previous_fd);
    put_u64(&saving->out, 0);
    put_u64(&saving->out, 0);
    save_base(keeper, saving);
    save_rest(keeper, saving);
    uint8_t *bytes = saving->out.bytes + saving->out.head;
    size_t length = buffer_length(&saving->out) - HEAD;
    store_u64(bytes + 24, length);
    store_u64(bytes + 32, hash_of(bytes + HEAD, length));
    if (length > MAX_STATE) {
        errno = EFBIG;
        return -1;
    }
    int fd = memfd_create("tysd-keeper-state", MFD_CLOEXEC);
    if (fd < 0 || write_all(fd, bytes, HEAD + length)) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int state_previous(int fd) {
    uint8_t bytes[8];
    return pread(fd, bytes, sizeof bytes, 16) == sizeof bytes ? (int)load_u64(bytes) : -1;
}

static const char *check_head(const uint8_t *bytes, size_t length) {
    if (memcmp(bytes, MAGIC, sizeof MAGIC)) return "it is none of a keeper";
    if (load_u32(bytes + 8) != FORMAT) return "its format is another one";
    if (load_u32(bytes + 12) != sizeof(struct report)) return "its children report in another way";
    if (load_u64(bytes + 24) != length) return "its length is not what it says";
    if (load_u64(bytes + 32) != hash_of(bytes + HEAD, length)) return "its checksum is wrong";
    return NULL;
}

/* The mapping stays: it is the program's only copy until all is restored, and a file in memory costs nothing when its pages are let go. */
const char *state_open(int fd, struct cursor *cursor) {
    struct stat info;
    if (fstat(fd, &info) < 0) return "there is none";
    if (info.st_size < HEAD || info.st_size > HEAD + (off_t)MAX_STATE) return "its length is out of bounds";
    uint8_t *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) return "it cannot be mapped";
    size_t length = (size_t)info.st_size - HEAD;
    const char *bad = check_head(bytes, length);
    if (bad)
        munmap(bytes, (size_t)info.st_size);
    else
        *cursor = (struct cursor){bytes + HEAD, bytes + HEAD + length, NULL};
    return bad;
}
