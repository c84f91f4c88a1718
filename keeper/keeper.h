/* The keeper: parent of every service process, owner of every descriptor that must outlive the manager.
 *
 * It decides nothing. Everything that it does is asked for by a command of the manager (batch.c) or is told to the
 * manager as an event (events.c). One epoll loop (loop.c) in one thread; nothing here waits for anything else. (In session
 * mode a second thread sleeps: main.c.) All state hangs off one struct keeper. PROTOCOL.md is the page to read first. */
#ifndef KEEPER_H
#define KEEPER_H

#include <dirent.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/un.h>

#include "ops.h"

enum {
    MAX_FRAME = 1 << 26,
    MAX_CHILDREN = 65536,
    MAX_DESCRIPTORS = 65536,
    MAX_NOTIFIED = 4096, /* descriptors of notifications that the manager has not taken */
    RESERVED_NUMBERS = 32,
    MAX_GROUPS = 65536,
    MAX_BLOB_BYTES = 256 << 20,
    MAX_EVENTS = 65536,
    MAX_EVENT_BYTES = 32 << 20,
    MAX_READ = 64 << 10,
    MAX_JOURNAL_BYTES = 8 << 20,
    MAX_NAME = 4096,
    MAX_REBOOT_ARGUMENT = 255,
    MAX_SLOTS = 1024,
    MAX_PLAN_BYTES = 16 << 20,
    MAX_PLAN_OPS = 4096,
    MAX_PLAN_STRINGS = 65536,
    SPARE_ENVIRONMENT = 16,
    MAX_ENDED = 64,
    MAX_LAUNCHES = 8,
    MAX_LAUNCH_FDS = 64,
    MAX_CONTROLLERS = 16,
    MAX_TOLD = 12,
    WAITED_FOR = 4 << 20, /* bytes: more memory than this at once is refused where there is none, if it can be */
};

#define ANY_USER UINT32_MAX

struct keeper;

/* memory.c */
void *allocate(size_t size);
void *grow(void *old, size_t size);
/* The same for what can be refused where it is large, as nothing that is usual is: NULL where there is no memory; then `old` is as it was. */
void *try_grow_large(void *old, size_t size);
/* Open a file for reading, or a directory: they wait for memory, since a list that is empty for want of it would be a lie. */
FILE *file_open(const char *path);
DIR *directory_open(const char *path);
char *copy_text(const char *text, size_t length);
void memory_start(struct keeper *keeper);
/* Keeps the heap out of the children: fork need not copy it, and no child ever sees another's secrets. */
void memory_hide(struct keeper *keeper);
/* Gives the kernel what is free in the heap, after much was freed. */
void memory_return(void);

/* table.c: a hash table of nodes that are part of what they index. */
struct node {
    struct node *next;
    uint64_t number;  /* the key, or the hash of the text */
    const char *text; /* the key, or NULL */
};
struct table {
    struct node **buckets;
    size_t size, count;
};
struct node *table_number(const struct table *table, uint64_t number);
struct node *table_text(const struct table *table, const char *text);
void table_add_number(struct table *table, struct node *node, uint64_t number);
void table_add_text(struct table *table, struct node *node, const char *text);
void table_remove(struct table *table, struct node *node);
#define OF(type, member, pointer) ((type *)((char *)(pointer) - offsetof(type, member)))
#define FOR_TABLE(table, item)                                       \
    for (size_t bucket_ = 0; bucket_ < (table)->size; bucket_++)     \
        for (struct node *item = (table)->buckets[bucket_], *next_;  \
             item && (next_ = item->next, true); item = next_)

/* buffer.c: bytes that are appended at the tail and consumed at the head. */
struct buffer {
    uint8_t *bytes;
    size_t head, tail, size;
};
uint8_t *buffer_room(struct buffer *buffer, size_t more);
/* The same, or NULL where there is no memory. */
uint8_t *buffer_try_room(struct buffer *buffer, size_t more);
void buffer_consume(struct buffer *buffer, size_t count);
void buffer_clear(struct buffer *buffer);
static inline size_t buffer_length(const struct buffer *buffer) { return buffer->tail - buffer->head; }
/* Where its bytes begin; of one that was never written to, nowhere. */
static inline uint8_t *buffer_front(const struct buffer *buffer) { return buffer->bytes ? buffer->bytes + buffer->head : NULL; }
void put_u8(struct buffer *buffer, uint8_t value);
void put_u32(struct buffer *buffer, uint32_t value);
void put_u64(struct buffer *buffer, uint64_t value);
void put_raw(struct buffer *buffer, const void *bytes, size_t length);
void put_bytes(struct buffer *buffer, const void *bytes, size_t length);
void put_text(struct buffer *buffer, const char *text, size_t length);
void put_string(struct buffer *buffer, const char *text);
size_t frame_begin(struct buffer *buffer, uint8_t kind);
void frame_end(struct buffer *buffer, size_t start);

/* A cursor over a frame; reading outside of it gives zeros and sets `bad`. */
struct cursor {
    const uint8_t *at, *end;
    const char *bad;
};
uint8_t get_u8(struct cursor *cursor);
uint32_t get_u32(struct cursor *cursor);
uint64_t get_u64(struct cursor *cursor);
const uint8_t *get_bytes(struct cursor *cursor, uint32_t *length);
/* A string without NUL inside and with a NUL after it: usable in place. */
const char *get_string(struct cursor *cursor, uint32_t *length);
const char *get_name(struct cursor *cursor);
uint32_t load_u32(const uint8_t *at);
uint64_t load_u64(const uint8_t *at);
void store_u32(uint8_t *at, uint32_t value);
void store_u64(uint8_t *at, uint64_t value);

