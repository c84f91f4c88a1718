/* Programs of eBPF that a cgroup has: what its processes may not do with devices, addresses and ports, and what they send and receive. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"

/* lsm_list_modules(2) has one number on all machines that tysd is built for; libraries of before Linux 6.8 do not name it. */
enum { MAX_ATTACHED = 64, MAX_SECURITY_MODULES = 32, SYS_LIST_SECURITY_MODULES = 461 };

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
    uint32_t flags[MAX_ATTACHED];
    union bpf_attr query = {.query = {.target_fd = (uint32_t)cgroup_fd, .attach_type = attach, .prog_ids = (uintptr_t)ids, .prog_cnt = MAX_ATTACHED}};
    /* Programs of all hooks of security modules are listed together, and no kernel lists them without their flags. */
    if (attach == BPF_LSM_CGROUP) query.query.prog_attach_flags = (uintptr_t)flags;
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

/* A descriptor of the program of that name, or NOTHING. */
static int program_named(int cgroup_fd, uint32_t attach, const char *name) {
    struct bpf_prog_info wanted = {0};
    strncpy(wanted.name, name, sizeof wanted.name - 1);
    /* No program has this tag, so what is found is another one of the name. */
    memset(wanted.tag, 0xff, sizeof wanted.tag);
    return attached_before(cgroup_fd, attach, &wanted, true);
}

/* A descriptor of the map that the program of that name counts in, or NOTHING. */
static int counters_of(int cgroup_fd, uint32_t attach, const char *name) {
    uint32_t id = 0;
    int fd = program_named(cgroup_fd, attach, name), map = NOTHING;
    if (fd < 0) return NOTHING;
    struct bpf_prog_info info = {.nr_map_ids = 1, .map_ids = (uintptr_t)&id};
    union bpf_attr attributes = {.info = {.bpf_fd = (uint32_t)fd, .info_len = sizeof info, .info = (uintptr_t)&info}};
    if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) && info.nr_map_ids) {
        union bpf_attr by_id = {.map_id = id};
        map = bpf(BPF_MAP_GET_FD_BY_ID, &by_id);
    }
    close(fd);
    return map < 0 ? NOTHING : map;
}

/* What is counted goes on where the program before has left off. */
static int counters_for(int cgroup_fd, const struct cgroup_program *program) {
    int map = counters_of(cgroup_fd, program->attach, program->name);
    if (map >= 0) return map;
    union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = sizeof(uint32_t), .value_size = sizeof(struct counted), .max_entries = 1};
    strncpy(attributes.map_name, program->name, sizeof attributes.map_name - 1);
    map = bpf(BPF_MAP_CREATE, &attributes);
    return map < 0 ? -errno : map;
}

/* Whether the instruction at this place loads a map, which is named there then if it is not NOTHING. */
static bool loads_map(uint8_t *bytes, int map) {
    struct bpf_insn instruction;
    memcpy(&instruction, bytes, sizeof instruction);
    if (instruction.code != (BPF_LD | BPF_IMM | BPF_DW) || instruction.src_reg != BPF_PSEUDO_MAP_FD) return false;
    instruction.imm = map;
    if (map != NOTHING) memcpy(bytes, &instruction, sizeof instruction);
    return true;
}

/* What is loaded are `instructions`, the program's own or a copy of them. A descriptor or -errno. */
static int load_program(const struct cgroup_program *program, const void *instructions) {
    union bpf_attr attributes = {
        .prog_type = program->type,
        .insn_cnt = (uint32_t)(program->length / sizeof(struct bpf_insn)),
        .insns = (uintptr_t)instructions,
        .license = (uintptr_t) "GPL",
        .expected_attach_type = program->type == BPF_PROG_TYPE_CGROUP_DEVICE ? 0 : program->attach,
        .attach_btf_id = program->function,
    };
    strncpy(attributes.prog_name, program->name, sizeof attributes.prog_name - 1);
    int fd = bpf(BPF_PROG_LOAD, &attributes);
    return fd < 0 ? -errno : fd;
}

