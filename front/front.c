/* The front of tysctl and systemctl: carries out the simplest calls itself, and leaves all others to tysd beside it.
 *
 * Scripts call `systemctl start x` and `systemctl is-active x` by the dozen, and the whole tool takes ten times as long to
 * start as such a call takes. What is simple stands in the table of verbs; what a unit's name may be, in `read_unit`. The
 * front knows no text but a word for each state: whatever goes another way than wanted is the whole tool's to tell. It is
 * executed in this process with the same arguments, and what was answered so far as TYSD_ANSWERS, so that no job is asked for
 * twice; so it is where a job takes long and somebody looks on, as TYSD_WAITED says. To what reads the log, as journalctl
 * does, it hands over a connection that ends when all is stored that was said before (TYSD_SETTLED, src/main/settled-journal.ts). All are told how large the terminal is, if
 * any (TYSD_SCREENS, src/cli/output/screen.ts). Nothing here is trusted by anyone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MAX_UNITS = 32, MAX_NAME = 200, MAX_REQUESTS = 32 << 10, MAX_ANSWERS = 100 << 10, SILENCE_MS = 15000, PATIENCE_MS = 5000, SETTLED_MS = 2000 };

enum asks { FOR_JOBS, FOR_STATES, FOR_RELOAD };

static const struct verb {
    const char *word, *method;
    enum asks asks;
    /* Of verbs that ask for states: one of these is good, and the status where there is none. */
    const char *good[4];
    int otherwise;
} verbs[] = {
    {"start", "unit.start", FOR_JOBS, {0}, 0},
    {"stop", "unit.stop", FOR_JOBS, {0}, 0},
    {"restart", "unit.restart", FOR_JOBS, {0}, 0},
    {"try-restart", "unit.try-restart", FOR_JOBS, {0}, 0},
    {"reload", "unit.reload", FOR_JOBS, {0}, 0},
    {"reload-or-restart", "unit.reload-or-restart", FOR_JOBS, {0}, 0},
    {"try-reload-or-restart", "unit.try-reload-or-restart", FOR_JOBS, {0}, 0},
    {"is-active", "units.get", FOR_STATES, {"active", "reloading", "refreshing"}, 3},
    {"is-failed", "units.get", FOR_STATES, {"failed"}, 1},
    {"daemon-reload", "manager.reload", FOR_RELOAD, {0}, 0},
};

/* Verbs that show lines of the log. */
static const char *const readers[] = {"logs", "status"};

static const char *const suffixes[] = {".service", ".socket", ".target", ".device", ".mount", ".automount", ".swap", ".timer", ".path", ".slice", ".scope"};

struct call {
    const char *program, *runtime_directory;
    const struct verb *verb;
    bool quiet, no_block;
    char units[MAX_UNITS][MAX_NAME + sizeof ".service"];
    int count;
};

/* The manager's side: what it said so far, and where each line of it is, by the number of the request. */
struct link {
    int fd, sent;
    /* Somebody looks on: what takes long is told by the whole tool. */
    bool watched, waited;
    char text[MAX_ANSWERS + 1];
    size_t length, read;
    const char *answers[2 * MAX_UNITS + 1];
};

static bool read_call(struct call *call, int argc, char **argv);
static int dial(const struct call *call, const char *name, struct sockaddr_un *address);
static int carry_out(const struct call *call, struct link *link);
static void hand_reader(struct call *call, int argc, char **argv);
static void tell_screens(void);
static int hand_over(struct link *link, char **argv);

int main(int argc, char **argv) {
    static struct call call;
    static struct link link;
    struct sockaddr_un address;
    const char *slash = argc ? strrchr(argv[0], '/') : NULL;
    call.program = slash ? slash + 1 : argc ? argv[0] : "";
    if (read_call(&call, argc, argv) && (link.fd = dial(&call, "control.sock", &address)) >= 0) {
        int status = carry_out(&call, &link);
        if (status >= 0) return status;
    }
    unsetenv("TYSD_SETTLED");
    tell_screens();
    if (!call.verb) hand_reader(&call, argc, argv);
    return hand_over(&link, argv);
}

static bool is_plain(const char *text) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.@-";
    return text[strspn(text, plain)] == 0;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), wanted = strlen(end);
    return length > wanted && !strcmp(text + length - wanted, end);
}

