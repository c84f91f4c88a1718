import type { ApiError } from '../api/error.ts';

/** Whether a verb that waits meets this before it asks for anything, as systemctl keeps the units loaded that it waits for. */
export function isNotLoaded({ code }: ApiError): boolean {
  return notThere.has(code);
}

/** The message as systemctl has it, without what is wrong in the file. */
export function plainFailure({ load, message }: ApiError, unit: string): string {
  return load === 'bad-setting' ? `Unit ${unit} has a bad unit file setting.` : message;
}

const notThere: ReadonlySet<string> = new Set(['no-such-unit', 'masked', 'load-failed', 'bad-name']);
