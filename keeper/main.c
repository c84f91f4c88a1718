#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <linux/reboot.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"

/* Read by tysd before it executes this program (src/main/keeper-interface.ts). */
__attribute__((used)) static const char interface_mark[] = KEEPER_INTERFACE;

static void add_argument(struct servant *servant, char *argument) {
    servant->argv[servant->argc++] = argument;
    servant->argv[servant->argc] = NULL;
}

static bool parse_tracking(struct keeper *keeper, const char *text) {
    static const char *const names[] = {"cgroup2", "cgroup1", "session"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(text, names[i])) {
            keeper->tracking = (enum tracking)i;
            return true;
        }
    return false;
}

_Noreturn static void usage(void) {
    fputs("usage: tysd-keeper --runtime-directory=DIR --manager=ARG... [--journal=ARG...] [--tracking=cgroup2|cgroup1|session]\n"
          "                   [--cgroup=ROOT] [--cgroup-home=PATH] [--controller=NAME=ROOT...] [--given-controller=NAME=ROOT...]\n"
          "                   [--syslog=PATH] [--native=PATH] [--journal-patience=SECONDS] [--manager-patience=MILLISECONDS]\n"
          "                   [--manager-in-group] [--children-oom-score=NUMBER]\n", stderr);
    exit(2);
}

static void parse_options(struct keeper *keeper, int argc, char **argv) {
    static const struct option options[] = {
        {"runtime-directory", required_argument, NULL, 'r'}, {"manager", required_argument, NULL, 'm'},
        {"journal", required_argument, NULL, 'j'},           {"tracking", required_argument, NULL, 't'},
        {"cgroup", required_argument, NULL, 'c'},            {"cgroup-home", required_argument, NULL, 'h'},
        {"syslog", required_argument, NULL, 's'},            {"native", required_argument, NULL, 'n'},
        {"journal-patience", required_argument, NULL, 'p'},
        {"manager-patience", required_argument, NULL, 'w'},  {"resume", required_argument, NULL, 'R'},
        {"resume-again", required_argument, NULL, 'A'},      {"check-state", required_argument, NULL, 'C'},
        {"controller", required_argument, NULL, 'v'},        {"given-controller", required_argument, NULL, 'g'},
        {"manager-in-group", no_argument, NULL, 'G'},        {"children-oom-score", required_argument, NULL, 'o'},
        {0},
    };
    keeper->tracking = TRACK_SESSION;
    keeper->journal_patience = 10000000;
    keeper->manager_patience = 30000000;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
            case 'r': keeper->runtime_directory = optarg; break;
            case 'm': add_argument(&keeper->manager, optarg); break;
            case 'j': add_argument(&keeper->journal, optarg); break;
            case 'c': keeper->cgroup_root = optarg; break;
            case 'h': keeper->cgroup_home = optarg; break;
            case 's': keeper->syslog_path = optarg; break;
            case 'n': keeper->native_path = optarg; break;
            case 'p': keeper->journal_patience = strtoul(optarg, NULL, 10) * 1000000; break;
            case 'w': keeper->manager_patience = strtoul(optarg, NULL, 10) * 1000; break;
            case 'o': keeper->children_oom_score = optarg; break;
            case 'G': keeper->manager.same_session = true; break;
            /* Each of these is the last, and no part of what the next program is given. */
            case 'A':
            case 'C':
            case 'R':
                keeper->again = option == 'A';
                keeper->checking = option == 'C';
                keeper->state_fd = atoi(optarg);
                keeper->argv[--keeper->argc] = NULL;
                break;
            case 'g':
            case 'v':
                if (controller_add(keeper, optarg, option == 'g')) break;
                fprintf(stderr, "tysd-keeper: --controller=%s is no NAME=ROOT, or one too many\n", optarg);
                exit(2);
            case 't':
                if (parse_tracking(keeper, optarg)) break;
                fprintf(stderr, "tysd-keeper: --tracking=%s is none of cgroup2, cgroup1, session\n", optarg);
                exit(2);
            default: usage();
        }
    }
    if (optind < argc || !keeper->runtime_directory || !keeper->manager.argc) usage();
}

static void check_directory(const char *path) {
    struct stat info;
    const char *bad = NULL;
    if (*path != '/')
        bad = "it is no absolute path";
    else if (lstat(path, &info) < 0)
        bad = strerror(errno);
    else if (!S_ISDIR(info.st_mode))
        bad = "it is no directory";
    else if (info.st_uid != geteuid())
        bad = "it belongs to another user";
    else if (info.st_mode & 022)
        bad = "others may write to it";
    if (!bad) return;
    say("runtime directory %s: %s", path, bad);
    exit(1);
}