/* state.c: what a keeper hands to the program that takes its place. Tests build a program that reads another format. */
#ifndef STATE_FORMAT
#define STATE_FORMAT 4
#endif
struct saving {
    struct buffer out;
    int *fds; /* those that the next program inherits */
    size_t fd_count, fd_size;
};
/* First of all: a number that is not open is -1. */
void state_none(struct keeper *keeper);
void save_fd(struct saving *saving, int fd);
/* -1 if there was none, or if the state is only checked. */
int restore_fd(struct keeper *keeper, struct cursor *cursor);
/* A count that is at most `most`; 0 if it is not. */
uint32_t restore_count(struct cursor *cursor, uint32_t most);
/* A sequence number, which never comes to its end: those who read them count no further than 2^53. */
uint64_t restore_sequence(struct cursor *cursor);
/* The whole state as a memfd, or -1; what is inherited is listed. */
int state_save(struct keeper *keeper, struct saving *saving);
/* NULL, or what is wrong with the state behind the descriptor: its form, its bounds, its checksum. */
const char *state_open(int fd, struct cursor *cursor);
/* The descriptor of the program that left the state, or -1. */
int state_previous(int fd);
/* Sockets, servants and counters, which all else starts from; then the rest. */
void state_restore_base(struct keeper *keeper, struct cursor *cursor);
void state_restore_rest(struct keeper *keeper, struct cursor *cursor);

/* replace.c: another program for the same process. */
void replace_start(struct keeper *keeper);
/* Takes the next program's word for whether it can read the state, and then becomes it; nothing if it is the one that runs. */
void replace_begin(struct keeper *keeper);
bool replace_reaped(struct keeper *keeper, pid_t pid, int status);
void replace_step(struct keeper *keeper);
/* `--check-state`, and the first thing of `--resume`. Never return if the state cannot be read. */
_Noreturn void replace_check(struct keeper *keeper);
void replace_resume(struct keeper *keeper, struct cursor *cursor);

/* loop.c */
typedef void ready_function(struct keeper *keeper, void *context, uint32_t events);
struct watch {
    ready_function *ready;
    void *context;
};
/* 0 or -errno. `events` are those of epoll. */
int watch(struct keeper *keeper, int fd, uint32_t events, ready_function *ready, void *context);
int rewatch(struct keeper *keeper, int fd, uint32_t events);
void unwatch(struct keeper *keeper, int fd);
void unwatch_close(struct keeper *keeper, int *fd);
uint64_t monotonic_usec(void);
uint64_t realtime_usec(void);
/* The loop wakes at this CLOCK_MONOTONIC time at the latest. */
void wake_at(struct keeper *keeper, uint64_t usec);
void signals_ready(struct keeper *keeper, void *context, uint32_t events);
/* A turn begins: waits so long for what is watched, and hands on what has come. */
void loop_take(struct keeper *keeper, int milliseconds);
_Noreturn void loop_run(struct keeper *keeper);
/* Whether to say what anybody can cause at will: once in a second. */
bool may_tell(struct keeper *keeper);
/* The console never makes the keeper wait: a terminal that is stopped, or a pipe that nobody reads, gets only what it has room for. */
void console_start(void);
void console_write(const char *bytes, size_t length);
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* plan.c: a plan, checked and taken apart before fork. */
enum { OP_IS_TOLERATED = 1, OP_EXIT_IS_GIVEN = 2, OP_IS_TOLD = 4 };
struct field {
    uint64_t number; /* the integer, or the length or count of what `data` points at */
    const void *data;
};
struct op {
    uint8_t code, exit;
    bool tolerate, tell; /* go on when it fails; and say that it did */
    int fd; /* take: the held descriptor; output: the pipe's end for the child; of a cgroup that gets a program */
    struct field fields[OP_MAX_FIELDS];
};
struct plan {
    struct op *ops;
    uint32_t count;
    int highest; /* the highest number that an op places a descriptor at */
    bool keeps, execs, takes, filters_cgroups, own_pids, tells;
};
struct arena {
    uint8_t *bytes;
    size_t used, size;
};
void arena_start(struct arena *arena);
/* NULL, or what is wrong. The plan lives in the arena until the next plan. */
const char *plan_parse(struct arena *arena, struct cursor *cursor, struct plan *plan);

/* ops.c: carries out a plan in the child; never returns. */
struct report {
    int32_t failed, error; /* the op that failed + 1, or 0 */
    uint8_t at_exec, arrived, told_count;
    struct {
        uint16_t op, error;
    } told[MAX_TOLD]; /* ops that failed, and that was tolerated */
};
/* A view of the file system that is being made: descriptors of the old root, of the new one, and of the old /proc. */
struct view {
    bool refused;
    int old, root, proc;
};
struct run {
    struct plan *plan;
    struct view view;
    struct report *report;
    size_t report_at;     /* where that is among all reports, in bytes */
    uint32_t first;       /* the number of the plan's first op, where another program has carried out those before */
    struct rlimit descriptors; /* what RLIMIT_NOFILE is to be at exec */
    int keep_fd, exec_fd; /* or -1 */
    uint64_t mark;        /* what cgroup_filter has it bear, or 0 */
    pid_t outside;        /* the child that keeps the rights that this one gives up, or 0 */
    bool alone;           /* it has no copy of what the keeper holds */
    bool filtered;        /* system calls may be refused */
    bool continued;       /* another program has been here, and left groups and an environment */
    int slots[MAX_SLOTS]; /* descriptor + 1, or 0 */
    char extra[SPARE_ENVIRONMENT][96];
    int extra_count;
};
_Noreturn void run_plan(struct run *run);
/* One op, which gives 0, -errno, or that it is done in part. */
int run_op(struct run *run, const struct op *op);

/* ops.c: makes the directories above a path. 0 or -errno. */
int make_parents(const char *path, mode_t mode);

/* ops_credential.c: ops of a file of their own. */
int op_credentials_open(struct run *run, const struct op *op);
int op_credential_data(struct run *run, const struct op *op);
int op_credential_file(struct run *run, const struct op *op);
int op_credentials_close(struct run *run, const struct op *op);

/* ops_terminal.c: ops of a file of their own. */
int op_terminal_reset(struct run *run, const struct op *op);
int op_terminal_return(struct run *run, const struct op *op);
int op_terminal_owner(struct run *run, const struct op *op);
int op_terminal(struct run *run, const struct op *op);

