/* The last step of `systemd-run --scope` and `systemd-cat`: becomes the command, as another user, more or less nice, with its output in
 * the journal.
 *
 *   tysd-keeper --become [--nice=N] [--gid=N] [--groups=N,N] [--uid=N] [--descriptors=N]
 *                        [--output=SOCKET --header=TEXT [--error-header=TEXT]] -- FILE ARGV0 [ARG...]
 *
 * A header is what a stream to the journal begins with; standard error has a stream of its own if it has one.
 *
 * The JavaScript engine ignores SIGPIPE and SIGXFSZ and raises the limit of descriptors; the command is to have them as its caller
 * has them. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

enum { MAX_GROUP_IDS = 1024, NO_ID = -1 };

struct wish {
    long uid, gid, nice, descriptors;
    bool has_nice, has_groups;
    gid_t groups[MAX_GROUP_IDS];
    size_t group_count;
    const char *output, *header, *error_header;
};

static bool parse_number(const char *text, long least, long most, long *number) {
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    return !errno && end != text && !*end && *number >= least && *number <= most;
}

static bool parse_groups(char *text, struct wish *wish) {
    wish->has_groups = true;
    for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
        long gid;
        if (wish->group_count >= MAX_GROUP_IDS || !parse_number(word, 0, UINT32_MAX - 1L, &gid)) return false;
        wish->groups[wish->group_count++] = (gid_t)gid;
    }
    return true;
}

static bool parse(int argc, char **argv, struct wish *wish) {
    static const struct option options[] = {
        {"uid", required_argument, NULL, 'u'},    {"gid", required_argument, NULL, 'g'},         {"groups", required_argument, NULL, 'G'},
        {"nice", required_argument, NULL, 'n'},   {"descriptors", required_argument, NULL, 'd'}, {"output", required_argument, NULL, 'o'},
        {"header", required_argument, NULL, 'h'}, {"error-header", required_argument, NULL, 'e'}, {0},
    };
    bool good = true;
    for (int option; good && (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) switch (option) {
            case 'u': good = parse_number(optarg, 0, UINT32_MAX - 1L, &wish->uid); break;
            case 'g': good = parse_number(optarg, 0, UINT32_MAX - 1L, &wish->gid); break;
            case 'G': good = parse_groups(optarg, wish); break;
            case 'n': good = wish->has_nice = parse_number(optarg, -20, 19, &wish->nice); break;
            case 'd': good = parse_number(optarg, 1, 1L << 30, &wish->descriptors); break;
            case 'o': wish->output = optarg; break;
            case 'h': wish->header = optarg; break;
            case 'e': wish->error_header = optarg; break;
            default: good = false;
        }
    return good;
}

static int fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    return 1;
}

static int open_stream(const char *path, const char *header) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return errno = ENAMETOOLONG, -1;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0 || shutdown(fd, SHUT_RD) < 0) return -1;
    return write(fd, header, strlen(header)) < 0 ? -1 : fd;
}

static bool connect_output(const struct wish *wish) {
    if (!wish->output) return true;
    int fd = open_stream(wish->output, wish->header ? wish->header : "");
    int error_fd = fd < 0 || !wish->error_header ? fd : open_stream(wish->output, wish->error_header);
    return fd >= 0 && error_fd >= 0 && dup2(fd, 1) >= 0 && dup2(error_fd, 2) >= 0;
}

int become_command(int argc, char **argv) {
    static struct wish wish = {.uid = NO_ID, .gid = NO_ID};
    if (!parse(argc + 1, argv - 1, &wish) || argc + 1 - optind < 2) return 2;
    char **command = argv - 1 + optind;
    struct rlimit limit;
    if (wish.has_nice && setpriority(PRIO_PROCESS, 0, (int)wish.nice) < 0) return fail("Failed to set nice level");
    if (wish.has_groups && syscall(SYS_setgroups, wish.group_count, wish.groups) < 0) return fail("Failed to set supplementary groups");
    if (wish.gid != NO_ID && setresgid((gid_t)wish.gid, (gid_t)wish.gid, (gid_t)wish.gid) < 0) return fail("Failed to change GID");
    if (wish.uid != NO_ID && setresuid((uid_t)wish.uid, (uid_t)wish.uid, (uid_t)wish.uid) < 0) return fail("Failed to change UID");
    if (wish.descriptors && !getrlimit(RLIMIT_NOFILE, &limit) && (rlim_t)wish.descriptors < limit.rlim_cur) {
        limit.rlim_cur = (rlim_t)wish.descriptors;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (!connect_output(&wish)) return fail("Failed to create stream fd");
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    execv(command[0], command + 1);
    return fail("Failed to execute");
}