/* A container's process 1 is given the terminal as its own; as such no child could have it. */
static void release_terminal(void) {
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return;
    /* Who gives it up is sent the signal of a terminal that is gone. */
    signal(SIGHUP, SIG_IGN);
    ioctl(fd, TIOCNOTTY);
    close(fd);
}

/* Descriptors 0, 1 and 2 are there, so that no other gets their numbers. */
static void open_stdio(struct keeper *keeper) {
    int fd;
    while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= 2) {}
    if (fd < 0) fd = open("/", O_PATH | O_DIRECTORY);
    keeper->stdio_null = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
}

/* Children inherit dispositions: all are at their default, so that no child needs to reset them. */
static void take_signals(struct keeper *keeper) {
    sigset_t blocked, taken;
    sigemptyset(&taken);
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    static const int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPWR, SIGWINCH, SIGQUIT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaddset(&taken, signals[i]);
    for (int i = 0; i < 30 && SIGRTMIN + i <= SIGRTMAX; i++) sigaddset(&taken, SIGRTMIN + i);
    blocked = taken;
    sigaddset(&blocked, SIGPIPE);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    keeper->signal_fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    watch(keeper, keeper->signal_fd, EPOLLIN, signals_ready, NULL);
}

static void raise_limit(struct keeper *keeper) {
    struct rlimit raised = {keeper->descriptor_limit.rlim_max, keeper->descriptor_limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) < 0) raised = keeper->descriptor_limit;
    keeper->reserved_from = raised.rlim_cur > 4096 ? (raised.rlim_cur > INT_MAX ? INT_MAX : (int)raised.rlim_cur) - RESERVED_NUMBERS : (int)raised.rlim_cur - (int)raised.rlim_cur / 4;
    /* The table grows now, because one that is shared makes the kernel wait for each growth. */
    close(fcntl(keeper->stdio_null, F_DUPFD_CLOEXEC, 8191));
}

static void *run_loop(void *keeper) { loop_run(keeper); }

/* Orphans become children of a process's first thread. If another one forks, they are not among the many that it forked,
 * and a look for them takes time only for them. */
_Noreturn static void run_beside(struct keeper *keeper) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_loop, keeper)) loop_run(keeper);
    for (;;) pause();
}

static const struct {
    const char *option;
    int (*run)(int argc, char **argv);
} tools[] = {
    {"--notify", send_notification},
    {"--pass", send_descriptors},
    {"--become", become_command},
    {"--terminal", forward_terminal},
    {"--go-on", resume_plan},
    {"--probe", probe_namespaces},
    {"--cover", cover_file},
    {"--traffic", tell_traffic},
    {"--security-modules", tell_security_modules},
    {"--relay", relay_datagrams},
};

int main(int argc, char **argv) {
    static struct keeper keeper;
    for (size_t i = 0; argc > 1 && i < sizeof tools / sizeof *tools; i++)
        if (!strcmp(argv[1], tools[i].option)) return tools[i].run(argc - 2, argv + 2);
    state_none(&keeper);
    memory_start(&keeper);
    open_stdio(&keeper);
    launch_start(&keeper);
    console_start();
    char *own[argc + 2];
    memcpy(own, argv, ((size_t)argc + 1) * sizeof *argv);
    keeper.argv = own;
    keeper.argc = argc;
    keeper.manager.name = "manager";
    keeper.journal.name = "journal";
    /* On the stack, because children see nothing of the heap. */
    char *manager[argc + 1], *journal[argc + 1];
    keeper.manager.argv = manager;
    keeper.journal.argv = journal;
    parse_options(&keeper, argc, argv);
    if (keeper.checking) replace_check(&keeper);
    replace_start(&keeper);
    struct cursor state = {0};
    bool resumes = keeper.state_fd >= 0;
    if (resumes) replace_resume(&keeper, &state);
    check_directory(keeper.runtime_directory);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) say("orphans cannot be kept: %s", strerror(errno));
    if (getpid() == 1) {
        reboot(LINUX_REBOOT_CMD_CAD_OFF);
        setsid();
        release_terminal();
    }
    if (!resumes) {
        keeper.started_monotonic = monotonic_usec();
        keeper.started_realtime = realtime_usec();
        getrlimit(RLIMIT_NOFILE, &keeper.descriptor_limit);
    }
    keeper.wake_usec = 0;
    raise_limit(&keeper);
    keeper.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    arena_start(&keeper.arena);
    take_signals(&keeper);
    children_start(&keeper);
    if (resumes && keeper.exec_inotify >= 0) executed_start(&keeper);
    groups_start(&keeper, resumes);
    link_start(&keeper);
    journal_start(&keeper);
    datagrams_start(&keeper);
    guests_start(&keeper);
    notify_start(&keeper);
    servants_start(&keeper);
    if (resumes) state_restore_rest(&keeper, &state);
    if (keeper.tracking == TRACK_SESSION) run_beside(&keeper);
    loop_run(&keeper);
}