/* ops_session.c */
int op_session(struct run *run, const struct op *op);
int resume_plan(int argc, char **argv);

/* ops.c: the environment of a program, with what the plan adds to it. */
char **environment_of(struct run *run, const struct field *given);
/* Has RLIMIT_NOFILE be what the program is to have; gives what it was. 0 or -errno. */
int limit_descriptors(const struct run *run, struct rlimit *before);

/* ops_utmp.c: ops of a file of their own. */
int op_utmp(struct run *run, const struct op *op);
int op_utmp_dead(struct run *run, const struct op *op);

/* ops_journal.c */
int op_journal(struct run *run, const struct op *op);

/* ops_ipc.c */
int op_remove_ipc(struct run *run, const struct op *op);

/* ops_process.c: ops of a file of their own. */
int op_coredump_filter(struct run *run, const struct op *op);
int op_scheduler(struct run *run, const struct op *op);
int op_affinity(struct run *run, const struct op *op);
int op_numa_policy(struct run *run, const struct op *op);
int op_huge_pages(struct run *run, const struct op *op);
int op_alarm(struct run *run, const struct op *op);
int op_timer_slack(struct run *run, const struct op *op);
int op_personality(struct run *run, const struct op *op);
int op_memory_merge(struct run *run, const struct op *op);
int op_bounding_set(struct run *run, const struct op *op);
int op_ambient(struct run *run, const struct op *op);
int op_keep_capabilities(struct run *run, const struct op *op);
int op_securebits(struct run *run, const struct op *op);
int op_keyring(struct run *run, const struct op *op);

/* ops_filter.c: what a child does to be filtered; 0 or -errno. */
int filter_needs(void);
int filter_system_calls(const void *program, size_t length);
struct cgroup_program {
    uint32_t type, attach;
    const char *name;
    const void *instructions;
    size_t length;
    /* The function of the kernel that a program of a security module is asked at, by its number among the kernel's types. */
    uint32_t function;
};
/* What a program counts of what goes one way, in the only value of its map. */
struct counted {
    uint64_t bytes, packets;
};
/* cgroup_filter.c. Attaches the program to the cgroup, in place of one of its name. One that loads a map is given that which this one counts in, or a new one. */
int cgroup_filter(int cgroup_fd, const struct cgroup_program *program);
/* For a child that executes a program later: has the cgroup's program of that name let it open files until then. Gives what a process that it forks has to bear for that, in `mark`. */
int cgroup_let_pass(int cgroup_fd, uint32_t attach, const char *name, uint64_t *mark);
pid_t fork_marked(uint64_t mark);
/* Takes the program of that name away, if there is one. */
int cgroup_unfilter(int cgroup_fd, uint32_t attach, const char *name);
/* What the program of that name has counted; false if there is none that counts. */
bool cgroup_counted(int cgroup_fd, uint32_t attach, const char *name, struct counted *counted);
/* The tool --traffic: for each cgroup v2, by its path, what was received and sent as BYTES PACKETS BYTES PACKETS, or - where nobody counts. */
int tell_traffic(int argc, char **argv);
/* The tool --security-modules: the numbers of those that the kernel asks (LSM_ID_ of linux/lsm.h), a line for each; status 1 where it does not tell. */
int tell_security_modules(int argc, char **argv);
int cgroup_pinned_filter(int cgroup_fd, uint32_t attach, const char *path);

/* Moves a descriptor out of the way of every number that the plan places one at; or -errno. */
int out_of_the_way(const struct run *run, int fd);

/* Brings the loopback network interface up. 0 or -errno. */
int loopback_up(void);

/* What an op gives that has done what it may, and not all that was asked for. */
enum { PARTLY = 1 };

/* ops_mount.c, ops_namespace.c: ops of a kind of their own. 0, PARTLY or -errno. */
int op_mount_namespace(struct run *run, const struct op *op);
int op_root(struct run *run, const struct op *op);
int op_root_image(struct run *run, const struct op *op);
int op_mount_image(struct run *run, const struct op *op);
int op_extension_image(struct run *run, const struct op *op);
int op_mount_point(struct run *run, const struct op *op);
int op_bind_mount(struct run *run, const struct op *op);
int op_mask(struct run *run, const struct op *op);
int op_file_system(struct run *run, const struct op *op);
int op_devices(struct run *run, const struct op *op);
int op_overlay(struct run *run, const struct op *op);
int op_restrict(struct run *run, const struct op *op);
int op_enter_root(struct run *run, const struct op *op);
/* A path below `root`, and what is missing of it made; the flags are those of the ops. A descriptor or -errno. */
int look_below(int root, const char *path, uint32_t flags, mode_t type);

/* ops_live.c: ops for a process that runs. */
int op_clone_tree(struct run *run, const struct op *op);
int op_join_view(struct run *run, const struct op *op);
int op_attach_tree(struct run *run, const struct op *op);

int op_private_pids(struct run *run, const struct op *op);
int op_unshare(struct run *run, const struct op *op);
int op_namespace(struct run *run, const struct op *op);
int op_enter_namespace(struct run *run, const struct op *op);
int op_user_namespace(struct run *run, const struct op *op);
int op_owned_namespace(struct run *run, const struct op *op);
int op_enter_owner(struct run *run, const struct op *op);

/* ops_namespace.c: a descriptor as a message of a socket, and that of the first message, which stays there with MSG_PEEK. 0 or the descriptor, or -errno. */
int send_fd(int socket, char kind, int fd);
int receive_fd(int socket, char *kind, int flags);

/* ops_lock.c: ops of a file of their own. */
int op_lock(struct run *run, const struct op *op);
int op_remove_unlocked(struct run *run, const struct op *op);

/* ops_bpf.c: ops of a file of their own. */
int op_outside(struct run *run, const struct op *op);
int op_bpf_file_system(struct run *run, const struct op *op);
/* Holds a socket under the name, if nothing is, through which children share a namespace. A descriptor or -errno. */
int namespace_storage(struct keeper *keeper, const char *name);

