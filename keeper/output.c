/* What services write: pipes of their stdout and stderr, and streams that programs bring by themselves (systemd-cat(1)). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

enum { FRAME_OPEN = 2, FRAME_DATA, FRAME_CLOSE };
enum { READ_SIZE = 65536, MAX_LINE = 4096, MAX_GUESTS = 4096, GUESTS_AT_ONCE = 64, MAX_FDS = 253 };

/* Guests have numbers that the manager never comes to. */
static const uint64_t first_guest = 1ull << 52;

static void put_open(struct buffer *out, const struct stream *stream) {
    put_u64(out, stream->id);
    put_u32(out, (uint32_t)stream->pid);
    put_raw(out, stream->meta, strlen(stream->meta));
}

static void unlink_open(struct keeper *keeper, struct stream *stream) {
    if (stream->previous)
        stream->previous->next = stream->next;
    else
        keeper->streams = stream->next;
    if (stream->next) stream->next->previous = stream->previous;
    stream->next = stream->previous = NULL;
}

static void stream_free(struct stream *stream) {
    free(stream->meta);
    free(stream->line);
    free(stream);
}

static void append_closed(struct keeper *keeper, struct stream *stream) {
    *(keeper->closed_last ? &keeper->closed_last->next : &keeper->closed_first) = stream;
    keeper->closed_last = stream;
}

/* What is known of a stream stays until the journal has committed its end. */
static void stream_ended(struct keeper *keeper, struct stream *stream) {
    unwatch(keeper, stream->fd);
    close_aside(stream->fd);
    stream->fd = -1;
    keeper->guests -= stream->id >= first_guest;
    unlink_open(keeper, stream);
    if (!keeper->journal.argc) return stream_free(stream);
    put_u64(journal_begin(keeper, FRAME_CLOSE), stream->id);
    journal_end(keeper);
    stream->close_sequence = keeper->journal_sequence;
    append_closed(keeper, stream);
}

