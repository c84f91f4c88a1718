/* Sets CLOCK_REALTIME by a nanosecond, which is a change of the clock to those who watch it, and to nobody else. */
#define _GNU_SOURCE
#include <sys/timex.h>

int main(void) {
    struct timex change = {.modes = ADJ_SETOFFSET | ADJ_NANO, .time.tv_usec = 1};
    return adjtimex(&change) < 0;
}