/* image.c: mounts the file system in a file or on a device, which is looked up below `root`; the working directory is a /proc. 0 or -errno. */
int image_mount(int root, const char *file, const char *target, const char *options, uint32_t flags);

/* way.c: what a path names, whatever others do to it meanwhile. All give a descriptor or 0, or -errno: ELOOP where a symlink is in the way that
 * others could have put there. */
/* The directory that holds the last part of the path, which is left in `name`; what is missing is made if there is a mode. */
int way_above(const char *path, const mode_t *made, char name[NAME_MAX + 1]);
/* No symlink in the last part is followed either. */
int way_open(const char *path, int flags);
/* Whether a socket that was bound to this address lies at its path; one that was led astray is taken away. */
int way_check_bound(int fd, const struct sockaddr_un *address, size_t length);
/* Gives the node of a socket to its owner. */
int way_own_socket(int fd, const char *path, uid_t uid, gid_t gid);

/* tree.c: what a child does to directory trees. */
int tree_remove(const char *path);
int tree_remove_at(int directory, const char *name);
/* At a path below the base; no part of it is followed that is a symlink. */
int tree_remove_below(const char *base, const char *path);
/* What the directory holds, which belonged to `before`; where the kernel lets anybody do that, without files of others that were given a name there. */
int tree_own(int fd, uint32_t uid, uint32_t gid, uint32_t before);
/* A walk that goes far down has a few directories open only: a directory is left, and found again from one in it by `..`. Whoever moves
 * one meanwhile is found out (-ESTALE), and the descriptor stays -1. Walks recurse, so there is an end (-ENAMETOOLONG). 0 or -errno. */
enum { TREE_OPEN = 64, TREE_DEEPEST = 2048 };
struct left_directory {
    uint64_t id[3];
};
/* The next entry of a directory, but for itself and the one above; NULL at the end, or with an error, 0 or -errno. `next` is where the entries go
 * on: all levels of a walk share one buffer, so whoever has gone down in between begins another scan there. */
struct scan {
    long at, got;
};
const char *scan_next(struct scan *scan, int directory, int64_t *next, int *error);
int tree_leave(int *directory, struct left_directory *left);
int tree_return(int below, const struct left_directory *left, int *directory);
/* Removes what belongs to the user or the group in the directory; UINT32_MAX is nobody. 0 or -errno. */
int tree_remove_owned(const char *path, uint32_t uid, uint32_t gid);

/* copy.c: has a copy of a directory tree or of a file at `root` in the directory, unless it is there. 0 or -errno. */
int copy_once(const char *path, const char *directory);

/* path.c: what a child does to have a path watched. */
int path_watch(int above, int self, const char *path, uint32_t mask);

/* groups.c */
struct session {
    struct node by_sid;
    struct session *next;
    struct group *group;
};
struct group {
    struct node by_key, by_path, by_mark, by_file;
    struct group *next_watched, **watched_link;
    struct child *children;   /* known children and, in session mode, orphans */
    struct session *sessions; /* session mode */
    char *key, *path, *mark;
    uint32_t references;
    int file; /* inotify's watch on cgroup.events, or -1 */
    bool watched, removed, entered;
    bool was_watched; /* by the program before */
    struct node by_memory; /* inotify's watch on memory.events */
    int memory;            /* or -1; with cgroup v1 just 0 */
    uint64_t oom_kills, memory_inode; /* with cgroup v1: of the cgroup that tells memory_fd */
    uint32_t saved; /* its place in a state, from 1 on */
    int missed; /* the last signal to all of it, which those could not get that were unsure by then; else 0 */
    uint64_t missed_at;
};
enum tracking { TRACK_CGROUP2, TRACK_CGROUP1, TRACK_SESSION };
/* What runs already is not ours, unless we take the place of a keeper. */
void groups_start(struct keeper *keeper, bool resumes);
void groups_save(struct keeper *keeper, struct saving *saving);
/* Gives the groups in the order of the state; groups_restore_watches when children and sessions are there. */
struct group **groups_restore(struct keeper *keeper, struct cursor *cursor, uint32_t *count);
/* Those that were removed stay as long as children are in them. */
void groups_release_removed(struct group **groups, uint32_t count);
void groups_restore_watches(struct keeper *keeper, struct group **groups, uint32_t count);
void groups_tell_if_empty(struct keeper *keeper, struct group *group);
/* Not empty, without . and .. and empty components. */
bool is_path_below(const char *path);
struct group *group_find(struct keeper *keeper, const char *key);
void group_make(struct keeper *keeper, const char *key, const char *path, const char *mark);
void group_watch(struct keeper *keeper, const char *key);
void group_remove(struct keeper *keeper, const char *key);
/* Tells whenever the kernel killed processes of the group for want of memory. */
void group_watch_memory(struct keeper *keeper, const char *key);
void group_check_memory(struct keeper *keeper, struct group *group);
/* Looks again at the groups in which memory was short a moment ago. */
void groups_check_memory(struct keeper *keeper);
/* Writes to a file of the cgroup at a path below the root, which is made if it is missing; that it cannot be written is told. */
void attribute_write(struct keeper *keeper, const char *path, const char *file, const char *value);
/* Gives the cgroup at the path one in the hierarchy of a controller of cgroup v1; that it cannot be is told as of a file without a value. */
void group_control(struct keeper *keeper, const char *path, const char *controller);
/* Attaches the program to the cgroup v2 at the path, or takes away the one of its name if it is empty; that it could not is told as of a file of that name without a value. */
void group_filter(struct keeper *keeper, const char *path, const struct cgroup_program *program);
void group_signal(struct keeper *keeper, const char *key, int signal, const uint8_t *except, uint32_t count);
void group_signal_pid(struct keeper *keeper, const char *key, pid_t pid, int signal);
/* `uid` is the user whom the process must belong to, or ANY_USER. */
void group_enter(struct keeper *keeper, const char *key, pid_t pid, uint32_t uid);
bool group_empty(struct keeper *keeper, struct group *group);
/* The processor time that its processes have used, in microseconds; 0 where nobody counts it. */
uint64_t group_usage(struct keeper *keeper, const struct group *group);
void group_hold(struct group *group);
void group_release(struct group *group);
/* Looks again at the groups that are watched and whose emptiness no file tells. */
void groups_check(struct keeper *keeper);
void groups_retry_removal(struct keeper *keeper);
/* The group of any process, or NULL. */
struct group *group_of(struct keeper *keeper, pid_t pid);
void groups_kill_all(struct keeper *keeper);
void groups_remove_all(struct keeper *keeper);