/* One that counts is given its map. A child has no heap, so the copy in which the map is named is in memory of its own. */
static int load_with_counters(int cgroup_fd, const struct cgroup_program *program) {
    uint8_t *copy = mmap(NULL, program->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) return -errno;
    memcpy(copy, program->instructions, program->length);
    bool counts = false;
    for (size_t at = 0; at < program->length; at += sizeof(struct bpf_insn)) counts |= loads_map(copy + at, NOTHING);
    int map = counts ? counters_for(cgroup_fd, program) : NOTHING;
    for (size_t at = 0; counts && map >= 0 && at < program->length; at += sizeof(struct bpf_insn)) loads_map(copy + at, map);
    int fd = counts && map < 0 ? map : load_program(program, copy);
    if (map >= 0) close(map);
    munmap(copy, program->length);
    return fd;
}

int cgroup_filter(int cgroup_fd, const struct cgroup_program *program) {
    if (cgroup_fd < 0) return -EOPNOTSUPP;
    if (!program->length || program->length % sizeof(struct bpf_insn)) return -EINVAL;
    int fd = load_with_counters(cgroup_fd, program);
    if (fd < 0) return fd;
    int result = attach_once(cgroup_fd, program->attach, fd, true);
    close(fd);
    return result;
}

static void bear(uint64_t mark) {
    if (mark) syscall(SYS_set_tid_address, mark);
}

/* A program that the kernel asks when files are opened lets pass who has the number in its map (exec/bpf/file-open.ts), which is made by the first
 * child and secret. A child bears it until it executes a program: then the kernel forgets it, without a word to this address, which is none of a process. */
int cgroup_let_pass(int cgroup_fd, uint32_t attach, const char *name, uint64_t *mark) {
    uint32_t key = 0;
    uint64_t value[2] = {0};
    int map = counters_of(cgroup_fd, attach, name);
    if (map < 0) return 0;
    union bpf_attr attributes = {.map_fd = (uint32_t)map, .key = (uintptr_t)&key, .value = (uintptr_t)value};
    int result = bpf(BPF_MAP_LOOKUP_ELEM, &attributes) < 0 ? -errno : 0;
    if (!result && !value[0]) {
        if (getrandom(value, sizeof value[0], 0) != sizeof value[0]) result = -errno;
        value[0] |= 1ULL << 63;
        if (!result && bpf(BPF_MAP_UPDATE_ELEM, &attributes) < 0) result = -errno;
    }
    close(map);
    if (!result) bear(*mark = value[0]);
    return result;
}

pid_t fork_marked(uint64_t mark) {
    pid_t pid = fork();
    if (pid == 0) bear(mark);
    return pid;
}

bool cgroup_counted(int cgroup_fd, uint32_t attach, const char *name, struct counted *counted) {
    uint32_t key = 0;
    int map = counters_of(cgroup_fd, attach, name);
    if (map < 0) return false;
    union bpf_attr attributes = {.map_fd = (uint32_t)map, .key = (uintptr_t)&key, .value = (uintptr_t)counted};
    bool found = bpf(BPF_MAP_LOOKUP_ELEM, &attributes) == 0;
    close(map);
    return found;
}

int tell_traffic(int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        struct counted in, out;
        int fd = open(argv[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool found = fd >= 0 && cgroup_counted(fd, BPF_CGROUP_INET_INGRESS, "tysd_ip_ingress", &in) &&
                     cgroup_counted(fd, BPF_CGROUP_INET_EGRESS, "tysd_ip_egress", &out);
        if (found) printf("%llu %llu %llu %llu\n", (unsigned long long)in.bytes, (unsigned long long)in.packets, (unsigned long long)out.bytes, (unsigned long long)out.packets);
        else puts("-");
        if (fd >= 0) close(fd);
    }
    return fflush(stdout) ? 1 : 0;
}

int tell_security_modules(int argc, char **argv) {
    (void)argc, (void)argv;
    uint64_t modules[MAX_SECURITY_MODULES];
    uint32_t size = sizeof modules;
    long count = syscall(SYS_LIST_SECURITY_MODULES, modules, &size, 0);
    for (long i = 0; i < count; i++) printf("%llu\n", (unsigned long long)modules[i]);
    return count < 0 || fflush(stdout) ? 1 : 0;
}

int cgroup_unfilter(int cgroup_fd, uint32_t attach, const char *name) {
    int fd = program_named(cgroup_fd, attach, name);
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
