import { hostname } from 'node:os';
import type { Invocation } from '../invocation.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable } from '../output/table.ts';
import { unpainted } from '../output/terminal.ts';

/** `list-machines`: this machine; there are no others. */
export async function runListMachines({ words, options, terminal, connect }: Invocation): Promise<number> {
  const client = await connect();
  const told = client.ok ? await client.value.call('manager.state', {}) : undefined;
  if (told?.ok !== true) {
    terminal.fail(client.ok ? 'Failed to list machines: the manager does not answer.' : client.error);
    return 1;
  }
  const { state, failed, jobs } = told.value;
  const machines = words.length === 0 || words.includes(hostname()) ? [{ name: `${hostname()} (host)`, state, failed, jobs }] : [];
  const form = listForm(options.output);
  if (form !== 'table') {
    terminal.print(renderJson(machines, form));
    return 0;
  }
  const { glyphs, red, yellow } = terminal.style;
  const paint = state === 'running' ? unpainted : state === 'degraded' ? red : yellow;
  const legend = options.legend ?? !options.quiet;
  const dots = !options.plain;
  printTable(terminal, {
    header: legend ? [...(dots ? [' '] : []), 'NAME', 'STATE', 'FAILED', 'JOBS'] : undefined,
    rows: machines.map(({ name }) => [
      ...(dots ? [state === 'running' ? ' ' : { text: glyphs.filled, paint }] : []),
      name,
      { text: state, paint },
      { text: String(failed), paint: failed > 0 ? red : unpainted },
      String(jobs),
    ]),
  });
  if (legend) for (const line of ['', `${machines.length} machines listed.`]) terminal.print(line);
  return 0;
}
