import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { ours, theirs, whyNoTools, type Ran } from './twin.ts';
import { linksBelow, within, type Node } from './unit-tree.ts';

const skip = whyNoTools();
const LIB = '/usr/lib/systemd/system';

const tree: readonly Node[] = [
  { path: `${LIB}/a.service`, text: '[Install]\nWantedBy=m.target\n' },
  { path: `${LIB}/static.service`, text: '[Unit]\n' },
  { path: `${LIB}/b.service`, text: '[Install]\nAlias=x.socket\nWantedBy=gone.target\nAlso=nope.service\n' },
  { path: `${LIB}/aliased.service`, text: '[Install]\nAlias=other.service\nAlso=a.service\n' },
  { path: `${LIB}/t@.service`, text: '[Install]\nWantedBy=m.target\n' },
  { path: `${LIB}/d@.service`, text: '[Install]\nWantedBy=m.target\nDefaultInstance=one\n' },
  { path: `${LIB}/r.socket`, text: '[Install]\nRequiredBy=m.target\n' },
  { path: `${LIB}/also.timer`, text: '[Install]\nAlso=a.service\n' },
  { path: `${LIB}/other.target`, text: '[Unit]\n' },
  { path: '/opt/linked.service', text: '[Install]\nWantedBy=m.target\n' },
  { path: '/opt/linked@.service', text: '[Install]\nWantedBy=m.target\nDefaultInstance=i\n' },
  { path: '/etc/systemd/system/masked.service', link: '/dev/null' },
  { path: `${LIB}/vendor.service`, text: '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=m.target\n' },
  { path: '/etc/systemd/system/vendor.service', text: '[Service]\nExecStart=/bin/false\n' },
  { path: '/etc/systemd/system/vendor.service.d/over.conf', text: '[Service]\nNice=1\n' },
  { path: '/usr/lib/systemd/system-preset/90-x.preset', text: 'enable a.service\nenable d@.service two three\ndisable *\n' },
  { path: '/etc/systemd/system-preset/10-x.preset', text: 'enable r.*\n' },
];

/** What is done to that tree, one after the other; each is a case of its own, on the tree that those before it leave. */
const cases: readonly string[] = [
  'enable a',
  'enable a.service',
  'is-enabled a',
  'is-enabled a static',
  'is-enabled static masked',
  'is-enabled nope a',
  'is-enabled -q a',
  'is-enabled t@ t@x d@ d@one d@two',
  'disable a',
  'disable a',
  'disable nope',
  'disable static',
  'enable static',
  'enable -q static',
  'enable nope',
  'enable a nope',
  'enable b',
  'disable b',
  'enable aliased',
  'is-enabled other.service aliased also.timer',
  'enable also.timer',
  'disable aliased',
  'enable t@',
  'enable t@x t@y',
  'is-enabled t@ t@x t@z',
  'disable t@x',
  'disable t@',
  'enable d@',
  'is-enabled d@ d@one d@two',
  'disable d@one',
  'reenable d@',
  'reenable a',
  'reenable nope',
  'enable r.socket',
  'enable --runtime a',
  'is-enabled a',
  'disable --runtime a',
  'enable masked',
  'mask a',
  'mask a',
  'mask --runtime static',
  'mask vendor',
  'mask -f r.socket',
  'is-enabled a static vendor r.socket',
  'unmask a',
  'unmask --runtime static',
  'unmask nope',
  'enable masked a',
  'preset a',
  'preset a static r.socket t@ d@ vendor',
  'preset nope',
  'preset --preset-mode=enable-only a',
  'preset --preset-mode=disable-only a t@',
  'preset d@four d@two',
  'preset-all',
  'preset-all --preset-mode=enable-only',
  'preset-all x',
  'link /opt/linked.service',
  'link /opt/linked.service',
  'link /opt/linked@.service',
  'is-enabled linked linked@ linked@i',
  'enable linked',
  'disable linked',
  'link /opt/none.service',
  'link linked.service',
  'link /opt',
  'enable /opt/linked.service',
  'enable /opt/linked@.service',
  'enable /opt/none.service',
  'disable /opt/linked.service',
  'mask /opt/linked.service',
  'add-wants m.target static',
  'add-wants m static',
  'add-wants nope.target static',
  'add-wants m.target nope',
  'add-requires m.target r.socket a',
  'add-wants m.target masked',
  'add-wants',
  'add-wants m.target',
  'get-default',
  'set-default other',
  'get-default',
  'set-default m.target',
  'set-default nope',
  'set-default a.service',
  'set-default default.target',
  'set-default -q other.target',
  'revert vendor',
  'revert a nope',
  'revert /x/a.service',
  'list-unit-files',
  'list-unit-files a* m*',
  'list-unit-files none*',
  'list-unit-files --state=enabled',
  'list-unit-files --state=enabled,masked --type=service',
  'list-unit-files --type=target,socket',
  'list-unit-files -t timer --no-legend',
  'list-unit-files --failed',
  'list-unit-files -q',
  'list-unit-files --legend=no -o json',
  'list-unit-files --output=json-pretty --type=socket',
  'list-unit-files --legend=maybe',
  'list-unit-files --type=nonsense',
  'list-unit-files --type=help',
  'list-unit-files --state=',
  'list-unit-files --preset-mode=nonsense',
  'list-unit-files --preset-mode=help',
  'list-unit-files --output=nonsense',
  'list-unit-files --output=help',
  'list-unit-files --what=help',
  'list-unit-files --timestamp=help',
  'list-unit-files --timestamp=nonsense',
  'list-unit-files --lines=x',
  'list-unit-files --signal=nonsense',
  'list-unit-files --check-inhibitors=nonsense',
  'list-unit-files --nonsense',
  'list-unit-files --nonsense=1',
  'list-unit-files --no',
  'list-unit-files --t=1',
  'list-unit-files --r',
  'list-unit-files --s=1',
  'list-unit-files --kill-wh=main --typ=timer',
  'list-unit-files --wait=1',
  'list-unit-files --wait --no-block',
  'list-unit-files --marked',
  'list-unit-files -.',
  'list-unit-files -Q',
  'list-unit-files -qQ',
  'list-unit-files -t',
  'start a',
  'status',
  'cat a',
  'show',
  'daemon-reload',
  'nonsense',
  'enable',
  'enable a*',
  'mask a*',
  'is-enabled a*',
  'enable .',
  'enable no\u00a0such',
  'enable a.nonsense',
  '--global enable a',
  '--global --runtime mask a',
  '--global get-default',
  'enable -- -x',
];

