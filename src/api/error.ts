/**
 * Every way in which a call of the API can fail, with the number that JSON-RPC carries.
 * -32000 is what rustysd answers for all that is not about the form of a request.
 */
export const errorNumbers = {
  'parse-error': -32700,
  'invalid-request': -32600,
  'unknown-method': -32601,
  'invalid-params': -32602,
  internal: -32603,
  failed: -32000,
  'no-such-unit': -32001,
  masked: -32002,
  'load-failed': -32003,
  'bad-name': -32004,
  'not-applicable': -32005,
  refused: -32006,
  'no-isolate': -32007,
  destructive: -32008,
  cyclic: -32009,
  conflicting: -32010,
  invalid: -32011,
  'shutting-down': -32012,
  'no-such-job': -32013,
  exists: -32014,
  'bad-property': -32015,
  'connection-lost': -32099,
} as const;

export type ErrorCode = keyof typeof errorNumbers;

/** Why a call failed; `message` is a sentence for people. */
export interface ApiError {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the message is about, where a program may want to know: the unit's load state after `load-failed`. */
  readonly load?: string;
}

/** The code that a JSON-RPC error number stands for. */
export function errorCodeOf(number: number): ErrorCode {
  return byNumber.get(number) ?? 'failed';
}

const byNumber = new Map<number, ErrorCode>(
  Object.entries(errorNumbers).flatMap(([code, number]) => (isErrorCode(code) ? [[number, code] as const] : [])),
);

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorNumbers, text);
}
