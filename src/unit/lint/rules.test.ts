import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUnitText } from '../syntax.ts';
import type { UnitTypeName } from '../config.ts';
import type { LintFile, LintOptions } from './file.ts';
import type { Finding } from './finding.ts';
import { applyRules, rules } from './rules.ts';

/** A file in which a rule finds something once, at this place, and one in which it finds nothing. */
interface Case {
  readonly wrong: string;
  readonly at: readonly [line: number, column: number];
  readonly right: string;
  readonly type?: UnitTypeName;
  readonly options?: LintOptions;
  /** What becomes of the wrong one by the fix, where it has one. */
  readonly fixed?: string;
}

const cases: Readonly<Record<keyof typeof rules, Case>> = {
  'newer-than': {
    wrong: '[Service]\nRestartSteps=3\n',
    at: [2, 1],
    right: '[Service]\nRestartSec=3\n',
    options: { forVersion: 252 },
  },
  'old-spelling': {
    wrong: '[Unit]\nBindTo=a.service\n',
    at: [2, 1],
    right: '[Unit]\nBindsTo=a.service\n',
    fixed: '[Unit]\nBindsTo=a.service\n',
  },
  'unknown-key': {
    wrong: '[Service]\nRestartSc=5\n',
    at: [2, 1],
    right: '[Service]\nX-Own=1\nRestartSec=5\n',
    fixed: '[Service]\nRestartSec=5\n',
  },
  'set-twice': {
    wrong: '[Service]\nRestart=no\nRestart=always\n',
    at: [3, 1],
    right: '[Service]\nRestart=always\nExecStartPre=/a\nExecStartPre=/b\nUser=\nUser=a\n',
  },
  'requires-without-after': {
    wrong: '[Unit]\nRequires=a.service\nWants=b.service\n',
    at: [2, 1],
    right: '[Unit]\nRequires=a.service basic.target\nAfter=a.service\n',
    fixed: '[Unit]\nRequires=a.service\nAfter=a.service\nWants=b.service\n',
  },
  'online-without-wants': {
    wrong: '[Unit]\nAfter=network-online.target\n',
    at: [2, 1],
    right: '[Unit]\nAfter=network-online.target\nWants=network-online.target\n',
    fixed: '[Unit]\nAfter=network-online.target\nWants=network-online.target\n',
  },
  'shell-syntax': {
    wrong: '[Service]\nExecStart=/bin/a && /bin/b\n',
    at: [2, 18],
    right: `[Service]\nExecStart=/bin/sh -c 'a | b'\nExecStop=/bin/kill $MAINPID\nExecReload=/bin/echo "a | b"\nExecStartPre=/bin/grep a|b ; /bin/c\n`,
  },
  'inline-comment': {
    wrong: '[Service]\nRestart=always # for ever\n',
    at: [2, 16],
    right: '[Unit]\nDescription=The # one\n[Service]\n# for ever\nRestart=always\nExecStart=/a ; /b\n',
    fixed: '[Service]\nRestart=always\n',
  },
  'quoted-value': {
    wrong: '[Unit]\nDescription="A"\n',
    at: [2, 13],
    right: '[Unit]\nDescription=A "b"\n',
    fixed: '[Unit]\nDescription=A\n',
  },
  'legacy-run': {
    wrong: '[Service]\nPIDFile=/var/run/a.pid\n',
    at: [2, 9],
    right: '[Service]\nPIDFile=/run/a.pid\nExecStart=/srv/var/run/a\n',
    fixed: '[Service]\nPIDFile=/run/a.pid\n',
  },
  'kill-mode-none': { wrong: '[Service]\nKillMode=none\n', at: [2, 1], right: '[Service]\nKillMode=mixed\n' },
  'secret-in-environment': {
    wrong: '[Service]\nEnvironment=A=1 DB_PASSWORD=hunter2\n',
    at: [2, 17],
    right: '[Service]\nEnvironment=DB_PASSWORD_FILE=/run/secret PASSWORD= TOKEN=%d/token\n',
  },
  'forking-without-pid-file': {
    wrong: '[Service]\nType=forking\n',
    at: [2, 1],
    right: '[Service]\nType=forking\nPIDFile=/run/a.pid\n',
  },
  'no-install-section': { wrong: '[Service]\nExecStart=/a\n', at: [0, 0], right: '[Install]\nWantedBy=a.target\n' },
  'no-description': { wrong: '[Service]\nExecStart=/a\n', at: [0, 0], right: '[Unit]\nDescription=A\n' },
  'wrong-target': {
    wrong: '[Install]\nWantedBy=multi-user.target\n',
    at: [2, 10],
    right: '[Install]\nWantedBy=default.target\n',
    options: { target: 'user' },
    fixed: '[Install]\nWantedBy=default.target\n',
  },
  'not-for-users': { wrong: '[Service]\nUser=a\n', at: [2, 1], right: '[Service]\nNice=5\n', options: { target: 'user' } },
  'not-in-containers': {
    wrong: '[Unit]\nConditionVirtualization=!container\n',
    at: [2, 1],
    right: '[Unit]\nConditionVirtualization=container\n',
    options: { target: 'container' },
  },
};

