import { unreachable } from '../base/assert.ts';
import type { Op, Plan } from '../exec/op.ts';
import type { FakeClock } from './clock-fake.ts';
import { FakeFreezer } from './freezer-fake.ts';
import { FakeWatches } from './watches-fake.ts';
import type { Batch, Command, Exit, Inventory, Keeper, KeeperEvent, KeeperEventBody } from './keeper.ts';

/** What a program does when the fake keeper runs it. Times count from its start. */
export interface Script {
  /** Ends by itself after this long; never if absent. */
  readonly runUsec?: number;
  /** Its exit code then; 0 if absent. */
  readonly exit?: number;
  /** It ends by this signal instead. */
  readonly killedBy?: number;
  /** What it sends to $NOTIFY_SOCKET, once or again and again. */
  readonly notify?: readonly Message[];
  /** Signals that it ignores. */
  readonly ignores?: readonly number[];
  /** How long it takes to end after a signal. */
  readonly slowUsec?: number;
  /** Processes that it leaves in its group, to live their own lives. */
  readonly forks?: readonly Script[];
  /** What it sends when it gets a signal that it does not die of. */
  readonly answers?: Readonly<Record<number, string>>;
  /** The exec fails with this errno. */
  readonly execErrno?: number;
  /** Not even fork works: this errno. */
  readonly forkErrno?: number;
}

/** A message to $NOTIFY_SOCKET, sent so many times, at that distance. */
export interface Message {
  readonly afterUsec: number;
  readonly text: string;
  readonly fds?: number;
  readonly times?: number;
  readonly everyUsec?: number;
}

/** Which script a command line runs; `run` counts the runs of the same command line from 0. */
export type Programs = (argv: readonly string[], run: number) => Script;

/** A process of the fake keeper, as tests look at it. */
export interface FakeProcess {
  readonly pid: number;
  readonly child: number | undefined;
  /** '' for what is in no group. */
  readonly group: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly startedUsec: number;
  /** The process that forked it; once that is gone, the keeper, which takes in orphans. */
  readonly parent: number;
  /** The child id under which it was adopted. */
  readonly adopted: number | undefined;
}

interface Running extends FakeProcess {
  readonly script: Script;
  group: string;
  isAlive: boolean;
  adopted: number | undefined;
}

/** Who connects to a socket, as the keeper tells it. */
export type Caller = Pick<Extract<KeeperEventBody, { readonly event: 'accepted' }>, 'peer' | 'local' | 'pid' | 'uid'>;

/** The end of the machine, as the manager asked for it. */
export type End = Extract<Command, { readonly do: 'end' }>;

/** A keeper that runs scripts in place of programs, and outlives the managers that connect to it. */
export class FakeKeeper {
  readonly #clock: FakeClock;
  readonly #programs: Programs;
  readonly #startedAt;
  readonly #processes = new Set<Running>();
  readonly #groups = new Map<string, { readonly path: string; mark: string; isWatched: boolean }>();
  readonly #descriptors = new Set<string>();
  readonly #polled = new Set<string>();
  readonly #watches = new FakeWatches();
  /** How many connections are still to be accepted from a descriptor, and under which name. */
  readonly #accepting = new Map<string, { readonly as: string; count: number }>();
  readonly #backlog: { readonly name: string; readonly caller: Caller }[] = [];
  #accepted = 0;
  readonly #waiting = new Map<string, Uint8Array[]>();
  readonly #blobs = new Map<string, Uint8Array | string>();
  readonly #runs = new Map<string, number>();
  readonly #events: KeeperEvent[] = [];
  #sequence = 0;
  #nextPid = 100;
  #lastChild = 0;
  #delivered = 0;
  #population = 0;
  #receiver: ((event: KeeperEvent) => void) | undefined;
  #connection: object | undefined;

  /** What was written to the files of cgroups, by PATH/FILE. */
  readonly attributes = new Map<string, string>();
  /** Files of cgroups that cannot be written, by PATH/FILE, with the errno. */
  readonly unwritable = new Map<string, number>();
  /** Controllers of cgroup v1, and the roots of our cgroups in them. */
  controllers: ReadonlyMap<string, string> = new Map();
  /** The cgroups that were made in the hierarchies of those, as CONTROLLER:PATH. */
  readonly controlled = new Set<string>();
  /** The programs that cgroups are filtered by, as PATH:NAME; those of plans are not among them. */
  readonly filters = new Set<string>();
  /** Groups whose memory is watched. */
  readonly #memoryWatched = new Set<string>();

