/* Put before each file of the keeper when it is fuzzed: what would reach beyond the process goes to world.c instead. */
#define kill fuzz_kill
#define fork fuzz_fork
#define syscall fuzz_syscall
#define wait4 fuzz_wait4
#define waitid fuzz_waitid
#define reboot fuzz_reboot
#define execve fuzz_execve
#define execv fuzz_execv
#define _exit fuzz_exit
#define say fuzz_say

/* The one door that the keeper defines itself (loop.c); world.c has the one that counts. */
void fuzz_say(const char *format, ...) __attribute__((weak));
