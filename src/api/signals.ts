import { signalName, signalNumber as numberOf } from '../unit/values/signal.ts';

/** The number of a signal by its name, with or without SIG, or its number; 0 asks only whether there is a process. */
export function signalNumber(text: string): number | undefined {
  return text === '0' ? 0 : numberOf(text);
}

/** The name of a signal without SIG; its number where it has no name. */
export function signalText(number: number): string {
  return signalName(number)?.replace(/^SIG/, '') ?? String(number);
}

/** Every signal as `--signal=help` lists them. */
export function signalNames(): readonly string[] {
  return Array.from({ length: 65 }, (_, number) => (number === 0 ? '0' : number < 34 ? signalText(number) : `RTMIN+${number - 34}`));
}
