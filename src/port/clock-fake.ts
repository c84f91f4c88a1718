import { Heap } from '../base/heap.ts';
import type { Clock } from './clock.ts';
import type { Stamp } from './keeper.ts';

interface Alarm {
  readonly atUsec: number;
  readonly order: number;
  readonly elapsed: () => void;
  isCancelled: boolean;
}

/** A clock that stands still until it is told to go on, and that never waits: it jumps from one alarm to the next. */
export class FakeClock implements Clock {
  #nowUsec: number;
  #realtimeOffsetUsec = realtimeOffsetUsec;
  #order = 0;
  readonly #alarms = new Heap<Alarm>((a, b) => a.atUsec - b.atUsec || a.order - b.order);
  #soon: (() => void)[] = [];
  /** How many turns may be asked for without time going on. */
  mostTurns = 1_000_000;

  /** Begins at this CLOCK_MONOTONIC time; CLOCK_REALTIME is a distance away that only `jump` changes. */
  constructor(startUsec = 1_000_000) {
    this.#nowUsec = startUsec;
  }

  now(): Stamp {
    return { monotonicUsec: this.#nowUsec, realtimeUsec: this.#nowUsec + this.#realtimeOffsetUsec };
  }

  at(monotonicUsec: number, elapsed: () => void): () => void {
    if (!Number.isInteger(monotonicUsec)) throw new Error(`an alarm for ${monotonicUsec} µs: times are whole microseconds`);
    const alarm: Alarm = { atUsec: monotonicUsec, order: this.#order, elapsed, isCancelled: false };
    this.#order += 1;
    this.#alarms.push(alarm);
    return () => {
      alarm.isCancelled = true;
    };
  }

  soon(turn: () => void): void {
    this.#soon.push(turn);
  }

  /** Runs what is due now, and what comes of it, without going on in time. */
  settle(): void {
    for (let steps = 0; this.#runDue(); steps += 1) {
      if (steps > this.mostTurns) throw new Error('the clock does not come to rest: something asks for a turn again and again');
    }
  }

  /** Sets CLOCK_REALTIME forward, or back. */
  jump(usec: number): void {
    this.#realtimeOffsetUsec += usec;
  }

  /** Goes on by this long, stopping at each alarm on the way. */
  advance(usec: number): void {
    const end = this.#nowUsec + usec;
    this.settle();
    for (let next = this.nextAlarm(); next !== undefined && next <= end; next = this.nextAlarm()) {
      this.#nowUsec = Math.max(this.#nowUsec, next);
      this.settle();
    }
    this.#nowUsec = end;
  }

  /** Goes on to the next alarm if there is one within this time; tells whether there was. */
  step(limitUsec: number): boolean {
    this.settle();
    const next = this.nextAlarm();
    if (next === undefined || next > this.#nowUsec + limitUsec) return false;
    this.advance(Math.max(0, next - this.#nowUsec));
    return true;
  }

  /** When the next alarm is due. */
  nextAlarm(): number | undefined {
    for (let alarm = this.#alarms.peek(); alarm !== undefined; alarm = this.#alarms.peek()) {
      if (!alarm.isCancelled) return alarm.atUsec;
      this.#alarms.pop();
    }
    return undefined;
  }

  /** The same clock for one who may die: after `kill` nothing that was asked for through it happens any more. */
  client(): Clock & { kill(): void } {
    let isAlive = true;
    return {
      now: () => this.now(),
      at: (monotonicUsec, elapsed) => this.at(monotonicUsec, () => isAlive && elapsed()),
      soon: (turn) => this.soon(() => isAlive && turn()),
      kill: () => {
        isAlive = false;
      },
    };
  }

  #runDue(): boolean {
    const turns = this.#soon;
    this.#soon = [];
    for (const turn of turns) turn();
    if (turns.length > 0) return true;
    const next = this.nextAlarm();
    if (next === undefined || next > this.#nowUsec) return false;
    this.#alarms.pop()?.elapsed();
    return true;
  }
}

/** 2026-01-01 00:00:00 UTC. */
const realtimeOffsetUsec = 1_767_225_600_000_000;
