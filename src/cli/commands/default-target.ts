import { installerOf } from '../installer.ts';
import type { Invocation } from '../invocation.ts';
import { readPlainName } from '../names.ts';
import { printRecords } from './enable.ts';

/** `get-default`: the unit that default.target leads to. */
export async function runGetDefault(invocation: Invocation): Promise<number> {
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  const target = await installer.value.defaultTarget();
  if (target.ok) invocation.terminal.print(target.value);
  else invocation.terminal.fail(`Failed to get default target: ${target.error.message}`);
  return target.ok ? 0 : 1;
}

/** `set-default`: makes default.target lead to the unit. */
export async function runSetDefault(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const [word = ''] = words;
  if (word === '') terminal.fail('Failed to mangle unit name: Invalid argument');
  const target = word === '' ? undefined : readPlainName(invocation, word, 'set-default', 'target');
  if (target === undefined) return 1;
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  // A link that is there already is replaced, with or without --force.
  const outcome = await installer.value.apply('set-default', [target]);
  const records = outcome.ok ? outcome.value.records : outcome.error.records;
  printRecords(invocation, 'set default', records);
  if (!outcome.ok) {
    const isLocal = installer.value.client === undefined;
    if (!records.some(({ change }) => change === 'problem'))
      terminal.fail(
        isLocal ? `Failed to set default: ${outcome.error.message}.` : `Failed to set default target: ${outcome.error.message}`,
      );
    return 1;
  }
  if (installer.value.client !== undefined && options.reload) await installer.value.client.call('manager.reload', {});
  return 0;
}
