/* A file that cannot be written to, with another one over it that nobody can write to either:
 *
 *   tysd-keeper --cover FILE OTHER
 *
 * Exits with 0 if FILE has the content of OTHER from then on, for all processes; else with 1, and says why not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "keeper.h"

int cover_file(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "tysd-keeper --cover FILE OTHER\n"), 1;
    if (mount(argv[1], argv[0], NULL, MS_BIND, NULL) == 0) {
        if (mount(NULL, argv[0], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0) return 0;
        int failed = errno;
        umount2(argv[0], MNT_DETACH);
        errno = failed;
    }
    return fprintf(stderr, "%s\n", strerror(errno)), 1;
}
