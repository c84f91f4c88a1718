import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Connects to a stream socket at a path, or at an abstract address. */
export async function dial(path: string, abstract = false): Promise<Line> {
  const socket = connect(abstract ? `\0${path}` : path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return new Line(socket);
}

/** A conversation in lines. */
export class Line {
  readonly #socket: Socket;
  readonly #arrived: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  /** Resolves when the other side is gone. */
  readonly ended: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket })
      .on('error', () => undefined)
      .on('line', (line) => {
        this.#arrived.push(line);
        this.#deliver();
      });
    this.ended = new Promise((resolve) =>
      socket.once('close', () => {
        this.#waiting?.(undefined);
        resolve();
      }),
    );
  }

  /** The next line. */
  async next(): Promise<string> {
    const line = await new Promise<string | undefined>((resolve) => {
      this.#waiting = resolve;
      this.#deliver();
      if (this.#socket.destroyed) resolve(undefined);
    });
    assert(line !== undefined, 'the connection ended before there was a line');
    return line;
  }

  /** Sends a line and gives the one that comes back. */
  say(text: string): Promise<string> {
    this.write(`${text}\n`);
    return this.next();
  }

  write(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  /** Closes our side; the other may go on. */
  end(): void {
    this.#socket.end();
  }

  /** Reads no more. */
  pause(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #deliver(): void {
    if (this.#waiting === undefined) return;
    const line = this.#arrived.shift();
    if (line === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting(line);
  }
}
