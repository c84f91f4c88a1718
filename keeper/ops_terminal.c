/* Ops for terminals (systemd.exec(5), TTYPath= and its kin). 0 or -errno; as in ops.c, only async-signal-safe calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "keeper.h"

#define NUMBER(index) ((uint32_t)op->fields[index].number)
#define TEXT(index) ((const char *)op->fields[index].data)

enum { UNSET = UINT_MAX, TRY = 0, FORCE = 2, TERMINALS = 5 /* the gid that devpts gives */ };

static int ended(int fd, int result) {
    close(fd);
    return result;
}

/* A terminal that hangs up just now fails with EIO for a moment. */
static int open_terminal(const char *path, int flags) {
    int fd = open(path, flags | O_NOCTTY | O_CLOEXEC);
    for (int tries = 0; fd < 0 && errno == EIO && tries < 20; tries++) {
        poll(NULL, 0, 50);
        fd = open(path, flags | O_NOCTTY | O_CLOEXEC);
    }
    if (fd < 0) return -errno;
    return isatty(fd) ? fd : ended(fd, -ENOTTY);
}

static void reset(int fd) {
    ioctl(fd, TIOCNXCL);
    ioctl(fd, KDSETMODE, KD_TEXT);
    ioctl(fd, KDSKBMODE, K_UNICODE);
    struct termios state;
    if (tcgetattr(fd, &state) < 0) return;
    state.c_iflag &= (tcflag_t) ~(IGNBRK | BRKINT | ISTRIP | INLCR | IGNCR | IUCLC);
    state.c_iflag |= ICRNL | IMAXBEL | IUTF8;
    state.c_oflag |= ONLCR | OPOST;
    state.c_cflag |= CREAD;
    state.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
    static const struct {
        int at;
        cc_t is;
    } characters[] = {{VINTR, 3}, {VQUIT, 28}, {VERASE, 127}, {VKILL, 21}, {VEOF, 4}, {VSTART, 17}, {VSTOP, 19}, {VSUSP, 26},
                      {VLNEXT, 22}, {VWERASE, 23}, {VREPRINT, 18}, {VEOL, 0}, {VEOL2, 0}, {VTIME, 0}, {VMIN, 1}};
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) state.c_cc[characters[i].at] = characters[i].is;
    tcsetattr(fd, TCSANOW, &state);
    tcflush(fd, TCIOFLUSH);
}

/* A virtual terminal that is in use, and what is none, is at least cleared. */
static void disallocate(const char *path) {
    if (!strncmp(path, "/dev/tty", 8) && path[8] >= '1' && path[8] <= '9') {
        int number = 0;
        for (const char *digit = path + 8; *digit >= '0' && *digit <= '9' && number < 100; digit++) number = number * 10 + *digit - '0';
        int console = open("/dev/tty0", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
        if (console >= 0 && !ended(console, ioctl(console, VT_DISALLOCATE, number))) return;
    }
    static const char clear[] = "\033[r\033[H\033[3J";
    int fd = open_terminal(path, O_WRONLY | O_NONBLOCK);
    if (fd < 0) return;
    ended(fd, write(fd, clear, sizeof clear - 1) < 0);
}

/* What a terminal cannot do is no reason not to start a service. */
int op_terminal_reset(struct run *run, const struct op *op) {
    (void)run;
    int fd = open_terminal(TEXT(0), O_RDWR | O_NONBLOCK);
    if (fd >= 0) {
        if (NUMBER(1)) ioctl(fd, TIOCVHANGUP);
        close(fd);
    }
    fd = NUMBER(2) ? open_terminal(TEXT(0), O_RDWR | O_NONBLOCK) : -1;
    if (fd >= 0) {
        reset(fd);
        close(fd);
    }
    if (NUMBER(3)) disallocate(TEXT(0));
    return 0;
}

static int set_size(int fd, uint32_t rows, uint32_t columns) {
    struct winsize size;
    if (rows == UNSET && columns == UNSET) return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return -errno;
    if (rows != UNSET) size.ws_row = rows > USHRT_MAX ? USHRT_MAX : (unsigned short)rows;
    if (columns != UNSET) size.ws_col = columns > USHRT_MAX ? USHRT_MAX : (unsigned short)columns;
    return ioctl(fd, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

/* The terminal as the controlling one; it may be another session's until that has closed it. */
static int acquire(const char *path, uint32_t how) {
    int watch = inotify_init1(IN_CLOEXEC);
    if (watch < 0) return -errno;
    if (inotify_add_watch(watch, path, IN_CLOSE) < 0) return ended(watch, -errno);
    for (;;) {
        int fd = open_terminal(path, O_RDWR);
        if (fd < 0) return ended(watch, fd);
        struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
        /* Whoever takes a terminal by force hangs it up, and may be told so. */
        sigaction(SIGHUP, &ignore, &before);
        int error = ioctl(fd, TIOCSCTTY, how == FORCE) < 0 ? errno : 0;
        sigaction(SIGHUP, &before, NULL);
        if (!error) return ended(watch, fd);
        close(fd);
        if (error != EPERM || how == TRY || how == FORCE) return ended(watch, -error);
        char events[512];
        if (read(watch, events, sizeof events) < 0 && errno != EINTR) return ended(watch, -errno);
    }
}

int op_terminal(struct run *run, const struct op *op) {
    int fd = acquire(TEXT(1), NUMBER(2));
    if (fd < 0) return fd;
    set_size(fd, NUMBER(3), NUMBER(4));
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, run->plan->highest + 1);
    if (moved < 0) return ended(fd, -errno);
    run->slots[NUMBER(0)] = moved + 1;
    return ended(fd, 0);
}

/* By its number: consoles, serial lines, pseudo terminals. TTYPath= may name any device, and /dev/null must stay everybody's. */
static bool is_terminal(dev_t device) {
    unsigned kind = major(device), number = minor(device);
    return kind == 4 || (kind == 5 && number == 1) || (kind >= 136 && kind <= 143) || kind == 166 || kind == 188 || kind == 204 || kind == 229;
}

/* Not opened: to open a terminal may have effects of its own. */
int op_terminal_return(struct run *run, const struct op *op) {
    (void)run;
    struct stat info;
    int fd = open(TEXT(0), O_PATH | O_CLOEXEC);
    if (fd < 0) return -errno;
    if (fstat(fd, &info) < 0 || !S_ISCHR(info.st_mode) || !is_terminal(info.st_rdev)) return ended(fd, 0);
    char path[40];
    decimal(path + append(path, 0, "/proc/self/fd/"), (uint64_t)fd);
    if (fchownat(fd, "", 0, TERMINALS, AT_EMPTY_PATH) < 0) return ended(fd, -errno);
    return ended(fd, chmod(path, 0620) < 0 ? -errno : 0);
}

int op_terminal_owner(struct run *run, const struct op *op) {
    int fd = run->slots[NUMBER(0)] - 1;
    if (!isatty(fd)) return 0;
    if (fchown(fd, NUMBER(1), (gid_t)-1) < 0) return -errno;
    return fchmod(fd, 0620) < 0 ? -errno : 0;
}
