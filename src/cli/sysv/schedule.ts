import type { Client } from '../../api/client.ts';
import { quoteWord } from '../../base/quote-word.ts';
import { formatTimestamp } from '../../base/timestamp.ts';
import { connectOnce } from '../connect.ts';
import { refuse, type SysvCall } from './call.ts';

/** The timer that ends the machine, and its service. */
const name = 'scheduled-shutdown';

/** Has the manager do it at a time, in place of what was planned before. */
export function scheduleShutdown(call: SysvCall, action: string, atUsec: number): Promise<number> {
  return withManager(call, async (client) => {
    await client.call('unit.stop', { unit: `${name}.timer`, wait: true });
    const command = [...call.services.commandOf('systemctl'), '--system', action].map(quoteWord).join(' ');
    const planned = await client.call('unit.start-transient', {
      unit: `${name}.timer`,
      properties: [
        { name: 'Description', value: action === 'reboot' || action === 'kexec' ? 'Reboot' : 'Shutdown' },
        { name: 'DefaultDependencies', value: 'no' },
        { name: 'OnCalendar', value: formatTimestamp(atUsec, 'utc').replace(/^\S+ /, '') },
        { name: 'AccuracySec', value: '1s' },
        { name: 'RemainAfterElapse', value: 'no' },
      ],
      auxiliary: [
        {
          unit: `${name}.service`,
          properties: [
            { name: 'Description', value: `The ${action} that was planned by shutdown` },
            { name: 'DefaultDependencies', value: 'no' },
            { name: 'Type', value: 'oneshot' },
            { name: 'ExecStart', value: `:${command}` },
          ],
        },
      ],
      wait: true,
      cause: `shutdown (pid ${process.pid})`,
    });
    if (!planned.ok) return refuse(call, `Failed to schedule shutdown: ${planned.error.message}`);
    await tell(call, client);
    return 0;
  });
}

/** `shutdown -c`: it is no error if nothing was planned. */
export function cancelShutdown(call: SysvCall): Promise<number> {
  return withManager(call, async (client) => {
    const stopped = await client.call('unit.stop', { unit: `${name}.timer`, wait: true });
    const isGone = stopped.ok || stopped.error.code === 'no-such-unit';
    return isGone ? 0 : refuse(call, `Failed to cancel shutdown: ${stopped.error.message}`);
  });
}

/** `shutdown --show`. */
export function showShutdown(call: SysvCall): Promise<number> {
  return withManager(call, async (client) => {
    return (await tell(call, client)) ? 0 : refuse(call, 'No scheduled shutdown.');
  });
}

/** Says what is planned; false where nothing is. */
async function tell({ terminal }: SysvCall, client: Client): Promise<boolean> {
  const units = await client.call('units.list', { patterns: [`${name}.timer`] });
  const timer = units.ok ? units.value.find(({ active }) => active === 'active') : undefined;
  const atUsec = timer?.timer?.nextUsec ?? 0;
  if (timer === undefined || atUsec === 0) return false;
  terminal.tell(`${timer.description} scheduled for ${formatTimestamp(atUsec)}, use 'shutdown -c' to cancel.`);
  return true;
}

async function withManager(call: SysvCall, run: (client: Client) => Promise<number>): Promise<number> {
  const connection = connectOnce({ scope: 'system', runtimeDirectory: undefined }, call.environment);
  try {
    const client = await connection.connect();
    return client.ok ? await run(client.value) : refuse(call, client.error);
  } finally {
    connection.close();
  }
}
