#include <stdlib.h>
#include <string.h>

#include "keeper.h"

enum { HEAD = 4 + 1 };

/* The caller appends the event's own fields and calls event_end. */
struct buffer *event_begin(struct keeper *keeper, enum event_kind kind) {
    struct buffer *out = &keeper->events;
    keeper->event_start = frame_begin(out, 7);
    put_u64(out, ++keeper->event_sequence);
    put_u64(out, monotonic_usec());
    put_u64(out, realtime_usec());
    put_u8(out, (uint8_t)kind);
    return out;
}

bool events_full(const struct keeper *keeper) {
    return keeper->event_count >= MAX_EVENTS || buffer_length(&keeper->events) >= MAX_EVENT_BYTES;
}

void event_end(struct keeper *keeper) {
    frame_end(&keeper->events, keeper->event_start);
    keeper->event_count++;
    servant_wake(keeper, &keeper->manager);
    if (events_full(keeper)) notify_pause(keeper, true);
}

void event_name(struct keeper *keeper, enum event_kind kind, const char *name) {
    put_string(event_begin(keeper, kind), name);
    event_end(keeper);
}

void event_ping(struct keeper *keeper) {
    event_begin(keeper, EVENT_PING);
    event_end(keeper);
}

void events_acknowledge(struct keeper *keeper, uint64_t sequence) {
    size_t gone = 0;
    while (keeper->events_sent - gone >= HEAD + 8) {
        const uint8_t *frame = keeper->events.bytes + keeper->events.head + gone;
        size_t length = 4 + (size_t)load_u32(frame);
        if (length > keeper->events_sent - gone || load_u64(frame + HEAD) > sequence) break;
        gone += length;
        keeper->event_count--;
    }
    if (gone) {
        keeper->manager.answered = true;
        keeper->manager.deaths = keeper->stop_requests = 0;
        if (keeper->stop_sequence <= sequence) keeper->stop_since = 0;
        watchdog_heard(keeper);
    }
    keeper->events_sent -= gone;
    buffer_consume(&keeper->events, gone);
    notify_resume(keeper);
}

void events_save(struct keeper *keeper, struct saving *saving) {
    put_u64(&saving->out, keeper->event_sequence);
    put_bytes(&saving->out, keeper->events.bytes + keeper->events.head, buffer_length(&keeper->events));
}

/* Each frame is looked at, since the next one is found by its length. */
void events_restore(struct keeper *keeper, struct cursor *cursor) {
    uint32_t length;
    keeper->event_sequence = restore_sequence(cursor);
    const uint8_t *bytes = get_bytes(cursor, &length);
    for (size_t at = 0, frame; at < length; at += frame, keeper->event_count++) {
        frame = length - at < 4 ? 0 : 4 + (size_t)load_u32(bytes + at);
        if (frame >= HEAD + 8 && frame <= length - at && load_u64(bytes + at + HEAD) <= keeper->event_sequence) continue;
        cursor->bad = "an event is broken";
        return;
    }
    put_raw(&keeper->events, bytes, length);
    if (events_full(keeper)) notify_pause(keeper, true);
}
