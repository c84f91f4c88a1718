import type { Plan } from '../exec/op.ts';

/**
 * The door to the keeper, which is the parent of every process and holds every descriptor.
 *
 * Everything that the manager decides in one turn of its loop travels as one batch, which the keeper carries out whole
 * or not at all. Everything that the keeper tells is an event with a sequence number; it stays with the keeper until a
 * batch acknowledges it. So a manager that dies between two turns finds, when it is back, each of its blobs consistent
 * with what was done, and each event that it had not acted on.
 */
export interface Keeper {
  /** Carries out the commands, in order, after everything sent before; and forgets the events up to `acknowledge`. */
  send(batch: Batch): void;
  /** Calls back, in order, when all that was sent until now has left this process, so that it arrives whenever the manager dies: at once, but where the keeper is slow to read. */
  whenTold(then: () => void): void;
  /** Sets the one receiver of events; events that came before are delivered to it first, in order. */
  receive(receiver: (event: KeeperEvent) => void): void;
  /** The keeper's inventory as it was when this manager connected. */
  readonly inventory: Inventory;
  /** Lets go of the inventory's lists, which are of use once: thousands of blobs would stay in memory. */
  forget?(): void;
}

/** One turn's decisions. */
export interface Batch {
  /** Sequence number of the last event that the turn's state includes; 0 for none. */
  readonly acknowledge: number;
  readonly commands: readonly Command[];
}

/** Identifies a child process for ever: the manager counts them up, never reusing one. */
export type ChildId = number;

/** The key under which the keeper knows a group of processes: a cgroup, or a session where there are no cgroups. */
export type GroupKey = string;

export type Command =
  /**
   * Fork a child in the group and carry out the plan in it. `reportExec` asks for `executed` when execve succeeded. `inKeeper` lets the keeper
   * do without a child where the plan only opens unix sockets and nothing can make it wait; then there is `exited`, and no `spawned` before it.
   */
  | {
      readonly do: 'run';
      readonly child: ChildId;
      readonly group: GroupKey;
      readonly plan: Plan;
      readonly reportExec?: boolean;
      readonly inKeeper?: boolean;
    }
  /** Signal one child; a reused pid is never hit, since the keeper has not reaped it. A child that is gone is no error. */
  | { readonly do: 'signal'; readonly child: ChildId; readonly signal: number }
  /** Signal a process that is not the keeper's child (a forking daemon's main process), if it is (still) in the group. */
  | { readonly do: 'signal-pid'; readonly group: GroupKey; readonly pid: number; readonly signal: number }
  /** Signal each process of the group but those named. */
  | { readonly do: 'signal-group'; readonly group: GroupKey; readonly signal: number; readonly except: readonly number[] }
  /** Make the group known: its cgroup's path below the root, and the environment entry by which its processes are known without cgroups. */
  | { readonly do: 'make-group'; readonly group: GroupKey; readonly path: string; readonly mark: string }
  /** Ask for one `group-empty` when no process is left in the group; at once if there is none now. */
  | { readonly do: 'watch-group'; readonly group: GroupKey }
  /** Forget the group and remove its cgroup. */
  | { readonly do: 'remove-group'; readonly group: GroupKey }
  /** Write a value to a file of the cgroup at a path below the root, `''` for the root itself; it is made if it is missing. A file of a controller of `Inventory.controllers` is in that one's hierarchy, all others are in cgroup v2's; `attribute-failed` follows where it cannot be. */
  | { readonly do: 'attribute'; readonly path: string; readonly file: string; readonly value: string }
  /** Give the cgroup one in the hierarchy of a controller of `Inventory.controllers`, with its processes; `attribute-failed` with the controller as the file follows where it cannot be. */
  | { readonly do: 'control'; readonly path: string; readonly controller: string }
  /** Attach a program of eBPF to the cgroup v2, in the place of one of its name; an empty program only takes that away. `attribute-failed` with the name as the file follows where it cannot be. */
  | {
      readonly do: 'filter';
      readonly path: string;
      readonly type: number;
      readonly attach: number;
      readonly name: string;
      readonly program: Uint8Array;
    }
  /** Tell by `oom-kill` whenever the kernel kills processes of the group for want of memory; only with cgroups. */
  | { readonly do: 'watch-memory'; readonly group: GroupKey }
  /** Move a process that nobody of ours started into the group, if it belongs to the user (to anybody where there is none); `entered` follows. */
  | { readonly do: 'enter'; readonly group: GroupKey; readonly pid: number; readonly uid?: number }
  /** Watch a process that is not the keeper's child by pidfd: one `exited` with this child id follows when it ends. */
  | { readonly do: 'adopt'; readonly child: ChildId; readonly group: GroupKey; readonly pid: number }
  /** Ask for one `readable` when the held descriptor polls readable (or hung up). */
  | { readonly do: 'poll'; readonly name: string }
  /** Ask for one `readable` when something exceptional is told of the held descriptor, as of /proc/self/mountinfo when it changed; the first time at once. */
  | { readonly do: 'poll-priority'; readonly name: string }
  /** As `poll`, for what only says that something happened: what is in it is thrown away before `readable` is told. */
  | { readonly do: 'poll-drain'; readonly name: string }
  | { readonly do: 'unpoll'; readonly name: string }
  /** Accept so many more connections from a held listening socket, as they come, each held as `as/NUMBER` and told by `accepted`; an error or `unpoll` ends it. */
  | { readonly do: 'accept'; readonly name: string; readonly as: string; readonly count: number }
  /** Read what waits on the held descriptor, at most so much (65,536); `read` follows. */
  | { readonly do: 'read'; readonly name: string; readonly most: number }
  /** Drop what waits to be read on a held descriptor, or to be accepted. */
  | { readonly do: 'flush'; readonly name: string }
  | { readonly do: 'rename'; readonly name: string; readonly to: string }
  /** Tell by one `hangup` when the other end of the held descriptor goes away (FDPOLL=). */
  | { readonly do: 'watch-hangup'; readonly name: string }
  | { readonly do: 'close'; readonly name: string }
  /** Remember a blob under a key; the keeper never looks into it. Text is remembered as UTF-8. */
  | { readonly do: 'put'; readonly key: string; readonly bytes: Uint8Array | string }
  | { readonly do: 'delete'; readonly key: string }
  /** Hand a record of the manager's own to the journal. */
  | { readonly do: 'journal'; readonly record: string }
  /** Let newer builds take the places of the keeper and the journal, with all that they hold; this connection ends. */
  | { readonly do: 'replace' }
  /** Close everything, remove what was made, and end with this status; as PID 1 of a machine, do `action` with it. */
  | { readonly do: 'end'; readonly status: number; readonly action: EndAction; readonly argument?: string };