/* controller.c: controllers that have hierarchies of their own (cgroup v1). */
struct controller {
    const char *name, *root; /* the directory of the subtree that is ours */
    bool given;              /* it was there before us, and stays */
};
/* NAME=ROOT. False if it is no such thing, or one too many. */
bool controller_add(struct keeper *keeper, const char *option, bool given);
/* The one that a file of a cgroup belongs to by its name; NULL where that is in a cgroup v2, or nowhere. */
const struct controller *controller_of(const struct keeper *keeper, const char *file);
/* Makes the cgroup at the path below the root in the hierarchy of a controller; what is in the group there comes into it. 0 or -errno. */
int controller_make(struct keeper *keeper, const char *path, const char *name);
/* For each controller the descriptor by which a child enters the cgroup of the path, or of what is above it; -1 where there is none. */
void controllers_open(struct keeper *keeper, const char *path, int fds[MAX_CONTROLLERS]);
/* The caller, which has one thread, enters what was opened. 0 or -errno. */
int controllers_enter(int fds[MAX_CONTROLLERS]);
/* The same for another process. */
int controllers_move(struct keeper *keeper, const char *path, pid_t pid);
int controllers_remove(struct keeper *keeper, const char *path, bool parents);
/* Has the eventfd told when memory is short in the group, before processes are killed for that, unless the cgroup of this inode does so already. 0 or -errno. */
int controller_watch_memory(const struct controller *memory, const char *path, int told, uint64_t *inode);

/* cgroup.c */
const char *cgroup_find_hierarchy(struct keeper *keeper, const char *root);
int cgroup_open(struct keeper *keeper, const char *path);
/* The same below another root, which is made, too. */
int cgroup_open_below(const char *root, const char *path);
/* Removes what is below a root at the path, and with `parents` the empty cgroups above it that are no groups. 0 or -errno. */
int cgroup_remove_below(struct keeper *keeper, const char *root, bool keep_root, const char *path, bool parents);
int cgroup_watch_memory(struct keeper *keeper, const char *path);
/* 0 or -errno. `file` is a name in the directory of the cgroup. */
int cgroup_write(struct keeper *keeper, const char *path, const char *file, const char *value);
uint64_t cgroup_oom_kills(struct keeper *keeper, const char *path);
int cgroup_watch(struct keeper *keeper, const char *path);
bool cgroup_empty(struct keeper *keeper, const char *path);
uint64_t cgroup_usage(struct keeper *keeper, const char *path);
int cgroup_remove(struct keeper *keeper, const char *path, bool parents);
bool cgroup_of(struct keeper *keeper, pid_t pid, char *path, size_t size);
typedef void pid_function(struct keeper *keeper, void *context, pid_t pid);
void cgroup_members(struct keeper *keeper, const char *path, pid_function *member, void *context);
void cgroup_leave(struct keeper *keeper);
bool cgroup_kill(struct keeper *keeper, const char *path);
int cgroup_enter(int cgroup_fd, pid_t pid); /* pid 0 is the caller */

/* session.c: groups where there are no cgroups. */
/* What proc(5) says of a process in `stat` after its name, held in `text`; NULL if it is gone. */
const char *process_stat(pid_t pid, char text[1024]);
struct child;
void session_start(struct keeper *keeper);
void sessions_save(struct keeper *keeper, struct saving *saving);
void sessions_restore(struct keeper *keeper, struct cursor *cursor, struct group **groups, uint32_t count);
void session_started(struct keeper *keeper, struct group *group, pid_t sid);
void session_forget(struct keeper *keeper, struct group *group);
void session_refresh(struct keeper *keeper);
/* Whether there are orphans in the middle of an exec, which may be of any group. */
bool session_unsure(struct keeper *keeper);
void session_members(struct keeper *keeper, struct group *group, pid_function *member, void *context);
struct group *session_group_of(struct keeper *keeper, pid_t pid);
void session_kill(const struct child *child);

/* children.c */
struct child {
    struct node by_id, by_pid, by_exec;
    struct child *next, **link; /* in its group */
    uint64_t id;                /* 0 for an orphan */
    struct group *group;
    pid_t pid;
    uint32_t slot; /* of its report */
    int pidfd; /* of one that was adopted, else -1 */
    int exec_fd, keep_fd;
    int exec_watch; /* where exec_fd would take a descriptor too many: what exec_inotify calls its pipe; else -1 */
    bool report_exec;
    bool foreign; /* not started by us, nor by what we started */
    uint64_t unsure; /* when it was found in the middle of an exec, in which nobody can see whose it is; else 0 */
};
void children_start(struct keeper *keeper);
void children_save(struct keeper *keeper, struct saving *saving);
void children_restore(struct keeper *keeper, struct cursor *cursor, struct group **groups, uint32_t count);
enum { REPORT_EXEC = 1, MAY_BE_HERE = 2 };
void child_run(struct keeper *keeper, uint64_t id, const char *group, uint8_t flags, struct plan *plan);

/* openings.c: carries the plan out without a child, and tells its end, if nothing in it can make the keeper wait. */
bool opened_here(struct keeper *keeper, uint64_t id, struct group *group, struct plan *plan);
void child_adopt(struct keeper *keeper, uint64_t id, const char *group, pid_t pid);
void child_signal(struct keeper *keeper, uint64_t id, int signal);
struct child *child_orphan(struct keeper *keeper, pid_t pid, struct group *group);
/* One whose group was not known so far. */
void child_join(struct child *child, struct group *group);
/* Puts a process of which only the end is to be seen into the group; takes the pidfd. 0 or -errno. */
int child_enter(struct keeper *keeper, pid_t pid, struct group *group, int pidfd);
struct child *child_by_pid(struct keeper *keeper, pid_t pid);
void children_reap(struct keeper *keeper);
void child_free(struct keeper *keeper, struct child *child);

