#include <stdlib.h>
#include <string.h>

#include "keeper.h"

/* Blobs are mostly put anew with about the same length, so each keeps some room. */
void blob_put(struct keeper *keeper, const char *key, const uint8_t *bytes, uint32_t length) {
    struct node *node = table_text(&keeper->blobs, key);
    struct blob *blob = node ? OF(struct blob, by_key, node) : NULL;
    size_t old = blob ? blob->room : 0;
    if (keeper->blob_bytes - old + length > MAX_BLOB_BYTES) {
        say("no room for blob %.200s of %u bytes: %zu bytes are held; it is as it was", key, length, keeper->blob_bytes);
        return;
    }
    if (!blob) {
        size_t size = strlen(key) + 1;
        blob = allocate(sizeof *blob + size);
        memcpy(blob->key, key, size);
        table_add_text(&keeper->blobs, &blob->by_key, blob->key);
    }
    if (length > blob->room || length < blob->room / 4) {
        uint8_t *grown = try_grow_large(blob->bytes, length);
        if (!grown) return say("no memory for blob %.200s of %u bytes; it is as it was", key, length);
        blob->bytes = grown;
        keeper->blob_bytes += length - old;
        blob->room = length;
    }
    if (length) memcpy(blob->bytes, bytes, length);
    blob->length = length;
}

void blob_delete(struct keeper *keeper, const char *key) {
    struct node *node = table_text(&keeper->blobs, key);
    if (!node) return;
    struct blob *blob = OF(struct blob, by_key, node);
    table_remove(&keeper->blobs, node);
    keeper->blob_bytes -= blob->room;
    free(blob->bytes);
    free(blob);
}

void blobs_save(struct keeper *keeper, struct saving *saving) {
    put_u32(&saving->out, (uint32_t)keeper->blobs.count);
    FOR_TABLE(&keeper->blobs, node) {
        const struct blob *blob = OF(struct blob, by_key, node);
        put_string(&saving->out, blob->key);
        put_bytes(&saving->out, blob->bytes, blob->length);
    }
}

void blobs_restore(struct keeper *keeper, struct cursor *cursor) {
    for (uint32_t count = restore_count(cursor, UINT32_MAX); count && !cursor->bad; count--) {
        uint32_t length;
        const char *key = get_name(cursor);
        const uint8_t *bytes = get_bytes(cursor, &length);
        if (!cursor->bad) blob_put(keeper, key, bytes, length);
    }
}
