import assert from 'node:assert/strict';
import { type Case, compareManagers, compiled, type Program, type Setting } from '../run/both.ts';

/** What the probe can tell; probe.c has a function for each. */
type Section =
  | 'ids'
  | 'caps'
  | 'limits'
  | 'scheduling'
  | 'environment'
  | 'streams'
  | 'tty'
  | 'signals'
  | 'cgroup'
  | 'keyring'
  | 'namespaces'
  | 'mounts'
  | 'paths'
  | 'credentials'
  | 'seccomp'
  | 'calls';

/** A service that is the probe itself, and what is to be told of it. */
export interface Probe {
  /** Lines of [Service], of Type=oneshot unless they say otherwise. Where they have a command of their own, `PROBE` in it is the probe, `NAME` the unit's name. */
  readonly unit: string;
  /** Sections, with their arguments behind them: `paths /etc /run/`. */
  readonly look: readonly (Section | `${Section} ${string}`)[];
  /** Other units, by file name; `NAME` is the unit's name. */
  readonly units?: Readonly<Record<string, string>>;
  /** Bash that runs before the start. */
  readonly before?: string;
  /** Bash that runs after it, and whose output counts too. */
  readonly after?: string;
  readonly differs?: Case['differs'];
}

/** Where the probe lies in the container, for `RootDirectory=` and its kin. */
export const probePath = '/probe';

/**
 * Starts each unit once under the real systemd and once under tysd, all units in one boot of each, and compares what their processes
 * are; of a start that fails, also the result, the exit status and the message why.
 *
 * There is a user `probe` (1000), in the groups `probe` (1000) and `extra` (2000), with the home directory /home/probe. The setup
 * runs in the root directory before the manager starts.
 */
export function compareProbes(
  theme: string,
  probes: Readonly<Record<string, Probe>>,
  { setup = '', programs = {} }: Pick<Setting, 'setup' | 'programs'> = {},
): void {
  const names = Object.keys(probes).map(unitName);
  assert.equal(new Set(names).size, names.length, 'two probes have the same name');
  compareManagers(theme, Object.fromEntries(Object.entries(probes).map(([name, probe]) => [name, caseOf(unitName(name), probe)])), {
    profile: 'journal',
    // Nothing here is a matter of time, so a second attempt is for a machine that is too busy to answer.
    attempts: [6, 2],
    setup: `${accounts}\n${setup}`,
    programs: {
      ...programs,
      [probePath]: builtProbe,
    },
  });
}

/** The probe as a program. */
export function builtProbe(): Program {
  return compiled(import.meta.dirname, ['probe.c', 'probe-process.c', 'probe-places.c', 'probe-calls.c']);
}

/** Makes the user in a root directory. */
export const accounts = `
echo 'probe:x:1000:1000:Probe:/home/probe:/bin/sh' >>etc/passwd
printf 'probe:x:1000:\\nextra:x:2000:probe\\n' >>etc/group
mkdir -p home/probe; chown 1000:1000 home/probe`;

/** The unit of a test: its name with what cannot be in a unit's name made hyphens. */
export function unitName(test: string): string {
  return test
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function caseOf(name: string, { unit, look, units = {}, before = '', after = '', differs = [] }: Probe): Case {
  const named = (text: string): string => text.replaceAll('NAME', name);
  const others = Object.entries(units).map(([file, text]) => [named(file), named(text)] as const);
  return {
    units: { [`${name}.service`]: serviceFile(name, { unit, look }), ...Object.fromEntries(others) },
    script: `
      readlink /proc/1/ns/* | sed 's/^/manager /'
      ${named(before)}
      systemctl start ${name} >/run/answers/${name}.start 2>&1; echo "start $?"
      sub ${name}.service dead failed exited
      systemctl show -p Result,ExecMainCode,ExecMainStatus ${name}
      ${failureOf(name)}
      cat /run/t/${name}.told 2>/dev/null
      ${named(after)}`,
    differs,
    read: comparable,
  };
}

/** The message why a process did not come to its program, which is in the journal a little later than the start has failed. It is the child's that failed, so that systemd's journal may not know its unit. */
function failureOf(name: string): string {
  const find = `journalctl -o cat UNIT=${name}.service + _SYSTEMD_UNIT=${name}.service | grep -o 'Failed at step .*'`;
  return `case $(systemctl show -p Result --value ${name}) in success) ;; *) until_ok sh -c "${find}" >/dev/null; ${find};; esac`;
}

/** The unit file of a probe. */
export function serviceFile(name: string, { unit, look }: Pick<Probe, 'unit' | 'look'>): string {
  return `[Service]\n${service(unit, look).replaceAll('NAME', name)}\n`;
}

function service(unit: string, look: Probe['look']): string {
  const streams = /^Standard(Output|Error)=|^TTYPath=/m.test(unit);
  const sections = look.map((section) => `@${section}`).join(' ');
  const probe = streams ? `${probePath} -o /run/t/NAME.told ${sections}` : `${probePath} ${sections}`;
  return [
    ...(/^Type=/m.test(unit) ? [] : ['Type=oneshot']),
    ...(streams ? [] : ['StandardOutput=append:/run/t/NAME.told']),
    // systemd 252 does not know it, and so tells nobody of memory pressure.
    'MemoryPressureWatch=skip',
    unit.trim().replaceAll('PROBE', probe),
    ...(/^ExecStart=/m.test(unit) ? [] : [`ExecStart=${probe}`]),
  ].join('\n');
}

/** Mounts that one manager finds or makes at boot, and the other does not. */
const onlyOneHas = /^mount \/(opt\/tysd|run\/lock|run\/systemd\/incoming|run\/credentials) /;

/** The lines without what is another in each boot. */
export function comparable(lines: readonly string[]): readonly string[] {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  const word = (namespace: string): string => {
    const kind = namespace.slice(0, namespace.indexOf(':'));
    const count = (counts.get(kind) ?? 0) + 1;
    const text = known.get(namespace) ?? `${kind} own ${count}`;
    if (!known.has(namespace)) counts.set(kind, count);
    known.set(namespace, text);
    return text;
  };
  return lines.flatMap((line) => {
    const managers = /^manager (.*)$/.exec(line)?.[1];
    if (managers !== undefined) {
      known.set(managers, `${managers.slice(0, managers.indexOf(':'))} the manager's`);
      return [];
    }
    if (onlyOneHas.test(line)) return [];
    return [
      line
        .replace(/^namespace (\S+:\[\d+\])$/, (_, namespace: string) => `namespace ${word(namespace)}`)
        .replaceAll(/systemd-private-[0-9a-f]{32}-([^/ ]*)-[A-Za-z0-9]{6}/g, 'systemd-private-BOOT-$1-RANDOM')
        // Which pseudo terminal the console is depends on what else runs on the machine.
        .replace(/^(mount \/dev\/console devpts root=)\/\d+ /, '$1/N ')
        .replaceAll(/oracle-run\.[A-Za-z0-9]{6}/g, 'oracle-run'),
    ];
  });
}
