/* Servants that hang are killed: a manager that acknowledges nothing for --manager-patience, a journal that commits nothing of what waits for it
 * for --journal-patience. The next one finds all that this one had. One that gets no processor does not hang. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "keeper.h"

/* The last half of the time is counted in looks: if the keeper itself was stopped or starved meanwhile, so was the servant. */
enum { LOOKS = 4 };

void patience_renew(struct patience *patience, uint64_t whole) {
    patience->left = LOOKS;
    patience->next = monotonic_usec() + whole / 2;
}

/* The processor time of a process in µs that had work to do when it was looked at; or UINT64_MAX: it waits for something, or is gone. */
static uint64_t ran_usec(pid_t pid) {
    char text[1024], state;
    unsigned long user, kernel;
    const char *fields = process_stat(pid, text);
    if (!fields || sscanf(fields, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state, &user, &kernel) != 3) return UINT64_MAX;
    return state == 'R' ? (uint64_t)(user + kernel) * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK) : UINT64_MAX;
}

/* What is missing of `whole` since the last look. Of a servant that has work to do only its processor time counts: it does not hang on a busy machine. */
static uint64_t missing(const struct patience *patience, uint64_t now, uint64_t whole, pid_t pid) {
    if (patience->left == LOOKS) return 0;
    uint64_t passed = now - patience->looked, ran = ran_usec(pid);
    bool runs = ran != UINT64_MAX && patience->ran != UINT64_MAX && ran >= patience->ran;
    uint64_t counted = runs && ran - patience->ran < passed ? ran - patience->ran : passed;
    return counted < whole ? whole - counted : 0;
}

enum patience_state patience_look(struct keeper *keeper, struct patience *patience, uint64_t whole, pid_t pid) {
    uint64_t now = monotonic_usec(), each = whole / (2 * LOOKS);
    enum patience_state state = PATIENCE_WAITS;
    if (now >= patience->next) {
        uint64_t left = missing(patience, now, each, pid);
        if (left) patience->next = now + (left > each / 8 ? left : each / 8);
        else state = patience->left-- ? PATIENCE_LOOKS : PATIENCE_ENDS;
    }
    if (state == PATIENCE_LOOKS) {
        patience->looked = now;
        patience->ran = ran_usec(pid);
        patience->next = now + each;
    }
    if (state == PATIENCE_ENDS) patience_renew(patience, whole);
    wake_at(keeper, patience->next);
    return state;
}

void watchdog_heard(struct keeper *keeper) { patience_renew(&keeper->manager_waits, keeper->manager_patience); }

void watchdog_check(struct keeper *keeper) {
    if (!keeper->manager_patience || keeper->manager.pid <= 0 || keeper->end_phase) return;
    enum patience_state state = patience_look(keeper, &keeper->manager_waits, keeper->manager_patience, keeper->manager.pid);
    if (state == PATIENCE_LOOKS && keeper->link_ready && !keeper->event_count) event_ping(keeper);
    if (state != PATIENCE_ENDS) return;
    say("the manager (pid %d) does not answer for %llu ms; it is killed", keeper->manager.pid, (unsigned long long)keeper->manager_patience / 1000);
    kill(keeper->manager.pid, SIGKILL);
}