/* A name that needs neither escapes nor patterns, with its suffix. */
static bool read_unit(struct call *call, const char *word) {
    if (call->count == MAX_UNITS || !*word || *word == '-' || strlen(word) > MAX_NAME || !is_plain(word)) return false;
    bool whole = false;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) whole |= ends_with(word, suffixes[i]);
    snprintf(call->units[call->count++], sizeof *call->units, "%s%s", word, whole ? "" : ".service");
    return true;
}

static bool read_directory(struct call *call, const char *word) {
    static const char directory[] = "--runtime-directory=";
    if (strncmp(word, directory, sizeof directory - 1)) return false;
    call->runtime_directory = word + sizeof directory - 1;
    return true;
}

static bool read_option(struct call *call, const char *word) {
    if (!strcmp(word, "-q") || !strcmp(word, "--quiet")) return call->quiet = true;
    if (!strcmp(word, "--no-block")) return call->no_block = true;
    return read_directory(call, word);
}

static bool read_verb(struct call *call, const char *word) {
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(word, verbs[i].word)) call->verb = verbs + i;
    return call->verb;
}

static bool is_ours(const char *program) { return !strcmp(program, "systemctl") || !strcmp(program, "tysctl"); }

static bool read_call(struct call *call, int argc, char **argv) {
    if (!is_ours(call->program)) return false;
    for (int i = 1; i < argc; i++) {
        bool known = *argv[i] == '-' ? read_option(call, argv[i]) : call->verb ? read_unit(call, argv[i]) : read_verb(call, argv[i]);
        if (!known) return false;
    }
    if (!call->verb || (call->no_block && call->verb->asks != FOR_JOBS)) return false;
    return call->verb->asks == FOR_RELOAD ? call->count == 0 : call->count > 0;
}

/* Only the place that is looked at first; a manager that is elsewhere, or on its way, is found by the whole tool. */
static int dial(const struct call *call, const char *name, struct sockaddr_un *address) {
    const char *told = call->runtime_directory ? call->runtime_directory : getenv("TYSD_RUNTIME_DIRECTORY");
    const char *own = getenv("XDG_RUNTIME_DIR");
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    const char *directory = told && *told ? told : getuid() == 0 ? "/run" : own && *own == '/' ? own : NULL;
    if (!directory) return -1;
    int length = snprintf(address->sun_path, sizeof address->sun_path, "%s%s/%s", directory, told && *told ? "" : "/tysd", name);
    if (length < 0 || (size_t)length >= sizeof address->sun_path) return -1;
    /* Where many wait to be let in, connect(2) would wait without end. */
    struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static bool is_among(const char *word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!strcmp(word, words[i])) return true;
    return false;
}

/* For this process alone: it says whose it is, and to which socket. Whatever word is such a verb counts; another one, as a value of an option, costs a
 * connection that nobody uses. */
static void hand_reader(struct call *call, int argc, char **argv) {
    bool reads = !strcmp(call->program, "journalctl");
    if (!reads && !is_ours(call->program)) return;
    for (int i = 1; i < argc; i++) {
        read_directory(call, argv[i]);
        reads |= is_among(argv[i], readers, sizeof readers / sizeof *readers);
    }
    struct sockaddr_un address;
    struct timeval patience = {.tv_sec = SETTLED_MS / 1000};
    char text[sizeof address.sun_path + 32];
    int fd = reads ? dial(call, "stdout", &address) : -1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 || fcntl(fd, F_SETFD, 0) < 0) return;
    snprintf(text, sizeof text, "%d %d %s", getpid(), fd, address.sun_path);
    setenv("TYSD_SETTLED", text, 1);
    shutdown(fd, SHUT_WR);
}

/* What of standard output and standard error is a terminal, and how large: the tool's runtime takes longer to find out than most calls take. */
static void tell_screens(void) {
    char sizes[2][16], told[64];
    for (int i = 0; i < 2; i++) {
        struct winsize size = {0};
        if (ioctl(STDOUT_FILENO + i, TIOCGWINSZ, &size)) snprintf(sizes[i], sizeof sizes[i], "-");
        else snprintf(sizes[i], sizeof sizes[i], "%hux%hu", size.ws_col, size.ws_row);
    }
    snprintf(told, sizeof told, "%d %s %s", (int)getpid(), sizes[0], sizes[1]);
    setenv("TYSD_SCREENS", told, 1);
}