  readonly #freezer: FakeFreezer<Running>;

  /** Everything that was sent, for tests to look at. */
  readonly batches: Batch[] = [];
  /** Messages of the manager to the journal, as they came; few ever look into them. */
  readonly #told: string[] = [];
  /** The manager's record of history. */
  readonly #history: string[] = [];
  end: End | undefined;
  /** Asked before each event is delivered; false kills the manager in its place. */
  mayDeliver: (event: KeeperEvent) => boolean = () => true;
  /** What a plan without a program does to the machine, as long as its child is alive; that ends when `done` is called. */
  work: (plan: Plan, child: { readonly isAlive: boolean }, done: () => void) => void = (_plan, _child, done) => done();
  /** Hears that there is an event while nobody is connected. */
  unheard: () => void = () => undefined;

  constructor(clock: FakeClock, programs: Programs) {
    this.#clock = clock;
    this.#programs = programs;
    this.#startedAt = clock.now();
    this.#freezer = new FakeFreezer(clock, this.attributes, ({ group }) => this.#groups.get(group)?.path);
  }

  /** Messages of the manager to the journal. */
  get records(): readonly Readonly<Record<string, string>>[] {
    return this.#told.map(recordOf);
  }

  /** What the manager's record of history says, entry by entry. */
  get history(): readonly unknown[] {
    return this.#history.flatMap(historyOf);
  }

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  /** A connection for a new manager; the one before is dead, and what it still sends goes nowhere. */
  connect(): Keeper {
    const connection = {};
    this.#connection = connection;
    this.#receiver = undefined;
    this.#delivered = this.#events[0]?.sequence === undefined ? this.#sequence : this.#events[0].sequence - 1;
    const inventory = this.#inventory();
    const { blobs } = inventory;
    return {
      inventory,
      forget: () => blobs.clear(),
      send: (batch) => {
        if (this.#connection === connection) this.#carryOut(batch);
      },
      whenTold: (then) => then(),
      receive: (receiver) => {
        if (this.#connection !== connection) return;
        this.#receiver = receiver;
        this.#deliverSoon();
      },
    };
  }

  /** The manager is gone: events wait for the next. */
  disconnect(): void {
    this.#connection = undefined;
    this.#receiver = undefined;
  }

  /** Changes whenever `processes` gives others, or the same in other groups. */
  get population(): number {
    return this.#population;
  }

  /** Processes that live, oldest first. */
  processes(): readonly FakeProcess[] {
    return [...this.#processes];
  }

  /** Whether the processes of the group are told to stand still, by its own cgroup. */
  isFrozen(group: string): boolean {
    const path = this.#groups.get(group)?.path;
    return path !== undefined && this.#freezer.isFrozenItself(path);
  }

  /** Whether there is a cgroup at the path below the root. */
  hasCgroup(path: string): boolean {
    for (const group of this.#groups.values()) if (group.path === path || group.path.startsWith(`${path}/`)) return true;
    return false;
  }

  groups(): readonly string[] {
    return [...this.#groups.keys()].toSorted();
  }

  descriptors(): readonly string[] {
    return [...this.#descriptors].toSorted();
  }

  blobs(): ReadonlyMap<string, Uint8Array> {
    return this.#remembered();
  }

  #remembered(): Map<string, Uint8Array> {
    const blobs = new Map<string, Uint8Array>();
    for (const [key, bytes] of this.#blobs) blobs.set(key, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
    return blobs;
  }

  /** Overwrites a blob, as a bug or another version might. */
  spoil(key: string, text: string): void {
    this.#blobs.set(key, new TextEncoder().encode(text));
  }

  /** Signals a process, as somebody outside may. */
  kill(pid: number, signal: number): void {
    for (const process of this.#processes) if (process.pid === pid) this.#signal(process, signal);
  }

  /** The kernel kills a process for want of memory. */
  outOfMemory(pid: number): void {
    for (const process of this.#processes) {
      if (process.pid !== pid) continue;
      if (this.#memoryWatched.has(process.group)) this.#emit({ event: 'oom-kill', group: process.group, kills: 1 });
      this.#signal(process, SIGKILL);
    }
  }

  /** A process that somebody else started; gives its pid. */
  outsider(script: Script = {}): number {
    const process = this.#fork(undefined, '', script, undefined);
    this.#live(process);
    return process.pid;
  }

  /** What a process sends to $NOTIFY_SOCKET, be it in a group or not. */
  notifies(pid: number, text: string, fds: number): void {
    for (const process of this.#processes) if (process.pid === pid) this.#notify(process, text, fds);
  }

  /** A signal to the keeper itself. */
  signalled(signal: number): void {
    this.#emit({ event: 'signalled', signal, pid: 1, uid: 0 });
  }

  /** Something can be read from a held descriptor. */
  readable(name: string): void {
    if (this.#polled.delete(name)) this.#emit({ event: 'readable', name });
  }

  /** Something happened to a file, or in a directory, that may be watched. */
  fileChanged(path: string): void {
    for (const name of this.#watches.changed(path)) if (this.#polled.has(name) && this.#watches.drain(name)) this.readable(name);
  }

  /** Somebody connects to a held listening socket; it is accepted when that is asked for. */
  connects(name: string, caller: Partial<Caller> = {}): void {
    this.#backlog.push({ name, caller: { peer: '', local: '/run/sock', pid: 77, uid: 1000, ...caller } });
    this.#accept(name);
  }

  /** How many connections wait to be accepted. */
  get backlog(): number {
    return this.#backlog.length;
  }

  #accept(name: string): void {
    const accepting = this.#accepting.get(name);
    if (accepting === undefined || !this.#descriptors.has(name)) return;
    while (accepting.count > 0) {
      const index = this.#backlog.findIndex((waiting) => waiting.name === name);
      const [waiting] = index < 0 ? [] : this.#backlog.splice(index, 1);
      if (waiting === undefined) return;
      accepting.count -= 1;
      this.#accepted += 1;
      const as = `${accepting.as}/${this.#accepted}`;
      this.#descriptors.add(as);
      this.#emit({ event: 'accepted', name, as, errno: 0, ...waiting.caller, cookie: this.#accepted });
    }
  }

  /** Somebody writes into the other end of a held pipe; where nobody holds it that fails. */
  write(name: string, bytes: Uint8Array): void {
    if (!this.#descriptors.has(name)) return;
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, [...waiting, bytes]);
    this.readable(name);
  }

  #flush(name: string): void {
    const others = this.#backlog.filter((waiting) => waiting.name !== name);
    this.#backlog.splice(0, this.#backlog.length, ...others);
  }

  #inventory(): Inventory & { readonly blobs: Map<string, Uint8Array> } {
    return {
      children: [...this.#processes].flatMap(({ child, pid, group }) => (child === undefined ? [] : [{ child, pid, group }])),
      groups: this.groups(),
      descriptors: this.descriptors(),
      blobs: this.#remembered(),
      lastChild: this.#lastChild,
      at: this.#clock.now(),
      startedAt: this.#startedAt,
      pid: keeperPid,
      tracking: 'cgroup2',
      cgroupRoot: '/sys/fs/cgroup/tysd',
      controllers: this.controllers,
    };
  }

  #carryOut(batch: Batch): void {
    this.batches.push(batch);
    while (this.#events[0] !== undefined && this.#events[0].sequence <= batch.acknowledge) this.#events.shift();
    for (const command of batch.commands) this.#do(command);
  }

  #do(command: Command): void {
    switch (command.do) {
      case 'run':
        return this.#run(command);
      case 'signal':
        return this.#signalWhere((process) => process.child === command.child || process.adopted === command.child, command.signal);
      case 'signal-pid':
        return this.#signalWhere((process) => process.group === command.group && process.pid === command.pid, command.signal);
      case 'signal-group':
        return this.#signalWhere((process) => process.group === command.group && !command.except.includes(process.pid), command.signal);
      case 'make-group':
        this.#groups.set(command.group, { path: command.path, mark: command.mark, isWatched: false });
        return;
      case 'watch-group':
        return this.#watchGroup(command.group);
      case 'remove-group':
        this.#removeGroup(command.group);
        return;
      case 'attribute':
        return this.#attribute(command);
      case 'control':
        this.controlled.add(`${command.controller}:${command.path}`);
        return;
      case 'filter':
        if (command.program.length > 0) this.filters.add(`${command.path}:${command.name}`);
        else this.filters.delete(`${command.path}:${command.name}`);
        return;
      case 'watch-memory':
        this.#memoryWatched.add(command.group);
        return;
      case 'enter':
        return this.#enter(command);
      case 'adopt':
        return this.#adopt(command.child, command.pid);
      case 'poll-drain':
        this.#polled.add(command.name);
        if (this.#watches.drain(command.name)) this.readable(command.name);
        return;
      case 'poll':
        this.#polled.add(command.name);
        if ((this.#waiting.get(command.name)?.length ?? 0) > 0) this.readable(command.name);
        return;
      case 'poll-priority':
        this.#polled.add(command.name);
        return;
      case 'read':
        this.#emit({ event: 'read', name: command.name, errno: 0, bytes: this.#waiting.get(command.name)?.shift() ?? new Uint8Array() });
        return;
      case 'unpoll':
        this.#polled.delete(command.name);
        this.#accepting.delete(command.name);
        return;
      case 'accept':
        this.#accepting.set(command.name, { as: command.as, count: (this.#accepting.get(command.name)?.count ?? 0) + command.count });
        return this.#accept(command.name);
      case 'flush':
        return this.#flush(command.name);
      case 'watch-hangup':
        return;
      case 'rename':
        if (this.#descriptors.delete(command.name)) this.#descriptors.add(command.to);
        return;
      case 'close':
        this.#descriptors.delete(command.name);
        // What is in a pipe goes with it; another by that name is empty.
        this.#waiting.delete(command.name);
        this.#watches.close(command.name);
        this.#polled.delete(command.name);
        this.#accepting.delete(command.name);
        return;
      case 'put':
        this.#blobs.set(command.key, command.bytes);
        return;
      case 'delete':
        this.#blobs.delete(command.key);
        return;
      case 'journal':
        if (command.record.startsWith('[')) this.#history.push(command.record);
        else this.#told.push(command.record);
        return;
      case 'replace':
        return;
      case 'end':
        this.end = command;
        return;
      default:
        return unreachable(command);
    }
  }

  #run(command: Extract<Command, { readonly do: 'run' }>): void {
    const { child, group, plan, reportExec, inKeeper } = command;
    this.#lastChild = Math.max(this.#lastChild, child);
    const exec = plan.find((op) => op.op === 'exec');
    if (exec === undefined) return this.#runOps(child, group, plan, inKeeper === true && plan.every(isUnixOpening));
    const key = exec.argv.join(' ');
    const run = this.#runs.get(key) ?? 0;
    this.#runs.set(key, run + 1);
    const script = this.#programs(exec.argv, run);
    if (script.forkErrno !== undefined) return this.#emit({ event: 'spawn-failed', child, errno: script.forkErrno });
    const process = this.#fork(child, group, script, exec);
    this.#emit({ event: 'spawned', child, pid: process.pid });
    this.#freezer.act(process, () => {
      if (script.execErrno !== undefined)
        return this.#exit(process, { status: 203, failedOp: plan.indexOf(exec), errno: script.execErrno });
      if (reportExec === true) this.#emit({ event: 'executed', child });
      this.#live(process);
    });
  }

  /** A plan without a program does its work itself. */
  #runOps(child: number, group: string, plan: Plan, inKeeper: boolean): void {
    const process = this.#fork(child, group, {}, undefined);
    if (!inKeeper) this.#emit({ event: 'spawned', child, pid: process.pid });
    for (const op of plan) if (op.op === 'keep') this.#descriptors.add(op.name);
    this.#watches.make(plan);
    // The keeper is in no group that may be frozen.
    if (inKeeper) return this.#endOps(process, plan);
    this.#freezer.act(process, () => this.work(plan, process, () => this.#freezer.act(process, () => this.#endOps(process, plan))));
  }

  #endOps(process: Running, plan: Plan): void {
    const failed = plan.find((op) => op.op === 'fail');
    if (failed !== undefined)
      return this.#exit(process, { status: failed.exit ?? 255, failedOp: plan.indexOf(failed), errno: failed.errno });
    const exit = plan.find((op) => op.op === 'exit');
    this.#exit(process, { status: exit?.status ?? 0 });
  }

  #fork(
    child: number | undefined,
    group: string,
    script: Script,
    exec: Extract<Op, { readonly op: 'exec' }> | undefined,
    forker?: Running,
  ): Running {
    const process: Running = {
      pid: this.#nextPid,
      child,
      group,
      script,
      argv: exec?.argv ?? [],
      env: exec?.env ?? [],
      startedUsec: this.#clock.now().monotonicUsec,
      isAlive: true,
      adopted: undefined,
      get parent() {
        return forker?.isAlive === true ? forker.pid : keeperPid;
      },
    };
    this.#nextPid += 1;
    this.#population += 1;
    this.#processes.add(process);
    return process;
  }

  #live(process: Running): void {
    const { script } = process;
    for (const message of script.notify ?? []) this.#say(process, message);
    for (const each of script.forks ?? []) this.#live(this.#fork(undefined, process.group, each, undefined, process));
    if (script.runUsec !== undefined) this.#later(process, script.runUsec, () => this.#endByItself(process));
  }

  #say(process: Running, message: Message): void {
    const { afterUsec, text, fds = 0, times = 1, everyUsec = 0 } = message;
    this.#later(process, afterUsec, () => {
      this.#notify(process, text, fds);
      if (times > 1) this.#say(process, { ...message, afterUsec: afterUsec + everyUsec, times: times - 1 });
    });
  }

  #endByItself(process: Running): void {
    const { exit = 0, killedBy } = process.script;
    if (killedBy === undefined) this.#exit(process, { status: exit });
    else this.#exit(process, { how: 'killed', status: killedBy });
  }

  #later(process: Running, afterUsec: number, action: () => void): void {
    this.#clock.at(process.startedUsec + afterUsec, () => this.#freezer.act(process, action));
  }

  #notify(process: Running, text: string, count: number): void {
    const fds = Array.from({ length: count }, (_, index) => `notify/${this.#sequence + 1}/${index}`);
    for (const name of fds) this.#descriptors.add(name);
    this.#emit({ event: 'notified', group: process.group, pid: process.pid, uid: 0, gid: 0, text, fds, pidOfFd: 0, mainPidFdId: 0 });
  }

