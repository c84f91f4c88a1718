/* A plan that another program has a part in (systemd.exec(5), PAMName=): the child writes what is left of it to memory and becomes
 * session/session.c, which opens a session in this process and then executes the keeper's program again, to go on here. As in ops.c,
 * only async-signal-safe calls before that. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((char *)op->fields[index].data)

enum { EXIT_SESSION = 224, ARGUMENTS = 18 };

static const char *const types[] = {
#define FIELDS(name, exit, fields) fields,
    OPS(FIELDS)
#undef FIELDS
};

static bool write_all(int fd, const void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t wrote = write(fd, (const char *)bytes + done, length - done);
        if (wrote < 0 && errno != EINTR) return false;
        if (wrote > 0) done += (size_t)wrote;
    }
    return true;
}

static bool write_number(int fd, uint64_t value, size_t size) {
    uint8_t bytes[8];
    store_u64(bytes, value);
    return write_all(fd, bytes, size);
}

static bool write_text(int fd, const char *text, size_t length) { return write_number(fd, length, 4) && write_all(fd, text, length + 1); }

static bool write_field(int fd, char type, const struct field *field) {
    switch (type) {
        case 'U': return write_number(fd, field->number, 8);
        case 's': return write_text(fd, field->data, field->number);
        case 'b': return write_number(fd, field->number, 4) && write_all(fd, field->data, field->number);
        case 'S':
            if (!write_number(fd, field->number, 4)) return false;
            for (const char *const *list = field->data; *list; list++)
                if (!write_text(fd, *list, strlen(*list))) return false;
            return true;
        default: return write_number(fd, field->number, 4);
    }
}

/* As it came from the manager (plan.c reads it): its length, the number of its ops, each with its fields. */
static bool write_rest(int fd, const struct op *op, const struct op *end) {
    if (!write_number(fd, 0, 4) || !write_number(fd, (uint64_t)(end - op), 4)) return false;
    for (; op < end; op++) {
        uint8_t head[3] = {op->code, (uint8_t)(OP_EXIT_IS_GIVEN | (op->tolerate ? OP_IS_TOLERATED : 0)), op->exit};
        if (!write_all(fd, head, sizeof head)) return false;
        for (int i = 0; types[op->code][i]; i++)
            if (!write_field(fd, types[op->code][i], &op->fields[i])) return false;
    }
    off_t length = lseek(fd, 0, SEEK_CUR);
    return length >= 0 && lseek(fd, 0, SEEK_SET) == 0 && write_number(fd, (uint64_t)length - 4, 4);
}

static int above(const struct run *run, int fd) {
    int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD, run->plan->highest + 1);
    return moved < 0 ? -errno : moved;
}

static char *signed_decimal(char *text, long value) {
    *text = '-';
    decimal(value < 0 ? text + 1 : text, (uint64_t)(value < 0 ? -value : value));
    return text;
}

int op_session(struct run *run, const struct op *op) {
    int memory = memfd_create("tysd-plan", MFD_CLOEXEC), own = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (memory < 0 || own < 0 || op->fd < 0) return op->fd < 0 ? -ENOTSUP : -errno;
    if (!write_rest(memory, op + 1, run->plan->ops + run->plan->count)) return -errno;
    const int passed[] = {above(run, memory), above(run, op->fd), above(run, own), run->exec_fd < 0 ? -1 : above(run, run->exec_fd)};
    for (int i = 0; i < 3; i++)
        if (passed[i] < 0) return passed[i];
    int highest = run->plan->highest;
    for (int i = 0; i < 4; i++)
        if (passed[i] > highest) highest = passed[i];
    const long numbers[] = {(int32_t)NUMBER(4), (int32_t)NUMBER(5), highest, passed[1], (long)run->report_at, (long)(op - run->plan->ops), passed[2]};
    const long more[] = {passed[0], passed[1], (long)run->report_at, (long)(op - run->plan->ops) + 1, passed[3]};
    static char text[ARGUMENTS][24];
    char *argv[ARGUMENTS + 1] = {"tysd-session", TEXT(1), TEXT(2), TEXT(3)};
    int count = 4;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) argv[count] = signed_decimal(text[count], numbers[i]), count++;
    argv[count++] = "tysd-keeper";
    argv[count++] = "--go-on";
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) argv[count] = signed_decimal(text[count], more[i]), count++;
    argv[count] = NULL;
    int limited = limit_descriptors(run, NULL);
    if (limited) return limited;
    execve(TEXT(0), argv, environment_of(run, &op->fields[6]));
    return -errno;
}

_Noreturn static void broken(void) { _exit(EXIT_SESSION); }

static void *mapped(int fd, int protection, size_t *size) {
    struct stat info;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fstat(fd, &info) < 0 || info.st_size <= 0) broken();
    void *memory = mmap(NULL, (size_t)info.st_size, protection, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) broken();
    *size = (size_t)info.st_size;
    return memory;
}

/* `--go-on PLAN REPORTS OFFSET STEP EXEC`: the rest of a plan, which is in the descriptor PLAN, after the op STEP - 1. Descriptors
 * that the program is to have are at their numbers, and what is to be reported is in REPORTS. */
int resume_plan(int argc, char **argv) {
    static struct run run;
    static struct plan plan;
    static struct arena arena;
    if (argc != 5) return 2;
    size_t size, report_size, at = strtoul(argv[2], NULL, 10);
    const uint8_t *bytes = mapped(atoi(argv[0]), PROT_READ, &size);
    uint8_t *reports = mapped(atoi(argv[1]), PROT_READ | PROT_WRITE, &report_size);
    if (report_size < sizeof(struct report) || at > report_size - sizeof(struct report) || at % _Alignof(struct report)) broken();
    run = (struct run){.plan = &plan, .view = {false, -1, -1, -1}, .report = (struct report *)(void *)(reports + at), .report_at = at};
    run.first = (uint32_t)strtoul(argv[3], NULL, 10);
    run.keep_fd = -1;
    run.exec_fd = atoi(argv[4]);
    run.alone = run.continued = true;
    if (run.exec_fd >= 0 && fcntl(run.exec_fd, F_SETFD, FD_CLOEXEC) < 0) broken();
    getrlimit(RLIMIT_NOFILE, &run.descriptors);
    arena_start(&arena);
    struct cursor cursor = {bytes, bytes + size, NULL};
    if (plan_parse(&arena, &cursor, &plan)) {
        run.report->error = EINVAL;
        run.report->failed = (int32_t)run.first;
        broken();
    }
    run_plan(&run);
}
