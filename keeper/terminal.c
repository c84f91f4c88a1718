/* A terminal for `systemd-run --pty`:
 *
 *   tysd-keeper --terminal
 *
 * Makes a pseudo terminal and tells its path on descriptor 3; once it hears a byte from there, it carries what comes on standard input to
 * it, and what it shows to standard output, until the other end of descriptor 3 is closed, or somebody typed ^] three times within a
 * second (exit status 3). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "keeper.h"

enum { CONTROL = 3, ESCAPE = 0x1d, ESCAPES = 3, ESCAPE_USEC = 1000000, END_OF_FILE = 4, DISCONNECTED = 3 };

struct terminal {
    int master, slave, signals;
    struct termios saved[2];
    bool is_raw[2];
    char typed[4096]; /* what the terminal has no room for yet */
    size_t typed_start, typed_end;
    bool begun, input_ended;
    int escapes;
    uint64_t first_escape;
};

static bool make(struct terminal *terminal) {
    char path[64];
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (terminal->master < 0 || unlockpt(terminal->master) < 0 || ptsname_r(terminal->master, path, sizeof path)) return false;
    /* Held open, so that the terminal does not hang up between two processes that use it. */
    terminal->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return terminal->slave >= 0 && dprintf(CONTROL, "%s\n", path) > 0;
}

static void copy_size(struct terminal *terminal) {
    struct winsize size;
    if (!ioctl(1, TIOCGWINSZ, &size) || !ioctl(0, TIOCGWINSZ, &size)) ioctl(terminal->master, TIOCSWINSZ, &size);
}

static void make_raw(struct terminal *terminal, int fd) {
    if (terminal->is_raw[fd] || tcgetattr(fd, &terminal->saved[fd]) < 0) return;
    struct termios raw = terminal->saved[fd];
    cfmakeraw(&raw);
    terminal->is_raw[fd] = tcsetattr(fd, TCSANOW, &raw) == 0;
}

static void restore(struct terminal *terminal) {
    for (int fd = 0; fd < 2; fd++)
        if (terminal->is_raw[fd]) tcsetattr(fd, TCSANOW, &terminal->saved[fd]);
}

static bool write_all(const char *bytes, size_t length) {
    while (length) {
        ssize_t wrote = write(1, bytes, length);
        if (wrote < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){1, POLLOUT, 0}, 1, -1);
            continue;
        }
        if (wrote < 0 && errno != EINTR) return false;
        if (wrote > 0) bytes += wrote, length -= (size_t)wrote;
    }
    return true;
}

/* False if nobody takes it any more. */
static bool show(struct terminal *terminal) {
    char bytes[65536];
    for (ssize_t got; (got = read(terminal->master, bytes, sizeof bytes)) > 0;)
        if (!write_all(bytes, (size_t)got)) return false;
    return true;
}

static bool is_disconnect(struct terminal *terminal, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        uint64_t now = monotonic_usec();
        if (bytes[i] != ESCAPE) {
            terminal->escapes = 0;
            continue;
        }
        if (!terminal->escapes || now > terminal->first_escape + ESCAPE_USEC) terminal->escapes = 0, terminal->first_escape = now;
        if (++terminal->escapes == ESCAPES) return true;
    }
    return false;
}

/* False if the user disconnects. */
static bool take(struct terminal *terminal) {
    if (terminal->typed_start == terminal->typed_end) terminal->typed_start = terminal->typed_end = 0;
    char *at = terminal->typed + terminal->typed_end;
    ssize_t got = read(0, at, sizeof terminal->typed - terminal->typed_end);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
        terminal->input_ended = true;
        *at = END_OF_FILE;
        got = 1;
    } else if (is_disconnect(terminal, at, (size_t)got))
        return false;
    terminal->typed_end += (size_t)got;
    return true;
}

static void type(struct terminal *terminal) {
    ssize_t wrote = write(terminal->master, terminal->typed + terminal->typed_start, terminal->typed_end - terminal->typed_start);
    if (wrote > 0) terminal->typed_start += (size_t)wrote;
}

static int forward(struct terminal *terminal) {
    for (;;) {
        bool full = terminal->typed_start < terminal->typed_end;
        struct pollfd fds[] = {
            {!terminal->begun || terminal->input_ended || full ? -1 : 0, POLLIN, 0},
            {terminal->begun ? terminal->master : -1, (short)(POLLIN | (full ? POLLOUT : 0)), 0},
            {CONTROL, POLLIN, 0},
            {terminal->signals, POLLIN, 0},
        };
        if (poll(fds, 4, -1) < 0 && errno != EINTR) return 1;
        struct signalfd_siginfo info;
        while (read(terminal->signals, &info, sizeof info) == sizeof info) {
            if (info.ssi_signo != SIGWINCH) return 128 + (int)info.ssi_signo;
            copy_size(terminal);
        }
        if (fds[1].revents & POLLIN && !show(terminal)) return 1;
        if (fds[1].revents & POLLOUT) type(terminal);
        if (fds[0].revents && !take(terminal)) return DISCONNECTED;
        char byte;
        if (!fds[2].revents) continue;
        if (read(CONTROL, &byte, 1) <= 0) {
            show(terminal);
            return 0;
        }
        terminal->begun = true;
        make_raw(terminal, 0);
        make_raw(terminal, 1);
    }
}

int forward_terminal(int argc, char **argv) {
    (void)argv;
    static struct terminal terminal;
    if (argc > 0) return 2;
    sigset_t taken;
    sigemptyset(&taken);
    static const int signals[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaddset(&taken, signals[i]);
    sigprocmask(SIG_BLOCK, &taken, NULL);
    signal(SIGPIPE, SIG_IGN);
    terminal.signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (terminal.signals < 0 || !make(&terminal)) {
        fprintf(stderr, "Failed to make a pseudo terminal: %s\n", strerror(errno));
        return 1;
    }
    copy_size(&terminal);
    int result = forward(&terminal);
    restore(&terminal);
    return result;
}