function found(code: string, text: string, { type = 'service', options = {} }: Case): readonly Finding[] {
  const file: LintFile = { path: '/a', name: `a.${type}`, type, isDropIn: false, text: parseUnitText(new TextEncoder().encode(text)) };
  return applyRules(file, options).filter((finding) => finding.code === code);
}

/** The text with the edits made, the last first. */
function mended(text: string, { fix }: Finding): string {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const offset = (line: number, column: number): number => (starts[line - 1] ?? text.length) + column - 1;
  return (fix?.edits ?? []).toReversed().reduce((all, edit) => {
    return all.slice(0, offset(edit.line, edit.column)) + edit.text + all.slice(offset(edit.endLine, edit.endColumn));
  }, text);
}

for (const [code, each] of Object.entries(cases)) {
  test(`${code}: ${rules[code]?.doc ?? ''}`, () => {
    const [first, ...more] = found(code, each.wrong, each);
    assert.ok(first !== undefined && more.length === 0, JSON.stringify(more));
    assert.deepEqual([first.line, first.column], each.at);
    assert.deepEqual(found(code, each.right, each), []);
    assert.equal(first.fix === undefined ? undefined : mended(each.wrong, first), each.fixed);
    if (each.fixed !== undefined) assert.deepEqual(found(code, each.fixed, each), []);
  });
}

test('a line of another section is moved there, before or behind it', () => {
  for (const [wrong, fixed] of [
    [
      '[Unit]\nRestart=no\nDescription=A\n[Service]\nType=exec\nUser=a\n',
      '[Unit]\nDescription=A\n[Service]\nType=exec\nUser=a\nRestart=no\n',
    ],
    ['[Unit]\nDescription=A\n[Service]\nAfter=b.service\nType=exec\n', '[Unit]\nDescription=A\nAfter=b.service\n[Service]\nType=exec\n'],
    ['[Unit]\nRestart=no\n', '[Unit]\nRestart=no\n'],
  ] as const) {
    const [finding] = found('unknown-key', wrong, { wrong, at: [0, 0], right: fixed });
    assert.equal(finding === undefined ? undefined : mended(wrong, finding), fixed);
  }
});

test('every rule has a case', () => assert.deepEqual(Object.keys(cases).toSorted(), Object.keys(rules).toSorted()));

test('types of units that are for hosts are told of for containers, and a drop-in needs no description', () => {
  const text = parseUnitText(new TextEncoder().encode('[Mount]\nType=tmpfs\n'));
  const codes = (isDropIn: boolean, options: LintOptions): readonly string[] =>
    applyRules({ path: '/a', name: 'a.mount', type: 'mount', isDropIn, text }, options).map(({ code }) => code);
  assert.deepEqual(codes(true, { target: 'container' }), ['not-in-containers']);
  assert.deepEqual(codes(false, {}), ['no-install-section', 'no-description']);
});
