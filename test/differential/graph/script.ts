import type { Case } from '../run/both.ts';
import type { Behaviour, Net, NetRequest, NetUnit } from './generate.ts';

/** The net as units of these names and a script that asks and tells what became of it. */
export function caseOf(net: Net, prefix: string): Case {
  const name = (unit: number): string => `${prefix}-${unit}.${net.units[unit]?.behaviour === 'target' ? 'target' : 'service'}`;
  const files = net.units.flatMap((unit, index) =>
    unit.behaviour === 'missing' ? [] : [[name(index), textOf(unit, index, prefix, name)] as const],
  );
  const all = files.map(([file]) => file).join(' ');
  const steps = net.requests.map((request) => `${commandOf(request, name)}\ncalm ${all}\nbegan ${prefix}`);
  return { units: Object.fromEntries(files), script: steps.join('\n') };
}

const bodies: Readonly<Record<Exclude<Behaviour, 'target' | 'missing'>, string>> = {
  works: 'Type=oneshot\nRemainAfterExit=yes\nExecStart=/act to FILE note NAME',
  once: 'Type=oneshot\nExecStart=/act to FILE note NAME',
  fails: 'Type=oneshot\nExecStart=/act to FILE note NAME exit 1',
  runs: 'Type=notify\nExecStart=/act to FILE note NAME notify READY=1 wait\nExecReload=/act to FILE note NAME-reload',
  skipped: 'Type=oneshot\nRemainAfterExit=yes\nExecStart=/act to FILE note NAME',
};

function textOf(unit: NetUnit, index: number, prefix: string, name: (unit: number) => string): string {
  const { behaviour, settings, relations } = unit;
  const lines = ['[Unit]', 'DefaultDependencies=no', 'StartLimitIntervalSec=0', ...settings];
  if (behaviour === 'skipped') lines.push('ConditionPathExists=/nonexistent');
  for (const { kind, to } of relations) lines.push(`${kind}=${name(to)}`);
  if (behaviour !== 'target' && behaviour !== 'missing') {
    lines.push('[Service]', bodies[behaviour].replaceAll('FILE', `/run/t/${prefix}`).replaceAll('NAME', String(index)));
  }
  return `${lines.join('\n')}\n`;
}

function commandOf({ verb, options, units }: NetRequest, name: (unit: number) => string): string {
  return `run systemctl ${[verb, ...options, ...units.map(name)].join(' ')}`;
}
