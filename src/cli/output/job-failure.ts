import type { ApiError } from '../../api/error.ts';
import { suggestUnit } from '../did-you-mean.ts';
import { saysItAll } from '../exit-status.ts';
import { adviseOnFailure, adviseOnRefusal } from './failure-advice.ts';
import type { Invocation, ManagerPlace } from '../invocation.ts';
import { sameManager } from './same-manager.ts';

/** Says why a request was not queued, in systemctl's words. */
export async function explainRefusal(invocation: Invocation, word: string, unit: string, error: ApiError): Promise<void> {
  const { options, terminal } = invocation;
  terminal.fail(`Failed to ${word} ${unit}: ${error.message}`);
  if (error.code === 'no-such-unit') await suggestUnit(invocation, unit);
  if (!saysItAll(error))
    terminal.fail(`See ${options.scope === 'user' ? 'user' : 'system'} logs and '${command(invocation, 'status', unit)}' for details.`);
  await adviseOnRefusal(invocation, unit, error);
}

/** How a job ended, and the Result= of its unit then; a manager of old does not tell that. */
interface JobFailure {
  readonly result: string;
  readonly unitResult?: string;
}

/** Says how a job ended that did not end well, in systemctl's words. */
export async function explainJob(invocation: Invocation, unit: string, end: JobFailure): Promise<void> {
  const { terminal, options } = invocation;
  const sentence = sentences[end.result];
  if (sentence !== undefined) {
    if (!options.quiet) terminal.fail(sentence(unit, invocation));
    if (advised.has(end.result)) await adviseOnFailure(invocation, unit);
    return;
  }
  const reason = await reasonOf(invocation, unit, end);
  if (options.quiet) return;
  terminal.fail(reason === undefined ? `Job for ${unit} failed.` : `Job for ${unit} failed because ${reason.text}.`);
  terminal.fail(`See "${command(invocation, 'status', unit)}" and "${logs(invocation, unit)}" for details.`);
  if (reason?.limited === true) {
    terminal.tell(`To force a start use "${command(invocation, 'reset-failed', unit)}"`);
    terminal.tell(`followed by "${command(invocation, 'start', unit)}" again.`);
  }
  await adviseOnFailure(invocation, unit);
}

/** Results of jobs that have a reason in what happened. */
const advised: ReadonlySet<string> = new Set(['timeout', 'dependency', 'assert']);

const sentences: Readonly<Record<string, (unit: string, invocation: Invocation) => string>> = {
  canceled: (unit) => `Job for ${unit} canceled.`,
  timeout: (unit) => `Job for ${unit} timed out.`,
  // Here systemctl does not say whose.
  dependency: (unit, { program, options: { runtimeDirectory } }) =>
    `A dependency job for ${unit} failed. See '${logsOf(program, { scope: undefined, runtimeDirectory })} -xe' for details.`,
  invalid: (unit) => `${unit} is not active, cannot reload.`,
  assert: (unit) => `Assertion failed on job for ${unit}.`,
  unsupported: (unit) => `Operation on or unit type of ${unit} not supported on this system.`,
  collected: (unit) => `Queued job for ${unit} was garbage collected.`,
  once: (unit) => `Unit ${unit} was started already once and can't be started again.`,
};

/** What a service's Result= says of the failure of its job. */
const reasons: Readonly<Record<string, string>> = {
  resources: 'of unavailable resources or another system error',
  protocol: 'the service did not take the steps required by its unit configuration',
  timeout: 'a timeout was exceeded',
  'exit-code': 'the control process exited with error code',
  signal: 'a fatal signal was delivered to the control process',
  'core-dump': 'a fatal signal was delivered causing the control process to dump core',
  watchdog: 'the service failed to send watchdog ping',
  'start-limit-hit': 'start of the service was attempted too often',
  'oom-kill': 'of out-of-memory (OOM) kill',
};

async function reasonOf(
  invocation: Invocation,
  unit: string,
  { unitResult }: JobFailure,
): Promise<{ readonly text: string; readonly limited: boolean } | undefined> {
  if (!unit.endsWith('.service')) return undefined;
  const result = unitResult ?? (await resultNow(invocation, unit));
  const text = result === undefined ? undefined : reasons[result];
  return text === undefined ? undefined : { text, limited: result === 'start-limit-hit' };
}

async function resultNow({ connect }: Invocation, unit: string): Promise<string | undefined> {
  const client = await connect();
  const info = client.ok ? await client.value.call('units.get', { units: [unit] }) : undefined;
  return info?.ok === true ? info.value[0]?.result : undefined;
}

function command({ program, options }: Invocation, verb: string, unit: string): string {
  return `${program}${sameManager(options)} ${verb} ${shown(unit)}`;
}

function logs({ program, options }: Invocation, unit: string): string {
  return `${logsOf(program, options)} -xeu ${shown(unit)}`;
}

/** journalctl cannot be told the directory of a manager. */
function logsOf(program: Invocation['program'], { scope, runtimeDirectory }: ManagerPlace): string {
  const isOurs = program === 'tysctl' || runtimeDirectory !== undefined;
  return isOurs ? `tysctl${sameManager({ scope, runtimeDirectory })} logs` : `journalctl${sameManager({ scope, runtimeDirectory })}`;
}

/** A name as the shell has to be given it. */
function shown(unit: string): string {
  if (unit.startsWith('-')) return `-- ${unit}`;
  return /[^A-Za-z0-9@%+:,./_-]/.test(unit) ? `'${unit}'` : unit;
}
