import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { aliasRefusal } from '../../../src/unit/alias.ts';
import { ours, runs, theirs, whyNoTools, type Ran } from './twin.ts';
import { linksBelow, name, node, within, type Node } from './unit-tree.ts';

const skip = whyNoTools();

/** Verb and words, without --root=. */
type Argv = readonly string[];

const asked = fc.oneof(
  { weight: 5, arbitrary: name },
  fc.constantFrom(
    'l.service',
    'k.service',
    'k@q.service',
    'al.service',
    'g.service',
    'r.service',
    'empty.service',
    'a',
    'm',
    't@x',
    'no such',
    'a*',
    '',
  ),
);
const some = fc.array(asked, { minLength: 1, maxLength: 2 });
const path = fc.oneof(
  name.map((unit) => `/opt/${unit}`),
  fc.constantFrom('/usr/lib/systemd/system/a.service', '/opt', '/opt/x', 'b.service'),
);
const flag = fc.constantFrom(
  '--runtime',
  '--force',
  '-f',
  '-q',
  '--quiet',
  '--no-reload',
  '--preset-mode=enable-only',
  '--preset-mode=disable-only',
  '--global',
);
const flags = fc.array(flag, { maxLength: 2 });
const call: fc.Arbitrary<Argv> = fc
  .tuple(
    flags,
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(fc.constantFrom('enable', 'enable', 'disable', 'reenable', 'preset', 'mask', 'unmask', 'revert'), some),
      },
      fc.tuple(
        fc.constantFrom('enable', 'link', 'link', 'disable', 'reenable', 'mask', 'unmask', 'revert', 'preset'),
        fc.array(path, { minLength: 1, maxLength: 2 }),
      ),
      fc.tuple(fc.constantFrom('add-wants', 'add-requires'), fc.tuple(fc.constantFrom('m.target', 'n.target', 'a.service', 'm'), asked)),
      fc.tuple(fc.constant('set-default'), fc.tuple(fc.constantFrom('m.target', 'n.target', 'default.target', 'm', 'a.service'))),
      fc.tuple(fc.constantFrom('preset-all', 'get-default', 'list-unit-files'), fc.constant([])),
      fc.tuple(fc.constant('is-enabled'), some),
    ),
  )
  .map(([options, [verb, words]]) => [verb, ...options, ...words]);

interface Outcome {
  readonly ran: Ran;
  readonly links: Readonly<Record<string, string>>;
  readonly files: string;
}

test('systemctl --root does and says what systemd’s does, on generated trees and requests', { skip, timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: 3, maxLength: 10 }),
      fc.array(call, { minLength: 1, maxLength: 3 }),
      async (nodes, calls) => {
        fc.pre(calls.every((argv) => isComparable(argv, nodes)));
        assert.deepEqual(await outcomes(nodes, calls, ours), await outcomes(nodes, calls, theirs));
      },
    ),
    runs(80),
  ),
);

type Run = (call: { readonly program: string; readonly argv: Argv }) => Ran | Promise<Ran>;

function outcomes(nodes: readonly Node[], calls: readonly Argv[], run: Run): Promise<readonly Outcome[]> {
  return within(nodes, async (root) => {
    const found: Outcome[] = [];
    for (const argv of calls) {
      const ran = await run({ program: 'systemctl', argv: [`--root=${root}`, ...argv] });
      const { out } = await run({ program: 'systemctl', argv: [`--root=${root}`, 'list-unit-files', '--no-legend'] });
      found.push({ ran: settled(ran, root, argv[0] === 'preset-all'), links: linksBelow(root, ''), files: out });
    }
    return found;
  });
}

/** Without the name of the root, and without what is said about lines of unit files, which verify is for; what was removed in a row, and all of preset-all, is told in the order of the directory on disk. */
function settled({ out, err, status }: Ran, root: string, isUnordered: boolean): Ran {
  const lines = err
    .replaceAll(root, 'ROOT')
    // Now and then the path that a link led to stands there in place of the name.
    .replaceAll(/(?<=Failed to reenable unit, unit )\S*\//g, '')
    .split('\n')
    .filter((line) => !/^ROOT\/[^ ]+:\d+: |, rejecting\.$/.test(line));
  if (isUnordered) return { out, err: [...new Set(lines)].toSorted().join('\n'), status };
  const sorted: string[] = [];
  for (let run: string[] = []; ;) {
    const line = lines.shift();
    if (line?.startsWith('Removed ')) {
      run.push(line);
      continue;
    }
    sorted.push(...run.toSorted());
    run = [];
    if (line === undefined) break;
    sorted.push(line);
  }
  return { out: out.replaceAll(root, 'ROOT'), err: sorted.join('\n'), status };
}

/** Leaves out where the answer of systemctl depends on the order of a directory on disk, or is plainly a mistake. */
function isComparable([verb, ...words]: Argv, nodes: readonly Node[]): boolean {
  // A link to itself stops it in the middle of whatever it does.
  if (nodes.some((each) => 'link' in each && each.path.endsWith(`/${each.link}`))) return false;
  // So it does of a link of the vendor's out of the search path.
  if (nodes.some((each) => 'link' in each && each.path.startsWith('/usr/') && each.link.startsWith('/opt/'))) return false;
  // Of links between units that cannot be aliases it tells in many ways.
  if (nodes.some(isBadAlias)) return false;
  if (verb === 'preset-all') {
    // It says that it passes over generated units, but enables them: the links would lead nowhere after a boot.
    if (nodes.some((each) => /generator|transient/.test(each.path))) return false;
    // At an alias of a unit that is missing it stops.
    return nodes.every((each) => !('link' in each) || each.path.includes('target.') || /^\/(opt|dev)\//.test(each.link));
  }
  // It links a unit of the search path to itself, which is bad from then on.
  if (verb === 'link' && words.some((word) => word.startsWith('/usr/'))) return false;
  // Of a file that is named by its path, and so of all units that are enabled anew, it leaves out the drop-ins.
  if ((verb === 'reenable' || words.some((word) => word.startsWith('/'))) && nodes.some((each) => each.path.includes('.d/'))) return false;
  // It takes an instance for its template, and so fails to enable it again.
  return verb !== 'reenable' || !words.some((unit) => /@./.test(unit) && !unit.includes('@.'));
}

function isBadAlias(each: Node): boolean {
  const [own, target] = [each.path, 'link' in each ? each.link : ''].map((place) => place.slice(place.lastIndexOf('/') + 1));
  const isAlias = 'link' in each && !/^\/(opt|dev)\//.test(each.link) && !each.path.includes('target.');
  return isAlias && own !== undefined && target !== undefined && own !== target && aliasRefusal(own, target) !== undefined;
}
