/**
 * The op table: everything that a child process can be told to do between fork and exec.
 *
 * An exec plan is a list of these ops. The keeper carries them out in order in the child and stops at the first that
 * fails. `keeper/ops.h` is generated from this table, and the hash of the table is part of the handshake.
 *
 * File descriptors that a plan makes live in numbered slots (0 to 1023) of the child, close-on-exec and out of the
 * way of the numbers that the program will see; `dup` places a slot at its final number.
 */

/** How a field travels: integers little-endian, `string` and `bytes` with a u32 length before them, `strings` with a u32 count. */
export type FieldType = 'u32' | 'i32' | 'u64' | 'string' | 'strings' | 'bytes';

/** One row of the op table. */
export interface OpRow {
  readonly fields: Readonly<Record<string, FieldType>>;
  /** The exit status (systemd.exec(5), "Process exit codes") of a child whose op fails, where the op itself does not say otherwise. */
  readonly exit: number;
  readonly doc: string;
}

/** Every op: its fields in wire order, its exit status and what it does. */
export const ops = {
  signals: { fields: { ignorePipe: 'u32' }, exit: 207, doc: 'Reset every signal disposition and the mask; then ignore SIGPIPE if asked.' },
  setsid: { fields: {}, exit: 220, doc: 'Become the leader of a new session.' },
  wait: {
    fields: { slot: 'u32', timeoutMs: 'u32' },
    exit: 202,
    doc: 'Wait until the other end of the slot is closed, or the time is over.',
  },
  rlimit: {
    fields: { resource: 'u32', soft: 'u64', hard: 'u64' },
    exit: 205,
    doc: 'setrlimit(2); a limit above the permitted one is lowered to it, which is told if it is there for a setting.',
  },
  nice: { fields: { value: 'i32' }, exit: 201, doc: 'setpriority(2).' },
  'oom-score': { fields: { value: 'i32' }, exit: 206, doc: 'Write /proc/self/oom_score_adj.' },
  ioprio: { fields: { class: 'u32', level: 'u32' }, exit: 211, doc: 'ioprio_set(2).' },
  'coredump-filter': { fields: { mappings: 'u64' }, exit: 205, doc: 'Write /proc/self/coredump_filter.' },
  scheduler: {
    fields: { policy: 'u32', priority: 'u32', resetOnFork: 'u32' },
    exit: 214,
    doc: 'sched_setscheduler(2).',
  },
  affinity: { fields: { cpus: 'bytes' }, exit: 215, doc: 'sched_setaffinity(2); the bytes are the mask.' },
  'numa-policy': {
    fields: { policy: 'u32', nodes: 'bytes' },
    exit: 242,
    doc: 'set_mempolicy(2); the bytes are the mask. A kernel without NUMA is no error.',
  },
  alarm: { fields: { seconds: 'u32' }, exit: 255, doc: 'alarm(2): SIGALRM ends the program that then runs for longer.' },
  'timer-slack': { fields: { nsec: 'u64' }, exit: 212, doc: 'prctl(PR_SET_TIMERSLACK).' },
  personality: { fields: { persona: 'u32' }, exit: 230, doc: 'personality(2).' },
  'memory-merge': { fields: { on: 'u32' }, exit: 245, doc: 'prctl(PR_SET_MEMORY_MERGE); a kernel that never merges pages is no error.' },
  'huge-pages': {
    fields: { disable: 'u32', flags: 'u32' },
    exit: 245,
    doc: 'prctl(PR_SET_THP_DISABLE) with these flags, which a kernel may not know: that is no error.',
  },
  keyring: {
    fields: { uid: 'u32', gid: 'u32', linkUser: 'u32', invocationId: 'bytes' },
    exit: 237,
    doc: "A session keyring of the user's own, with the invocation id as a key, and if asked for with a link to the user's keyring; without keyrings nothing is done.",
  },
  'bounding-set': {
    fields: { keep: 'u64' },
    exit: 218,
    doc: 'Drop all capabilities but these from the bounding and the inheritable set.',
  },
  ambient: {
    fields: { set: 'u64' },
    exit: 218,
    doc: 'Add those of these that are in the bounding set to the inheritable and the ambient set of capabilities.',
  },
  'keep-capabilities': {
    fields: { bits: 'u32' },
    exit: 217,
    doc: 'Have the permitted capabilities survive `uid`, until exec: prctl(PR_SET_SECUREBITS) with these and SECBIT_KEEP_CAPS.',
  },
  securebits: { fields: { bits: 'u32' }, exit: 213, doc: 'prctl(PR_SET_SECUREBITS), where they are others.' },
  'terminal-reset': {
    fields: { path: 'string', hangup: 'u32', reset: 'u32', disallocate: 'u32' },
    exit: 208,
    doc: 'Disconnect all from a terminal, give it its usual modes, clear it or free its virtual console; what it cannot do is no error.',
  },
  terminal: {
    fields: { slot: 'u32', path: 'string', when: 'u32', rows: 'u32', columns: 'u32' },
    exit: 208,
    doc: 'Open a terminal into a slot and make it the controlling one: only if it is free (0), when it is (1), or by force (2); and set its size, of which 0xffffffff stays.',
  },
  'terminal-return': {
    fields: { path: 'string' },
    exit: 208,
    doc: 'Give a terminal back to root and the group of terminals, with the mode 0620; what is no terminal is left alone.',
  },
  'terminal-owner': {
    fields: { slot: 'u32', uid: 'u32' },
    exit: 208,
    doc: 'Give the terminal in the slot to the user, with the mode 0620; what is no terminal is left alone.',
  },
  'credentials-open': {
    fields: { slot: 'u32', path: 'string' },
    exit: 243,
    doc: 'A new file system for credentials in a slot, and the directory at the path that it will be at; where none can be made the directory itself, emptied.',
  },
  'credential-data': {
    fields: { slot: 'u32', name: 'string', bytes: 'bytes', uid: 'u32' },
    exit: 243,
    doc: 'A credential with these bytes, of this user; one that is there stays.',
  },
  'credential-file': {
    fields: { slot: 'u32', name: 'string', paths: 'strings', peer: 'string', optional: 'u32', uid: 'u32' },
    exit: 243,
    doc: 'A credential read from the first of the files that exists, at most 1 MiB; a UNIX socket is connected to, under the abstract address `peer`. One that is there stays.',
  },
  'credentials-close': {
    fields: { slot: 'u32', path: 'string', uid: 'u32' },
    exit: 243,
    doc: 'Have the file system in the slot belong to the user, unwritable, and mount it at the path.',
  },
  utmp: {
    fields: { id: 'string', line: 'string', user: 'string', kind: 'u32' },
    exit: 255,
    doc: 'Put records of the child, and of its session, into utmp(5) and wtmp: of INIT_PROCESS (5), and then as far as asked of LOGIN_PROCESS (6) and USER_PROCESS (7). Without these files nothing is done.',
  },
  'utmp-dead': {
    fields: { id: 'string', pids: 'strings', termination: 'u32', status: 'u32' },
    exit: 255,
    doc: 'Mark the record of that id in utmp(5) as that of a dead process, if it is of one of these and there is no such process, and add it to wtmp.',
  },
  umask: { fields: { mask: 'u32' }, exit: 255, doc: 'umask(2).' },
  open: {
    fields: { slot: 'u32', path: 'string', flags: 'u32', mode: 'u32' },
    exit: 208,
    doc: 'open(2) into a slot; flags are those of Linux. A path that is a UNIX stream socket is connected to instead.',
  },
  take: { fields: { slot: 'u32', name: 'string' }, exit: 202, doc: 'Put a held descriptor into a slot.' },
  output: {
    fields: { slot: 'u32', stream: 'u64', meta: 'string' },
    exit: 209,
    doc: 'Make a pipe whose other end the keeper reads and forwards to the journal as this stream; meta travels to the journal unread.',
  },
  journal: {
    fields: { slot: 'u32', path: 'string', header: 'string', uid: 'u32', gid: 'u32' },
    exit: 209,
    doc: 'Have the slot be a connection, made as this user (0xffffffff: as we are), to the journal that listens at the path, on which the header is sent; where it does not listen, or not now, the slot stays what it is.',
  },
  pipe: { fields: { readSlot: 'u32', writeSlot: 'u32' }, exit: 202, doc: 'pipe2(2) into two slots.' },
  data: { fields: { slot: 'u32', bytes: 'bytes' }, exit: 208, doc: 'A sealed memfd with these bytes, read from the start.' },
  keep: {
    fields: { slot: 'u32', name: 'string' },
    exit: 202,
    doc: 'Give the descriptor in the slot to the keeper, which holds it under this name; a descriptor held under it before is closed.',
  },
  dup: { fields: { slot: 'u32', number: 'u32' }, exit: 202, doc: 'Place the slot at a descriptor number that survives exec.' },
  nonblock: { fields: { slot: 'u32', on: 'u32' }, exit: 202, doc: 'Set or clear O_NONBLOCK on the slot.' },
  unlink: { fields: { path: 'string' }, exit: 202, doc: 'unlink(2); a missing path is no error.' },
  mkdir: { fields: { path: 'string', mode: 'u32' }, exit: 233, doc: 'mkdir(2); an existing directory is no error.' },
  'mkdir-unless-there': {
    fields: { path: 'string', mode: 'u32', uid: 'u32', gid: 'u32' },
    exit: 233,
    doc: 'mkdir(2), and give what was made to its owner; whatever the path leads to already is no error, and stays as it is.',
  },
  'no-symlink': {
    fields: { path: 'string' },
    exit: 233,
    doc: 'Fail with ELOOP where a part of the path is a symlink; what is not there yet is none.',
  },
  'mkdir-all': {
    fields: { path: 'string', mode: 'u32' },
    exit: 233,
    doc: 'Make the directory and those above it that are missing; whatever else stands there already is no error.',
  },
  autofs: {
    fields: { slot: 'u32', path: 'string', options: 'string', timeoutSec: 'u32' },
    exit: 202,
    doc: 'Make the path an automount point whose requests come through the pipe in the slot, and which is idle after this time (0 never).',
  },
  'autofs-answer': {
    fields: { path: 'string', device: 'u32', token: 'u32', error: 'u32' },
    exit: 202,
    doc: 'Let go who waits at the automount point under this token: it is mounted, or this errno says why not.',
  },
  'autofs-expire': {
    fields: { path: 'string', device: 'u32' },
    exit: 202,
    doc: 'Have the kernel ask for the end of what is idle at the automount point, until nothing is.',
  },
  unmount: { fields: { path: 'string' }, exit: 202, doc: 'Unmount all that is mounted at the path, however much it is in use.' },
  'mkdir-parents': { fields: { path: 'string', mode: 'u32' }, exit: 233, doc: 'Make the directories above path that are missing.' },
  directory: {
    fields: { path: 'string', mode: 'u32', uid: 'u32', gid: 'u32' },
    exit: 233,
    doc: 'Make the directory and its parents, following no symlink in its last component; set mode and owner, and those of its content where the owner differs.',
  },
  'remove-ipc': {
    fields: { uid: 'u32', gid: 'u32' },
    exit: 255,
    doc: 'Remove the shared memory, semaphores and message queues, of System V and POSIX, that belong to the user or the group; 0xffffffff is nobody. Shared memory of System V that a process has attached stays.',
  },
  'own-directory': {
    fields: { path: 'string', mode: 'u32' },
    exit: 226,
    doc: "Make the directory, or find one's own there that is no symlink; and set its mode.",
  },
  'copy-once': {
    fields: { path: 'string', to: 'string' },
    exit: 226,
    doc: 'A copy of the directory tree, or the image, at the path as `root` in a directory, unless one is there: owners, modes, times and attributes with it; no mount is crossed and no symlink below the path followed.',
  },
  'move-directory': {
    fields: { path: 'string', to: 'string', link: 'string' },
    exit: 233,
    doc: 'Rename the directory if nothing stands at the new path, or a symlink with this text, which it takes the place of; what is no directory stays.',
  },
  remove: {
    fields: { path: 'string' },
    exit: 233,
    doc: 'Remove a directory tree, crossing no mount and following no symlink; a missing path is no error.',
  },
  'remove-below': {
    fields: { bases: 'strings', paths: 'strings' },
    exit: 233,
    doc: 'Remove the directory tree at each path below the base of the same number, as `remove` does; no symlink below the base leads anywhere. All are tried, and the first failure is told.',
  },
  lock: {
    fields: { slot: 'u32', path: 'string' },
    exit: 226,
    doc: 'Make the file if it is missing, and take a lock on it that others may share (flock(2)); it lasts as long as somebody holds the descriptor in the slot.',
  },
  'remove-unlocked': {
    fields: { base: 'string', names: 'strings', lock: 'string' },
    exit: 233,
    doc: 'Remove, as `remove` does, those of the directories of these names below the base that only their owner may enter, who is the child, and that have a file of the name `lock` which nobody has locked.',
  },
  chown: { fields: { path: 'string', uid: 'u32', gid: 'u32' }, exit: 235, doc: 'lchown(2).' },
  chmod: {
    fields: { path: 'string', mode: 'u32' },
    exit: 235,
    doc: 'chmod(2), through no symlink in the last component; for what may be read.',
  },
  symlink: { fields: { target: 'string', path: 'string' }, exit: 233, doc: 'symlink(2); an equal link is no error.' },
  write: { fields: { path: 'string', bytes: 'bytes' }, exit: 255, doc: 'Open an existing file, write the bytes in one write(2), close.' },
  touch: {
    fields: { path: 'string', mode: 'u32', usec: 'u64' },
    exit: 233,
    doc: 'Make the file if it is missing and set its times to these microseconds since 1970; only for regular files, and through no symlink in the last component.',
  },
  inotify: { fields: { slot: 'u32' }, exit: 202, doc: 'inotify_init1(2) into a slot.' },
  'watch-clock': {
    fields: { slot: 'u32' },
    exit: 202,
    doc: 'A timer in a slot that becomes readable whenever CLOCK_REALTIME is set or the machine wakes up (timerfd_settime(2), TFD_TIMER_CANCEL_ON_SET).',
  },
  'wake-timer': {
    fields: { slot: 'u32', clock: 'u32', usec: 'u64' },
    exit: 202,
    doc: 'A timer in a slot that wakes the machine: by CLOCK_REALTIME_ALARM (8), or by CLOCK_BOOTTIME_ALARM (9) for a time of CLOCK_MONOTONIC, from which on it counts while the machine sleeps too (timerfd_create(2)).',
  },
  'watch-path': {
    fields: { aboveSlot: 'u32', selfSlot: 'u32', path: 'string', mask: 'u32' },
    exit: 202,
    doc: 'Watch a path with this mask by the inotify descriptor in the slot `selfSlot`, and by that in `aboveSlot` what leads to it, as far as it exists: the last directory that there is for what appears in it.',
  },
  fifo: {
    fields: { slot: 'u32', path: 'string', mode: 'u32', uid: 'u32', gid: 'u32' },
    exit: 202,
    doc: 'mkfifo(2), and open(2) for both ways into the slot, with this mode and owner; an existing FIFO is no error, if it has one name and belongs to us or to that owner.',
  },
  socket: { fields: { slot: 'u32', family: 'u32', type: 'u32', protocol: 'u32' }, exit: 202, doc: 'socket(2) into a slot.' },
  setsockopt: { fields: { slot: 'u32', level: 'u32', option: 'u32', value: 'bytes' }, exit: 202, doc: 'setsockopt(2) with these bytes.' },
  bind: {
    fields: { slot: 'u32', address: 'bytes' },
    exit: 202,
    doc: 'bind(2); the bytes are a struct sockaddr. A socket that is not at its path then, as somebody led the call astray, is taken away and refused.',
  },
  'socket-owner': {
    fields: { slot: 'u32', path: 'string', uid: 'u32', gid: 'u32' },
    exit: 235,
    doc: 'Give what is in the file system of the bound socket in the slot, which is at this path, to its owner (0xffffffff: as it is).',
  },
  listen: { fields: { slot: 'u32', backlog: 'u32' }, exit: 202, doc: 'listen(2).' },
  special: {
    fields: { slot: 'u32', path: 'string', flags: 'u32' },
    exit: 202,
    doc: 'open(2) a file or character device that can be polled into a slot; anything else is refused.',
  },
  mqueue: {
    fields: { slot: 'u32', name: 'string', mode: 'u32', messages: 'u32', size: 'u32' },
    exit: 202,
    doc: "mq_open(3) a POSIX message queue for reading, of so many messages of at most that size (0 for the system's); one that is there must have this mode and be one's own.",
  },
  'mq-unlink': { fields: { name: 'string' }, exit: 202, doc: 'mq_unlink(3); a missing queue is no error.' },
  'pipe-size': { fields: { slot: 'u32', size: 'u32' }, exit: 202, doc: 'fcntl(2), F_SETPIPE_SZ.' },
  xattr: {
    fields: { slot: 'u32', path: 'string', name: 'string', value: 'bytes' },
    exit: 202,
    doc: 'lsetxattr(2) of the path, or where that is empty fsetxattr(2) of the slot; labels of Smack are for kernels that have it.',
  },
  'cgroup-filter': {
    fields: { cgroup: 'string', type: 'u32', attach: 'u32', name: 'string', program: 'bytes', function: 'u32' },
    exit: 219,
    doc: 'Load a program of eBPF (bpf(2)), for a security module one that is asked at this function of the kernel’s types and lets the child pass, or none, and attach it to the cgroup at this path below the root, or where that is empty to the child’s own, in place of one of this name. A map that it loads is an array of one value of 16 bytes, that of the program before.',
  },
  'cgroup-pinned-filter': {
    fields: { cgroup: 'string', attach: 'u32', path: 'string' },
    exit: 219,
    doc: 'The same with a program that others have loaded, which is at this path of a BPF file system.',
  },
  'private-pids': { fields: {}, exit: 226, doc: 'The child is the first process of a namespace of processes; it is born so.' },
  unshare: { fields: { kinds: 'u32' }, exit: 226, doc: 'unshare(2) with these flags.' },
  namespace: {
    fields: { name: 'string', kind: 'u32', from: 'string' },
    exit: 226,
    doc: 'Enter the network or IPC namespace that the keeper holds under this name; the first who comes makes it, or takes that of the path. Who may not goes on without, which is told.',
  },
  'owned-namespace': {
    fields: { name: 'string', kind: 'u32', beside: 'u32', path: 'string', uids: 'string', gids: 'string' },
    exit: 226,
    doc: 'The same, but the first makes it in a user namespace that then owns it, without entering that: the owner of the namespace of the kind `beside` that the child is in, or the one at the path, or a new one with these maps.',
  },
  'enter-owner': {
    fields: { kind: 'u32' },
    exit: 217,
    doc: 'Enter the user namespace that owns the network or IPC namespace that the child is in.',
  },
  outside: {
    fields: { slot: 'u32', options: 'strings' },
    exit: 226,
    doc: 'A child of the child stays outside of what is entered from here on; by the socket in the slot it is asked to set these options, names and values, of a file system.',
  },
  'bpf-file-system': {
    fields: { slot: 'u32', target: 'string', attributes: 'u32' },
    exit: 226,
    doc: 'Mount a BPF file system of the own user namespace at the target, with the options of who has stayed outside; attributes are those of fsmount(2). A missing target is no error.',
  },
  'user-namespace': {
    fields: { uids: 'string', gids: 'string' },
    exit: 217,
    doc: 'A new user namespace with these maps (user_namespaces(7)), in which setgroups(2) is denied.',
  },
  'enter-namespace': {
    fields: { slot: 'u32', kind: 'u32' },
    exit: 226,
    doc: 'setns(2) to the namespace of this kind that the slot holds.',
  },
  'mount-namespace': {
    fields: { insist: 'u32' },
    exit: 226,
    doc: 'A copy of all mounts in a namespace of its own. Unless insisted on, who may not have one goes on without, and the ops up to `enter-root` do nothing.',
  },
  root: { fields: { path: 'string' }, exit: 226, doc: 'Bind the directory, with what is mounted below it, over the root, and enter it.' },
  'root-image': {
    fields: { path: 'string', options: 'string', attributes: 'u32' },
    exit: 226,
    doc: 'Mount the file system in this image over the root, and enter it; attributes are those of mount(2).',
  },
  'mount-image': {
    fields: { path: 'string', target: 'string', options: 'string', attributes: 'u32', how: 'u32' },
    exit: 226,
    doc: 'Mount the file system in this image, of the old root, at the target.',
  },
  'extension-image': {
    fields: { path: 'string', place: 'string', options: 'string', attributes: 'u32', name: 'string', release: 'strings', how: 'u32' },
    exit: 226,
    doc: 'Mount the file system in this image, of the old root, read-only at a place there, which is made if it is missing, and fail where it does not say that it is an extension of that name of this release: its ID, SYSEXT_LEVEL and VERSION_ID.',
  },
  'mount-point': {
    fields: { target: 'string', how: 'u32' },
    exit: 226,
    doc: 'Bind the target over itself unless something is mounted there.',
  },
  'bind-mount': {
    fields: { source: 'string', target: 'string', how: 'u32' },
    exit: 226,
    doc: 'Bind the source, of the old root, over the target, which is made if it is missing.',
  },
  mask: {
    fields: { target: 'string', nodes: 'string', how: 'u32' },
    exit: 226,
    doc: 'Cover the target with a file of its kind that nobody may use, of the directory `nodes` of the old root, where it is made if it is missing.',
  },
  'file-system': {
    fields: { type: 'string', target: 'string', attributes: 'u32', options: 'string', fallback: 'string', how: 'u32' },
    exit: 226,
    doc: 'mount(2) a new instance at the target, instead of all that is mounted there. Who may not is given the fallback, of the old root.',
  },
  devices: {
    fields: { target: 'string', options: 'string', names: 'strings', log: 'string' },
    exit: 226,
    doc: 'A tmpfs with copies of these devices of the old /dev, its terminals and shared memory, and the links that are usual there.',
  },
  overlay: {
    fields: { target: 'string', layers: 'strings', how: 'u32' },
    exit: 226,
    doc: 'Lay these directories of the old root over the target, the first on top; those that are missing are left out.',
  },
  restrict: {
    fields: { target: 'string', set: 'u32', clear: 'u32', except: 'strings', how: 'u32' },
    exit: 226,
    doc: 'Set and clear attributes (those of mount_setattr(2)) of the mount at the target, and of those below it that are not at or below one of the exceptions.',
  },
  'enter-root': {
    fields: { propagation: 'u32' },
    exit: 226,
    doc: 'End with the old root; what is mounted later goes between the new one and others as said: 0 shared, 1 slave, 2 private.',
  },
  'clone-tree': {
    fields: { slot: 'u32', path: 'string', attributes: 'u32' },
    exit: 226,
    doc: 'A copy of what is at the path, without what is mounted below it, in a slot; attributes are those of mount_setattr(2).',
  },
  'join-view': {
    fields: { pid: 'u32', start: 'u64' },
    exit: 226,
    doc: 'Enter the namespace of mounts of the process that began at this time (proc(5), stat), which must be another one; what follows is looked up below its root directory.',
  },
  'attach-tree': {
    fields: { slot: 'u32', target: 'string', how: 'u32' },
    exit: 226,
    doc: 'Mount the copy in the slot at the target, which is made if it is missing, unless it is to be there (16); with 32 for root alone.',
  },
  chroot: { fields: { path: 'string' }, exit: 210, doc: 'chroot(2).' },
  chdir: { fields: { path: 'string' }, exit: 200, doc: 'chdir(2).' },
  groups: { fields: { gids: 'strings' }, exit: 216, doc: 'setgroups(2); each gid in decimal.' },
  gid: { fields: { gid: 'u32' }, exit: 216, doc: 'setresgid(2).' },
  uid: { fields: { uid: 'u32' }, exit: 217, doc: 'setresuid(2).' },
  loopback: { fields: {}, exit: 225, doc: 'Bring the loopback network interface up.' },
  'no-new-privileges': { fields: {}, exit: 227, doc: 'prctl(PR_SET_NO_NEW_PRIVS).' },
  'no-new-privileges-unless-admin': {
    fields: {},
    exit: 227,
    doc: 'The same, unless the child has CAP_SYS_ADMIN: one of both is needed to load a filter.',
  },
  session: {
    fields: { program: 'string', service: 'string', user: 'string', tty: 'string', uid: 'u32', gid: 'u32', env: 'strings' },
    exit: 224,
    doc: 'Open a PAM session by this program, with this environment; the rest of the plan is carried out behind it, with the environment and the groups that the session has.',
  },
  'env-pid': { fields: { name: 'string' }, exit: 204, doc: 'Add NAME=<pid of the child> to the environment of exec.' },
  'env-stream': { fields: { slot: 'u32' }, exit: 204, doc: 'Add JOURNAL_STREAM=<device>:<inode> of the slot to the environment of exec.' },
  seccomp: {
    fields: { program: 'bytes' },
    exit: 228,
    doc: 'Load a filter of system calls, which is an array of struct sock_filter (seccomp(2)); after it the child does nothing but exec.',
  },
  exec: { fields: { paths: 'strings', argv: 'strings', env: 'strings' }, exit: 203, doc: 'execve(2) the first of the paths that exists.' },
  exit: { fields: { status: 'u32' }, exit: 255, doc: 'End the child with this status.' },
  fail: { fields: { errno: 'u32' }, exit: 255, doc: 'Fail with this errno, as an op that could not be written down would.' },
} as const satisfies Record<string, OpRow>;

export type OpName = keyof typeof ops;

type FieldValue<F extends FieldType> = F extends 'u32' | 'i32'
  ? number
  : F extends 'u64'
    ? bigint
    : F extends 'string'
      ? string
      : F extends 'strings'
        ? readonly string[]
        : Uint8Array;

/** One op of a plan: its name, its fields, and where they differ from the table's row, exit status and tolerance. */
export type Op = {
  readonly [Name in OpName]: {
    readonly op: Name;
    /** Exit status of the child if this op fails, instead of the table's. */
    readonly exit?: number;
    /** Go on with the next op when this one fails. */
    readonly tolerate?: boolean;
    /** The setting that asks for it, as unit files spell it, where a single one does; that such an op failed and was tolerated is told. */
    readonly setting?: string;
  } & { readonly [Field in keyof (typeof ops)[Name]['fields']]: FieldValue<(typeof ops)[Name]['fields'][Field] & FieldType> };
}[OpName];

/** Ops that do what they may and then tell that this is not all. */
export const partlyDone: ReadonlySet<Op['op']> = new Set<Op['op']>(['rlimit', 'file-system', 'namespace']);

/** What a child does from fork on; one that does not end with `exec` or `exit` ends with status 0. */
export type Plan = readonly Op[];