struct requests {
    char text[MAX_REQUESTS];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void put(struct requests *requests, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof requests->text - requests->length;
    int length = vsnprintf(requests->text + requests->length, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room) abort();
    requests->length += (size_t)length;
}

static void put_request(struct requests *requests, struct link *link, const char *method) {
    put(requests, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":", link->sent++, method);
}

static bool send_all(const struct requests *requests, int fd) {
    for (size_t sent = 0; sent < requests->length;) {
        ssize_t wrote = send(fd, requests->text + sent, requests->length - sent, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        sent += (size_t)wrote;
    }
    return true;
}

/* Each answer is one line and ends with the number of its request. */
static void take_lines(struct link *link) {
    for (char *line = link->text + link->read, *end; (end = memchr(line, '\n', link->length - link->read)); line = end + 1) {
        *end = 0;
        link->read = (size_t)(end + 1 - link->text);
        static const char id[] = "\"id\":";
        const char *last = NULL;
        for (const char *at = line; (at = strstr(at, id)); at += sizeof id - 1) last = at;
        long number = last ? strtol(last + sizeof id - 1, NULL, 10) : -1;
        if (number >= 0 && number < link->sent) link->answers[number] = line;
    }
}

static bool has_all(const struct link *link) {
    for (int i = 0; i < link->sent; i++)
        if (!link->answers[i]) return false;
    return true;
}

static int milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)(now.tv_sec % 1000000 * 1000 + now.tv_nsec / 1000000);
}

