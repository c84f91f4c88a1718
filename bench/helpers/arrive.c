/* arrive [exit]: counts itself in the shared file /run/host/arrivals ("TOTAL\n" and room for a count); the one that makes the
 * total stamps /run/host/done. Then waits for ever, or exits. For supervisors that have no notion of "all are up". */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

#include "stamp.h"

struct arrivals {
    char total[16];
    _Atomic uint32_t count;
};

int main(int argc, char **argv) {
    int fd = open("/run/host/arrivals", O_RDWR | O_CLOEXEC);
    struct arrivals *arrivals = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (arrivals == MAP_FAILED) return 1;
    if (atomic_fetch_add(&arrivals->count, 1) + 1 == (uint32_t)atoi(arrivals->total)) {
        stamp("/run/host/done");
        int up = open("/run/host/up", O_WRONLY);
        if (up >= 0 && write(up, "up\n", 3) != 3) return 1;
        close(up);
    }
    munmap(arrivals, 4096);
    close(fd);
    if (argc > 1 && !strcmp(argv[1], "exit")) return 0;
    for (;;) pause();
}