  #signalWhere(matches: (process: Running) => boolean, signal: number): void {
    for (const process of this.#processes) if (matches(process)) this.#signal(process, signal);
  }

  #signal(process: Running, signal: number): void {
    if (signal !== SIGKILL && this.#freezer.isFrozen(process)) return this.#freezer.act(process, () => this.#signal(process, signal));
    const { script } = process;
    const answer = script.answers?.[signal];
    if (answer !== undefined) return this.#notify(process, answer, 0);
    if (signal !== SIGKILL && (harmless.has(signal) || script.ignores?.includes(signal) === true)) return;
    const die = (): void => this.#exit(process, { how: 'killed', status: signal });
    if (script.slowUsec === undefined || signal === SIGKILL) die();
    else this.#clock.at(this.#clock.now().monotonicUsec + script.slowUsec, () => this.#freezer.act(process, die));
  }

  #exit(process: Running, exit: Partial<Exit>): void {
    if (!process.isAlive) return;
    process.isAlive = false;
    this.#processes.delete(process);
    this.#population += 1;
    const groupEmpty = ![...this.#processes].some(({ group }) => group === process.group);
    const whole: Exit = {
      how: 'exited',
      status: 0,
      failedOp: -1,
      errno: 0,
      groupEmpty,
      userUsec: 0,
      systemUsec: 0,
      maxRssKib: 0,
      groupUsec: 0,
      ...exit,
    };
    if (process.child !== undefined) this.#emit({ event: 'exited', child: process.child, exit: whole });
    else if (process.adopted !== undefined)
      this.#emit({ event: 'exited', child: process.adopted, exit: { ...whole, how: 'exited', status: 0 } });
    const group = this.#groups.get(process.group);
    if (groupEmpty && group?.isWatched === true) {
      group.isWatched = false;
      this.#emit({ event: 'group-empty', group: process.group, usec: 0 });
    }
  }

