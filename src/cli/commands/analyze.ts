import { err } from '../../base/result.ts';
import { parseCommandLine } from '../options.ts';
import type { Call } from '../main.ts';
import { runVerify } from './verify.ts';

/** systemd-analyze(1), of which tysd has `verify`; the other verbs are refused, so that no script takes silence for success. */
export async function runAnalyze(call: Call): Promise<number> {
  const { terminal, services, environment } = call;
  const ignored = ['--man', '--recursive-errors', '--generators'];
  const argv = call.argv.filter((word) => !ignored.some((option) => word === option || word.startsWith(`${option}=`)));
  const parsed = parseCommandLine('systemd-analyze', argv);
  if (!parsed.ok) return refuse(call, parsed.error);
  const [verb = 'time', ...words] = parsed.value.words;
  if (verb !== 'verify') return refuse(call, `systemd-analyze: tysd does not have the verb ${verb} yet.`);
  if (words.length === 0) return refuse(call, 'Too few arguments.');
  return runVerify({
    program: 'systemctl',
    verb,
    words,
    options: parsed.value.options,
    terminal,
    services,
    environment,
    // Other than tysctl's, this verify is of the files on disk only.
    connect: () => Promise.resolve(err('systemd-analyze verify asks no manager')),
  });
}

function refuse({ terminal }: Call, message: string): number {
  terminal.warn(message);
  return 1;
}
