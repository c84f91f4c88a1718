#include <string.h>

#include "keeper.h"

enum command {
    RUN = 1,
    SIGNAL,
    SIGNAL_PID,
    SIGNAL_GROUP,
    MAKE_GROUP,
    WATCH_GROUP,
    REMOVE_GROUP,
    ADOPT,
    POLL,
    UNPOLL,
    ACCEPT,
    RENAME,
    WATCH_HANGUP,
    CLOSE,
    PUT,
    DELETE,
    JOURNAL,
    END,
    ENTER,
    POLL_PRIORITY,
    READ,
    FLUSH,
    POLL_DRAIN,
    ATTRIBUTE,
    WATCH_MEMORY,
    REPLACE,
    CONTROL,
    FILTER,
};

/* Reads one command; carries it out only if `act`, so that a batch is checked whole before any of it is done. */
typedef void command_function(struct keeper *keeper, struct cursor *cursor, bool act);

/* Ids are counted up and never used again. */
static void check_child(struct keeper *keeper, struct cursor *cursor, uint64_t id) {
    if (!cursor->bad && id <= keeper->checked_child) cursor->bad = "a child's id was used before";
    keeper->checked_child = id;
}

static void run(struct keeper *keeper, struct cursor *cursor, bool act) {
    uint64_t id = get_u64(cursor);
    const char *group = get_name(cursor);
    uint8_t flags = get_u8(cursor);
    if (!act) check_child(keeper, cursor, id);
    if (cursor->bad) return;
    struct plan plan;
    const char *bad = plan_parse(&keeper->arena, cursor, &plan);
    if (bad)
        cursor->bad = bad;
    else if (act)
        child_run(keeper, id, group, flags, &plan);
}

static int get_signal(struct cursor *cursor) {
    uint32_t signal = get_u32(cursor);
    if (signal > 64 && !cursor->bad) cursor->bad = "there is no such signal";
    return (int)signal;
}

static void signal_child(struct keeper *keeper, struct cursor *cursor, bool act) {
    uint64_t id = get_u64(cursor);
    int signal = get_signal(cursor);
    if (act) child_signal(keeper, id, signal);
}

static void signal_pid(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *group = get_name(cursor);
    uint32_t pid = get_u32(cursor);
    int signal = get_signal(cursor);
    if (act) group_signal_pid(keeper, group, (pid_t)pid, signal);
}

static void signal_group(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *group = get_name(cursor);
    int signal = get_signal(cursor);
    uint32_t count = get_u32(cursor);
    const uint8_t *except = cursor->at;
    if (!cursor->bad && (size_t)(cursor->end - cursor->at) / 4 < count) cursor->bad = "it ends too early";
    if (cursor->bad) return;
    cursor->at += 4 * (size_t)count;
    if (act) group_signal(keeper, group, signal, except, count);
}

static void make_group(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *key = get_name(cursor), *path = get_name(cursor), *mark = get_name(cursor);
    if (act) group_make(keeper, key, path, mark);
}

static void watch_group(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *key = get_name(cursor);
    if (act) group_watch(keeper, key);
}

static void remove_group(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *key = get_name(cursor);
    if (act) group_remove(keeper, key);
}

static void adopt(struct keeper *keeper, struct cursor *cursor, bool act) {
    uint64_t id = get_u64(cursor);
    const char *group = get_name(cursor);
    uint32_t pid = get_u32(cursor);
    if (!act) check_child(keeper, cursor, id);
    if (act) child_adopt(keeper, id, group, (pid_t)pid);
}

static void poll_on(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    if (act) descriptor_poll(keeper, name, true);
}

static void poll_drain(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    if (act) descriptor_drain(keeper, name);
}

static void poll_off(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    if (act) descriptor_poll(keeper, name, false);
}

static void poll_priority(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    if (act) descriptor_poll_priority(keeper, name);
}

static void read_some(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    uint32_t most = get_u32(cursor);
    if (most > MAX_READ && !cursor->bad) cursor->bad = "it reads too much at once";
    if (act) descriptor_read(keeper, name, most);
}

static void accept_some(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor), *as = get_name(cursor);
    uint32_t count = get_u32(cursor);
    if (act) descriptor_accept(keeper, name, as, count);
}

static void rename_one(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor), *to = get_name(cursor);
    if (act) descriptor_rename(keeper, name, to);
}

static void watch_hangup(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    if (act) descriptor_watch_hangup(keeper, name);
}

static void close_one(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    if (act) descriptor_close(keeper, name);
}

