#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper.h"

enum { FRAME_HELLO = 1, FRAME_CHILD, FRAME_GROUP, FRAME_DESCRIPTOR, FRAME_BLOB, FRAME_READY };
enum { FROM_HELLO = 1, FROM_BATCH = 2, FROM_REST = 3 };

void link_close(struct keeper *keeper) {
    /* A child that hangs before its exec has a copy, and the manager is to see the end all the same. */
    if (keeper->link_fd >= 0) shutdown(keeper->link_fd, SHUT_RDWR);
    unwatch_close(keeper, &keeper->link_fd);
    keeper->link_ready = keeper->link_blocked = false;
    buffer_clear(&keeper->link_in);
    buffer_clear(&keeper->link_out);
    keeper->events_sent = 0;
}

static void refuse(struct keeper *keeper, const char *what) {
    say("the manager (pid %d) sent nonsense: %s; it is killed", keeper->manager.pid, what);
    link_close(keeper);
    if (keeper->manager.pid > 0) kill(keeper->manager.pid, SIGKILL);
}

static void put_inventory(struct keeper *keeper) {
    struct buffer *out = &keeper->link_out;
    size_t start;
    FOR_TABLE(&keeper->children_by_id, node) {
        const struct child *child = OF(struct child, by_id, node);
        start = frame_begin(out, FRAME_CHILD);
        put_u64(out, child->id);
        put_u32(out, (uint32_t)child->pid);
        put_string(out, child->group ? child->group->key : "");
        frame_end(out, start);
    }
    FOR_TABLE(&keeper->groups_by_key, node) {
        start = frame_begin(out, FRAME_GROUP);
        put_string(out, node->text);
        frame_end(out, start);
    }
    FOR_TABLE(&keeper->descriptors, node) {
        start = frame_begin(out, FRAME_DESCRIPTOR);
        put_string(out, node->text);
        frame_end(out, start);
    }
    FOR_TABLE(&keeper->blobs, node) {
        const struct blob *blob = OF(struct blob, by_key, node);
        start = frame_begin(out, FRAME_BLOB);
        put_string(out, blob->key);
        put_bytes(out, blob->bytes, blob->length);
        frame_end(out, start);
    }
    start = frame_begin(out, FRAME_READY);
    put_u32(out, (uint32_t)getpid());
    put_u8(out, (uint8_t)keeper->tracking);
    put_string(out, keeper->cgroup_root ? keeper->cgroup_root : "");
    put_u64(out, keeper->last_child);
    put_u64(out, monotonic_usec());
    put_u64(out, realtime_usec());
    put_u64(out, keeper->started_monotonic);
    put_u64(out, keeper->started_realtime);
    put_u32(out, (uint32_t)keeper->controller_count);
    for (int i = 0; i < keeper->controller_count; i++) {
        put_string(out, keeper->controllers[i].name);
        put_string(out, keeper->controllers[i].root);
    }
    frame_end(out, start);
}

static void greeted(struct keeper *keeper, struct cursor *cursor) {
    uint32_t version = get_u32(cursor), hash = get_u32(cursor);
    if (cursor->bad || cursor->at != cursor->end) return refuse(keeper, "its first frame is no greeting");
    bool other = version != WIRE_VERSION || hash != OPS_HASH;
    if (other) refuse(keeper, version != WIRE_VERSION ? "it speaks another version of the protocol" : "it has another op table; the keeper must be built anew");
    /* It may have come with a keeper of its own. */
    if (other) return replace_begin(keeper);
    keeper->link_ready = true;
    watchdog_heard(keeper);
    /* What it acknowledges first shows that it works. */
    if (!keeper->event_count) event_ping(keeper);
    put_inventory(keeper);
}

/* It has nothing to do until `wake`. */
static void take_rest(struct keeper *keeper, struct cursor *cursor) {
    uint64_t idle = get_u64(cursor), wake = get_u64(cursor);
    if (cursor->bad || cursor->at != cursor->end) return refuse(keeper, "a frame of the wrong length");
    manager_rest(keeper, idle, wake);
    link_close(keeper);
}

