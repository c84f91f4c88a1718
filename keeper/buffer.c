#include <stdlib.h>
#include <string.h>

#include "keeper.h"

/* Bytes that an empty buffer goes on to hold. */
enum { MAX_KEPT = 64 << 10 };

static uint8_t *make_room(struct buffer *buffer, size_t more, void *(*allocator)(void *, size_t)) {
    if (buffer->size - buffer->tail < more && buffer->head >= buffer->size / 2 && buffer->head) {
        memmove(buffer->bytes, buffer->bytes + buffer->head, buffer_length(buffer));
        buffer->tail -= buffer->head;
        buffer->head = 0;
    }
    if (buffer->size - buffer->tail < more) {
        size_t size = buffer->size ? buffer->size * 2 : 4096;
        while (size - buffer->tail < more) size *= 2;
        uint8_t *grown = allocator(buffer->bytes, size);
        if (!grown) return NULL;
        buffer->bytes = grown;
        buffer->size = size;
    }
    return buffer->bytes + buffer->tail;
}

uint8_t *buffer_room(struct buffer *buffer, size_t more) { return make_room(buffer, more, grow); }

uint8_t *buffer_try_room(struct buffer *buffer, size_t more) { return make_room(buffer, more, try_grow_large); }

void buffer_consume(struct buffer *buffer, size_t count) {
    buffer->head += count;
    if (buffer->head != buffer->tail) return;
    /* Else what one burst filled would lie there for good. */
    if (buffer->tail > MAX_KEPT) {
        buffer_clear(buffer);
        memory_return();
    } else
        buffer->head = buffer->tail = 0;
}

void buffer_clear(struct buffer *buffer) {
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

void put_raw(struct buffer *buffer, const void *bytes, size_t length) {
    if (!length) return;
    memcpy(buffer_room(buffer, length), bytes, length);
    buffer->tail += length;
}

void put_u8(struct buffer *buffer, uint8_t value) { put_raw(buffer, &value, 1); }

void store_u32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> 8 * i);
}

void store_u64(uint8_t *at, uint64_t value) {
    for (int i = 0; i < 8; i++) at[i] = (uint8_t)(value >> 8 * i);
}

uint32_t load_u32(const uint8_t *at) { return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24; }

uint64_t load_u64(const uint8_t *at) { return load_u32(at) | (uint64_t)load_u32(at + 4) << 32; }

void put_u32(struct buffer *buffer, uint32_t value) {
    store_u32(buffer_room(buffer, 4), value);
    buffer->tail += 4;
}

void put_u64(struct buffer *buffer, uint64_t value) {
    store_u64(buffer_room(buffer, 8), value);
    buffer->tail += 8;
}

void put_bytes(struct buffer *buffer, const void *bytes, size_t length) {
    put_u32(buffer, (uint32_t)length);
    put_raw(buffer, bytes, length);
}

void put_text(struct buffer *buffer, const char *text, size_t length) {
    put_bytes(buffer, text, length);
    put_u8(buffer, 0);
}

void put_string(struct buffer *buffer, const char *text) { put_text(buffer, text, strlen(text)); }

/* Gives what frame_end needs; relative to the head, since appending may move the bytes. */
size_t frame_begin(struct buffer *buffer, uint8_t kind) {
    size_t start = buffer_length(buffer);
    put_u32(buffer, 0);
    put_u8(buffer, kind);
    return start;
}

void frame_end(struct buffer *buffer, size_t start) {
    store_u32(buffer->bytes + buffer->head + start, (uint32_t)(buffer_length(buffer) - start - 4));
}

static const uint8_t *take(struct cursor *cursor, size_t length) {
    static const uint8_t zeros[8];
    if (!cursor->bad && (size_t)(cursor->end - cursor->at) < length) cursor->bad = "it ends too early";
    if (cursor->bad) return zeros;
    const uint8_t *at = cursor->at;
    cursor->at += length;
    return at;
}

uint8_t get_u8(struct cursor *cursor) { return *take(cursor, 1); }

uint32_t get_u32(struct cursor *cursor) { return load_u32(take(cursor, 4)); }

uint64_t get_u64(struct cursor *cursor) { return load_u64(take(cursor, 8)); }

const uint8_t *get_bytes(struct cursor *cursor, uint32_t *length) {
    *length = get_u32(cursor);
    const uint8_t *bytes = take(cursor, *length);
    if (cursor->bad) *length = 0;
    return bytes;
}

const char *get_string(struct cursor *cursor, uint32_t *length) {
    const char *text = (const char *)get_bytes(cursor, length);
    if (get_u8(cursor) && !cursor->bad) cursor->bad = "a string has no NUL after it";
    if (!cursor->bad && memchr(text, 0, *length)) cursor->bad = "a string has a NUL inside";
    if (!cursor->bad) return text;
    *length = 0;
    return "";
}

const char *get_name(struct cursor *cursor) {
    uint32_t length;
    const char *name = get_string(cursor, &length);
    if (length > MAX_NAME && !cursor->bad) cursor->bad = "a name is too long";
    return name;
}
