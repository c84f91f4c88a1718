/* A keeper without processes: its sockets, tables and frames are the real ones, but what it forks is only a number. */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include "../keeper.h"

/* What is left of the input: targets take their choices from its front, so that each byte of it means something. */
struct input {
    const uint8_t *at, *end;
};
uint8_t input_byte(struct input *input);
/* The next bytes, as many as a length before them says and there are. */
struct input input_part(struct input *input);
static inline size_t input_left(const struct input *input) { return (size_t)(input->end - input->at); }

/* The keeper as it is before any manager has come; made once, and emptied by world_empty. */
struct keeper *world(enum tracking tracking);
void world_empty(struct keeper *keeper);
/* One turn of the keeper's loop, which never waits. */
void world_turn(struct keeper *keeper);
/* A connection to one of the keeper's sockets, or -1. */
int world_connect(const char *name, int type);
/* Writes it all, with turns of the keeper in between, and throws away what the keeper answers. */
void world_send(struct keeper *keeper, int fd, const uint8_t *bytes, size_t length);
void world_say_hello(struct keeper *keeper, int fd);
/* This many of the children that seem to live end, in the order in which they were run. */
void world_end_children(unsigned int count, int status);

/* In a real child the doors are open; _exit has the status that this gives. */
extern int (*world_exit)(int status);

#endif
