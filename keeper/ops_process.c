/* Ops that set what the kernel keeps of a process: how it is scheduled, its capabilities, its keyring. 0 or -errno; as in ops.c, only
 * async-signal-safe calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define RESULT(call) ((call) < 0 ? -errno : 0)

enum { SET_MEMORY_MERGE = 67 }; /* prctl(2), since Linux 6.4 */

int op_coredump_filter(struct run *run, const struct op *op) {
    (void)run;
    char text[24];
    size_t length = decimal(text, op->fields[0].number);
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int result = write(fd, text, length) < 0 ? -errno : 0;
    close(fd);
    return result;
}

int op_scheduler(struct run *run, const struct op *op) {
    (void)run;
    struct sched_param parameter = {.sched_priority = (int)NUMBER(1)};
    /* The library's function asks for the threads of a process that is not there. */
    return RESULT(syscall(SYS_sched_setscheduler, 0, (int)NUMBER(0) | (NUMBER(2) ? SCHED_RESET_ON_FORK : 0), &parameter));
}

int op_affinity(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(syscall(SYS_sched_setaffinity, 0, op->fields[0].number, op->fields[0].data));
}

/* The kernel counts one bit less than it is told. A kernel without NUMA does without a policy. */
int op_numa_policy(struct run *run, const struct op *op) {
    (void)run;
    size_t length = op->fields[1].number;
    int result = RESULT(syscall(SYS_set_mempolicy, (int)NUMBER(0), length ? op->fields[1].data : NULL, length ? length * 8 + 1 : 0));
    return result == -ENOSYS ? 0 : result;
}

int op_alarm(struct run *run, const struct op *op) {
    (void)run;
    alarm(NUMBER(0));
    return 0;
}

int op_timer_slack(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(prctl(PR_SET_TIMERSLACK, (unsigned long)op->fields[0].number));
}

int op_personality(struct run *run, const struct op *op) {
    (void)run;
    return RESULT(personality(NUMBER(0)));
}

/* Older kernels, and those that are built without, never merge pages. */
int op_memory_merge(struct run *run, const struct op *op) {
    (void)run;
    int result = RESULT(prctl(SET_MEMORY_MERGE, (unsigned long)NUMBER(0), 0, 0, 0));
    return result == -EINVAL || result == -EOPNOTSUPP ? 0 : result;
}

/* As for merging; and what is to be disabled in part is left as it is by kernels before 6.18. */
int op_huge_pages(struct run *run, const struct op *op) {
    (void)run;
    int result = RESULT(prctl(PR_SET_THP_DISABLE, (unsigned long)NUMBER(0), (unsigned long)NUMBER(1), 0, 0));
    return result == -EINVAL || result == -EOPNOTSUPP ? 0 : result;
}

struct capabilities {
    struct __user_cap_header_struct header;
    struct __user_cap_data_struct data[2];
};