static void take_frame(struct keeper *keeper, struct cursor cursor) {
    uint8_t kind = get_u8(&cursor);
    if (keeper->link_ready && kind == FROM_REST) return take_rest(keeper, &cursor);
    if (!keeper->link_ready && kind == FROM_HELLO) return greeted(keeper, &cursor);
    if (!keeper->link_ready || kind != FROM_BATCH) return refuse(keeper, "a frame of a kind that does not belong there");
    const char *bad = batch_carry_out(keeper, cursor);
    if (bad) refuse(keeper, bad);
}

static void take_frames(struct keeper *keeper) {
    struct buffer *in = &keeper->link_in;
    while (keeper->link_fd >= 0 && buffer_length(in) >= 4) {
        uint8_t *bytes = in->bytes + in->head;
        uint32_t length = load_u32(bytes);
        if (length < 1 || length > MAX_FRAME) return refuse(keeper, "a frame's length is out of bounds");
        if (buffer_length(in) - 4 < length) {
            if (!buffer_try_room(in, length)) refuse(keeper, "there is no memory for a frame of that length");
            return;
        }
        take_frame(keeper, (struct cursor){bytes + 4, bytes + 4 + length, NULL});
        if (keeper->link_fd >= 0) buffer_consume(in, 4 + (size_t)length);
    }
}

enum { READ_SIZE = 1 << 18, READS_AT_ONCE = 64 };

/* Carries out what the manager sent, up to its end. */
void link_drain(struct keeper *keeper) {
    struct buffer *in = &keeper->link_in;
    for (int i = 0; keeper->link_fd >= 0 && i < READS_AT_ONCE; i++) {
        uint8_t *room = buffer_room(in, READ_SIZE);
        ssize_t got = read(keeper->link_fd, room, in->size - in->tail);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) return link_close(keeper);
        in->tail += (size_t)got;
        take_frames(keeper);
    }
}

static void link_received(struct keeper *keeper, void *context, uint32_t events) {
    (void)context;
    if (events & EPOLLOUT) {
        keeper->link_blocked = false;
        rewatch(keeper, keeper->link_fd, EPOLLIN);
    }
    link_drain(keeper);
}

/* Gives how much was written, or -1 when the connection is of no use any more. */
static ssize_t send_some(struct keeper *keeper, const uint8_t *bytes, size_t length) {
    ssize_t sent = send(keeper->link_fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno != EAGAIN && errno != EINTR) return -1;
    keeper->link_blocked = true;
    rewatch(keeper, keeper->link_fd, EPOLLIN | EPOLLOUT);
    return 0;
}

void link_flush(struct keeper *keeper) {
    struct buffer *out = &keeper->link_out;
    while (keeper->link_fd >= 0 && !keeper->link_blocked) {
        bool first = buffer_length(out);
        size_t length = first ? buffer_length(out) : keeper->link_ready ? buffer_length(&keeper->events) - keeper->events_sent : 0;
        if (!length) break;
        ssize_t sent = send_some(keeper, first ? buffer_front(out) : buffer_front(&keeper->events) + keeper->events_sent, length);
        if (sent < 0) return link_close(keeper);
        if (first)
            buffer_consume(out, (size_t)sent);
        else
            keeper->events_sent += (size_t)sent;
    }
}

static void link_accepted(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    int fd = servant_accept(keeper, &keeper->manager);
    if (fd < 0) return;
    link_close(keeper);
    keeper->link_fd = fd;
    watch(keeper, fd, EPOLLIN, link_received, NULL);
    size_t start = frame_begin(&keeper->link_out, FRAME_HELLO);
    put_u32(&keeper->link_out, WIRE_VERSION);
    put_u32(&keeper->link_out, OPS_HASH);
    frame_end(&keeper->link_out, start);
}

void link_start(struct keeper *keeper) {
    keeper->link_fd = -1;
    keeper->manager.listen_fd = servant_listen(keeper, "keeper.sock", SOCK_STREAM, 0600, keeper->manager.listen_fd, keeper->manager.socket_path);
    watch(keeper, keeper->manager.listen_fd, EPOLLIN, link_accepted, NULL);
}
