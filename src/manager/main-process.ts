import type { FileStat } from '../port/files.ts';
import type { UnitEvent } from '../type/type.ts';
import { pathOfGroup } from './group-place.ts';
import { followSafely } from './safe-chain.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Reads a PID file, judges whom it names, and tells the unit; with `watch` again at each change. */
export function readPidFile(world: World, unit: Unit, path: string, watch: boolean): void {
  if (watch && unit.unwatchPidFile === undefined) {
    unit.unwatchPidFile = world.options.files.watch(path, () => {
      world.tell(unit, judge(world, unit, path));
      world.wake();
    });
  }
  world.tell(unit, judge(world, unit, path));
}

/** Watches the PID file no more. */
export function unwatchPidFile(unit: Unit): void {
  unit.unwatchPidFile?.();
  unit.unwatchPidFile = undefined;
}

/** Tells the unit the only process that is left in its group, if there is just one. */
export function guessMain(world: World, unit: Unit): void {
  // Only orphans can be daemons: what still has a parent of its own is at work for another.
  const pids = processesOf(world, unit).filter((pid) => pid !== unit.type.pids(unit.state).control && isOrphan(world, pid));
  const [only] = pids;
  world.tell(unit, pids.length === 1 && only !== undefined ? { event: 'guessed', pid: only } : { event: 'guessed' });
}

type PidFileEvent = Extract<UnitEvent, { readonly event: 'pid-file' }>;

/** A PID file may only name a living process of the unit; of another one only where it is the manager's own file (systemd.service(5), PIDFile=). */
function judge(world: World, unit: Unit, path: string): PidFileEvent {
  const { files, self } = world.options;
  const read = files.readWithStat(path, 64);
  if (read === undefined) return refused(`PID file ${path} is not there or cannot be read`);
  const match = /^\s*([1-9][0-9]*)\s*$/.exec(new TextDecoder().decode(read.bytes));
  if (match?.[1] === undefined) return refused(`PID file ${path} holds no process number`);
  const pid = Number(match[1]);
  if (pid === unit.type.pids(unit.state).control) return refused(`PID file ${path} names process ${pid}, which is a control process`);
  const problem = unsuitable(world, pid);
  if (problem !== undefined) return refused(`PID file ${path} names process ${pid}, which ${problem}`);
  if (isMember(world, unit, pid) !== true && !isTrusted(read.stat, followSafely(files, path), self.uid)) {
    return refused(`PID file ${path} names process ${pid}, which does not belong to the service`);
  }
  return { event: 'pid-file', pid };
}

function refused(reason: string): PidFileEvent {
  return { event: 'pid-file', reason };
}

/** Whether only we have a say in what was read: the file is ours, and nobody else chose that it is this one. */
function isTrusted(read: FileStat, found: FileStat | undefined, ownUid: number): boolean {
  return read.uid === ownUid && found !== undefined && found.inode === read.inode && found.device === read.device;
}

/** Why a process can be no unit's main process, whoever says so. */
export function unsuitable(world: World, pid: number): string | undefined {
  if (pid === world.options.keeper.inventory.pid || pid === 1) return 'is the manager';
  return isAlive(world, pid) ? undefined : 'does not exist';
}

/** A zombie is dead already. */
function isAlive(world: World, pid: number): boolean {
  const [state] = statusOf(world, pid);
  return state !== undefined && state !== 'Z';
}

function isOrphan(world: World, pid: number): boolean {
  const [, parent] = statusOf(world, pid);
  return parent === String(world.options.keeper.inventory.pid);
}

/** When a process began (proc(5), stat); undefined for one that is gone. */
export function startOf(world: World, pid: number): bigint | undefined {
  const field = statusOf(world, pid)[START_FIELD];
  return field === undefined || !isAlive(world, pid) ? undefined : BigInt(field);
}

/** Behind the name. */
const START_FIELD = 19;

/** The fields of /proc/PID/stat behind the name, which may hold anything: state, parent, … */
function statusOf(world: World, pid: number): readonly string[] {
  const line = text(world, `/proc/${pid}/stat`);
  return line === '' ? [] : line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** Whether a process belongs to the unit; undefined where it cannot be known. */
export function isMember(world: World, unit: Unit, pid: number): boolean | undefined {
  if (world.options.keeper.inventory.tracking === 'session') {
    return world.options.files.read(`/proc/${pid}/environ`, 1) === undefined ? undefined : isMarked(world, unit, pid);
  }
  const path = pathOfGroup(unit, world.options.scope);
  return text(world, `/proc/${pid}/cgroup`)
    .split('\n')
    .some((line) => line.endsWith(`/${path}`) || line.includes(`/${path}/`));
}

/** The processes of a unit's group. */
export function processesOf(world: World, unit: Unit): readonly number[] {
  const { tracking, cgroupRoot } = world.options.keeper.inventory;
  if (tracking !== 'session')
    return numbers(text(world, `${cgroupRoot}/${pathOfGroup(unit, world.options.scope)}/cgroup.procs`).split('\n'));
  return numbers(world.options.files.list('/proc')).filter((pid) => isMarked(world, unit, pid) && isAlive(world, pid));
}

/** Without cgroups a process is known by the variable that all of its run inherit. */
function isMarked(world: World, unit: Unit, pid: number): boolean {
  return unit.groupMark !== '' && text(world, `/proc/${pid}/environ`).split('\0').includes(`INVOCATION_ID=${unit.groupMark}`);
}

function numbers(words: readonly string[]): readonly number[] {
  return words.filter((word) => /^[0-9]+$/.test(word)).map(Number);
}

function text(world: World, path: string): string {
  const bytes = world.options.files.read(path, 1024 * 1024);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
