/* The journal's link: frames stay here until the journal has committed them. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper.h"

enum { VERSION = 2, FRAME_HELLO = 1, FRAME_RECORD = 5, FRAME_DROPPED = 7 };
enum { FROM_HELLO = 1, FROM_ACKNOWLEDGE = 2, FROM_REST = 3 };
enum { HEAD = 4 + 1, MAX_IN = 65536 };
/* Frames that come in a row wait for each other: to wake the journal costs more than what it does with a frame. */
enum { GATHER_USEC = 5000, GATHER_BYTES = 65536 };

static bool is_used(const struct keeper *keeper) { return keeper->journal.argc > 0; }

bool journal_full(const struct keeper *keeper) { return buffer_length(&keeper->journal_frames) >= MAX_JOURNAL_BYTES; }

bool journal_settled(const struct keeper *keeper) {
    if (!is_used(keeper)) return true;
    return !keeper->streams && !buffer_length(&keeper->journal_frames);
}

static void begin(struct keeper *keeper, uint8_t kind) {
    if (!buffer_length(&keeper->journal_frames)) patience_renew(&keeper->journal_waits, keeper->journal_patience);
    servant_wake(keeper, &keeper->journal);
    keeper->journal_frame = frame_begin(&keeper->journal_frames, kind);
    put_u64(&keeper->journal_frames, ++keeper->journal_sequence);
}

/* The caller appends the rest and calls journal_end. */
struct buffer *journal_begin(struct keeper *keeper, uint8_t kind) {
    if (keeper->journal_dropped) {
        begin(keeper, FRAME_DROPPED);
        put_u64(&keeper->journal_frames, keeper->journal_dropped);
        keeper->journal_dropped = 0;
        frame_end(&keeper->journal_frames, keeper->journal_frame);
    }
    begin(keeper, kind);
    return &keeper->journal_frames;
}

static void pause_sources(struct keeper *keeper, bool pause) {
    if (keeper->streams_paused == pause) return;
    keeper->streams_paused = pause;
    streams_pause(keeper, pause);
    datagrams_pause(keeper, pause);
}

void journal_end(struct keeper *keeper) {
    frame_end(&keeper->journal_frames, keeper->journal_frame);
    if (journal_full(keeper)) pause_sources(keeper, true);
}

void journal_record(struct keeper *keeper, const char *record, uint32_t length) {
    if (!is_used(keeper)) return;
    struct buffer *out = journal_begin(keeper, FRAME_RECORD);
    put_u64(out, realtime_usec());
    put_raw(out, record, length);
    journal_end(keeper);
}

void journal_close(struct keeper *keeper) {
    if (keeper->journal_fd >= 0) shutdown(keeper->journal_fd, SHUT_RDWR);
    unwatch_close(keeper, &keeper->journal_fd);
    keeper->journal_ready = keeper->journal_blocked = false;
    keeper->journal_sent = 0;
    buffer_clear(&keeper->journal_in);
    buffer_clear(&keeper->journal_out);
}

static size_t head_length(const struct keeper *keeper) {
    const struct buffer *frames = &keeper->journal_frames;
    return buffer_length(frames) ? 4 + (size_t)load_u32(frames->bytes + frames->head) : 0;
}

static uint64_t head_sequence(const struct keeper *keeper) {
    return load_u64(keeper->journal_frames.bytes + keeper->journal_frames.head + HEAD);
}

static void forget_committed(struct keeper *keeper, uint64_t sequence) {
    for (size_t length; (length = head_length(keeper)) && head_sequence(keeper) <= sequence;) {
        keeper->journal_sent -= keeper->journal_sent < length ? keeper->journal_sent : length;
        buffer_consume(&keeper->journal_frames, length);
        keeper->journal_killed = false;
    }
    patience_renew(&keeper->journal_waits, keeper->journal_patience);
    streams_acknowledge(keeper, sequence);
    if (buffer_length(&keeper->journal_frames) < MAX_JOURNAL_BYTES / 2) pause_sources(keeper, false);
}

