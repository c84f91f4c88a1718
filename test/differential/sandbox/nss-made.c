/* A source of names for nsswitch.conf(5) that knows one user and one group beside the files, and a group more for a user of the files. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

static char name[] = "remote", password[] = "*", text[] = "Remote", home[] = "/home/remote", shell[] = "/bin/bash", team[] = "team";
static char *members[] = {name, NULL};

static enum nss_status user(struct passwd *entry) {
    *entry = (struct passwd){name, password, 70000, 70001, text, home, shell};
    return NSS_STATUS_SUCCESS;
}

static enum nss_status group(struct group *entry) {
    *entry = (struct group){team, password, 70004, members};
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_made_getpwnam_r(const char *asked, struct passwd *entry, char *buffer, size_t size, int *error) {
    (void)buffer, (void)size, (void)error;
    return strcmp(asked, name) ? NSS_STATUS_NOTFOUND : user(entry);
}

enum nss_status _nss_made_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, int *error) {
    (void)buffer, (void)size, (void)error;
    return uid == 70000 ? user(entry) : NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_made_getgrnam_r(const char *asked, struct group *entry, char *buffer, size_t size, int *error) {
    (void)buffer, (void)size, (void)error;
    return strcmp(asked, team) ? NSS_STATUS_NOTFOUND : group(entry);
}

enum nss_status _nss_made_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, int *error) {
    (void)buffer, (void)size, (void)error;
    return gid == 70004 ? group(entry) : NSS_STATUS_NOTFOUND;
}

static void add(gid_t gid, long *count, long *size, gid_t **groups) {
    if (*count == *size) {
        gid_t *larger = realloc(*groups, (size_t)(*size + 16) * sizeof **groups);
        if (!larger) return;
        *groups = larger;
        *size += 16;
    }
    (*groups)[(*count)++] = gid;
}

enum nss_status _nss_made_initgroups_dyn(const char *asked, gid_t primary, long *count, long *size, gid_t **groups, long limit, int *error) {
    (void)primary, (void)limit, (void)error;
    if (!strcmp(asked, name)) add(70002, count, size, groups), add(70003, count, size, groups);
    if (!strcmp(asked, "probe")) add(70002, count, size, groups);
    return NSS_STATUS_SUCCESS;
}
