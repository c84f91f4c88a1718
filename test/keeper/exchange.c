/* An attacker: as the user UID exchanges ONE and OTHER as fast as it can, until its stdin ends; then prints how often it did. Says `begun` first. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    uid_t uid = (uid_t)atoi(argv[1]);
    if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid)) return 1;
    puts("begun");
    fflush(stdout);
    struct pollfd end = {.fd = 0, .events = POLLIN};
    unsigned long count = 0;
    do {
        if (!renameat2(AT_FDCWD, argv[2], AT_FDCWD, argv[3], RENAME_EXCHANGE)) count++;
    } while (count % 64 || poll(&end, 1, 0) == 0);
    /* An even number of them: all is where it was. */
    printf("%lu\n", count);
    return 0;
}
