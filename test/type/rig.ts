import assert from 'node:assert/strict';
import type { Effect, Look, Refusal, Step, StepContext, UnitEvent, UnitType } from '../../src/type/type.ts';
import type { UnitConfig } from '../../src/unit/config.ts';
import type { KillSettings } from '../../src/unit/settings/kill.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import type { SocketSettings } from '../../src/unit/settings/socket.ts';
import type { Command } from '../../src/unit/values/types.ts';
import { serviceOf, socketOf } from '../unit/config.ts';

export const second = 1_000_000;

/** A command line without variables; a `-` before the path means what it does in a unit file. */
export function command(line: string): Command {
  const ignoreFailure = line.startsWith('-');
  const [path = '', ...rest] = line.slice(ignoreFailure ? 1 : 0).split(' ');
  return { path, argv: [path, ...rest], ignoreFailure, expand: true, privilege: 'normal' };
}

/** a.service, which runs /bin/a and sets just this. */
export function serviceConfig(service: Partial<ServiceSettings> = {}, kill: Partial<KillSettings> = {}): UnitConfig {
  return serviceOf({ ExecStart: [command('/bin/a')], ...service }, { kill });
}

/** a.socket, which sets just this. */
export function socketConfig(socket: Partial<SocketSettings> = {}, kill: Partial<KillSettings> = {}): UnitConfig {
  return socketOf(socket, { kill });
}

/** What a type is told besides its state; tests change what they need. */
export interface World {
  now: number;
  stopRequested: boolean;
  restartRequested: boolean;
  triggered: ReturnType<StepContext['triggered']>;
  sockets: readonly { readonly held: string; readonly name: string }[];
  disturbs: boolean;
  ipv6: boolean;
  random: number;
  ownsMachine: boolean;
  trouble: string | undefined;
  mountAt: ReturnType<StepContext['mountAt']>;
  /** CLOCK_REALTIME when CLOCK_MONOTONIC was 0. */
  epoch: number;
  zone: string;
  cannotWake: string | undefined;
  modified: Readonly<Record<string, number>>;
  /** Files that are there. */
  readonly files: Set<string>;
  /** Which files lead to the paths of a path unit. */
  trail: string;
}

/**
 * A unit with nothing but its state machine: it takes each step, remembers what the effects leave behind (armed timers,
 * living children, held descriptors), and checks that each state survives as JSON.
 */
export class Rig<State> {
  readonly world: World = {
    now: 1000 * second,
    stopRequested: false,
    restartRequested: false,
    triggered: undefined,
    sockets: [],
    disturbs: false,
    ipv6: true,
    random: 0.5,
    ownsMachine: true,
    trouble: undefined,
    mountAt: undefined,
    epoch: 1_700_000_000 * second,
    zone: 'UTC',
    cannotWake: undefined,
    modified: {},
    files: new Set(),
    trail: '',
  };
  readonly timers = new Map<string, number>();
  readonly children = new Set<number>();
  /** Those of them whose fork has not been reported yet. */
  readonly unborn = new Set<number>();
  /** Looks that were passed, in order. */
  readonly passed: string[] = [];
  readonly log: string[] = [];
  state: State;
  /** Effects of the last step, but for `log`. */
  effects: readonly Effect[] = [];
  readonly #type: UnitType<State>;
  readonly config: UnitConfig;
  #lastChild = 0;

  constructor(type: UnitType<State>, config: UnitConfig) {
    this.#type = type;
    this.config = config;
    this.state = type.initial;
  }

  get look(): Look {
    return this.#type.look(this.state);
  }

  get sub(): string {
    return this.look.sub;
  }

  get result(): string {
    return this.look.result;
  }

  /** The id of the child that was asked for last. */
  get child(): number {
    return this.#lastChild;
  }

  start(): Refusal | undefined {
    return this.#take(this.#type.start(this.state, this.config, this.context()));
  }

  stop(): Refusal | undefined {
    return this.#take(this.#type.stop(this.state, this.config, this.context()));
  }

  reload(): Refusal | undefined {
    return this.#take(this.#type.reload(this.state, this.config, this.context()));
  }

  send(event: UnitEvent): this {
    if (event.event === 'exited' || event.event === 'spawn-failed') this.children.delete(event.child);
    if (event.event === 'spawned' || event.event === 'spawn-failed') this.unborn.delete(event.child);
    if (event.event === 'elapsed') this.timers.delete(event.timer);
    this.#take(this.#type.step(this.state, event, this.config, this.context()));
    return this;
  }

  /** The child was forked; its pid is its id + 1000. */
  spawned(child = this.child): this {
    return this.send({ event: 'spawned', child, pid: child + 1000 });
  }

  exited(status = 0, more: Partial<Extract<UnitEvent, { readonly event: 'exited' }>> = {}): this {
    return this.send({ event: 'exited', child: this.child, how: 'exited', status, missing: false, groupEmpty: true, ...more });
  }

  killed(signal: number, more: Partial<Extract<UnitEvent, { readonly event: 'exited' }>> = {}): this {
    return this.exited(signal, { how: 'killed', ...more });
  }

