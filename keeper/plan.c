#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "keeper.h"

static const struct {
    uint8_t exit;
    const char *fields;
} rows[] = {
#define ROW(name, exit, fields) {exit, fields},
    OPS(ROW)
#undef ROW
};

enum { KEPT_MAPPED = 1 << 18 };

/* A mapping rather than heap: the heap is hidden from children, which read the plan here. */
void arena_start(struct arena *arena) {
    arena->size = MAX_PLAN_BYTES + MAX_PLAN_OPS * sizeof(struct op) + 2 * (MAX_PLAN_STRINGS + MAX_PLAN_OPS * SPARE_ENVIRONMENT) * sizeof(char *);
    arena->bytes = mmap(NULL, arena->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena->bytes == MAP_FAILED) {
        say("no memory for plans");
        exit(1);
    }
}

static void *arena_take(struct arena *arena, size_t size, struct cursor *cursor) {
    size = (size + 15) & ~(size_t)15;
    if (arena->size - arena->used < size) {
        cursor->bad = "the plan is too large";
        return NULL;
    }
    void *taken = arena->bytes + arena->used;
    arena->used += size;
    return taken;
}

static const void *arena_copy(struct arena *arena, const void *bytes, size_t size, struct cursor *cursor) {
    void *copy = arena_take(arena, size, cursor);
    if (copy) memcpy(copy, bytes, size);
    return copy;
}

/* NULL-terminated, with room for what the environment of exec gets on top. */
static void parse_strings(struct arena *arena, struct cursor *cursor, struct field *field) {
    uint32_t count = get_u32(cursor);
    if (count > MAX_PLAN_STRINGS) cursor->bad = "a list in the plan is too long";
    if (cursor->bad) return;
    char **list = arena_take(arena, (count + 1 + SPARE_ENVIRONMENT) * sizeof *list, cursor);
    if (!list) return;
    for (uint32_t i = 0; i < count && !cursor->bad; i++) {
        uint32_t length;
        const char *text = get_string(cursor, &length);
        list[i] = (char *)arena_copy(arena, text, length + (size_t)1, cursor);
    }
    list[count] = NULL;
    *field = (struct field){count, list};
}

static void parse_field(struct arena *arena, struct cursor *cursor, char type, struct field *field) {
    uint32_t length;
    const void *data;
    switch (type) {
        case 'n':
            field->number = get_u32(cursor);
            if (field->number >= MAX_SLOTS) cursor->bad = "a slot's number is too large";
            break;
        case 'u':
        case 'i': field->number = get_u32(cursor); break;
        case 'U': field->number = get_u64(cursor); break;
        case 's':
            data = get_string(cursor, &length);
            if (!cursor->bad) *field = (struct field){length, arena_copy(arena, data, length + (size_t)1, cursor)};
            break;
        case 'b':
            data = get_bytes(cursor, &length);
            if (!cursor->bad) *field = (struct field){length, arena_copy(arena, data, length, cursor)};
            break;
        case 'S': parse_strings(arena, cursor, field); break;
        default: cursor->bad = "an op has an unknown field";
    }
}

/* What the op's own function could not refuse any more without harm. */
static const char *check_op(const struct op *op, struct plan *plan) {
    switch (op->code) {
        case OP_dup:
            if (op->fields[1].number >= MAX_SLOTS) return "a descriptor's number is too large";
            if ((int)op->fields[1].number > plan->highest) plan->highest = (int)op->fields[1].number;
            return NULL;
        case OP_rlimit: return op->fields[0].number < RLIM_NLIMITS ? NULL : "no such resource limit";
        case OP_keep:
            plan->keeps = true;
            return op->fields[1].number && op->fields[1].number <= MAX_NAME ? NULL : "a descriptor's name is empty or too long";
        case OP_take: plan->takes = true; return NULL;
        case OP_cgroup_filter:
        case OP_cgroup_pinned_filter:
            plan->filters_cgroups = true;
            return !op->fields[0].number || is_path_below(op->fields[0].data) ? NULL : "a cgroup's path is not one below the root";
        case OP_private_pids: plan->own_pids = true; return NULL;
        case OP_mqueue: return op->fields[1].number >= 2 ? NULL : "a message queue has no name";
        case OP_mq_unlink: return op->fields[0].number >= 2 ? NULL : "a message queue has no name";
        case OP_bind: return op->fields[1].number <= 128 ? NULL : "an address is too long";
        case OP_exec:
            plan->execs = true;
            return op->fields[0].number && op->fields[1].number ? NULL : "exec has no path or no argv";
        default: return NULL;
    }
}

const char *plan_parse(struct arena *arena, struct cursor *cursor, struct plan *plan) {
    uint32_t length = get_u32(cursor), count = get_u32(cursor);
    if (cursor->bad) return cursor->bad;
    if (length < 4 || length > MAX_PLAN_BYTES || length - 4 > (size_t)(cursor->end - cursor->at)) return "the plan's length is wrong";
    if (count > MAX_PLAN_OPS) return "the plan has too many ops";
    if (arena->used > KEPT_MAPPED) madvise(arena->bytes + KEPT_MAPPED, arena->size - KEPT_MAPPED, MADV_DONTNEED);
    arena->used = 0;
    struct cursor own = {cursor->at, cursor->at + length - 4, NULL};
    cursor->at = own.end;
    *plan = (struct plan){.ops = arena_take(arena, count * sizeof *plan->ops, &own), .count = count, .highest = 2};
    for (uint32_t i = 0; i < count && !own.bad; i++) {
        struct op *op = &plan->ops[i];
        uint8_t code = get_u8(&own), flags = get_u8(&own), status = get_u8(&own);
        if (!own.bad && code >= OP_COUNT) own.bad = "there is no such op";
        if (own.bad) break;
        *op = (struct op){.code = code, .exit = flags & OP_EXIT_IS_GIVEN ? status : rows[code].exit, .tolerate = flags & OP_IS_TOLERATED, .tell = flags & OP_IS_TOLD, .fd = -1};
        if (op->tell) plan->tells = true;
        const char *types = rows[code].fields;
        for (int f = 0; types[f]; f++) parse_field(arena, &own, types[f], &op->fields[f]);
        const char *bad = own.bad ? own.bad : check_op(op, plan);
        own.bad = bad;
    }
    if (!own.bad && own.at != own.end) own.bad = "there is more in the plan than its ops";
    return own.bad;
}