/* The socket is the keeper's, which takes connections also for a manager that hangs: something must be said soon. */
static bool receive_all(struct link *link) {
    int began = milliseconds();
    while (!has_all(link)) {
        struct pollfd ready = {link->fd, POLLIN, 0};
        if (!link->length && poll(&ready, 1, SILENCE_MS) == 0) return false;
        if (link->watched && link->length) {
            int left = PATIENCE_MS - (milliseconds() - began);
            link->waited = left <= 0 || poll(&ready, 1, left) == 0;
            if (link->waited) return false;
        }
        ssize_t got = recv(link->fd, link->text + link->length, MAX_ANSWERS - link->length, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        link->length += (size_t)got;
        take_lines(link);
    }
    return true;
}

static bool begins(const char *line, const char *wanted) { return !strncmp(line, wanted, strlen(wanted)); }

/* A job that was queued and, if it was waited for, is done; with nothing to warn of. */
static bool is_done(const char *line, bool no_block) {
    if (!begins(line, "{\"jsonrpc\":\"2.0\",\"result\":{\"job\":")) return false;
    if (no_block) return !strstr(line, "\"changedOnDisk\":true},\"id\":");
    return strstr(line, "\"result\":\"done\"},\"id\":") || strstr(line, "\"result\":\"skipped\"},\"id\":");
}

static bool ask(struct link *link, const struct requests *requests) { return send_all(requests, link->fd) && receive_all(link); }

/* Whether nothing will start again what was stopped; such a warning is the whole tool's to give. */
static bool is_quiet_after(const struct call *call, struct link *link) {
    if (strcmp(call->verb->word, "stop") || call->quiet) return true;
    struct requests requests = {.length = 0};
    int first = link->sent;
    for (int i = 0; i < call->count; i++) {
        put_request(&requests, link, "unit.dependencies");
        put(&requests, "{\"unit\":\"%s\"}}\n", call->units[i]);
    }
    bool asked = ask(link, &requests);
    for (int i = first; asked && i < link->sent; i++)
        if (!begins(link->answers[i], "{\"jsonrpc\":\"2.0\",\"result\":[") || strstr(link->answers[i], "\"TriggeredBy\"")) asked = false;
    return asked;
}

static int ask_for_jobs(const struct call *call, struct link *link) {
    const char *user = getenv("SUDO_USER");
    if (!user) user = getenv("USER");
    if (user && (!is_plain(user) || strlen(user) > 32)) return -1;
    struct requests requests = {.length = 0};
    /* Answered at once by a manager that is well. */
    put_request(&requests, link, "changes.unsubscribe");
    put(&requests, "{}}\n");
    for (int i = 0; i < call->count; i++) {
        put_request(&requests, link, call->verb->method);
        put(&requests, "{\"unit\":\"%s\",\"mode\":\"replace\",\"wait\":%s,\"cause\":\"%s %s%s%s (pid %d, uid %u)\"}}\n", call->units[i],
            call->no_block ? "false" : "true", call->program, call->verb->word, user ? " by " : "", user ? user : "", getpid(), getuid());
    }
    link->watched = !call->no_block && !call->quiet && isatty(STDERR_FILENO);
    if (!ask(link, &requests)) return -1;
    for (int i = 1; i <= call->count; i++)
        if (!is_done(link->answers[i], call->no_block)) return -1;
    return is_quiet_after(call, link) ? 0 : -1;
}

/* The words after each "active":, which within a text would have its quotes escaped. */
static int read_states(const char *line, char states[MAX_UNITS][32]) {
    static const char key[] = "\"active\":\"";
    int count = 0;
    for (const char *at = line; (at = strstr(at, key)); count++) {
        at += sizeof key - 1;
        size_t length = strcspn(at, "\"");
        if (count == MAX_UNITS || length >= 32) return -1;
        memcpy(states[count], at, length);
        states[count][length] = 0;
    }
    return count;
}

static int ask_for_states(const struct call *call, struct link *link) {
    struct requests requests = {.length = 0};
    put_request(&requests, link, call->verb->method);
    put(&requests, "{\"units\":[");
    for (int i = 0; i < call->count; i++) put(&requests, "%s\"%s\"", i ? "," : "", call->units[i]);
    put(&requests, "]}}\n");
    char states[MAX_UNITS][32];
    if (!ask(link, &requests) || !begins(link->answers[0], "{\"jsonrpc\":\"2.0\",\"result\":[")) return -1;
    if (read_states(link->answers[0], states) != call->count) return -1;
    int status = call->verb->otherwise;
    for (int i = 0; i < call->count; i++) {
        if (!call->quiet) puts(states[i]);
        for (const char *const *good = call->verb->good; *good; good++)
            if (!strcmp(states[i], *good)) status = 0;
    }
    return status;
}

static int ask_for_reload(const struct call *call, struct link *link) {
    struct requests requests = {.length = 0};
    put_request(&requests, link, call->verb->method);
    put(&requests, "{}}\n");
    return ask(link, &requests) && begins(link->answers[0], "{\"jsonrpc\":\"2.0\",\"result\":null") ? 0 : -1;
}

/* The exit status; -1 where the whole tool must go on. */
static int carry_out(const struct call *call, struct link *link) {
    static int (*const ways[])(const struct call *, struct link *) = {[FOR_JOBS] = ask_for_jobs, [FOR_STATES] = ask_for_states, [FOR_RELOAD] = ask_for_reload};
    return ways[call->verb->asks](call, link);
}

/* The lines that came, in their order. A job whose answer is not among them was lost with the connection. */
static void tell_answers(struct link *link) {
    for (size_t i = 0; i < link->read; i++)
        if (!link->text[i]) link->text[i] = '\n';
    link->text[link->read] = 0;
    setenv("TYSD_ANSWERS", link->text, 1);
}

static int hand_over(struct link *link, char **argv) {
    unsetenv("TYSD_ANSWERS");
    unsetenv("TYSD_WAITED");
    if (link->waited) setenv("TYSD_WAITED", "1", 1);
    if (link->sent > 1) tell_answers(link);
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "tysd");
    if (length < 0) {
        /* The runtime of the whole tool does not begin without it either. */
        fprintf(stderr, "%s: /proc is not mounted here, and without it tysd cannot do this: mount -t proc proc /proc\n", argv[0]);
        return 1;
    }
    char *slash = length > 0 ? memrchr(path, '/', (size_t)length) : NULL;
    if (slash) {
        strcpy(slash + 1, "tysd");
        execv(path, argv);
    }
    fprintf(stderr, "%s: tysd is not beside this program: %s\n", argv[0], strerror(slash ? errno : ENOENT));
    return 1;
}
