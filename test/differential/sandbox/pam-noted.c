/* A PAM module that notes what it sees in the file $PAM_NOTES, and adds to the process the group $PAM_GROUP, as pam_group does. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <security/pam_modules.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(pam_handle_t *handle, const char *what) {
    const char *path = pam_getenv(handle, "PAM_NOTES"), *own = pam_getenv(handle, "OWN");
    const void *user = NULL, *service = NULL, *tty = NULL;
    pam_get_item(handle, PAM_USER, &user);
    pam_get_item(handle, PAM_SERVICE, &service);
    pam_get_item(handle, PAM_TTY, &tty);
    char name[32] = "", groups[512] = "";
    prctl(PR_GET_NAME, name);
    gid_t gids[64];
    int count = getgroups(64, gids);
    if (!strcmp(what, "open"))
        for (int i = 0; i < count; i++) snprintf(groups + strlen(groups), sizeof groups - strlen(groups), " %u", gids[i]);
    else
        snprintf(groups, sizeof groups, " by %s", name);
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (fd < 0) return;
    if (!strcmp(what, "open")) fchmod(fd, 0666);
    dprintf(fd, "%s pid=%d uid=%u gid=%u user=%s service=%s tty=%s own=%s groups%s\n", what, (int)getpid(), getuid(), getgid(), user ? (const char *)user : "-",
            service ? (const char *)service : "-", tty ? (const char *)tty : "-", own ? own : "-", groups);
    close(fd);
}

int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv) {
    (void)flags, (void)argc, (void)argv;
    note(handle, "open");
    const char *group = pam_getenv(handle, "PAM_GROUP");
    gid_t gids[65];
    int count = getgroups(64, gids);
    if (group && count >= 0) {
        gids[count] = (gid_t)atoi(group);
        if (setgroups((size_t)count + 1, gids) < 0) return PAM_SESSION_ERR;
    }
    return PAM_SUCCESS;
}

int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv) {
    (void)flags, (void)argc, (void)argv;
    note(handle, "close");
    return PAM_SUCCESS;
}
