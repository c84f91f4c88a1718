import { signalNames, signalNumber } from '../../api/signals.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { printTable } from '../output/table.ts';

/** `kill`: sends a signal to the processes of units. */
export async function runKill(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  if (options.signal === 'help') {
    for (const name of signalNames()) terminal.print(name);
    return 0;
  }
  if (options.signal === 'list') {
    printTable(terminal, {
      header: ['SIGNAL', 'NAME'],
      rows: signalNames().flatMap((name) => (name === '0' ? [] : [[String(signalNumber(name)), `SIG${name}`]])),
    });
    return 0;
  }
  if (words.length === 0) {
    terminal.fail('Too few arguments.');
    return 1;
  }
  const signal = signalNumber(options.signal);
  if (signal === undefined) {
    terminal.fail(`Failed to parse signal string "${options.signal}".`);
    return 1;
  }
  const client = await invocation.connect();
  const units = client.ok ? await expandNames(invocation, client.value, words) : undefined;
  if (!client.ok) terminal.fail(client.error);
  if (!client.ok || units === undefined) return 1;
  let status = 0;
  for (const unit of units) {
    const whom = isWhom(options.whom) ? options.whom : undefined;
    const killed = whom === undefined ? undefined : await client.value.call('unit.kill', { unit, whom, signal });
    if (killed?.ok === true) continue;
    terminal.fail(`Failed to kill unit ${unit}: ${killed?.error.message ?? `Invalid who argument ${options.whom}`}`);
    if (killed?.error.code === 'no-such-unit') await suggestUnit(invocation, unit);
    status = 1;
  }
  return status;
}

function isWhom(text: string): text is 'all' | 'main' | 'control' {
  return text === 'all' || text === 'main' || text === 'control';
}