  /** Time goes on to the end of this timer. */
  elapse(timer: string): this {
    const atUsec = this.timers.get(timer);
    assert.ok(atUsec !== undefined, `timer ${timer} is not armed in ${this.sub}`);
    this.world.now = Math.max(this.world.now, atUsec);
    return this.send({ event: 'elapsed', timer });
  }

  /** The effects of the last step in words. */
  get did(): readonly string[] {
    return this.effects.map(words);
  }

  context(): StepContext {
    const { world } = this;
    return {
      now: world.now,
      realtimeUsec: world.epoch + world.now,
      started: { monotonicUsec: 100 * second, realtimeUsec: world.epoch + 100 * second },
      bootUsec: 0,
      zone: world.zone,
      stampDirectory: '/var/lib/systemd/timers',
      cannotWake: world.cannotWake,
      modified: (path) => world.modified[path],
      isTriggering: () => false,
      exists: (path) => world.files.has(path),
      firstMatch: (pattern) => [...world.files].find((path) => path.startsWith(pattern.replace('*', ''))),
      hasEntries: (path) => [...world.files].some((each) => each.startsWith(`${path}/`)),
      trail: (paths) => paths.map((path) => `${path}${world.files.has(path) ? '+' : '-'}`).join(' ') + world.trail,
      stableRandom: () => 0.25,
      invocationId: '0123456789abcdef0123456789abcdef',
      nextChild: () => ++this.#lastChild,
      defaults: {
        timeoutStartUsec: 90 * second,
        timeoutStopUsec: 80 * second,
        timeoutAbortUsec: undefined,
        deviceTimeoutUsec: 90 * second,
        restartUsec: 0.1 * second,
        startLimitIntervalUsec: 10 * second,
        startLimitBurst: 5,
        timerAccuracyUsec: 60 * second,
        oomPolicy: 'stop',
      },
      stopRequested: world.stopRequested,
      restartRequested: world.restartRequested,
      sockets: () => world.sockets,
      triggered: () => world.triggered,
      disturbs: () => world.disturbs,
      uid: 0,
      ownsMachine: world.ownsMachine,
      trouble: () => world.trouble,
      mountAt: () => world.mountAt,
      resolveUser: (name) => accounts[name],
      resolveGroup: (name) => accounts[name],
      primaryGroup: (name) => accounts[name],
      ipv6: world.ipv6,
      interfaceIndex: (name) => interfaces[name],
      random: () => world.random,
    };
  }

  #take(outcome: Step<State> | Refusal): Refusal | undefined {
    if ('refused' in outcome) {
      this.effects = [];
      return outcome;
    }
    if (outcome.through !== undefined) this.passed.push(this.#type.look(outcome.through).sub);
    this.state = outcome.state;
    if (this.passed.at(-1) !== this.sub) this.passed.push(this.sub);
    assert.deepEqual(JSON.parse(JSON.stringify(this.state)), this.state);
    this.effects = outcome.effects.filter(({ effect }) => effect !== 'log');
    for (const effect of outcome.effects) this.#remember(effect);
    return undefined;
  }

  #remember(effect: Effect): void {
    switch (effect.effect) {
      case 'arm':
        this.timers.set(effect.timer, effect.atUsec);
        return;
      case 'disarm':
        this.timers.delete(effect.timer);
        return;
      case 'spawn':
      case 'run':
        this.unborn.add(effect.child);
        this.children.add(effect.child);
        return;
      case 'adopt':
        this.children.add(effect.child);
        return;
      case 'log':
        this.log.push(effect.message);
        return;
      default:
    }
  }
}

const interfaces: Readonly<Record<string, number>> = { lo: 1, eth7: 7 };
const accounts: Readonly<Record<string, number>> = { root: 0, ann: 1000, web: 33 };

/** An effect in words, as short as it can be told from others. */
function words(effect: Effect): string {
  switch (effect.effect) {
    case 'spawn':
      return `spawn ${effect.request.list} ${effect.request.command.argv.join(' ')}`;
    case 'run':
      return `run ${effect.plan.length} ops`;
    case 'arm':
      return `arm ${effect.timer}`;
    case 'disarm':
      return `disarm ${effect.timer}`;
    case 'signal':
      return `signal child ${effect.child} with ${effect.signal}`;
    case 'signal-pid':
      return `signal pid ${effect.pid} with ${effect.signal}`;
    case 'signal-group':
      return `signal group with ${effect.signal}${effect.except.length === 0 ? '' : ` except ${effect.except.join(',')}`}`;
    case 'adopt':
      return `adopt ${effect.pid}`;
    case 'read-pid-file':
      return `${effect.watch ? 'watch' : 'read'} ${effect.path}`;
    case 'unlink':
      return `unlink ${effect.path}`;
    case 'trigger':
      return `trigger ${effect.job} ${effect.unit}`;
    case 'poll':
    case 'poll-drain':
    case 'unpoll':
    case 'close':
    case 'flush':
    case 'watch-hangup':
      return `${effect.effect} ${effect.name}`;
    case 'rename':
      return `rename ${effect.name} ${effect.to}`;
    default:
      return effect.effect;
  }
}
