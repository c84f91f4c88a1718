/* stamp FILE [COMMAND…]: append "CLOCK_MONOTONIC-ns CPU-usec" to FILE, then become COMMAND. */
#include "stamp.h"

int main(int argc, char **argv) {
    if (argc < 2 || stamp(argv[1]) < 0) return 1;
    if (argc == 2) return 0;
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
