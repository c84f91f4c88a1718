import type { Client } from '../../api/client.ts';
import type { Change } from '../../api/manager.ts';
import { createTimeText } from '../../base/timestamp.ts';
import { ownNames } from '../history/read.ts';
import { failureText, originOf } from '../why/failure.ts';
import type { Invocation } from '../invocation.ts';
import { eventLines, Observer, type MonitorEvent } from '../monitor/events.ts';
import { readNames } from '../names.ts';
import { ownLogSoon } from '../output/own-log.ts';
import { quoteForShell } from '../output/shell-quote.ts';
import { listForm } from '../output/json.ts';
import { sameManager } from '../output/same-manager.ts';

/** `monitor`: tells what happens to these units, or to all, as it happens, until it is interrupted or nobody reads it; 1 where there is no manager. */
export async function runMonitor(invocation: Invocation): Promise<number> {
  const read = readNames(invocation, invocation.words);
  if (read === undefined) return 1;
  const interrupted = onInterrupt();
  const monitor = new Monitor(invocation, [...(await ownNames(invocation, read.names)), ...read.globs]);
  try {
    for (let first = true; ; first = false) {
      const connected = await Promise.race([invocation.connect(), interrupted.promise]);
      if (connected === undefined) return 0;
      if (!connected.ok) {
        invocation.terminal.fail(connected.error);
        return 1;
      }
      const over = await Promise.race([monitor.follow(connected.value, first), interrupted.promise]);
      if (over !== 'lost') return over === 'refused' ? 1 : 0;
    }
  } finally {
    interrupted.forget();
    monitor.end();
  }
}

/** How many lines of the processes of what has failed are shown, unless -n says so. */
const logLines = 5;

class Monitor {
  readonly #invocation: Invocation;
  readonly #patterns: readonly string[];
  readonly #observer = new Observer();
  readonly #times = createTimeText(false);
  #isOver = false;

  constructor(invocation: Invocation, patterns: readonly string[]) {
    this.#invocation = invocation;
    this.#patterns = patterns;
  }

  /** Nothing is told any more, also not that the connection ends. */
  end(): void {
    this.#isOver = true;
  }

  /** Tells what this manager tells, until it is gone or nobody reads any more; or it refuses. */
  async follow(client: Client, first: boolean): Promise<'lost' | 'unread' | 'refused'> {
    const { terminal, options } = this.#invocation;
    const queue = new Queue();
    client.receive((change) => queue.put(change));
    void client.closed.then(() => queue.put(undefined));
    const units = this.#patterns.length === 0 ? {} : { units: [...this.#patterns] };
    const patterns = this.#patterns.length === 0 ? {} : { patterns: [...this.#patterns] };
    const subscribed = await client.call('changes.subscribe', units);
    const now = await client.call('units.list', patterns);
    if (!subscribed.ok || !now.ok) {
      const refused = [subscribed, now].find((answer) => !answer.ok && answer.error.code !== 'connection-lost');
      if (refused === undefined || refused.ok) return 'lost';
      terminal.fail(`Failed to ask the manager: ${refused.error.message}`);
      return 'refused';
    }
    if (!first && !(await this.#tell([{ usec: nowUsec(), event: 'manager', what: 'back' }]))) return 'unread';
    if (first && !options.quiet) terminal.tell(`Waiting for what happens${this.#whose()}; Ctrl-C ends this.`);
    // What was told before the list came is part of it.
    const told = queue.takeAll().flatMap(({ change, usec }) => (change === undefined ? [] : this.#observer.take(change, usec)));
    if (!(await this.#tell([...told, ...this.#observer.look(now.value, nowUsec())], client))) return 'unread';
    for (;;) {
      const taken = await queue.take();
      if (this.#isOver) return 'unread';
      const events = taken.change === undefined ? [] : this.#observer.take(taken.change, taken.usec);
      if (!(await this.#tell(events, client))) return 'unread';
      if (taken.change === undefined) return (await this.#tell([{ usec: taken.usec, event: 'manager', what: 'gone' }])) ? 'lost' : 'unread';
    }
  }

  #whose(): string {
    return this.#patterns.length === 0 ? '' : ` to ${this.#patterns.join(', ')}`;
  }

  get #isText(): boolean {
    return listForm(this.#invocation.options.output) === 'table';
  }

  async #tell(events: readonly MonitorEvent[], client?: Client): Promise<boolean> {
    for (const event of events) {
      const hasFailed = event.event === 'unit' && event.active === 'failed' && client !== undefined;
      // In a text, that it failed and why is one thing.
      if (!(hasFailed && this.#isText) && !(await this.#print(event))) return false;
      if (hasFailed && !(await this.#print(await this.#failure(event.unit, event.usec, client)))) return false;
    }
    return true;
  }

  #print(event: MonitorEvent): Promise<boolean> {
    const { terminal, options } = this.#invocation;
    if (!this.#isText) return terminal.live(JSON.stringify(event));
    const [, , time = ''] = this.#times.fullPrecise(event.usec).split(' ');
    const shown = time.slice(0, 'HH:MM:SS.mmm'.length);
    const width = options.full || terminal.width === undefined ? undefined : Math.max(leastColumns, terminal.width - shown.length - 1);
    const [head = '', ...rest] = eventLines(event, terminal.style, width);
    return terminal.live(
      [`${terminal.style.grey(shown)} ${head}`, ...rest.map((line) => `${' '.repeat(shown.length)} ${line}`)].join('\n'),
    );
  }

  async #failure(unit: string, usec: number, client: Client): Promise<MonitorEvent> {
    const { program, options } = this.#invocation;
    const history = await client.call('history.list', { units: [unit] });
    const entries = history.ok ? history.value : [];
    const index = entries.findLastIndex((entry) => entry.what === 'state' && entry.to.startsWith('failed'));
    const last = entries[index];
    const failed = last?.what === 'state' ? last : undefined;
    const cause = failed === undefined ? undefined : failureText(originOf(entries, index, failed));
    const run = failed?.invocation === undefined ? {} : { invocation: failed.invocation };
    const log = await ownLogSoon(this.#invocation, { unit, ...run }, options.lines ?? logLines);
    const name = `${unit.startsWith('-') ? '-- ' : ''}${quoteForShell(unit)}`;
    const tool = `${program}${sameManager(options)}`;
    const next = [`${tool} why ${name}`, `${tool} status ${name}`];
    return { usec, event: 'failure', unit, ...(cause === undefined ? {} : { cause }), log, next };
  }
}

/** What is told of an event has so many columns at least. */
const leastColumns = 20;

/** Changes in the order in which they came, each with when; undefined is the end of the connection. */
class Queue {
  readonly #waiting: { readonly change: Change | undefined; readonly usec: number }[] = [];
  #wake: () => void = () => undefined;

  put(change: Change | undefined): void {
    this.#waiting.push({ change, usec: nowUsec() });
    this.#wake();
  }

  /** All that is here, but for the end of the connection. */
  takeAll(): readonly { readonly change: Change | undefined; readonly usec: number }[] {
    const end = this.#waiting.findIndex(({ change }) => change === undefined);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async take(): Promise<{ readonly change: Change | undefined; readonly usec: number }> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) return next;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function nowUsec(): number {
  return Date.now() * 1000;
}

/** Resolves to undefined at SIGINT or SIGTERM. */
function onInterrupt(): { readonly promise: Promise<undefined>; readonly forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, stop);
  return { promise, forget: () => void signals.map((signal) => process.off(signal, stop)) };
}