/* The child has closed its end of the pipe: it has executed its program, or has ended. */
void child_executed(struct keeper *keeper, struct child *child);

/* executed.c: the pipe that tells of it. Sets its ends, or the second and `watched` where descriptors are few; 0 or -errno. */
int executed_prepare(struct keeper *keeper, int ends[2], int *watched);
/* The pipe comes to be of no child. */
void executed_forget(struct keeper *keeper, int watched);
void executed_expect(struct keeper *keeper, struct child *child, int watched);
void executed_end(struct keeper *keeper, struct child *child);
void executed_start(struct keeper *keeper);

/* launch.c */
enum { EXIT_DESCRIPTORS = 202 };
struct launch {
    int ends[2]; /* the keeper's and the child's */
    pid_t pid;   /* whom the message in it is for, or 0 */
    const volatile struct report *report;
};
/* First of all, as it takes the lowest numbers. */
void launch_start(struct keeper *keeper);
/* fork(2), into the cgroup if that is not -1. */
pid_t fork_into(struct keeper *keeper, int cgroup_fd);
/* The same, with `own_pids` as the first process of a namespace of processes; the child has of the descriptors from `launch_end` on only those at `places`, by new numbers, if report->arrived. */
pid_t launch_fork(struct keeper *keeper, int cgroup_fd, bool own_pids, struct report *report, int *const *places, int count);
void launch_ended(struct keeper *keeper, pid_t pid);
/* Whether a child has not come to its own descriptors yet. */
bool launch_pending(const struct keeper *keeper);

/* autofs.c: 0 or -errno, in a child */
int autofs_mount(int pipe_fd, const char *path, const char *options, uint32_t timeout);
int autofs_answer(const char *path, uint32_t device, uint32_t token, uint32_t error);
int autofs_expire(const char *path, uint32_t device);
int unmount_all(const char *path);

/* ops.c: numbers and texts for a child, which may not call printf(3) */
size_t decimal(char *out, uint64_t value);
size_t append(char *out, size_t at, const char *text);

/* descriptors.c */
/* Whether a new descriptor has one of the last numbers that there are, which are for the keeper itself: for the manager's connection, for
 * forks and cgroups. What others bring may not have it. */
bool is_reserved(const struct keeper *keeper, int fd);
struct descriptor {
    struct node by_name;
    char *name;
    int fd;
    uint32_t accepts; /* connections that are still to be accepted from it */
    char *accept_as;  /* what the names under which they are held begin with, or NULL */
    /* Files of /proc: watched, changed since that was told, asked for. */
    bool priority, changed, asked;
    bool poll, drain, hangup, watched;
};
int descriptor_fd(struct keeper *keeper, const char *name);
bool descriptor_hold(struct keeper *keeper, const char *name, int fd);
void descriptor_poll(struct keeper *keeper, const char *name, bool poll);
void descriptor_poll_priority(struct keeper *keeper, const char *name);
void descriptor_read(struct keeper *keeper, const char *name, uint32_t most);
/* Polls it; what is in it then is thrown away before that is told. */
void descriptor_drain(struct keeper *keeper, const char *name);
void descriptor_watch_hangup(struct keeper *keeper, const char *name);
void descriptor_accept(struct keeper *keeper, const char *name, const char *as, uint32_t count);
void descriptor_flush(struct keeper *keeper, const char *name);
void descriptor_rename(struct keeper *keeper, const char *name, const char *to);
void descriptor_close(struct keeper *keeper, const char *name);
/* Closes what others gave us, and which they could make us wait for, in a thread that waits in our place. */
void close_aside(int fd);
void descriptors_close_all(struct keeper *keeper);
void descriptors_save(struct keeper *keeper, struct saving *saving);
void descriptors_restore(struct keeper *keeper, struct cursor *cursor);

/* blobs.c */
struct blob {
    struct node by_key;
    uint8_t *bytes;
    uint32_t length, room;
    char key[];
};
void blob_put(struct keeper *keeper, const char *key, const uint8_t *bytes, uint32_t length);
void blob_delete(struct keeper *keeper, const char *key);
void blobs_save(struct keeper *keeper, struct saving *saving);
void blobs_restore(struct keeper *keeper, struct cursor *cursor);

/* notify.c */
void notify_start(struct keeper *keeper);
void notify_drain(struct keeper *keeper);
void notify_pause(struct keeper *keeper, bool pause);
/* Reads notifications on, if there is room for them again. */
void notify_resume(struct keeper *keeper);

/* events.c: what the manager has not acknowledged yet. */
enum event_kind {
    EVENT_SPAWNED = 1,
    EVENT_SPAWN_FAILED,
    EVENT_EXECUTED,
    EVENT_EXITED,
    EVENT_GROUP_EMPTY,
    EVENT_READABLE,
    EVENT_HANGUP,
    EVENT_ACCEPTED,
    EVENT_NOTIFIED,
    EVENT_SIGNALLED,
    EVENT_ENTERED,
    EVENT_READ,
    EVENT_ATTRIBUTE_FAILED,
    EVENT_OOM_KILL,
    EVENT_PING,
    EVENT_TOLERATED
};
struct buffer *event_begin(struct keeper *keeper, enum event_kind kind);
void event_end(struct keeper *keeper);
void event_name(struct keeper *keeper, enum event_kind kind, const char *name);
/* Says nothing; whoever acknowledges it is there. */
void event_ping(struct keeper *keeper);
void events_acknowledge(struct keeper *keeper, uint64_t sequence);
bool events_full(const struct keeper *keeper);
void events_save(struct keeper *keeper, struct saving *saving);
void events_restore(struct keeper *keeper, struct cursor *cursor);

