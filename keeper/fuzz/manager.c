/* What a manager may send: frames of any kind, cut anywhere, over several connections, while children end. */
#include "world.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SESSION = 1, RAW = 2, NEXT_RAW = 4, END_SOME = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The frame's head is written here, so that most inputs come as far as the commands. */
static void send_batch(struct keeper *keeper, int fd, const struct input *part) {
    struct buffer frame = {0};
    size_t start = frame_begin(&frame, 2);
    put_raw(&frame, part->at, input_left(part));
    frame_end(&frame, start);
    world_send(keeper, fd, frame.bytes, buffer_length(&frame));
    buffer_clear(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input input = {bytes, bytes + size};
    uint8_t first = input_byte(&input);
    struct keeper *keeper = world(first & SESSION ? TRACK_SESSION : TRACK_CGROUP2);
    while (input_left(&input)) {
        uint8_t how = input_byte(&input);
        struct input part = input_part(&input);
        int fd = world_connect("keeper.sock", SOCK_STREAM);
        if (fd < 0) abort();
        if (how & RAW)
            world_send(keeper, fd, part.at, input_left(&part));
        else {
            world_say_hello(keeper, fd);
            send_batch(keeper, fd, &part);
        }
        if (how & END_SOME) world_end_children(how >> 4, how >> 6);
        world_turn(keeper);
        close(fd);
        world_turn(keeper);
    }
    world_empty(keeper);
    return 0;
}
