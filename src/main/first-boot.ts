import { writeFileSync } from 'node:fs';
import { firstBootFile } from '../manager/first-boot.ts';
import { settleMachineId } from './machine-id.ts';
import { fillRun } from './run-directory.ts';

interface Given {
  readonly machineId: string | undefined;
  readonly cover: (path: string, other: string) => boolean;
}

/** What process 1 of a system does before all else: what others look for in /run, the machine's id, and on the first boot what the preset files say of all units (systemd.preset(5)). */
export async function beginSystem({ machineId, cover }: Given): Promise<void> {
  fillRun({ root: '', container: process.env['container'], tell });
  const isFirst = settleMachineId({ root: '', told: machineId, container: process.env['container_uuid'], cover, tell });
  if (!isFirst) return;
  tell('Detected first boot.');
  try {
    writeFileSync(firstBootFile, '');
  } catch (error) {
    tell(`ConditionFirstBoot= will not hold: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { localInstall } = await import('./local.ts');
  const outcome = localInstall({ scope: 'system', root: '' }).apply('preset-all', [], { presetMode: 'enable-only' });
  if (outcome.ok) tell('Populated /etc with preset unit settings.');
  else tell(`Failed to populate /etc with preset unit settings, ignoring: ${outcome.error.message}`);
}

function tell(text: string): void {
  process.stderr.write(`tysd: ${text}\n`);
}
