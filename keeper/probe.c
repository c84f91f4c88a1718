/* What the kernel lets this process do that no file tells:
 *
 *   tysd-keeper --probe
 *
 * Exits with 0 if it may make a user namespace and another of mounts in it, else with 1. A filter of system calls, a security module or
 * a limit may be why not. */
#define _GNU_SOURCE
#include <sched.h>

#include "keeper.h"

int probe_namespaces(int argc, char **argv) {
    (void)argc, (void)argv;
    return unshare(CLONE_NEWUSER) || unshare(CLONE_NEWNS) ? 1 : 0;
}
