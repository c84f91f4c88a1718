/* What a child does to have the kernel refuse it system calls, and its cgroup devices, addresses and ports. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"

static bool is_admin(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0};
    if (syscall(SYS_capget, &header, data) < 0) return false;
    return data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}

int filter_needs(void) {
    if (is_admin()) return 0;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int filter_system_calls(const void *program, size_t length) {
    if (!length || length % sizeof(struct sock_filter) || length / sizeof(struct sock_filter) > BPF_MAXINSNS) return -EINVAL;
    struct sock_fprog filter = {(unsigned short)(length / sizeof(struct sock_filter)), (struct sock_filter *)program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0 ? -errno : 0;
}

enum { MAX_ATTACHED = 64 };

static int bpf(enum bpf_cmd command, union bpf_attr *attributes) { return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes); }

static int program_of(uint32_t id) {
    union bpf_attr attributes = {.prog_id = id};
    return bpf(BPF_PROG_GET_FD_BY_ID, &attributes);
}

static bool program_info(int fd, struct bpf_prog_info *info) {
    memset(info, 0, sizeof *info);
    union bpf_attr attributes = {.info = {.bpf_fd = (uint32_t)fd, .info_len = sizeof *info, .info = (uintptr_t)info}};
    return bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) == 0;
}

/* How a program that is to be attached relates to what the cgroup has: a descriptor of one that it replaces, ALREADY, or NOTHING. */
enum { NOTHING = -1, ALREADY = -2 };

static int attached_before(int cgroup_fd, uint32_t attach, const struct bpf_prog_info *own, bool by_name) {
    uint32_t ids[MAX_ATTACHED];
    union bpf_attr query = {.query = {.target_fd = (uint32_t)cgroup_fd, .attach_type = attach, .prog_ids = (uintptr_t)ids, .prog_cnt = MAX_ATTACHED}};
    if (bpf(BPF_PROG_QUERY, &query) < 0) return NOTHING;
    for (uint32_t i = 0; i < query.query.prog_cnt; i++) {
        if (ids[i] == own->id) return ALREADY;
        struct bpf_prog_info info;
        int fd = by_name ? program_of(ids[i]) : -1;
        if (fd < 0) continue;
        bool known = program_info(fd, &info);
        if (known && !strncmp(info.name, own->name, sizeof info.name)) {
            if (memcmp(info.tag, own->tag, sizeof info.tag)) return fd;
            close(fd);
            return ALREADY;
        }
        close(fd);
    }
    return NOTHING;
}

/* A unit has several processes one after the other; what the first has attached is there for all, until the cgroup goes. */
static int attach_once(int cgroup_fd, uint32_t attach, int program_fd, bool by_name) {
    struct bpf_prog_info own;
    int before = program_info(program_fd, &own) ? attached_before(cgroup_fd, attach, &own, by_name) : NOTHING;
    if (before == ALREADY) return 0;
    union bpf_attr attributes = {
        .target_fd = (uint32_t)cgroup_fd,
        .attach_bpf_fd = (uint32_t)program_fd,
        .attach_type = attach,
        .attach_flags = BPF_F_ALLOW_MULTI | (before >= 0 ? BPF_F_REPLACE : 0),
        .replace_bpf_fd = before >= 0 ? (uint32_t)before : 0,
    };
    int result = bpf(BPF_PROG_ATTACH, &attributes) < 0 ? -errno : 0;
    if (before >= 0) close(before);
    return result;
}

int cgroup_filter(int cgroup_fd, const struct cgroup_program *program) {
    if (cgroup_fd < 0) return -EOPNOTSUPP;
    if (!program->length || program->length % sizeof(struct bpf_insn)) return -EINVAL;
    union bpf_attr attributes = {
        .prog_type = program->type,
        .insn_cnt = (uint32_t)(program->length / sizeof(struct bpf_insn)),
        .insns = (uintptr_t)program->instructions,
        .license = (uintptr_t) "GPL",
        .expected_attach_type = program->type == BPF_PROG_TYPE_CGROUP_DEVICE ? 0 : program->attach,
    };
    strncpy(attributes.prog_name, program->name, sizeof attributes.prog_name - 1);
    int fd = bpf(BPF_PROG_LOAD, &attributes);
    if (fd < 0) return -errno;
    int result = attach_once(cgroup_fd, program->attach, fd, true);
    close(fd);
    return result;
}

int cgroup_unfilter(int cgroup_fd, uint32_t attach, const char *name) {
    struct bpf_prog_info wanted = {0};
    strncpy(wanted.name, name, sizeof wanted.name - 1);
    /* No program has this tag, so what is found is another one of the name. */
    memset(wanted.tag, 0xff, sizeof wanted.tag);
    int fd = attached_before(cgroup_fd, attach, &wanted, true);
    if (fd < 0) return 0;
    union bpf_attr attributes = {.target_fd = (uint32_t)cgroup_fd, .attach_bpf_fd = (uint32_t)fd, .attach_type = attach};
    int result = bpf(BPF_PROG_DETACH, &attributes) < 0 ? -errno : 0;
    close(fd);
    return result;
}

int cgroup_pinned_filter(int cgroup_fd, uint32_t attach, const char *path) {
    if (cgroup_fd < 0) return -EOPNOTSUPP;
    union bpf_attr attributes = {.pathname = (uintptr_t)path};
    int fd = bpf(BPF_OBJ_GET, &attributes);
    if (fd < 0) return -errno;
    int result = attach_once(cgroup_fd, attach, fd, false);
    close(fd);
    return result;
}
