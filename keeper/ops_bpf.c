/* The file system of BPF objects of a service's own, which gives rights away (kernel documentation, "BPF Token").
 *
 * The kernel makes tokens only for a file system that belongs to a user namespace, and takes the rights to be given away only from who has
 * all of them outside. So a child that has stayed outside, with a socket to the process, says them of a file system that the process has begun inside. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)
#define RESULT(call) ((call) < 0 ? -errno : 0)

enum { CONTEXT = 'c' };

static int configure(int context, unsigned command, const char *key, const char *value) {
    return RESULT((int)syscall(SYS_fsconfig, context, command, key, value, 0));
}

/* Ends with the errno; also when the process has gone, or has come to its program without asking. */
_Noreturn static void stay_outside(int socket, char *const *options) {
    char kind;
    int context = receive_fd(socket, &kind, 0), result = context < 0 ? context : 0;
    for (; !result && *options; options += 2) result = configure(context, FSCONFIG_SET_STRING, options[0], options[1]);
    /* This too takes rights outside, and the file system belongs to the user namespace of who has begun it. */
    if (!result) result = configure(context, FSCONFIG_CMD_CREATE, NULL, NULL);
    _exit(-result);
}

int op_outside(struct run *run, const struct op *op) {
    int ends[2];
    char *const *options = op->fields[1].data;
    size_t count = 0;
    while (options[count]) count++;
    if (count % 2) return -EINVAL;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
    pid_t helper = fork_marked(run->mark);
    if (helper == 0) {
        close(ends[0]);
        stay_outside(ends[1], options);
    }
    int result = helper < 0 ? -errno : 0;
    close(ends[1]);
    if (result) return close(ends[0]), result;
    run->outside = helper;
    run->slots[NUMBER(0)] = out_of_the_way(run, ends[0]) + 1;
    return 0;
}

/* Has the one outside do its part; 0 or -errno. */
static int ask_outside(struct run *run, int socket, int context) {
    int status = 0, result = send_fd(socket, CONTEXT, context);
    close(socket);
    while (waitpid(run->outside, &status, 0) < 0)
        if (errno != EINTR) return -errno;
    run->outside = 0;
    return result ? result : WIFEXITED(status) ? -WEXITSTATUS(status) : -EPROTO;
}

static int mount_context(int context, const char *target, uint32_t attributes) {
    int at = open(target, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    /* As of any of these places: where a kernel has it not, nobody misses it. */
    if (at < 0) return errno == ENOENT ? 0 : -errno;
    int mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes), result = mounted < 0 ? -errno : 0;
    if (!result) result = RESULT((int)syscall(SYS_move_mount, mounted, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
    if (mounted >= 0) close(mounted);
    close(at);
    return result;
}

int op_bpf_file_system(struct run *run, const struct op *op) {
    int socket = run->slots[NUMBER(0)] - 1;
    if (socket < 0 || !run->outside) return -EBADF;
    run->slots[NUMBER(0)] = 0;
    int context = (int)syscall(SYS_fsopen, "bpf", FSOPEN_CLOEXEC);
    if (context < 0) return -errno;
    int result = ask_outside(run, socket, context);
    if (!result) result = mount_context(context, TEXT(1), NUMBER(2));
    close(context);
    return result;
}