static void flush_one(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *name = get_name(cursor);
    if (act) descriptor_flush(keeper, name);
}

static void put(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *key = get_name(cursor);
    uint32_t length;
    const uint8_t *bytes = get_bytes(cursor, &length);
    if (act) blob_put(keeper, key, bytes, length);
}

static void delete(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *key = get_name(cursor);
    if (act) blob_delete(keeper, key);
}

static void journal(struct keeper *keeper, struct cursor *cursor, bool act) {
    uint32_t length;
    const char *record = get_string(cursor, &length);
    if (act) journal_record(keeper, record, length);
}

static void end(struct keeper *keeper, struct cursor *cursor, bool act) {
    uint32_t status = get_u32(cursor);
    uint8_t action = get_u8(cursor);
    uint32_t length;
    const char *argument = get_string(cursor, &length);
    if (length > MAX_REBOOT_ARGUMENT && !cursor->bad) cursor->bad = "the argument of a reboot is too long";
    if (act) end_begin(keeper, status, action, argument);
}

static void enter(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *group = get_name(cursor);
    uint32_t pid = get_u32(cursor), uid = get_u32(cursor);
    if (act) group_enter(keeper, group, (pid_t)pid, uid);
}

static void attribute(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *path = get_name(cursor), *file = get_name(cursor), *value = get_name(cursor);
    if (act) attribute_write(keeper, path, file, value);
}

static void control(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *path = get_name(cursor), *controller = get_name(cursor);
    if (act) group_control(keeper, path, controller);
}

static void filter(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *path = get_name(cursor);
    struct cgroup_program program = {.type = get_u32(cursor), .attach = get_u32(cursor), .name = get_name(cursor)};
    uint32_t length;
    program.instructions = get_bytes(cursor, &length);
    program.length = length;
    if (act) group_filter(keeper, path, &program);
}

static void watch_memory(struct keeper *keeper, struct cursor *cursor, bool act) {
    const char *key = get_name(cursor);
    if (act) group_watch_memory(keeper, key);
}

static void replace(struct keeper *keeper, struct cursor *cursor, bool act) {
    (void)cursor;
    /* After the batch: its events are acknowledged over this connection. */
    if (act) keeper->replace_wanted = true;
}

static command_function *const functions[] = {
    [RUN] = run,
    [SIGNAL] = signal_child,
    [SIGNAL_PID] = signal_pid,
    [SIGNAL_GROUP] = signal_group,
    [MAKE_GROUP] = make_group,
    [WATCH_GROUP] = watch_group,
    [REMOVE_GROUP] = remove_group,
    [ADOPT] = adopt,
    [POLL] = poll_on,
    [UNPOLL] = poll_off,
    [ACCEPT] = accept_some,
    [RENAME] = rename_one,
    [WATCH_HANGUP] = watch_hangup,
    [CLOSE] = close_one,
    [PUT] = put,
    [DELETE] = delete,
    [JOURNAL] = journal,
    [END] = end,
    [ENTER] = enter,
    [POLL_PRIORITY] = poll_priority,
    [READ] = read_some,
    [FLUSH] = flush_one,
    [POLL_DRAIN] = poll_drain,
    [ATTRIBUTE] = attribute,
    [WATCH_MEMORY] = watch_memory,
    [REPLACE] = replace,
    [CONTROL] = control,
    [FILTER] = filter,
};

static const char *walk(struct keeper *keeper, struct cursor cursor, bool act) {
    uint64_t acknowledged = get_u64(&cursor);
    uint32_t count = get_u32(&cursor);
    if (acknowledged > keeper->event_sequence) return "it acknowledges what was never sent";
    for (uint32_t i = 0; i < count && !cursor.bad; i++) {
        uint8_t code = get_u8(&cursor);
        if (!cursor.bad && (code < RUN || code >= sizeof functions / sizeof *functions)) return "there is no such command";
        if (!cursor.bad) functions[code](keeper, &cursor, act);
    }
    if (!cursor.bad && cursor.at != cursor.end) return "there is more in the batch than its commands";
    if (cursor.bad || !act) return cursor.bad;
    events_acknowledge(keeper, acknowledged);
    /* The manager says only that it is at work. */
    if (count == 0) watchdog_heard(keeper);
    return NULL;
}

const char *batch_carry_out(struct keeper *keeper, struct cursor frame) {
    keeper->checked_child = keeper->last_child;
    const char *bad = walk(keeper, frame, false);
    return bad ? bad : walk(keeper, frame, true);
}
