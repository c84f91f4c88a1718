/* What the parts of act use of each other. */
#ifndef ACT_H
#define ACT_H

#include <sys/socket.h>
#include <sys/un.h>

/* Appends one line to the file of notes. */
void note(const char *text);
socklen_t unix_address(struct sockaddr_un *address, const char *path);

void note_options(int fd);
void converse(int fd);
void crowd(const char *where, int count, const char *text);
/* On standard output. */
void tell_filters(void);
void tell_devices(void);
void tell_packets(void);
void tell_binds(void);
void pin_filter(const char *path);
void message(const char *queue, const char *text);

#endif
