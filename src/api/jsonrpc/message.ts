import { err, ok, type Result } from '../../base/result.ts';
import { errorNumbers, type ApiError } from '../error.ts';

/** The `id` of a request, which the answer repeats. */
export type RequestId = string | number | null;

/** One call as it came in; without `id` it is a notification. */
export interface Request {
  readonly id?: RequestId;
  readonly method: string;
  /** undefined where the request has none, or null. */
  readonly params: unknown;
}

/** A text of the stream: one call, or several that are answered together (JSON-RPC 2.0, section 6). */
export type Message =
  | { readonly kind: 'single'; readonly request: Result<Request, Malformed> }
  | { readonly kind: 'batch'; readonly requests: readonly Result<Request, Malformed>[] };

/** A call that cannot be carried out because of its form. */
export interface Malformed {
  readonly id: RequestId;
  readonly error: ApiError;
}

/** Reads one JSON text; an error is one of the text as a whole. `jsonrpc` may be missing, as rustysd's clients leave it out. */
export function parseMessage(text: string): Result<Message, ApiError> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return err({ code: 'parse-error', message: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` });
  }
  if (!Array.isArray(value)) return ok({ kind: 'single', request: parseRequest(value) });
  if (value.length === 0) return err({ code: 'invalid-request', message: 'A batch may not be empty.' });
  return ok({ kind: 'batch', requests: value.map(parseRequest) });
}

/** The answer to a call that succeeded. */
export function success(id: RequestId | undefined, result: unknown): string {
  return JSON.stringify(id === undefined ? { jsonrpc: '2.0', result } : { jsonrpc: '2.0', result, id });
}

/** The answer to a call that failed. */
export function failure(id: RequestId | undefined, { code, message, load }: ApiError): string {
  const error = { code: errorNumbers[code], message, data: { code, ...(load === undefined ? {} : { load }) } };
  return JSON.stringify(id === undefined ? { jsonrpc: '2.0', error } : { jsonrpc: '2.0', error, id });
}

/** A message that asks for no answer. */
export function notification(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

function parseRequest(value: unknown): Result<Request, Malformed> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed(null, 'A request must be an object.');
  const id = 'id' in value ? value.id : undefined;
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number' && id !== null) {
    return malformed(null, 'The id of a request must be a string, a number or null.');
  }
  if (!('method' in value) || typeof value.method !== 'string')
    return malformed(id ?? null, 'A request must have a method, which is a string.');
  const params = 'params' in value ? (value.params ?? undefined) : undefined;
  return ok({ method: value.method, params, ...(id === undefined ? {} : { id }) });
}

function malformed(id: RequestId, message: string): Result<never, Malformed> {
  return err({ id, error: { code: 'invalid-request', message } });
}
