import { isInactiveOrFailed } from '../graph/active-state.ts';
import { plan } from '../graph/transaction.ts';
import type { Defaults, StepContext } from '../type/type.ts';
import { topMount } from '../type/mount/parse.ts';
import { findAccount, resolveGroup, resolveUser } from './accounts.ts';
import { localZone } from './clock-watch.ts';
import { machineOf } from './machine.ts';
import { heldSockets } from './held-sockets.ts';
import type { HeldSocket } from './held-sockets.ts';
import type { Stamp } from '../port/keeper.ts';
import type { Zone } from '../unit/values/time-zone.ts';
import { isHiddenOrBackup } from '../base/backup-name.ts';
import { expandGlob } from './expand-glob.ts';
import { trailOf } from './trail.ts';
import { stableFraction } from './stable-fraction.ts';
import type { Unit } from './unit.ts';
import { type Demanding, whyUnsupported } from './unsupported.ts';
import type { World } from './world.ts';

/** What a unit's type may know. One is made for each step, and most of it is not asked for, so it is looked up only then. */
export class UnitContext implements StepContext {
  readonly #world: World;
  readonly #unit: Unit;

  constructor(world: World, unit: Unit) {
    this.#world = world;
    this.#unit = unit;
  }

  get now(): number {
    return this.#world.now.monotonicUsec;
  }

  get realtimeUsec(): number {
    return this.#world.now.realtimeUsec;
  }

  get invocationId(): string {
    return this.#unit.invocationId;
  }

  get defaults(): Defaults {
    return this.#world.options.config.defaults;
  }

  get watchdogs(): boolean {
    return this.#world.serviceWatchdogs;
  }

  get stopRequested(): boolean {
    return this.#unit.job?.type === 'stop';
  }

  get restartRequested(): boolean {
    return this.#unit.job?.type === 'restart';
  }

  get uid(): number {
    return this.#world.options.self.uid;
  }

  get ipv6(): boolean {
    return this.#world.options.ipv6;
  }

  get ownsMachine(): boolean {
    return this.#world.options.init;
  }

  get started(): Stamp {
    return this.#world.options.keeper.inventory.startedAt;
  }

  get bootUsec(): number {
    return this.#world.options.container ? this.started.monotonicUsec : 0;
  }

  get zone(): Zone {
    return localZone(this.#world);
  }

  get stampDirectory(): string {
    const { scope, facts } = this.#world.options;
    return `${scope === 'system' ? facts.directories.state : facts.directories.data}/systemd/timers`;
  }

  get cannotWake(): string | undefined {
    const { capabilities } = machineOf(this.#world);
    return capabilities.has('CAP_WAKE_ALARM') ? undefined : 'the manager does not have CAP_WAKE_ALARM';
  }

  modified(path: string): number | undefined {
    const { kind, mtimeUsec } = this.#world.options.files.stat(path);
    return kind === 'file' ? mtimeUsec : undefined;
  }

  isTriggering(): boolean {
    return this.#world.wanted.some(({ by }) => by === this.#unit);
  }

  exists(path: string): boolean {
    return this.#world.options.files.access(path, 0);
  }

  firstMatch(pattern: string): string | undefined {
    return expandGlob(this.#world.options.files, pattern)[0];
  }

  hasEntries(path: string): boolean {
    return this.#world.options.files.list(path).some((name) => !isHiddenOrBackup(name));
  }

  trail(paths: readonly string[]): string {
    return trailOf(this.#world.options.files, paths);
  }

  stableRandom(): number {
    const { facts, scope, self } = this.#world.options;
    return stableFraction([facts.machineId, scope, scope === 'user' ? String(self.uid) : '', this.#unit.name]);
  }

  trouble(type: Demanding): string | undefined {
    return whyUnsupported(this.#world, type);
  }

  mountAt(where: string): ReturnType<StepContext['mountAt']> {
    const bytes = this.#world.options.files.read('/proc/self/mountinfo');
    return bytes === undefined ? undefined : topMount(new TextDecoder().decode(bytes), where);
  }

  nextChild(): number {
    return this.#world.nextChild();
  }

  sockets(): readonly HeldSocket[] {
    return heldSockets(this.#world, this.#unit);
  }

  triggered(): ReturnType<StepContext['triggered']> {
    const [name] = this.#world.graph.related(this.#unit.name, 'triggers');
    if (name === undefined) return undefined;
    const { look, load, stamps } = this.#world.unit(name);
    const { inactiveExit, inactiveEnter } = stamps;
    return {
      ...look,
      load: load.state,
      ...(inactiveExit === undefined ? {} : { inactiveExit }),
      ...(inactiveEnter === undefined ? {} : { inactiveEnter }),
    };
  }

  disturbs(): boolean {
    const world = this.#world;
    const [name] = world.graph.related(this.#unit.name, 'triggers');
    const planned = name === undefined ? undefined : plan('start', name, 'replace', world);
    if (planned?.ok !== true) return false;
    return planned.value.jobs.some(({ type, unit }) => type === 'stop' && !isInactiveOrFailed(world.unit(unit).look.active));
  }

  resolveUser(name: string): number | undefined {
    return resolveUser(this.#world.options, name);
  }

  resolveGroup(name: string): number | undefined {
    return resolveGroup(this.#world.options, name);
  }

  primaryGroup(user: string): number | undefined {
    return findAccount(this.#world.options, user)?.gid;
  }

  interfaceIndex(name: string): number | undefined {
    const bytes = this.#world.options.files.read(`/sys/class/net/${name}/ifindex`, 32);
    const number = Number(new TextDecoder().decode(bytes).trim());
    return bytes !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
  }

  random(): number {
    return this.#world.options.random();
  }
}
