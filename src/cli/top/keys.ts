import type { Order, TopOptions } from './options.ts';
import type { Count } from './sample.ts';

/** What a key asks for: other options, to be shown at once, the help, or an end. */
export type Asked = { readonly options: TopOptions } | 'help' | 'end' | undefined;

const orders: Readonly<Record<string, Order>> = { p: 'path', t: 'tasks', c: 'cpu', m: 'memory', i: 'io' };
const MILLISECOND = 1000;
const SECOND = 1_000_000;

/** The meaning of a key, as in systemd-cgtop(1); undefined for one without. */
export function askedBy(key: string, options: TopOptions): Asked {
  const order = orders[key];
  if (order !== undefined) return { options: { ...options, order } };
  switch (key) {
    case ' ':
      return { options };
    case '%':
      return { options: { ...options, cpuTime: !options.cpuTime } };
    case 'P':
    case 'k':
      return { options: { ...options, count: toggled(key === 'P' ? 'processes' : 'all-processes', options.count) } };
    case 'r':
      return { options: options.count === 'tasks' ? options : { ...options, recursive: !options.recursive } };
    case '+':
      return { options: { ...options, delayUsec: options.delayUsec + (options.delayUsec < SECOND ? 250 * MILLISECOND : SECOND) } };
    case '-':
      return { options: { ...options, delayUsec: shorter(options.delayUsec) } };
    case '?':
    case 'h':
      return 'help';
    case 'q':
    case ctrlC:
    case ctrlD:
      return 'end';
    default:
      return undefined;
  }
}

/** The same key again counts tasks. */
function toggled(count: Count, before: Count): Count {
  return before === count ? 'tasks' : count;
}

const [ctrlC, ctrlD] = ['\x03', '\x04'];

function shorter(usec: number): number {
  if (usec <= 500 * MILLISECOND) return 250 * MILLISECOND;
  return usec <= 1250 * MILLISECOND ? usec - 250 * MILLISECOND : usec - SECOND;
}

/** What the keys do, in lines that fit any terminal. */
export const keysHelp: readonly string[] = [
  'p path, t tasks, c cpu, m memory, i io',
  '% time, P k processes, r recursive, + - delay, space now, q end',
];

/** The keys that are pressed on a terminal, each at once; it is as it was when this is disposed of. */
export class Keys implements Disposable {
  readonly #input: NodeJS.ReadStream;
  #heard: ((key: string) => void) | undefined;
  readonly #waiting: string[] = [];

  constructor(input: NodeJS.ReadStream) {
    this.#input = input;
    input.setRawMode(true);
    input.setEncoding('utf8');
    input.on('data', this.#read);
    input.resume();
  }

  /** The next key; undefined where none is pressed for so many milliseconds. */
  next(milliseconds: number): Promise<string | undefined> {
    const key = this.#waiting.shift();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(undefined, resolve), milliseconds);
      this.#heard = (pressed) => {
        clearTimeout(timer);
        this.#settle(pressed, resolve);
      };
    });
  }

  #settle(key: string | undefined, resolve: (key: string | undefined) => void): void {
    this.#heard = undefined;
    resolve(key);
  }

  readonly #read = (text: string): void => {
    // Keys that are no character, as arrows, are sequences that have no meaning here.
    if (!text.startsWith('\x1b')) this.#waiting.push(...text.split(''));
    const heard = this.#heard;
    if (heard !== undefined && this.#waiting.length > 0) heard(this.#waiting.shift() ?? '');
  };

  [Symbol.dispose](): void {
    this.#input.off('data', this.#read);
    this.#input.setRawMode(false);
    this.#input.pause();
  }
}
