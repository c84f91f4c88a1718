import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { connectOnce } from '../connect.ts';
import type { Invocation, ManagerPlace } from '../invocation.ts';
import type { Call } from '../main.ts';
import { listForm, renderJson } from '../output/json.ts';
import { refuseCommandLine } from '../output/messages.ts';
import type { Terminal } from '../output/terminal.ts';
import { countedBy, parseTop, type TopOptions } from '../top/options.ts';
import { askedBy, Keys, keysHelp } from '../top/keys.ts';
import { headerLine, recordOf, renderRows, rowsOf } from '../top/rows.ts';
import { type LegacyRoots, type Sample, takeSample, tasksAreCounted } from '../top/sample.ts';
import { versionLines } from './help.ts';

/** systemd-cgtop(1): what each cgroup uses. Below the manager's cgroups, or where there is none, below those of the machine. */
export async function runTop(call: Call, place: ManagerPlace): Promise<number> {
  const { terminal, services, argv } = call;
  const parsed = parseTop('systemd-cgtop', argv);
  if (!parsed.ok) {
    refuseCommandLine(terminal, parsed.error);
    return 1;
  }
  const { options: asked, words } = parsed.value;
  if (asked.print !== undefined) {
    for (const line of asked.print === 'help' ? help : versionLines('systemd-cgtop', services.version)) terminal.print(line);
    return 0;
  }
  if (words.length > 1) {
    terminal.fail('Too many arguments.');
    return 1;
  }
  const root = await rootOf(call, place);
  if (root === undefined) {
    terminal.fail('There are no cgroups here, whose files tell what is used.');
    return 1;
  }
  const counted = countedBy(asked, tasksAreCounted(root.root, root.legacy));
  if (!counted.ok) {
    terminal.fail(counted.error);
    return 1;
  }
  const [top = ''] = words;
  const below = top.replace(/^\/+|\/+$/g, '');
  await watch(terminal, below === '' ? root : belowAll(root, below), top, counted.value);
  return 0;
}

/** The same as a verb of tysctl. */
export function runTopVerb({ words, options, terminal, services, environment }: Invocation): Promise<number> {
  // What stands before the verb is meant, too.
  const form = listForm(options.output) === 'table' ? [] : [`--output=${options.output}`];
  return runTop({ program: 'systemd-cgtop', argv: [...form, ...words], terminal, services, environment }, options);
}

const help: readonly string[] = [
  'systemd-cgtop [OPTION…] [CGROUP]',
  '',
  'Show what cgroups use.',
  '',
  '  -p, -t, -c, -m, -i, --order=  Order by path, tasks, processor time, memory, input and output',
  '  -P, -k                        Count processes in place of tasks, with -k those of the kernel, too',
  '     --recursive=BOOL           With -P or -k, whether those of the cgroups below count',
  '  -r --raw                      Bytes as numbers',
  '     --cpu=percentage|time      Processor time as a share, or as a time',
  '  -d --delay=SPAN               Time between two looks',
  '  -n --iterations=N, -1         How often',
  '  -b --batch                    As lines, not as a screen',
  '     --depth=N                  How deep below the top',
  '  -o --output=json, json-pretty As JSON, an array for each look',
  '',
  `On a terminal these keys mean: ${keysHelp.join('; ')}.`,
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

async function watch(terminal: Terminal, { root, legacy }: Roots, top: string, options: TopOptions): Promise<void> {
  const isScreen = isatty(1) && !options.batch && options.json === undefined;
  const iterations = options.iterations ?? (isScreen || options.batch ? 0 : 1);
  using keys = isScreen && process.stdin.isTTY ? new Keys(process.stdin) : undefined;
  let before: Sample | undefined;
  let wanted = options;
  for (let shown = 1; ; shown++) {
    const now = takeSample(root, wanted, Math.round(performance.now() * 1000), legacy);
    const shownAll = await show(terminal, rowsOf(now, before, wanted.order, top), wanted, isScreen);
    if (!shownAll) return;
    before = now;
    if (iterations > 0 && shown >= iterations) return;
    if (!isScreen && wanted.json === undefined && !(await terminal.live(''))) return;
    const next = await pause(terminal, keys, wanted);
    if (next === undefined) return;
    wanted = next;
  }
}

/** Waits until it is time for the next look, or a key asks for one; undefined where a key ends it. */
async function pause(terminal: Terminal, keys: Keys | undefined, options: TopOptions): Promise<TopOptions | undefined> {
  const milliseconds = options.delayUsec / 1000;
  if (keys === undefined) {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return options;
  }
  for (let until = performance.now() + milliseconds; ;) {
    const key = await keys.next(Math.max(0, until - performance.now()));
    const asked = key === undefined ? { options } : askedBy(key, options);
    if (asked === 'end') return undefined;
    if (asked === 'help') {
      until = performance.now() + helpMs;
      await terminal.live(['', ...keysHelp.map((line) => terminal.style.bold(line))].join('\n'));
    } else if (asked !== undefined) return asked.options;
  }
}

/** How long the help stays. */
const helpMs = 10_000;

/** False where nobody looks any more. */
function show(terminal: Terminal, rows: ReturnType<typeof rowsOf>, options: TopOptions, isScreen: boolean): Promise<boolean> {
  if (options.json !== undefined) return terminal.live(renderJson(rows.map(recordOf), options.json));
  if (!isScreen) return rows.length === 0 ? Promise.resolve(true) : terminal.live(renderRows(rows, options, undefined).join('\n'));
  const width = terminal.width ?? 80;
  const lines = renderRows(rows, options, width).slice(0, Math.max(10, (process.stdout.rows ?? 25) - 3));
  return terminal.live([`\x1b[H\x1b[J${headerLine(rows, options, width, terminal.style)}`, ...lines].join('\n'));
}