/* link.c: the manager's connection. batch.c: its commands. */
void link_start(struct keeper *keeper);
void link_flush(struct keeper *keeper);
void link_close(struct keeper *keeper);
void link_drain(struct keeper *keeper);
/* NULL, or what is wrong with it; then nothing of it was done. */
const char *batch_carry_out(struct keeper *keeper, struct cursor frame);

/* journal.c: the journal's connection and what it has not committed yet. output.c: the pipes that it is fed from. */
void journal_start(struct keeper *keeper);
void journal_flush(struct keeper *keeper);
void journal_record(struct keeper *keeper, const char *record, uint32_t length);
struct buffer *journal_begin(struct keeper *keeper, uint8_t kind);
void journal_end(struct keeper *keeper);
bool journal_full(const struct keeper *keeper);
bool journal_settled(const struct keeper *keeper);
void journal_check(struct keeper *keeper);
void journal_close(struct keeper *keeper);
void journal_save(struct keeper *keeper, struct saving *saving);
void journal_restore(struct keeper *keeper, struct cursor *cursor);
/* writers.c: who writes to the journal, as /proc tells at the moment. */
struct writer {
    pid_t pid;
    uint32_t uid;                           /* of the credentials that came with a datagram */
    uint64_t start, told_usec, sure_usec; /* start in clock ticks since the boot; when the journal was told, when it was last seen to be the same */
    char name[64];
};
/* The start of a process (proc(5), stat), whose directory of /proc this is, and its name, which may have any characters in it. 0 if it is gone. */
uint64_t read_start(int directory, char name[64]);
/* Notes the process that a stream is of while it cannot be another. */
void writer_remember(struct writer *writer, pid_t pid);
/* Tells the journal of a stream's process unless it knows; nothing of one whose pid is another's by now. */
void writer_tell(struct keeper *keeper, uint64_t stream, struct writer *writer);
/* The same for who sent a datagram. */
void sender_tell(struct keeper *keeper, pid_t pid, uint32_t uid);
void writers_forget(struct keeper *keeper);
struct stream {
    struct stream *next, *previous;
    uint64_t id, close_sequence; /* of its stream-close, or 0 while open */
    char *meta;
    pid_t pid;
    int fd;
    char *line; /* without a journal: the line so far */
    size_t line_length;
    struct writer writer;
    bool silent; /* a guest that has said nothing, and that the journal does not know of */
};
void stream_open(struct keeper *keeper, uint64_t id, const char *meta, pid_t pid, int fd);
void streams_pause(struct keeper *keeper, bool pause);
void streams_announce(struct keeper *keeper, struct buffer *out);
void streams_acknowledge(struct keeper *keeper, uint64_t sequence);
void streams_save(struct keeper *keeper, struct saving *saving);
void streams_restore(struct keeper *keeper, struct cursor *cursor);
/* Those whose descriptor the program before could not pass on have ended. */
void streams_end_lost(struct keeper *keeper);
/* The socket to which programs bring streams of their own. */
void guests_start(struct keeper *keeper);
void streams_forget_writers(struct keeper *keeper);

/* datagrams.c: the sockets of syslog(3) and of the journal's own protocol. */
void datagrams_start(struct keeper *keeper);
void datagrams_pause(struct keeper *keeper, bool pause);
void datagrams_remove(struct keeper *keeper);

/* servants.c: the manager and the journal as processes; and the end of everything. */
/* How long one waits for another, in µs. */
struct patience {
    uint64_t next;
    uint64_t looked, ran; /* the last look, and the processor time of the other by then, as far as it had work to do */
    int left;
};

struct servant {
    const char *name;
    char **argv;
    int argc;
    char socket_path[108];
    char environment[3][128]; /* what it gets on top of the keeper's */
    int listen_fd;
    pid_t pid; /* or -1 */
    int passed_fd; /* becomes its descriptor 3, or -1 */
    bool same_session; /* as the keeper's, and the same process group */
    bool answered; /* it has done something: it is no program that dies at once */
    unsigned deaths; /* of those that died before they had, since one had */
    uint64_t started_at, start_at, backoff;
    bool rests;                /* it has ended, or ends, until there is something to do */
    bool leaves;               /* the process that runs ends, as it may */
    bool woken;                /* it was started, or will be, after a rest, and has not died since */
    uint64_t rest_count, rested_at, rested_idle, leave_deadline;
    uint64_t idle_wanted; /* how long it is to have been idle before it may rest */
};
void servants_start(struct keeper *keeper);
void servants_check(struct keeper *keeper);
/* Newer builds, if there are any, take the places of the journal and of the keeper; the manager ends by itself. */
void servants_replace(struct keeper *keeper);
/* A request to stop is the manager's. Where three die or are killed before they have acknowledged it, or none can be started for long, the keeper ends by
 * itself; and at once by a second request, where no manager is there to hear the first, or each one dies before it has heard it. */
void servants_signalled(struct keeper *keeper, int signal);
bool servant_reaped(struct keeper *keeper, pid_t pid, int status);
void servant_save(const struct servant *servant, struct saving *saving);
void servant_restore(struct keeper *keeper, struct cursor *cursor, struct servant *servant);
/* Sets `path`; makes the socket unless it is `held` from the program before. */
int servant_listen(struct keeper *keeper, const char *name, int type, mode_t mode, int held, char path[108]);
/* Accepts from the servant's socket; the connection of anyone but the process started for it is closed. -1 if none. */
int servant_accept(struct keeper *keeper, struct servant *servant);
/* rest.c: servants that end for want of anything to do. */
/* `idle`: for how long it has had nothing to do, in µs. */
bool servant_may_rest(const struct keeper *keeper, const struct servant *servant, uint64_t idle);
void servant_rest(struct keeper *keeper, struct servant *servant, uint64_t idle);
void servant_wake(struct keeper *keeper, struct servant *servant);
/* Lets the manager go until an event or a client comes, or until `wake` (CLOCK_MONOTONIC in µs, UINT64_MAX for never). */
void manager_rest(struct keeper *keeper, uint64_t idle, uint64_t wake);
void manager_check_rest(struct keeper *keeper);
void servant_check_leave(struct keeper *keeper, struct servant *servant);
/* Wakes the journal by the next record of the kernel's log; false if it cannot, or if there is one from `next` on already. */
bool kernel_log_watch(struct keeper *keeper, uint64_t next);
void end_begin(struct keeper *keeper, uint32_t status, uint8_t action, const char *argument);
void end_step(struct keeper *keeper);

