/* Runs away from whoever wants to end it: each process forks and exits at once, so that no pid is there for long. */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 0; i--) {
        if (fork()) continue;
        for (;;)
            if (fork() > 0) _exit(0);
    }
    pause();
}
