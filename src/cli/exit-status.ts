import type { ApiError, ErrorCode } from '../api/error.ts';

/** Exit statuses of a request that was refused; all others are 1 (systemctl(1), "Exit status"; the init script actions of LSB). */
const refusals: Readonly<Partial<Record<ErrorCode, number>>> = {
  'not-applicable': 3,
  refused: 4,
  'no-isolate': 4,
  destructive: 4,
  'no-such-unit': 5,
  'load-failed': 6,
};

/** The exit status of systemctl after a request that was refused. */
export function exitStatusOf(error: ApiError): number {
  // A file that could be read but not understood is an ordinary failure.
  if (error.code === 'load-failed' && error.load !== 'error') return 1;
  return refusals[error.code] ?? 1;
}

/** Whether systemctl prints no hint at logs and status after this error, since the message says it all. */
export function saysItAll(error: ApiError): boolean {
  return error.code === 'no-such-unit' || error.code === 'masked' || error.code === 'not-applicable' || error.code === 'bad-name';
}