export type EndAction = 'exit' | 'reboot' | 'poweroff' | 'halt' | 'kexec' | 'reexec';

/** When something happened: CLOCK_MONOTONIC and CLOCK_REALTIME in microseconds. */
export interface Stamp {
  readonly monotonicUsec: number;
  readonly realtimeUsec: number;
}

export type KeeperEvent = { readonly sequence: number; readonly at: Stamp } & KeeperEventBody;

export type KeeperEventBody =
  | { readonly event: 'spawned'; readonly child: ChildId; readonly pid: number }
  /** fork itself failed; no child was made. */
  | { readonly event: 'spawn-failed'; readonly child: ChildId; readonly errno: number }
  | { readonly event: 'executed'; readonly child: ChildId }
  | { readonly event: 'exited'; readonly child: ChildId; readonly exit: Exit }
  /** `usec`: the processor time that its processes have used; 0 where nobody counts it. */
  | { readonly event: 'group-empty'; readonly group: GroupKey; readonly usec: number }
  | { readonly event: 'readable'; readonly name: string }
  | { readonly event: 'hangup'; readonly name: string }
  | {
      readonly event: 'accepted';
      readonly name: string;
      readonly as: string;
      readonly errno: number;
      /** `1.2.3.4:80`, `[::1]:80`, `/path`, `@abstract`, `vsock:CID:PORT`, or empty. */
      readonly peer: string;
      readonly local: string;
      /** Of the peer of a unix socket, as it connected; 0 and 4294967295 where they are not known. */
      readonly pid: number;
      readonly uid: number;
      /** SO_COOKIE of the connection. */
      readonly cookie: number;
    }
  /** A datagram on $NOTIFY_SOCKET; `group` is the sender's group, '' if it has none; `fds` are the names of the descriptors that came along. */
  | {
      readonly event: 'notified';
      readonly group: GroupKey;
      readonly pid: number;
      readonly uid: number;
      readonly gid: number;
      readonly text: string;
      readonly fds: readonly string[];
      /** The process that the only descriptor is a pidfd of, and the pidfd id of the one that MAINPID= names, where the text speaks of such; else 0. */
      readonly pidOfFd: number;
      readonly mainPidFdId: number;
    }
  /** Answer to `enter`; errno is 0 if the process is in the group now. */
  | { readonly event: 'entered'; readonly group: GroupKey; readonly pid: number; readonly errno: number }
  /** What was read; nothing and no errno at the end of a pipe. */
  | { readonly event: 'read'; readonly name: string; readonly errno: number; readonly bytes: Uint8Array }
  | { readonly event: 'attribute-failed'; readonly path: string; readonly file: string; readonly value: string; readonly errno: number }
  /** An op failed that a setting asks for and that may fail; told when all ops are done. */
  | { readonly event: 'tolerated'; readonly child: ChildId; readonly op: number; readonly errno: number }
  /** Told before the exit of a process that was killed. */
  | { readonly event: 'oom-kill'; readonly group: GroupKey; readonly kills: number }
  /** Asks for nothing but to be acknowledged: a manager that acknowledges nothing for long is killed. */
  | { readonly event: 'ping' }
  /** A signal that the keeper itself got. */
  | { readonly event: 'signalled'; readonly signal: number; readonly pid: number; readonly uid: number };

/** How a child ended. */
export interface Exit {
  readonly how: 'exited' | 'killed' | 'dumped';
  /** The exit code, or the signal's number. */
  readonly status: number;
  /** The op of the plan that failed, or -1; and its errno. */
  readonly failedOp: number;
  readonly errno: number;
  /** No process is left in the child's group. */
  readonly groupEmpty: boolean;
  readonly userUsec: number;
  readonly systemUsec: number;
  readonly maxRssKib: number;
  /** The processor time of all processes of the group, if this was the last of them and somebody counts it; else 0. */
  readonly groupUsec: number;
}

export interface Inventory {
  /** Children that have not exited. */
  readonly children: readonly { readonly child: ChildId; readonly pid: number; readonly group: GroupKey }[];
  readonly groups: readonly GroupKey[];
  readonly descriptors: readonly string[];
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** The highest child id ever run, so that ids go on from there. */
  readonly lastChild: ChildId;
  /** The keeper's clock when it sent the inventory. */
  readonly at: Stamp;
  /** When the keeper started: survives every restart of the manager. */
  readonly startedAt: Stamp;
  readonly pid: number;
  /** How processes are grouped: cgroup v2, v1 `name=systemd`, or by session. */
  readonly tracking: 'cgroup2' | 'cgroup1' | 'session';
  readonly cgroupRoot: string;
  /** The controllers that have hierarchies of their own (cgroup v1), and the root of our cgroups in each. */
  readonly controllers: ReadonlyMap<string, string>;
}
