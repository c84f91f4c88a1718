import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { withBench, type Ran } from './run.ts';

const good = '[Unit]\nDescription=Good\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n';

/** Calls `lint` on files of a directory that is made for it; D stands for that directory. */
async function lint(files: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-lint-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, 0o644);
    }
    let ran: Ran = { out: [], err: [], status: -1 };
    await withBench(
      () => undefined,
      async ({ tysctl }) => {
        ran = await tysctl('lint', ...argv.map((word) => word.replace('D/', `${directory}/`)));
      },
      false,
    );
    return { ...ran, out: ran.out.map((line) => line.replaceAll(directory, 'D')) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('what is wrong is told with its place, its code and what mends it; a warning fails only with --strict', async () => {
  const files = { 'bad.service': good.replace('ExecStart', 'RestartSc=1\nExecStart') };
  const expected = [
    'D/bad.service:4:1: warning: there is no directive RestartSc=; did you mean RestartSec=? [unknown-key]',
    '    fix: write RestartSec=',
    'D/bad.service: 1 warning',
  ];
  assert.deepEqual(await lint(files, 'D/bad.service'), { out: expected, err: [], status: 0 });
  assert.deepEqual((await lint(files, '--strict', 'D/bad.service')).status, 1);
});

test('a value that is none of the words is mended where it is near to one, and what sets two values is told once', async () => {
  const files = {
    'a.service': good.replace('ExecStart', 'Type=simpel\nRestart=rubbish\nProtectSystem=strikt\nTimeoutSec=soon\nExecStart'),
  };
  const { out } = await lint(files, 'D/a.service');
  assert.deepEqual(
    out.map((line) => line.replace(/expected .*(?= \[)/, '…')),
    [
      'D/a.service:4:6: warning: Type=: … [bad-value]',
      '    fix: write simple',
      'D/a.service:5:9: warning: Restart=: … [bad-value]',
      'D/a.service:6:15: warning: ProtectSystem=: … [bad-value]',
      '    fix: write strict',
      'D/a.service:7:12: warning: TimeoutSec=: … [bad-value]',
      'D/a.service: 4 warnings',
    ],
  );
});

test('a unit that would not load is an error, and what is in order has nothing said about it', async () => {
  const files = { 'none.service': '[Unit]\nDescription=None\n[Service]\nUser=a\n[Install]\nWantedBy=a.target\n', 'good.service': good };
  const none = await lint(files, 'D/none.service', '-q');
  assert.match(none.out.join('\n'), /^D\/none\.service: error: .*ExecStart/m);
  assert.equal(none.status, 1);
  assert.deepEqual(await lint(files, 'D/good.service'), { out: ['D/good.service: nothing to say'], err: [], status: 0 });
});

test('a drop-in is judged by the unit of its directory, a directory by the files in it', async () => {
  const files = { 'a.timer': '[Timer]\nOnBootSec=1\n', 'a.timer.d/x.conf': '[Timer]\nOnBootSec=never\nExecStart=/x\n' };
  const dropIn = await lint(files, 'D/a.timer.d/x.conf', '-q');
  assert.deepEqual(dropIn.out, [
    'D/a.timer.d/x.conf:2:11: warning: OnBootSec=: expected a timespan such as 5min 20s, ignored [bad-value]',
    'D/a.timer.d/x.conf:3:1: warning: there is no directive ExecStart= in [Timer] [unknown-key]',
  ]);
  const all = await lint(files, 'D/.');
  assert.deepEqual(
    all.out.map((line) => line.replace(/:.*/, '')),
    ['D/./a.timer', 'D/./a.timer', 'D/.'],
  );
});

test('--target=container knows that Docker lets nobody make user namespaces, and what tysd makes of that', async () => {
  const files = { 'a.service': good.replace('ExecStart', 'PrivateUsers=yes\nBindPaths=/a:/b\nExecStart') };
  const told = await lint(files, '--target=container', '-q', 'D/a.service');
  assert.deepEqual(told.out, [
    'D/a.service:4:1: note: PrivateUsers= has no effect in a container with usual rights (the kernel has no user namespaces, or does not let us use it): the unit starts without it [needs-rights]',
    'D/a.service:5:1: warning: BindPaths= has no effect in a container with usual rights (the manager has no right to make namespaces): tysd as process 1 starts the unit without it, systemd does not start it [needs-rights]',
  ]);
  const asUser = await lint(files, '--target=user', '-q', 'D/a.service');
  assert.deepEqual(
    asUser.out.filter((line) => line.includes('[needs-rights]')),
    [],
  );
});

test('--target= tells what has no effect there, and --for-version= what came later', async () => {
  const files = { 'a.service': good.replace('ExecStart', 'ProtectSystem=strict\nRestartSteps=2\nRestartMaxDelaySec=9\nExecStart') };
  const told = await lint(files, '--target=container', '--for-version=252', '-q', 'D/a.service');
  assert.deepEqual(told.out, [
    'D/a.service:4:1: note: ProtectSystem= has no effect in a container with usual rights (the manager has no right to make namespaces): the unit starts without it [needs-rights]',
    'D/a.service:5:1: warning: RestartSteps= came with systemd 254; 252 ignores it [newer-than]',
    'D/a.service:6:1: warning: RestartMaxDelaySec= came with systemd 254; 252 ignores it [newer-than]',
  ]);
  assert.deepEqual((await lint(files, '--target=moon', 'D/a.service')).err, ['--target= is one of container, user, system, and not moon.']);
  assert.deepEqual((await lint(files, '--for-version=new', 'D/a.service')).status, 1);
});

test('--sarif has places, rules and fixes, and --json the findings', async () => {
  const files = { 'bad.service': good.replace('ExecStart', 'RestartSc=1\nExecStart') };
  const sarif = JSON.parse((await lint(files, '--sarif', 'D/bad.service')).out.join('\n'));
  const file = { uri: 'D/bad.service' };
  assert.deepEqual(sarif.runs[0].results, [
    {
      ruleId: 'unknown-key',
      ruleIndex: 0,
      level: 'warning',
      message: { text: 'there is no directive RestartSc=; did you mean RestartSec=?' },
      locations: [{ physicalLocation: { artifactLocation: file, region: { startLine: 4, startColumn: 1 } } }],
      fixes: [
        {
          description: { text: 'write RestartSec=' },
          artifactChanges: [
            {
              artifactLocation: file,
              replacements: [
                { deletedRegion: { startLine: 4, startColumn: 1, endLine: 4, endColumn: 10 }, insertedContent: { text: 'RestartSec' } },
              ],
            },
          ],
        },
      ],
    },
  ]);
  const text = 'A directive that does not exist, or not in this section, is ignored.';
  assert.equal(sarif.version, '2.1.0');
  assert.deepEqual(sarif.runs[0].tool.driver.rules, [
    { id: 'unknown-key', shortDescription: { text }, fullDescription: { text }, help: { text } },
  ]);
  const json: readonly { readonly code: string }[] = JSON.parse((await lint(files, '--json', 'D/bad.service')).out.join(''));
  assert.deepEqual(
    json.map(({ code }) => code),
    ['unknown-key'],
  );
});

test('a file that is not there, or not named as a unit, is an error', async () => {
  const gone = await lint({}, 'D/gone.service', '-q');
  assert.deepEqual(gone, { out: ['D/gone.service: error: there is no such file, or it cannot be read [unreadable]'], err: [], status: 1 });
  const unit = await lint({}, 'no-such-unit');
  assert.deepEqual(unit.err, ['no-such-unit is no file here. To check a unit by its name: tysctl verify no-such-unit']);
  const named = await lint({ 'a.text': '' }, 'D/a.text', '-q');
  assert.equal(named.status, 1);
});

test('a link to /dev/null is a mask, and nothing else is said of it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-lint-'));
  try {
    const path = join(directory, 'a.service');
    symlinkSync('/dev/null', path);
    await withBench(
      () => undefined,
      async ({ tysctl }) =>
        assert.deepEqual(await tysctl('lint', '-q', path), {
          out: [`${path}: note: the unit is masked: nothing can start it [masked]`],
          err: [],
          status: 0,
        }),
      false,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a file that everybody can write or that is marked executable is told of', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-lint-'));
  try {
    const path = join(directory, 'a.service');
    writeFileSync(path, good);
    chmodSync(path, 0o777);
    await withBench(
      () => undefined,
      async ({ tysctl }) => {
        const { out } = await tysctl('lint', '-q', path);
        assert.deepEqual(
          out.map((line) => /\[(.*)\]$/.exec(line)?.[1]),
          ['executable-file', 'writable-file'],
        );
      },
      false,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});
