import { err, ok, type Result } from '../base/result.ts';
import { type ByteSocket, connectSocket, type SocketReceiver } from '../net/socket.ts';
// Types only: the schemas of the contract are slow to load, and a client has no use for them.
import type { Answer, MethodName, Params } from './contract.ts';
import { answerOf, readAnswer } from './answer.ts';
import type { ApiError } from './error.ts';
import type { Change } from '../graph/report.ts';

/** A connection to a manager's control socket. */
export interface Client {
  /** Calls a method; calls may overlap. A lost connection makes all that are open fail with `connection-lost`. */
  call<Name extends MethodName>(method: Name, params: Params<Name>): Promise<Result<Answer<Name>, ApiError>>;
  /** Sets the one receiver of changes, which come after `changes.subscribe`. */
  receive(receiver: (change: Change) => void): void;
  /** Resolves when the connection is over, by whichever side. */
  readonly closed: Promise<void>;
  /** Ends the connection; the reason is what calls that are open fail with. */
  close(reason?: string): void;
}

/** Why there is no connection; `code` is that of connect(2), as ENOENT. */
export interface ConnectFailure {
  readonly path: string;
  readonly code: string;
}

/**
 * Connects to a control socket.
 * With `retryMs`, goes on trying for so long while nobody answers there, as when the manager is being replaced; a socket that
 * is not there at all is waited for only `again`, by clients that were connected before.
 */
export async function connectClient(
  path: string,
  { retryMs = 0, again = false }: { readonly retryMs?: number; readonly again?: boolean } = {},
): Promise<Result<Client, ConnectFailure>> {
  const deadline = Date.now() + retryMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 200)) {
    const client = await open(path);
    if (client.ok) return client;
    const mayPass = transient.has(client.error) || (again && client.error === 'ENOENT');
    if (!mayPass || Date.now() + pauseMs > deadline) return err({ path, code: client.error });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** While the manager is away its socket refuses, or has a full queue; one that is killed resets what it has just taken. */
const transient: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EAGAIN', 'ECONNRESET', 'EPIPE']);

async function open(path: string): Promise<Result<Client, string>> {
  const connected = await connectSocket(path, (socket) => new JsonRpcClient(socket).receiver);
  return connected.ok ? ok(connected.value.client) : err(connected.error.code ?? connected.error.message);
}

type Settle = (answer: Result<unknown, ApiError>) => void;

class JsonRpcClient implements Client {
  readonly #socket: ByteSocket;
  /** A character may be cut in two between chunks. */
  readonly #decoder = new TextDecoder();
  readonly #open = new Map<number, Settle>();
  #lastId = 0;
  #rest = '';
  #receiver: (change: Change) => void = () => undefined;
  #lost: ApiError | undefined;
  #closed: () => void = () => undefined;
  readonly closed = new Promise<void>((resolve) => (this.#closed = resolve));

  constructor(socket: ByteSocket) {
    this.#socket = socket;
  }

  /** What serves the socket. */
  get receiver(): SocketReceiver & { readonly client: Client } {
    return {
      client: this,
      data: (bytes) => this.#read(this.#decoder.decode(bytes, { stream: true })),
      closed: () => this.#lose(),
    };
  }

  call<Name extends MethodName>(method: Name, params: Params<Name>): Promise<Result<Answer<Name>, ApiError>> {
    if (this.#lost !== undefined) return Promise.resolve(err(this.#lost));
    const id = ++this.#lastId;
    this.#socket.write(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`));
    return new Promise((resolve) => {
      this.#open.set(id, (answer) => resolve(answerOf<Name>(answer)));
    });
  }

  receive(receiver: (change: Change) => void): void {
    this.#receiver = receiver;
  }

  close(reason?: string): void {
    if (reason !== undefined) this.#lost = { code: 'connection-lost', message: reason };
    this.#socket.destroy();
    this.#lose();
  }

  /** Each message of the server is one line. */
  #read(text: string): void {
    const lines = (this.#rest === '' ? text : this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(JSON.parse(line));
  }

  #take(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if ('method' in message && 'params' in message) {
      // The server made this from the same contract.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return this.#receiver(message.params as Change);
    }
    const { id, answer } = readAnswer(message);
    const settle = this.#open.get(id);
    this.#open.delete(id);
    settle?.(answer);
  }

  #lose(): void {
    this.#lost ??= connectionLost;
    const unanswered = [...this.#open.values()];
    this.#open.clear();
    // First, so that whoever calls again after its call failed finds that this connection is over.
    this.#closed();
    for (const settle of unanswered) settle(err(this.#lost));
  }
}

/** What calls fail with whose answer was not there when the connection ended. */
export const connectionLost: ApiError = { code: 'connection-lost', message: 'The connection to the manager was lost.' };