/* Away or stuck for too long, with no room left: the oldest goes, so that no service hangs for want of a log. */
static void drop_oldest(struct keeper *keeper) {
    journal_close(keeper);
    for (size_t length; (length = head_length(keeper)) && buffer_length(&keeper->journal_frames) >= MAX_JOURNAL_BYTES / 2;) {
        buffer_consume(&keeper->journal_frames, length);
        keeper->journal_dropped++;
    }
    say("the journal has been away or stuck for long; %llu frames of output were dropped", (unsigned long long)keeper->journal_dropped);
    pause_sources(keeper, false);
}

/* One that has begun only now may need its time. It is not killed twice before something is dropped, or no service that waits would go on. */
static bool hangs(const struct keeper *keeper) {
    uint64_t patience = keeper->journal_patience * (keeper->journal_ready ? 1 : 3);
    return keeper->journal.pid > 0 && keeper->journal_patience && monotonic_usec() - keeper->journal.started_at >= patience;
}

void journal_check(struct keeper *keeper) {
    bool full = journal_full(keeper);
    if (!buffer_length(&keeper->journal_frames) || (!full && !keeper->journal_patience)) return;
    if (patience_look(keeper, &keeper->journal_waits, keeper->journal_patience, keeper->journal.pid) != PATIENCE_ENDS) return;
    bool drops = full && (keeper->journal_killed || !hangs(keeper));
    if (drops) drop_oldest(keeper);
    keeper->journal_killed = !drops && hangs(keeper);
    if (!keeper->journal_killed) return;
    say("the journal (pid %d) commits nothing for %llu ms; it is killed", keeper->journal.pid, (unsigned long long)keeper->journal_patience / 1000);
    kill(keeper->journal.pid, SIGKILL);
}

/* It has committed all and has nothing to do; it goes unless something has come that it does not know. */
static const char *take_rest(struct keeper *keeper, struct cursor *cursor) {
    uint64_t sequence = get_u64(cursor), idle = get_u64(cursor);
    bool reads_kernel = get_u8(cursor);
    uint64_t next = get_u64(cursor);
    if (cursor->bad || cursor->at != cursor->end) return "a frame of the wrong length";
    if (sequence != keeper->journal_sequence || buffer_length(&keeper->journal_frames) || !servant_may_rest(keeper, &keeper->journal, idle)) return NULL;
    if (reads_kernel && !kernel_log_watch(keeper, next)) return NULL;
    servant_rest(keeper, &keeper->journal, idle);
    writers_forget(keeper);
    journal_close(keeper);
    return NULL;
}

static const char *take_frame(struct keeper *keeper, struct cursor cursor) {
    uint8_t kind = get_u8(&cursor);
    if (kind == FROM_REST && keeper->journal_ready) return take_rest(keeper, &cursor);
    bool greets = kind == FROM_HELLO && !keeper->journal_ready;
    if (!greets && (kind != FROM_ACKNOWLEDGE || !keeper->journal_ready)) return "a frame of a kind that does not belong there";
    if (greets && get_u32(&cursor) != VERSION) return "it speaks another version of the protocol";
    uint64_t sequence = get_u64(&cursor);
    if (cursor.bad || cursor.at != cursor.end) return "a frame of the wrong length";
    if (sequence > keeper->journal_sequence) return "it acknowledges what was never sent";
    forget_committed(keeper, sequence);
    /* One that only connects may die of what waits for it. */
    if (!greets || !buffer_length(&keeper->journal_frames)) keeper->journal.answered = true;
    if (greets) {
        writers_forget(keeper);
        streams_announce(keeper, &keeper->journal_out);
    }
    keeper->journal_ready = true;
    return NULL;
}

static void refuse(struct keeper *keeper, const char *what) {
    say("the journal (pid %d) sent nonsense: %s; its connection is closed", keeper->journal.pid, what);
    journal_close(keeper);
}

static void journal_received(struct keeper *keeper, void *context, uint32_t events) {
    (void)context;
    struct buffer *in = &keeper->journal_in;
    if (events & EPOLLOUT) {
        keeper->journal_blocked = false;
        rewatch(keeper, keeper->journal_fd, EPOLLIN);
    }
    ssize_t got = read(keeper->journal_fd, buffer_room(in, 4096), 4096);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return journal_close(keeper);
    in->tail += (size_t)got;
    while (keeper->journal_fd >= 0 && buffer_length(in) >= 4) {
        const uint8_t *bytes = in->bytes + in->head;
        uint32_t length = load_u32(bytes);
        if (length < 1 || length > MAX_IN) return refuse(keeper, "a frame's length is out of bounds");
        if (buffer_length(in) - 4 < length) return;
        const char *bad = take_frame(keeper, (struct cursor){bytes + 4, bytes + 4 + length, NULL});
        if (bad) return refuse(keeper, bad);
        if (keeper->journal_fd < 0) return;
        buffer_consume(in, 4 + (size_t)length);
    }
}

