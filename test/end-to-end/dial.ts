import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';

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
  #begun = '';
  /** Resolves when the other side is gone. */
  readonly ended: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    // Not by readline, which may tell of a line only after the end that came with it.
    socket.setEncoding('utf8').on('data', (text) => this.#read(String(text)));
    socket.once('end', () => {
      if (this.#begun !== '') this.#read('\n');
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

  #read(text: string): void {
    const lines = `${this.#begun}${text}`.split('\n');
    this.#begun = lines.pop() ?? '';
    this.#arrived.push(...lines.map((line) => line.replace(/\r$/, '')));
    this.#deliver();
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
