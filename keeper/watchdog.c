/* A manager that acknowledges nothing for --manager-patience hangs, and is killed; the next one finds all events that this one had. */
#define _GNU_SOURCE
#include <signal.h>

#include "keeper.h"

/* The last half of the time is counted in looks: if the keeper itself was stopped or starved meanwhile, so was the manager. */
enum { LOOKS = 4 };

void watchdog_heard(struct keeper *keeper) {
    keeper->watchdog_left = LOOKS;
    keeper->watchdog_next = monotonic_usec() + keeper->manager_patience / 2;
}

void watchdog_check(struct keeper *keeper) {
    if (!keeper->manager_patience || keeper->manager.pid <= 0 || keeper->end_phase) return;
    uint64_t now = monotonic_usec();
    if (now < keeper->watchdog_next) return wake_at(keeper, keeper->watchdog_next);
    if (keeper->watchdog_left-- == 0) {
        say("the manager (pid %d) does not answer for %llu ms; it is killed", keeper->manager.pid, (unsigned long long)keeper->manager_patience / 1000);
        kill(keeper->manager.pid, SIGKILL);
        watchdog_heard(keeper);
    } else {
        if (keeper->link_ready && !keeper->event_count) event_ping(keeper);
        keeper->watchdog_next = now + keeper->manager_patience / (2 * LOOKS);
    }
    wake_at(keeper, keeper->watchdog_next);
}
