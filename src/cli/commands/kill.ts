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
    const whom = options.whom === '' ? 'all' : options.whom;
    // Whether there is such a unit comes before whom it has.
    const killed = await client.value.call('unit.kill', isWhom(whom) ? { unit, whom, signal } : { unit, signal: 0 });
    if (killed.ok && isWhom(whom)) continue;
    const isKnown = killed.ok || killed.error.code !== 'no-such-unit';
    terminal.fail(
      `Failed to kill unit ${unit}: ${killed.ok || (isKnown && !isWhom(whom)) ? `Invalid who argument ${whom}` : killed.error.message}`,
    );
    if (!isKnown) await suggestUnit(invocation, unit);
    status = 1;
  }
  return status;
}

function isWhom(text: string): text is 'all' | 'main' | 'control' {
  return text === 'all' || text === 'main' || text === 'control';
}