/* What came. Descriptors that a guest sends beside it are closed, which read(2) would do as well, but here and now. */
static ssize_t take(const struct stream *stream, void *bytes, size_t size) {
    if (stream->id < first_guest) return read(stream->fd, bytes, size);
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
    } control;
    struct iovec part = {bytes, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(stream->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    for (struct cmsghdr *header = got < 0 ? NULL : CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        for (size_t at = CMSG_LEN(0); at + sizeof(int) <= header->cmsg_len; at += sizeof(int)) {
            int fd;
            memcpy(&fd, (char *)header + at, sizeof fd);
            close_aside(fd);
        }
    }
    return got;
}

static void tell_open(struct keeper *keeper, const struct stream *stream) {
    put_open(journal_begin(keeper, FRAME_OPEN), stream);
    journal_end(keeper);
}

static void let_go(struct keeper *keeper, struct stream *guest) {
    close_aside(guest->fd);
    keeper->guests--;
    stream_free(guest);
}

/* A guest that ends without a word asks whether all that was said before it is stored, and hears the end of its connection when it is. */
static void guest_asks(struct keeper *keeper, struct stream *guest) {
    unwatch(keeper, guest->fd);
    unlink_open(keeper, guest);
    if (!buffer_length(&keeper->journal_frames)) return let_go(keeper, guest);
    guest->close_sequence = keeper->journal_sequence;
    keeper->journal_sent_at = 0;
    append_closed(keeper, guest);
}

static void print_line(const struct stream *stream) {
    char line[MAX_LINE + 256];
    int length = snprintf(line, sizeof line, "%.*s: %.*s\n", (int)strcspn(stream->meta, " "), stream->meta, (int)stream->line_length, stream->line);
    if (length > 0) console_write(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

/* Without a journal: whole lines go to the keeper's stderr. */
static void print_lines(struct stream *stream, const char *bytes, size_t length) {
    if (!stream->line) stream->line = grow(NULL, MAX_LINE);
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') stream->line[stream->line_length++] = bytes[i];
        if (bytes[i] != '\n' && stream->line_length < MAX_LINE) continue;
        print_line(stream);
        stream->line_length = 0;
    }
    if (!length && stream->line_length) print_line(stream);
}

static void print_ready(struct keeper *keeper, struct stream *stream) {
    char bytes[READ_SIZE];
    ssize_t got = take(stream, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    print_lines(stream, bytes, got > 0 ? (size_t)got : 0);
    if (got <= 0) stream_ended(keeper, stream);
}

static void stream_ready(struct keeper *keeper, void *context, uint32_t events) {
    struct stream *stream = context;
    if (!keeper->journal.argc) return print_ready(keeper, stream);
    if (keeper->streams_paused) return;
    if (stream->silent) {
        char first;
        ssize_t got = recv(stream->fd, &first, sizeof first, MSG_PEEK | MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) return guest_asks(keeper, stream);
        stream->silent = false;
        tell_open(keeper, stream);
    }
    if (events & EPOLLIN) writer_tell(keeper, stream->id, &stream->writer);
    /* Read first, so that there is no frame without bytes. */
    uint8_t head[16];
    struct buffer *out = &keeper->journal_frames;
    enum { HEAD = 4 + 1 + 8 + 16, SPARE = 64 };
    uint8_t *room = buffer_room(out, SPARE + HEAD + READ_SIZE) + SPARE + HEAD;
    ssize_t got = take(stream, room, READ_SIZE);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return stream_ended(keeper, stream);
    store_u64(head, stream->id);
    store_u64(head + 8, realtime_usec());
    journal_begin(keeper, FRAME_DATA);
    put_raw(out, head, sizeof head);
    memmove(out->bytes + out->tail, room, (size_t)got);
    out->tail += (size_t)got;
    journal_end(keeper);
}

static void watch_stream(struct keeper *keeper, struct stream *stream) {
    if (stream->fd >= 0) watch(keeper, stream->fd, EPOLLIN, stream_ready, stream);
}

void stream_open(struct keeper *keeper, uint64_t id, const char *meta, pid_t pid, int fd) {
    struct stream *stream = allocate(sizeof *stream);
    *stream = (struct stream){.next = keeper->streams, .id = id, .meta = copy_text(meta, strlen(meta)), .pid = pid, .fd = fd};
    if (stream->next) stream->next->previous = stream;
    keeper->streams = stream;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (keeper->journal.argc) {
        writer_remember(&stream->writer, pid);
        stream->silent = id >= first_guest;
        if (!stream->silent) tell_open(keeper, stream);
    }
    if (!keeper->streams_paused) watch_stream(keeper, stream);
}

static uint32_t save_stream(const struct stream *stream, struct saving *saving) {
    /* Its connection ends with this program, which is answer enough. */
    if (stream->silent) return 0;
    put_u64(&saving->out, stream->id);
    put_u64(&saving->out, stream->close_sequence);
    put_u32(&saving->out, (uint32_t)stream->pid);
    put_string(&saving->out, stream->meta);
    put_bytes(&saving->out, stream->line, stream->line_length);
    save_fd(saving, stream->fd);
    return 1;
}

void streams_save(struct keeper *keeper, struct saving *saving) {
    uint32_t count = 0;
    size_t at = buffer_length(&saving->out);
    put_u32(&saving->out, 0);
    for (const struct stream *stream = keeper->streams; stream; stream = stream->next) count += save_stream(stream, saving);
    for (const struct stream *stream = keeper->closed_first; stream; stream = stream->next) count += save_stream(stream, saving);
    store_u32(saving->out.bytes + saving->out.head + at, count);
}

void streams_restore(struct keeper *keeper, struct cursor *cursor) {
    for (uint32_t count = restore_count(cursor, UINT32_MAX); count && !cursor->bad; count--) {
        uint64_t id = get_u64(cursor), close_sequence = get_u64(cursor);
        pid_t pid = (pid_t)get_u32(cursor);
        uint32_t length, line_length;
        const char *meta = get_string(cursor, &length);
        const uint8_t *line = get_bytes(cursor, &line_length);
        int fd = restore_fd(keeper, cursor);
        if (line_length >= MAX_LINE) cursor->bad = "a line is too long";
        if (close_sequence > keeper->journal_sequence) cursor->bad = "a stream ends with what was never sent";
        if (cursor->bad) return;
        struct stream *stream = allocate(sizeof *stream);
        *stream = (struct stream){.id = id, .close_sequence = close_sequence, .meta = copy_text(meta, length), .pid = pid, .fd = fd};
        if (line_length) stream->line = memcpy(grow(NULL, MAX_LINE), line, line_length);
        stream->line_length = line_length;
        if (close_sequence) {
            append_closed(keeper, stream);
            continue;
        }
        stream->next = keeper->streams;
        if (stream->next) stream->next->previous = stream;
        keeper->streams = stream;
        keeper->guests += id >= first_guest;
        watch_stream(keeper, stream);
    }
}

void streams_end_lost(struct keeper *keeper) {
    for (struct stream *stream = keeper->streams, *next; stream; stream = next) {
        next = stream->next;
        if (stream->fd < 0) stream_ended(keeper, stream);
    }
}

/* A pipe that hung up would wake the loop without end, so those that are not read are not watched. */
void streams_pause(struct keeper *keeper, bool pause) {
    for (struct stream *stream = keeper->streams; stream; stream = stream->next) {
        if (pause)
            unwatch(keeper, stream->fd);
        else
            watch_stream(keeper, stream);
    }
}

static void announce(struct buffer *out, const struct stream *first) {
    for (const struct stream *stream = first; stream; stream = stream->next) {
        if (stream->silent) continue;
        size_t start = frame_begin(out, FRAME_OPEN);
        put_u64(out, 0);
        put_open(out, stream);
        frame_end(out, start);
    }
}

/* Tells a journal that has just connected what it may have forgotten. */
void streams_announce(struct keeper *keeper, struct buffer *out) {
    announce(out, keeper->closed_first);
    announce(out, keeper->streams);
}

/* A journal that has just connected may have to be told again. */
void streams_forget_writers(struct keeper *keeper) {
    for (struct stream *stream = keeper->streams; stream; stream = stream->next) stream->writer.told_usec = stream->writer.sure_usec = 0;
}

void streams_acknowledge(struct keeper *keeper, uint64_t sequence) {
    while (keeper->closed_first && keeper->closed_first->close_sequence <= sequence) {
        struct stream *stream = keeper->closed_first;
        keeper->closed_first = stream->next;
        if (!stream->next) keeper->closed_last = NULL;
        if (stream->silent)
            let_go(keeper, stream);
        else
            stream_free(stream);
    }
}

/* Who the guest is, for the journal; what it wants it says itself in its first lines, which are not looked at here. */
static void describe_guest(struct keeper *keeper, const struct ucred *peer, char *meta, size_t size) {
    struct group *group = group_of(keeper, peer->pid);
    char unit[2 * MAX_NAME + 1], *at = unit;
    for (const char *key = group && strlen(group->key) <= MAX_NAME ? group->key : ""; *key; key++) {
        if (*key == '"' || *key == '\\') *at++ = '\\';
        if ((unsigned char)*key >= ' ') *at++ = *key;
    }
    *at = 0;
    snprintf(meta, size, "{\"HEADER\":\"\",\"UNIT\":\"%s\",\"_UID\":\"%u\",\"_GID\":\"%u\"}", unit, peer->uid, peer->gid);
}

static void guests_ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    char meta[2 * MAX_NAME + 128];
    for (int i = 0, fd; i < GUESTS_AT_ONCE && (fd = accept4(keeper->stream_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0; i++) {
        struct ucred peer;
        socklen_t length = sizeof peer;
        if (keeper->guests >= MAX_GUESTS || is_reserved(keeper, fd) || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) {
            close(fd);
            continue;
        }
        keeper->guests++;
        describe_guest(keeper, &peer, meta, sizeof meta);
        stream_open(keeper, first_guest + ++keeper->guest_count, meta, peer.pid, fd);
    }
}

void guests_start(struct keeper *keeper) {
    char path[108];
    if (!keeper->journal.argc) return;
    keeper->stream_fd = servant_listen(keeper, "stdout", SOCK_STREAM, 0666, keeper->stream_fd, path);
    watch(keeper, keeper->stream_fd, EPOLLIN, guests_ready, NULL);
}