/* Frames after a pause go at once, those after them together a little later. */
static bool gathers(struct keeper *keeper, size_t unsent) {
    uint64_t until = keeper->journal_sent_at + GATHER_USEC;
    if (unsent >= GATHER_BYTES || monotonic_usec() >= until) return false;
    wake_at(keeper, until);
    return true;
}

void journal_flush(struct keeper *keeper) {
    struct buffer *out = &keeper->journal_out;
    while (keeper->journal_fd >= 0 && !keeper->journal_blocked) {
        bool first = buffer_length(out);
        const struct buffer *frames = &keeper->journal_frames;
        size_t length = first ? buffer_length(out) : keeper->journal_ready ? buffer_length(frames) - keeper->journal_sent : 0;
        if (!length || (!first && gathers(keeper, length))) return;
        const uint8_t *bytes = first ? buffer_front(out) : buffer_front(frames) + keeper->journal_sent;
        ssize_t sent = send(keeper->journal_fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return journal_close(keeper);
        if (sent < 0) {
            keeper->journal_blocked = true;
            rewatch(keeper, keeper->journal_fd, EPOLLIN | EPOLLOUT);
        } else if (first)
            buffer_consume(out, (size_t)sent);
        else {
            keeper->journal_sent += (size_t)sent;
            keeper->journal_sent_at = monotonic_usec();
        }
    }
}

static void journal_accepted(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    int fd = servant_accept(keeper, &keeper->journal);
    if (fd < 0) return;
    journal_close(keeper);
    keeper->journal_fd = fd;
    watch(keeper, fd, EPOLLIN, journal_received, NULL);
    size_t start = frame_begin(&keeper->journal_out, FRAME_HELLO);
    put_u32(&keeper->journal_out, VERSION);
    put_u64(&keeper->journal_out, keeper->journal_instance);
    frame_end(&keeper->journal_out, start);
}

void journal_start(struct keeper *keeper) {
    keeper->journal_fd = -1;
    if (!is_used(keeper)) return;
    while (getrandom(&keeper->journal_instance, sizeof keeper->journal_instance, GRND_INSECURE) < 0 && errno == EINTR) {}
    keeper->journal.listen_fd = servant_listen(keeper, "journal.sock", SOCK_STREAM, 0600, keeper->journal.listen_fd, keeper->journal.socket_path);
    watch(keeper, keeper->journal.listen_fd, EPOLLIN, journal_accepted, NULL);
}

void journal_save(struct keeper *keeper, struct saving *saving) {
    put_u64(&saving->out, keeper->journal_instance);
    put_u64(&saving->out, keeper->journal_sequence);
    put_u64(&saving->out, keeper->journal_dropped);
    put_bytes(&saving->out, keeper->journal_frames.bytes + keeper->journal_frames.head, buffer_length(&keeper->journal_frames));
    streams_save(keeper, saving);
}

void journal_restore(struct keeper *keeper, struct cursor *cursor) {
    uint32_t length;
    keeper->journal_instance = get_u64(cursor);
    keeper->journal_sequence = restore_sequence(cursor);
    keeper->journal_dropped = get_u64(cursor);
    const uint8_t *bytes = get_bytes(cursor, &length);
    for (size_t at = 0, frame; at < length; at += frame) {
        frame = length - at < 4 ? 0 : 4 + (size_t)load_u32(bytes + at);
        if (frame >= HEAD + 8 && frame <= length - at && load_u64(bytes + at + HEAD) <= keeper->journal_sequence) continue;
        cursor->bad = "a frame for the journal is broken";
        return;
    }
    put_raw(&keeper->journal_frames, bytes, length);
    streams_restore(keeper, cursor);
    if (journal_full(keeper)) pause_sources(keeper, true);
}
