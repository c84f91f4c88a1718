import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { connectOnce } from '../connect.ts';
import type { Invocation, ManagerPlace } from '../invocation.ts';
import type { Call } from '../main.ts';
import type { Terminal } from '../output/terminal.ts';
import { parseTop, type TopOptions } from '../top/options.ts';
import { headerLine, renderRows, rowsOf } from '../top/rows.ts';
import { type LegacyRoots, type Sample, takeSample } from '../top/sample.ts';
import { versionLines } from './help.ts';

/** systemd-cgtop(1): what each cgroup uses. Below the manager's cgroups, or where there is none, below those of the machine. */
export async function runTop(call: Call, place: ManagerPlace): Promise<number> {
  const { terminal, services, argv } = call;
  const parsed = parseTop('systemd-cgtop', argv);
  if (!parsed.ok) {
    terminal.warn(parsed.error);
    return 1;
  }
  const { options, words } = parsed.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help : versionLines('systemd-cgtop', services.version)) terminal.print(line);
    return 0;
  }
  if (words.length > 1) {
    terminal.warn('Too many arguments.');
    return 1;
  }
  const root = await rootOf(call, place);
  if (root === undefined) {
    terminal.warn('There are no cgroups here, whose files tell what is used.');
    return 1;
  }
  const below = (words[0] ?? '').replace(/^\/+|\/+$/g, '');
  await watch(terminal, below === '' ? root : belowAll(root, below), options);
  return 0;
}

/** The same as a verb of tysctl. */
export function runTopVerb({ words, options, terminal, services, environment }: Invocation): Promise<number> {
  return runTop({ program: 'systemd-cgtop', argv: words, terminal, services, environment }, options);
}

const help: readonly string[] = [
  'systemd-cgtop [OPTION…] [CGROUP]',
  '',
  'Show what cgroups use.',
  '',
  '  -p, -t, -c, -m, -i, --order=  Order by path, tasks, processor time, memory, input and output',
  '  -r --raw                      Bytes as numbers',
  '     --cpu=percentage|time      Processor time as a share, or as a time',
  '  -d --delay=SPAN               Time between two looks',
  '  -n --iterations=N, -1         How often',
  '  -b --batch                    As lines, not as a screen',
  '     --depth=N                  How deep below the top',
];

/** Where cgroups are, and where the controllers have them that have hierarchies of their own. */
interface Roots {
  readonly root: string;
  readonly legacy: LegacyRoots;
}

function belowAll({ root, legacy }: Roots, path: string): Roots {
  return {
    root: `${root}/${path}`,
    legacy: Object.fromEntries(Object.entries(legacy).map(([controller, each]) => [controller, `${each}/${path}`])),
  };
}

async function rootOf({ environment }: Call, place: ManagerPlace): Promise<Roots | undefined> {
  const connection = connectOnce(place, environment);
  try {
    const client = await connection.connect();
    const info = client.ok ? await client.value.call('manager.info', {}) : undefined;
    if (info?.ok === true && info.value.cgroupRoot !== '') return { root: info.value.cgroupRoot, legacy: info.value.controllers };
  } finally {
    connection.close();
  }
  const root = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
  return root === undefined ? undefined : { root, legacy: {} };
}

async function watch(terminal: Terminal, { root, legacy }: Roots, options: TopOptions): Promise<void> {
  const isScreen = isatty(1) && !options.batch;
  const iterations = options.iterations ?? (isatty(1) || options.batch ? 0 : 1);
  let before: Sample | undefined;
  for (let shown = 1; ; shown++) {
    const now = takeSample(root, options.depth, Math.round(performance.now() * 1000), legacy);
    const shownAll = await show(terminal, rowsOf(now, before, options.order), options, isScreen);
    if (!shownAll) return;
    before = now;
    if (iterations > 0 && shown >= iterations) return;
    if (!isScreen && !(await terminal.live(''))) return;
    await new Promise((resolve) => setTimeout(resolve, options.delayUsec / 1000));
  }
}

/** False where nobody looks any more. */
function show(terminal: Terminal, rows: ReturnType<typeof rowsOf>, options: TopOptions, isScreen: boolean): Promise<boolean> {
  if (!isScreen) return terminal.live(renderRows(rows, options, undefined).join('\n'));
  const width = terminal.width ?? 80;
  const lines = renderRows(rows, options, width).slice(0, Math.max(10, (process.stdout.rows ?? 25) - 3));
  return terminal.live([`\x1b[H\x1b[J${terminal.style.underline(headerLine(width))}\n`, ...lines].join('\n'));
}
