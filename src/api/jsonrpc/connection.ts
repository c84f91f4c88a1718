import type { ApiServices, HandlerContext } from '../handler.ts';
import type { Change } from '../../graph/report.ts';
import type { ByteSocket, SocketReceiver } from '../../net/socket.ts';
import { answer } from './dispatch.ts';
import { failure, notification, parseMessage } from './message.ts';
import { JsonSplitter } from './splitter.ts';

/** A client that lets this many bytes of answers pile up is not read from until it has taken them. */
const slowLimit = 1024 * 1024;
/** A client that lets this many bytes pile up, which only a subscription can do, is let go. */
const lostLimit = 16 * 1024 * 1024;
/** So many calls of one connection may wait for their jobs before more are read. */
const openLimit = 16_384;

/** Serves one client until it is gone: reads calls, answers them in the order in which they finish, pushes changes. */
export function serve(socket: ByteSocket, services: ApiServices): SocketReceiver {
  const connection = new Connection(socket, services);
  return {
    data: (chunk) => connection.read(chunk),
    end: () => connection.readEnd(),
    drain: () => connection.flow(),
    closed: () => connection[Symbol.dispose](),
  };
}

/** Text that is sent at once, when the turn of the manager that it speaks of is over. */
interface Chunk {
  text: string;
}

class Connection {
  readonly #socket: ByteSocket;
  readonly #context: HandlerContext;
  readonly #splitter = new JsonSplitter();
  /** Calls that were read and not yet answered. */
  #open = 0;
  /** No more calls will be read. */
  #ended = false;
  /** What is being written in this go. */
  #chunk: Chunk | undefined;
  /** Characters that wait to be sent. */
  #unsent = 0;
  #unsubscribe: (() => void) | undefined;
  /** What is to be undone when the connection is over. */
  readonly #undo: (() => void)[] = [];

  constructor(socket: ByteSocket, services: ApiServices) {
    this.#socket = socket;
    this.#context = {
      ...services,
      subscribe: (wanted) => this.#subscribe(wanted),
      whenOver: (undo) => this.#undo.push(undo),
    };
  }

  read(chunk: Uint8Array): void {
    if (this.#ended) return;
    const { texts, problem } = this.#splitter.push(chunk);
    for (const text of texts) {
      if (!this.#carryOut(text)) return;
    }
    if (problem !== undefined) this.#refuse(problem);
    else this.flow();
  }

  readEnd(): void {
    if (this.#ended) return;
    const problem = this.#splitter.end();
    if (problem === undefined) this.#finish();
    else this.#refuse(problem);
  }

  /** Reads on when the client keeps up, and waits when it does not. */
  flow(): void {
    const busy = this.#backlog > slowLimit || this.#open >= openLimit;
    if (busy) this.#socket.pause();
    else if (!this.#ended) this.#socket.resume();
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** False where the connection is over. */
  #carryOut(text: string): boolean {
    const message = parseMessage(text);
    if (!message.ok) {
      this.#write(failure(null, message.error));
      // After text that is not JSON nobody knows where the next request begins.
      if (message.error.code === 'parse-error') this.#finish();
      return message.error.code !== 'parse-error';
    }
    const answered = answer(message.value, this.#context);
    if (answered instanceof Promise) {
      this.#open++;
      void answered.then((late) => this.#answerLate(late));
    } else this.#write(answered);
    return true;
  }

  #answerLate(text: string | undefined): void {
    this.#open--;
    this.#write(text);
    if (this.#ended) this.#finish();
    else this.flow();
  }

  #refuse(problem: string): void {
    this.#write(failure(null, { code: 'parse-error', message: `This is not JSON-RPC: ${problem}` }));
    this.#finish();
  }

  /** Reads no more, pushes no more; closes when all that was read is answered. */
  #finish(): void {
    this.#ended = true;
    // Whether a client that closed its side still listens cannot be told, and those that do not must not pile up.
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (this.#open === 0 && this.#unsent === 0) this.#socket.end();
  }

  #write(text: string | undefined): void {
    if (text === undefined || this.#socket.isGone) return;
    this.#chunk ??= this.#newChunk();
    this.#chunk.text += `${text}\n`;
    this.#unsent += text.length + 1;
  }

  /**
   * A manager that dies now must not have promised a job that it has not yet told the keeper of. What is written in one go
   * is sent two rounds later: the turn that tells the keeper is in the next round, but perhaps late in it. A keeper that is slow to read may keep it waiting longer.
   */
  #newChunk(): Chunk {
    const chunk: Chunk = { text: '' };
    queueMicrotask(() => {
      if (this.#chunk === chunk) this.#chunk = undefined;
    });
    setImmediate(() => setImmediate(() => this.#context.manager.whenTold(() => this.#send(chunk))));
    return chunk;
  }

  #send({ text }: Chunk): void {
    this.#unsent -= text.length;
    if (this.#socket.isGone) return;
    this.#socket.write(Buffer.from(text));
    if (this.#ended && this.#open === 0 && this.#unsent === 0) this.#socket.end();
    else this.flow();
  }

  get #backlog(): number {
    return this.#socket.unsent + this.#unsent;
  }

  #subscribe(wanted: ((change: Change) => boolean) | undefined): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (wanted === undefined || this.#ended) return;
    this.#unsubscribe = this.#context.manager.subscribe((change) => {
      if (!wanted(change)) return;
      if (this.#backlog > lostLimit) this.#socket.destroy();
      else this.#write(notification('change', change));
    });
  }
}