static int capabilities_get(struct capabilities *now) {
    now->header = (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
    return RESULT(syscall(SYS_capget, &now->header, now->data));
}

static int last_capability(void) {
    int last = 63;
    while (last > 0 && prctl(PR_CAPBSET_READ, (unsigned long)last, 0, 0, 0) < 0) last--;
    return last;
}

/* Who may not drop is none the worse for what he does not have. */
int op_bounding_set(struct run *run, const struct op *op) {
    (void)run;
    uint64_t keep = op->fields[0].number;
    for (int i = 0, last = last_capability(); i <= last; i++) {
        if (keep >> i & 1 || prctl(PR_CAPBSET_READ, (unsigned long)i, 0, 0, 0) == 0) continue;
        if (prctl(PR_CAPBSET_DROP, (unsigned long)i, 0, 0, 0) < 0) return -errno;
    }
    struct capabilities now;
    int result = capabilities_get(&now);
    if (result) return result;
    now.data[0].inheritable &= (uint32_t)keep;
    now.data[1].inheritable &= (uint32_t)(keep >> 32);
    return RESULT(syscall(SYS_capset, &now.header, now.data));
}

/* What the manager does not have itself, and what the bounding set is without, nobody can be given: it is left out. */
int op_ambient(struct run *run, const struct op *op) {
    (void)run;
    struct capabilities now;
    int result = capabilities_get(&now), last = last_capability();
    if (result) return result;
    uint64_t set = op->fields[0].number & (((uint64_t)2 << last) - 1);
    for (int i = 0; i <= last; i++)
        if (prctl(PR_CAPBSET_READ, (unsigned long)i, 0, 0, 0) != 1) set &= ~((uint64_t)1 << i);
    if (set & ~((uint64_t)now.data[1].permitted << 32 | now.data[0].permitted)) return -EPERM;
    now.data[0].inheritable |= (uint32_t)set;
    now.data[1].inheritable |= (uint32_t)(set >> 32);
    if (syscall(SYS_capset, &now.header, now.data) < 0) return -errno;
    for (int i = 0; i <= last; i++)
        if (set >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (unsigned long)i, 0, 0) < 0) return -errno;
    return 0;
}

/* To set the bits, one has to be able to, and a change of the user leaves what is permitted unused. */
static int secure_bits(int wanted) {
    int now = prctl(PR_GET_SECUREBITS);
    if (now < 0) return -errno;
    if (now == wanted) return 0;
    struct capabilities own;
    int result = capabilities_get(&own);
    if (result) return result;
    own.data[0].effective |= own.data[0].permitted & 1u << CAP_SETPCAP;
    if (syscall(SYS_capset, &own.header, own.data) < 0) return -errno;
    return RESULT(prctl(PR_SET_SECUREBITS, (unsigned long)wanted));
}

int op_keep_capabilities(struct run *run, const struct op *op) {
    (void)run;
    return secure_bits((int)NUMBER(0) | SECBIT_KEEP_CAPS);
}

int op_securebits(struct run *run, const struct op *op) {
    (void)run;
    return secure_bits((int)NUMBER(0));
}

enum { SESSION = -3, USER = -4, JOIN = 1, SET_PERMISSIONS = 5, LINK = 8, VIEW_READ_SEARCH = 0x0b0b0000, NOBODY = -1 };

static long key_control(int what, long a, long b) { return syscall(SYS_keyctl, what, a, b, 0, 0); }

/* A keyring belongs to whoever makes it, so the user does it. */
static int join_keyring(const struct op *op) {
    uint32_t uid = NUMBER(0), gid = NUMBER(1);
    uid_t before = geteuid();
    gid_t group = getegid();
    if (gid != (uint32_t)-1 && syscall(SYS_setregid, gid, NOBODY) < 0) return -errno;
    if (uid != (uint32_t)-1 && syscall(SYS_setreuid, uid, NOBODY) < 0) return -errno;
    int result = key_control(JOIN, 0, 0) < 0 ? -errno : 0;
    if (!result && NUMBER(2) && key_control(LINK, USER, SESSION) < 0) result = -errno;
    if (uid != (uint32_t)-1 && syscall(SYS_setreuid, before, NOBODY) < 0) return -errno;
    if (gid != (uint32_t)-1 && syscall(SYS_setregid, group, NOBODY) < 0) return -errno;
    return result;
}

/* Kernels without keyrings, and sandboxes around the manager that refuse them, do not keep a service from running. */
int op_keyring(struct run *run, const struct op *op) {
    (void)run;
    int result = join_keyring(op);
    if (result) return result == -ENOSYS || result == -EPERM || result == -EACCES ? 0 : result;
    long key = syscall(SYS_add_key, "user", "invocation_id", op->fields[3].data, op->fields[3].number, SESSION);
    return key < 0 ? 0 : RESULT(key_control(SET_PERMISSIONS, key, VIEW_READ_SEARCH));
}
