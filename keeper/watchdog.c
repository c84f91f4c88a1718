/* Servants that hang are killed: a manager that acknowledges nothing for --manager-patience, a journal that commits nothing of what waits for it
 * for --journal-patience. The next one finds all that this one had. */
#define _GNU_SOURCE
#include <signal.h>

#include "keeper.h"

/* The last half of the time is counted in looks: if the keeper itself was stopped or starved meanwhile, so was the servant. */
enum { LOOKS = 4 };

void patience_renew(struct patience *patience, uint64_t whole) {
    patience->left = LOOKS;
    patience->next = monotonic_usec() + whole / 2;
}

enum patience_state patience_look(struct keeper *keeper, struct patience *patience, uint64_t whole) {
    uint64_t now = monotonic_usec();
    enum patience_state state = now < patience->next ? PATIENCE_WAITS : patience->left-- ? PATIENCE_LOOKS : PATIENCE_ENDS;
    if (state == PATIENCE_LOOKS) patience->next = now + whole / (2 * LOOKS);
    if (state == PATIENCE_ENDS) patience_renew(patience, whole);
    wake_at(keeper, patience->next);
    return state;
}

void watchdog_heard(struct keeper *keeper) { patience_renew(&keeper->manager_waits, keeper->manager_patience); }

void watchdog_check(struct keeper *keeper) {
    if (!keeper->manager_patience || keeper->manager.pid <= 0 || keeper->end_phase) return;
    enum patience_state state = patience_look(keeper, &keeper->manager_waits, keeper->manager_patience);
    if (state == PATIENCE_LOOKS && keeper->link_ready && !keeper->event_count) event_ping(keeper);
    if (state != PATIENCE_ENDS) return;
    say("the manager (pid %d) does not answer for %llu ms; it is killed", keeper->manager.pid, (unsigned long long)keeper->manager_patience / 1000);
    kill(keeper->manager.pid, SIGKILL);
}
