#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "keeper.h"

/* Tests build a keeper whose allocator refuses now and then, and wait less. */
#ifndef MEMORY_PAUSE
#define MEMORY_PAUSE 100000000
#endif

/* PID 1 must not die for want of memory: it says so and waits for some. */
static void wait_for(const char *what, size_t size) {
    say("out of memory (%zu bytes wanted%s); waiting", size, what);
    nanosleep(&(struct timespec){.tv_nsec = MEMORY_PAUSE}, NULL);
}

static void *or_wait(void *old, size_t size) {
    for (;;) {
        void *got = realloc(old, size ? size : 1);
        if (got) return got;
        wait_for("", size);
    }
}

FILE *file_open(const char *path) {
    for (;;) {
        FILE *file = fopen(path, "re");
        if (file || errno != ENOMEM) return file;
        wait_for(" to read a file", BUFSIZ);
    }
}

DIR *directory_open(const char *path) {
    for (;;) {
        DIR *directory = opendir(path);
        if (directory || errno != ENOMEM) return directory;
        wait_for(" to list a directory", BUFSIZ);
    }
}

void *allocate(size_t size) {
    void *got = or_wait(NULL, size);
    memset(got, 0, size);
    return got;
}

static void *try_grow(void *old, size_t size) { return realloc(old, size ? size : 1); }

void *try_grow_large(void *old, size_t size) { return size > WAITED_FOR ? try_grow(old, size) : or_wait(old, size); }

void *grow(void *old, size_t size) { return or_wait(old, size); }

char *copy_text(const char *text, size_t length) {
    char *copy = grow(NULL, length + 1);
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

#ifdef __SANITIZE_ADDRESS__
void memory_start(struct keeper *keeper) { (void)keeper; }
void memory_hide(struct keeper *keeper) { (void)keeper; }
void memory_return(void) {}
#else
void memory_start(struct keeper *keeper) {
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    /* What lies before is the thread's own block, which the child needs. */
    keeper->heap_start = ((uintptr_t)sbrk(0) + page - 1) & ~(page - 1);
    sbrk((intptr_t)(keeper->heap_start - (uintptr_t)sbrk(0)));
}

void memory_hide(struct keeper *keeper) {
    /* Asked each time: the heap may have shrunk and grown again. */
    uintptr_t end = (uintptr_t)sbrk(0);
    if (end > keeper->heap_start) madvise((void *)keeper->heap_start, end - keeper->heap_start, MADV_DONTFORK);
}

void memory_return(void) { malloc_trim(0); }
#endif