test('systemctl --root does and says what systemd’s does in known cases', { skip, timeout: 120_000 }, async () => {
  const [own, other] = [await outcomes(ours), await outcomes(theirs)];
  const wrong = cases.flatMap((words, index) => {
    const [mine, its] = [own[index], other[index]];
    return JSON.stringify(mine) === JSON.stringify(its) ? [] : [{ words, tysd: differing(mine, its), systemd: differing(its, mine) }];
  });
  assert.deepEqual(wrong, []);
});

/** Verbs in a root directory that is not there. */
const astray: readonly string[] = [
  'enable a',
  'disable a',
  'reenable a',
  'preset a',
  'preset-all',
  'mask a',
  'unmask a',
  'link /opt/a.service',
  'revert a',
  'add-wants m.target a',
  'add-requires m.target a',
  'is-enabled a',
  'list-unit-files',
  'get-default',
  'set-default m.target',
];

test('a root directory that does not exist is an error, and is not made', { skip, timeout: 120_000 }, async () => {
  await within([], async (root) => {
    for (const words of astray) {
      const call = { program: 'systemctl', argv: [`--root=${root}/nowhere`, ...words.split(' ')] };
      assert.deepEqual(await ours(call), theirs(call), words);
    }
    assert.ok(!existsSync(`${root}/nowhere`));
  });
});

interface Outcome extends Ran {
  readonly links: Readonly<Record<string, string>>;
}

/** What of one outcome is not in the other. */
function differing(one: Outcome | undefined, other: Outcome | undefined): object {
  const known: ReadonlyMap<string, unknown> = new Map(Object.entries(other?.links ?? {}));
  const links = Object.entries(one?.links ?? {}).filter(([path, target]) => known.get(path) !== target);
  return { ...one, links: Object.fromEntries(links) };
}

function outcomes(
  run: (call: { readonly program: string; readonly argv: readonly string[] }) => Ran | Promise<Ran>,
): Promise<readonly Outcome[]> {
  return within(tree, async (root) => {
    const found: Outcome[] = [];
    for (const words of cases) {
      const { out, err, status } = await run({ program: 'systemctl', argv: [`--root=${root}`, ...words.split(' ')] });
      found.push({ out, err: inOrder(err.replaceAll(root, 'ROOT')), status, links: linksBelow(root, '') });
    }
    return found;
  });
}

/** Lines about files come in the order of a directory on disk; what is said of lines of unit files is for verify to say. */
function inOrder(text: string): string {
  const lines = text.split('\n').filter((line) => !/^ROOT\/[^ ]+:\d+: /.test(line));
  return lines.some((line) => /^(Removed|Created|Failed to preset)/.test(line)) ? lines.toSorted().join('\n') : lines.join('\n');
}
