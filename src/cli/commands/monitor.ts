import type { Client } from '../../api/client.ts';
import type { Answer } from '../../api/contract.ts';
import type { Change } from '../../api/manager.ts';
import { createTimeText } from '../../base/timestamp.ts';
import { ownNames } from '../history/read.ts';
import { failureText, originOf } from '../why/failure.ts';
import type { Invocation } from '../invocation.ts';
import { eventLines, Observer, type MonitorEvent } from '../monitor/events.ts';
import { readNames } from '../names.ts';
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
  }
}

/** How many log lines of a failure are shown, unless -n says so; up to four are the manager's own. */
const logLines = 6;

class Monitor {
  readonly #invocation: Invocation;
  readonly #patterns: readonly string[];
  readonly #observer = new Observer();
  readonly #times = createTimeText(false);

  constructor(invocation: Invocation, patterns: readonly string[]) {
    this.#invocation = invocation;
    this.#patterns = patterns;
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
    const [info, now] = await Promise.all([client.call('manager.info', {}), client.call('units.list', patterns)]);
    if (!subscribed.ok || !info.ok || !now.ok) {
      const refused = [subscribed, info, now].find((answer) => !answer.ok && answer.error.code !== 'connection-lost');
      if (refused === undefined || refused.ok) return 'lost';
      terminal.fail(`Failed to ask the manager: ${refused.error.message}`);
      return 'refused';
    }
    if (!first && !(await this.#tell([{ usec: nowUsec(), event: 'manager', what: 'back' }]))) return 'unread';
    if (first && !options.quiet) terminal.tell(`Waiting for what happens${this.#whose()}; Ctrl-C ends this.`);
    // What was told before the list came is part of it.
    const told = queue.takeAll().flatMap(({ change, usec }) => (change === undefined ? [] : this.#observer.take(change, usec)));
    if (!(await this.#tell([...told, ...this.#observer.look(now.value, nowUsec())], client, info.value))) return 'unread';
    for (;;) {
      const taken = await queue.take();
      const events = taken.change === undefined ? [] : this.#observer.take(taken.change, taken.usec);
      if (!(await this.#tell(events, client, info.value))) return 'unread';
      if (taken.change === undefined) return (await this.#tell([{ usec: taken.usec, event: 'manager', what: 'gone' }])) ? 'lost' : 'unread';
    }
  }

  #whose(): string {
    return this.#patterns.length === 0 ? '' : ` to ${this.#patterns.join(', ')}`;
  }

  async #tell(events: readonly MonitorEvent[], client?: Client, info?: Answer<'manager.info'>): Promise<boolean> {
    for (const event of events) {
      if (!(await this.#print(event))) return false;
      if (event.event !== 'unit' || event.active !== 'failed' || client === undefined || info === undefined) continue;
      if (!(await this.#print(await this.#failure(event.unit, event.usec, client, info)))) return false;
    }
    return true;
  }

  #print(event: MonitorEvent): Promise<boolean> {
    const { terminal, options } = this.#invocation;
    if (listForm(options.output) !== 'table') return terminal.live(JSON.stringify(event));
    const [, , time = ''] = this.#times.fullPrecise(event.usec).split(' ');
    const shown = time.slice(0, 'HH:MM:SS.mmm'.length);
    const [head = '', ...rest] = eventLines(event, terminal.style);
    return terminal.live(
      [`${terminal.style.grey(shown)} ${head}`, ...rest.map((line) => `${' '.repeat(shown.length)} ${line}`)].join('\n'),
    );
  }

  async #failure(unit: string, usec: number, client: Client, info: Answer<'manager.info'>): Promise<MonitorEvent> {
    const { program, services, options } = this.#invocation;
    const { runtimeDirectory, stateDirectory, journal } = info;
    const [history, log] = await Promise.all([
      client.call('history.list', { units: [unit] }),
      services.recentLogs({ runtimeDirectory, stateDirectory, journal, unit, lines: options.lines ?? logLines, sinceUsec: 0, output: '' }),
    ]);
    const entries = history.ok ? history.value : [];
    const index = entries.findLastIndex((entry) => entry.what === 'state' && entry.to.startsWith('failed'));
    const last = entries[index];
    const cause = last?.what === 'state' ? failureText(originOf(entries, index, last)) : undefined;
    const name = `${unit.startsWith('-') ? '-- ' : ''}${quoteForShell(unit)}`;
    const tool = `${program}${sameManager(options)}`;
    const next = [`${tool} why ${name}`, `${tool} status ${name}`];
    return { usec, event: 'failure', unit, ...(cause === undefined ? {} : { cause }), log, next };
  }
}

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
