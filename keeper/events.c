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
    if (events_full(keeper)) notify_pause(keeper, true);
}

void event_name(struct keeper *keeper, enum event_kind kind, const char *name) {
    put_string(event_begin(keeper, kind), name);
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
    keeper->events_sent -= gone;
    buffer_consume(&keeper->events, gone);
    notify_resume(keeper);
}
