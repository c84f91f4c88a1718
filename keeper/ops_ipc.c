/* What outlives the processes that made it: objects of interprocess communication of System V and POSIX, in a child. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "keeper.h"

enum { NOBODY = 0xffffffffu };

struct owner {
    uint32_t uid, gid;
};

static bool belongs(const struct ipc_perm *permissions, const struct owner *owner) {
    return (owner->uid != NOBODY && permissions->uid == owner->uid) || (owner->gid != NOBODY && permissions->gid == owner->gid);
}

/* Who is gone already, or was never there, is no error. */
static int removed(int result) { return result < 0 && errno != EINVAL && errno != EIDRM ? -errno : 0; }

static int remove_memory(const struct owner *owner) {
    struct shm_info limits;
    int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&limits), result = 0;
    for (int i = 0; i <= last; i++) {
        struct shmid_ds info;
        int id = shmctl(i, SHM_STAT, &info);
        if (id < 0 || info.shm_nattch || !belongs(&info.shm_perm, owner)) continue;
        int failed = removed(shmctl(id, IPC_RMID, NULL));
        if (!result) result = failed;
    }
    return result;
}

union semaphores {
    int value;
    struct semid_ds *info;
    struct seminfo *limits;
};

static int remove_semaphores(const struct owner *owner) {
    struct seminfo limits;
    int last = semctl(0, 0, SEM_INFO, (union semaphores){.limits = &limits}), result = 0;
    for (int i = 0; i <= last; i++) {
        struct semid_ds info;
        int id = semctl(i, 0, SEM_STAT, (union semaphores){.info = &info});
        if (id < 0 || !belongs(&info.sem_perm, owner)) continue;
        int failed = removed(semctl(id, 0, IPC_RMID));
        if (!result) result = failed;
    }
    return result;
}

static int remove_queues(const struct owner *owner) {
    struct msginfo limits;
    int last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&limits), result = 0;
    for (int i = 0; i <= last; i++) {
        struct msqid_ds info;
        int id = msgctl(i, MSG_STAT, &info);
        if (id < 0 || !belongs(&info.msg_perm, owner)) continue;
        int failed = removed(msgctl(id, IPC_RMID, NULL));
        if (!result) result = failed;
    }
    return result;
}

int op_remove_ipc(struct run *run, const struct op *op) {
    (void)run;
    struct owner owner = {(uint32_t)op->fields[0].number, (uint32_t)op->fields[1].number};
    int results[] = {
        remove_memory(&owner),
        remove_semaphores(&owner),
        remove_queues(&owner),
        tree_remove_owned("/dev/shm", owner.uid, owner.gid),
        tree_remove_owned("/dev/mqueue", owner.uid, owner.gid),
    };
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        if (results[i]) return results[i];
    return 0;
}
