/* Opens the PAM session of a service (systemd.exec(5), PAMName=), in the process that is to become the service: what modules do to the
 * process that calls them, they do to that.
 *
 * The keeper's child, which is static and cannot load modules, executes this program in the middle of its plan. It opens the session,
 * leaves a child "(sd-pam)" behind that closes it when the service has ended, and executes the keeper's program again, which carries out the
 * rest of the plan with the environment that PAM has made. All arguments are the keeper's own:
 *
 *   tysd-session SERVICE USER TTY UID GID HIGHEST REPORTS OFFSET STEP PROGRAM ARGUMENT...
 *
 * Descriptors up to HIGHEST are the service's and the keeper's. What goes wrong is written to the descriptor REPORTS at OFFSET, as a failure of the
 * op STEP. PROGRAM is a descriptor, and executed with the arguments that follow. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <unistd.h>

enum { EXIT_PAM = 224, FIRST_ARGUMENT = 10, UNCHANGED = -1 };

extern char **environ;

struct session {
    const char *service, *user, *tty;
    uid_t uid;
    gid_t gid;
    int highest, reports;
    off_t offset;
    int32_t step;
    int program;
    bool *is_open; /* by the number of the descriptor */
};

struct report {
    int32_t failed, error;
};

_Noreturn static void fail(const struct session *session, int error) {
    struct report report = {session->step + 1, error};
    if (pwrite(session->reports, &report, sizeof report, session->offset) < 0) _exit(EXIT_PAM);
    _exit(EXIT_PAM);
}

/* Nobody is there who could be asked. */
static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data) {
    (void)count, (void)messages, (void)responses, (void)data;
    return PAM_CONV_ERR;
}

/* Why a module refused, for the log; the step's failure itself is always that it was not permitted. */
_Noreturn static void refused(const struct session *session, pam_handle_t *handle, int code) {
    openlog("(sd-pam)", LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_ERR, "PAM failed: %s", pam_strerror(handle, code));
    if (handle) pam_end(handle, code | PAM_DATA_SILENT);
    fail(session, EPERM);
}

static pam_handle_t *open_session(const struct session *session) {
    static const struct pam_conv conversation = {converse, NULL};
    pam_handle_t *handle = NULL;
    int code = pam_start(session->service, session->user, &conversation, &handle);
    if (code != PAM_SUCCESS) refused(session, NULL, code);
    const char *tty = *session->tty ? session->tty : ttyname(STDIN_FILENO);
    if (tty) code = pam_set_item(handle, PAM_TTY, tty);
    for (char **entry = environ; code == PAM_SUCCESS && *entry; entry++) code = pam_putenv(handle, *entry);
    if (code == PAM_SUCCESS) code = pam_acct_mgmt(handle, PAM_SILENT);
    if (code != PAM_SUCCESS) refused(session, handle, code);
    /* As with systemd, who cannot be given credentials has a session all the same. */
    pam_setcred(handle, PAM_ESTABLISH_CRED | PAM_SILENT);
    code = pam_open_session(handle, PAM_SILENT);
    if (code != PAM_SUCCESS) refused(session, handle, code);
    return handle;
}

/* Modules may keep descriptors open for as long as the session lasts, so only those are closed that were there before it. */
static void let_go(const struct session *session) {
    for (int fd = 3; fd <= session->highest; fd++)
        if (session->is_open[fd]) close(fd);
}

/* Closing a session takes no privileges as a rule; and the kernel tells of the parent's end only whom the parent may send signals to. */
static void drop(const struct session *session) {
    if (geteuid() == 0 && setgroups(0, NULL) < 0) return;
    if (session->gid != (gid_t)UNCHANGED && setresgid(session->gid, session->gid, session->gid) < 0) return;
    if (session->uid != (uid_t)UNCHANGED && setresuid(session->uid, session->uid, session->uid) < 0) return;
}

/* What the shell's ps(1) shows; the argument list is as long as it was. */
static void rename_to(char **argv, const char *name) {
    prctl(PR_SET_NAME, name);
    size_t length = strlen(argv[0]), wanted = strlen(name);
    memcpy(argv[0], name, wanted < length ? wanted : length);
    if (wanted < length) memset(argv[0] + wanted, 0, length - wanted);
    for (char **more = argv + 1; *more; more++) memset(*more, 0, strlen(*more));
}

/* The child that waits for the end of the service. SIGTERM is blocked from before it was born, so that none is lost. */
_Noreturn static void guard(const struct session *session, pam_handle_t *handle, pid_t parent, int ready) {
    let_go(session);
    drop(session);
    signal(SIGPIPE, SIG_IGN);
    int code = PAM_SUCCESS, status = EXIT_PAM;
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0) {
        close(ready);
        sigset_t awaited;
        sigemptyset(&awaited);
        sigaddset(&awaited, SIGTERM);
        while (getppid() == parent && sigwaitinfo(&awaited, NULL) < 0 && errno == EINTR) {}
        pam_setcred(handle, PAM_DELETE_CRED | PAM_SILENT);
        /* Who is told to end before the service has ended leaves the session to it. */
        if (getppid() != parent) code = pam_close_session(handle, PAM_SILENT);
        if (code == PAM_SUCCESS) status = 0;
    }
    pam_end(handle, code | PAM_DATA_SILENT);
    _exit(status);
}

static void leave_guard(const struct session *session, pam_handle_t *handle, char **argv) {
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    int ends[2];
    if (sigprocmask(SIG_BLOCK, &term, &before) < 0 || pipe2(ends, O_CLOEXEC) < 0) refused(session, handle, PAM_SYSTEM_ERR);
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
        pam_close_session(handle, PAM_SILENT);
        refused(session, handle, PAM_SYSTEM_ERR);
    }
    if (pid == 0) {
        close(ends[0]);
        rename_to(argv, "(sd-pam)");
        guard(session, handle, parent, ends[1]);
    }
    close(ends[1]);
    char byte;
    while (read(ends[0], &byte, 1) < 0 && errno == EINTR) {}
    close(ends[0]);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

int main(int argc, char **argv) {
    if (argc <= FIRST_ARGUMENT) return 2;
    struct session session = {
        .service = argv[1], .user = argv[2], .tty = argv[3], .uid = (uid_t)strtoul(argv[4], NULL, 10), .gid = (gid_t)strtoul(argv[5], NULL, 10),
        .highest = atoi(argv[6]), .reports = atoi(argv[7]), .offset = (off_t)atoll(argv[8]), .step = atoi(argv[9]), .program = atoi(argv[10]),
    };
    bool is_open[session.highest + 1];
    for (int fd = 0; fd <= session.highest; fd++) is_open[fd] = fcntl(fd, F_GETFD) >= 0;
    session.is_open = is_open;
    pam_handle_t *handle = open_session(&session);
    char **environment = pam_getenvlist(handle);
    if (!environment) refused(&session, handle, PAM_BUF_ERR);
    leave_guard(&session, handle, argv);
    fcntl(session.program, F_SETFD, FD_CLOEXEC);
    fexecve(session.program, argv + FIRST_ARGUMENT + 1, environment);
    fail(&session, errno);
}
