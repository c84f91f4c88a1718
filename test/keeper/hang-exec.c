/* Is to others like a process in the middle of an exec: it has an environment, which nobody can read. It says so in the file READY, and executes its
 * program with that environment once there is something to read from GATE. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern char **environ;

enum { PAGE = 4096, MOST = 64 };

static char padding[3 * PAGE];

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    /* What lies below the environment, on the same page, would go with it. */
    if (argc == 4) {
        memset(padding, 'x', sizeof padding - 1);
        return execl("/proc/self/exe", argv[0], argv[1], argv[2], argv[3], padding, (char *)NULL);
    }
    char *kept[MOST + 1] = {0}, *program = strdup(argv[3]);
    int ready = open(argv[1], O_WRONLY | O_CLOEXEC), gate = open(argv[2], O_RDWR | O_CLOEXEC);
    const char *last = environ[0];
    for (int i = 0; i < MOST && environ[i]; i++) kept[i] = strdup(last = environ[i]);
    uintptr_t begin = (uintptr_t)environ[0] & -(uintptr_t)PAGE, end = ((uintptr_t)last + strlen(last) + PAGE) & -(uintptr_t)PAGE;
    char line;
    if (munmap((void *)begin, end - begin) < 0 || write(ready, "\n", 1) < 0 || read(gate, &line, 1) < 1) return 1;
    return execve("/bin/sh", (char *[]){"sh", "-c", program, NULL}, kept);
}
