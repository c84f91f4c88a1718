/* An allocator that refuses now and then, in the keeper of test/keeper/starved.test.ts: linked with --wrap, so that what the C library allocates for itself is
 * refused too. One of $STARVE allocations is, by a sequence that is the same in each run. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static uint32_t one_of;

/* Before main, and after the C library has begun, which cannot do so without memory. */
__attribute__((constructor)) static void begin(void) { one_of = getenv("STARVE") ? (uint32_t)atoi(getenv("STARVE")) : 0; }

static int refuses(void) {
    static uint32_t state = 1;
    if (!one_of) return 0;
    state = state * 1664525 + 1013904223;
    if ((state >> 16) % one_of) return 0;
    errno = ENOMEM;
    return 1;
}

void *__wrap_malloc(size_t size) { return refuses() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return refuses() ? NULL : __real_calloc(count, size); }
void *__wrap_realloc(void *old, size_t size) { return refuses() ? NULL : __real_realloc(old, size); }
