import { type ChildProcess, spawn } from 'node:child_process';

/** A datagram for a socket of the file system, in the name of the process that wrote what is in it. */
export interface Datagram {
  readonly path: string;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** Waits for a receiver who is behind, for a second at most; else it goes without. */
  readonly waits: boolean;
  readonly bytes: Uint8Array;
}

/** Sends datagrams by a child, as JavaScript has no sockets of this kind. */
export interface Relay {
  /** What cannot be taken in is left out and counted. */
  readonly send: (datagram: Datagram) => void;
  /** All that was given has gone to the child. */
  readonly isEmpty: boolean;
  /** Waits until all is sent that was given, for a second at most. */
  readonly close: () => Promise<void>;
}

/** A relay by the keeper's program, which is started when there is something to send. */
export function createRelay(keeper: string, warn: (text: string) => void, now: () => number): Relay {
  let child: ChildProcess | undefined;
  let startedUsec = -Infinity;
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  let missed = 0;

  /** Undefined where the last one was started, and ended, only now. */
  function start(): ChildProcess | undefined {
    if (child !== undefined) return child;
    if (now() - startedUsec < restartUsec) return undefined;
    startedUsec = now();
    const started = spawn(keeper, ['--relay'], { stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = (): void => void (child === started && (child = undefined));
    started.on('error', ended);
    started.on('exit', ended);
    started.stdin.on('error', ended);
    child = started;
    return child;
  }

  function flush(): void {
    const input = start()?.stdin;
    if (input === null || input === undefined) missed += gathered.length;
    else input.write(Buffer.concat(gathered));
    gathered = [];
    bytes = 0;
  }

  return {
    send(datagram) {
      if (bytes + (child?.stdin?.writableLength ?? 0) > longestQueue) {
        missed++;
        return;
      }
      if (missed > 0) warn(`${missed} messages could not be passed on, as the receivers do not read.`);
      missed = 0;
      const frame = encode(datagram);
      if (gathered.length === 0) setImmediate(flush);
      gathered.push(frame);
      bytes += frame.length;
    },
    get isEmpty() {
      return gathered.length === 0 && (child?.stdin?.writableLength ?? 0) === 0;
    },
    async close() {
      if (gathered.length > 0) flush();
      const last = child;
      if (last === undefined) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        last.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        last.stdin?.end();
      });
    },
  };
}

const restartUsec = 1_000_000;
const patienceMs = 1_000;
const longestQueue = 8 << 20;
const headerBytes = 14;

/** As keeper/relay.c reads it. */
function encode({ path, pid, uid, gid, waits, bytes }: Datagram): Uint8Array {
  const address = Buffer.from(path);
  const head = Buffer.alloc(4 + headerBytes);
  head.writeUInt32LE(headerBytes + address.length + bytes.length, 0);
  head.writeUInt32LE(pid, 4);
  head.writeUInt32LE(uid, 8);
  head.writeUInt32LE(gid, 12);
  head.writeUInt8(waits ? 1 : 0, 16);
  head.writeUInt8(address.length, 17);
  return Buffer.concat([head, address, bytes]);
}