/* watchdog.c: a servant that hangs is killed. */
enum patience_state { PATIENCE_WAITS, PATIENCE_LOOKS, PATIENCE_ENDS };
void patience_renew(struct patience *patience, uint64_t whole);
/* To be asked in each turn; `pid` is who is waited for. When it has ended it begins anew. */
enum patience_state patience_look(struct keeper *keeper, struct patience *patience, uint64_t whole, pid_t pid);
void watchdog_heard(struct keeper *keeper);
void watchdog_check(struct keeper *keeper);

/* What clients need of the system that JavaScript does not have: `tysd-keeper --notify` and its kin, which are no keepers at all.
 * send.c, become.c, terminal.c, relay.c. */
int send_notification(int argc, char **argv);
int send_descriptors(int argc, char **argv);
int become_command(int argc, char **argv);
int forward_terminal(int argc, char **argv);
int probe_namespaces(int argc, char **argv);
int cover_file(int argc, char **argv);
int relay_datagrams(int argc, char **argv);

enum { MAX_SENDERS = 64 };
struct keeper {
    int epoll_fd, signal_fd, stdio_null;
    struct watch *watches;
    int watch_size;
    uint64_t wake_usec;
    uint64_t started_monotonic, started_realtime;
    bool reap_needed, check_needed;
    char **argv; /* with room for one more */
    int argc;
    char program[4096]; /* where the program lies that runs */
    int state_fd, previous_fd; /* the state to resume from, and the program that left it; or -1 */
    bool checking;             /* the state is only read: nothing outside is touched */
    bool again;                /* back from a program that could not read it */
    pid_t checker;             /* the next program, which reads the state; or 0 */
    uint64_t checker_deadline, replace_deadline;
    bool replace_wanted, replace_ready;
    uintptr_t heap_start;

    const char *runtime_directory;
    enum tracking tracking;
    const char *cgroup_root, *cgroup_home;
    char cgroup_path[4096]; /* of the root, as /proc/PID/cgroup shows it */
    char **removals;        /* cgroups that were busy when they were to be removed */
    int removal_count;
    struct controller controllers[MAX_CONTROLLERS];
    int controller_count;
    int memory_fd;                         /* with cgroup v1: an eventfd that tells of a shortage in any group */
    uint64_t memory_check_at, memory_wait; /* when to look again who was killed for it, or 0; and how long to wait after that */
    int inotify_fd;
    uint64_t orphans_seen, turn; /* the turn in which orphans were looked for */
    uint64_t orphans_next;       /* when it is worth the time to look again */

    struct servant manager, journal;
    int control_fd, notify_fd, syslog_fd, native_fd, stream_fd;
    int kernel_fd; /* the kernel's log, read as far as the journal had when it went to rest; or -1 */
    uint64_t guests, guest_count; /* streams of guests that are open, and that there ever were */
    const char *syslog_path, *native_path;
    struct writer senders[MAX_SENDERS]; /* who sent datagrams lately, by pid */
    struct rlimit descriptor_limit; /* what RLIMIT_NOFILE was */
    int reserved_from;              /* the first number that only the keeper itself may use */

    struct table children_by_id, children_by_pid, children_by_exec;
    int exec_inotify; /* or -1 */
    size_t foreign_count, unsure_count;
    pid_t ended[MAX_ENDED]; /* named by SIGCHLD */
    int ended_count;
    uint64_t sweep_next; /* when it is worth the time to look at all children */
    uint64_t last_child, checked_child;
    struct report *reports;
    int reports_fd;
    uint32_t *free_slots, free_slot_count;
    struct arena arena;
    struct run run;
    bool no_clone3;
    const char *children_oom_score; /* what children have in place of the keeper's own score, which spares it when the kernel has no memory; or NULL */
    struct launch launches[MAX_LAUNCHES];
    int launch_count, launch_end;

    struct table groups_by_key, groups_by_path, groups_by_mark, groups_by_file, groups_by_memory, sessions;
    struct group *watched_groups;
    uint32_t watched_count;
    uint64_t checked_at;
    struct table descriptors, blobs;
    size_t blob_bytes;
    uint32_t notified_count; /* descriptors that came with notifications and have no other name yet */
    uint64_t notify_count, accept_count, told_at;

    int link_fd;
    bool link_ready, link_blocked, notify_paused;
    struct buffer link_in, link_out, events; /* link_out: what goes before the events */
    size_t events_sent, event_start;
    uint64_t event_sequence, event_count;
    uint64_t manager_patience; /* µs */
    uint64_t manager_wake;     /* when one that rests is to be there again */
    struct patience manager_waits;

    int journal_fd;
    bool journal_ready, journal_blocked, streams_paused;
    struct buffer journal_in, journal_out, journal_frames;
    size_t journal_sent, journal_frame;
    uint64_t journal_sent_at; /* CLOCK_MONOTONIC in µs */
    uint64_t journal_sequence, journal_instance, journal_dropped;
    uint64_t journal_patience; /* µs without an acknowledgement before it is killed, or the oldest is dropped */
    struct patience journal_waits;
    bool journal_killed; /* and has acknowledged nothing since */
    struct stream *streams, *closed_first, *closed_last;

    int end_phase, stop_requests;
    uint64_t stop_since, stop_sequence; /* of a request to stop that no manager has acknowledged, and its event; or 0 */
    int stop_deaths;                    /* of managers since then */
    uint64_t end_deadline;
    uint32_t end_status;
    uint8_t end_action;
    char end_argument[MAX_REBOOT_ARGUMENT + 1];
};

#endif