  #watchGroup(key: string): void {
    const group = this.#groups.get(key);
    if ([...this.#processes].some((process) => process.group === key) && group !== undefined) group.isWatched = true;
    else this.#emit({ event: 'group-empty', group: key, usec: 0 });
  }

  #attribute({ path, file, value }: Extract<Command, { readonly do: 'attribute' }>): void {
    const errno = this.unwritable.get(`${path}/${file}`);
    if (errno === undefined) {
      this.attributes.set(`${path}/${file}`, value);
      if (file === 'cgroup.subtree_control' && value.startsWith('-')) this.#removeFiles(path, value.slice(1));
      this.#freezer.changed();
    } else this.#emit({ event: 'attribute-failed', path, file, value, errno });
  }

  /** Without a controller, the cgroups right below have none of its files. */
  #removeFiles(path: string, controller: string): void {
    const above = path === '' ? '' : `${path}/`;
    for (const each of this.attributes.keys()) {
      const words = each.startsWith(above) ? each.slice(above.length).split('/') : [];
      if (words.length === 2 && words[1]?.startsWith(`${controller}.`) === true) this.attributes.delete(each);
    }
  }

  /** What was written to a cgroup goes with it. */
  #removeGroup(key: string): void {
    const path = this.#groups.get(key)?.path;
    this.#groups.delete(key);
    this.#memoryWatched.delete(key);
    for (const filter of this.filters) if (path !== undefined && filter.startsWith(`${path}:`)) this.filters.delete(filter);
    for (const file of this.attributes.keys()) if (path !== undefined && file.startsWith(`${path}/`)) this.attributes.delete(file);
  }

  #enter({ group, pid }: Extract<Command, { readonly do: 'enter' }>): void {
    const process = [...this.#processes].find((each) => each.pid === pid);
    const known = this.#groups.has(group);
    if (process !== undefined && known) process.group = group;
    this.#population += 1;
    this.#emit({ event: 'entered', group, pid, errno: !known ? ENOENT : process === undefined ? ESRCH : 0 });
  }

  #adopt(child: number, pid: number): void {
    this.#lastChild = Math.max(this.#lastChild, child);
    const process = [...this.#processes].find((each) => each.pid === pid);
    this.#population += 1;
    if (process !== undefined) process.adopted = child;
    else {
      const exit: Exit = {
        how: 'exited',
        status: 0,
        failedOp: -1,
        errno: 0,
        groupEmpty: true,
        userUsec: 0,
        systemUsec: 0,
        maxRssKib: 0,
        groupUsec: 0,
      };
      this.#emit({ event: 'exited', child, exit });
    }
  }

  #emit(body: KeeperEventBody): void {
    this.#sequence += 1;
    this.#events.push({ sequence: this.#sequence, at: this.#clock.now(), ...body });
    this.#deliverSoon();
    if (this.#connection === undefined) this.unheard();
  }

  #deliverSoon(): void {
    const connection = this.#connection;
    this.#clock.soon(() => {
      for (const event of this.#events) {
        if (this.#connection !== connection || this.#receiver === undefined) return;
        if (event.sequence <= this.#delivered) continue;
        if (!this.mayDeliver(event)) return;
        this.#delivered = event.sequence;
        this.#receiver(event);
      }
    });
  }
}

function recordOf(text: string): Readonly<Record<string, string>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`no journal record: ${text}`);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, String(field)]));
}

function historyOf(text: string): readonly unknown[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new Error(`no history: ${text}`);
  return entries;
}

/** The keeper's own process. */
const keeperPid = 2;

const SIGKILL = 9;
const ENOENT = 2;
const ESRCH = 3;

/** Signals whose default is not to end the process. */
const harmless: ReadonlySet<number> = new Set([17, 18, 23, 28]);

/** What the keeper does without a child, as far as the op says; that depends on the machine's directories too. */
function isUnixOpening(op: Op): boolean {
  return op.op === 'socket' ? op.family === AF_UNIX : openings.has(op.op);
}

const AF_UNIX = 1;
const openings: ReadonlySet<Op['op']> = new Set([
  'setsockopt',
  'umask',
  'mkdir-parents',
  'unlink',
  'bind',
  'listen',
  'socket-owner',
  'keep',
]);
