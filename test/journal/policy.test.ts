import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { consoleLines, createForward, kernelLine, parseTargets, textLines, writerTo } from '../../src/journal/forward.ts';
import { parseKernelRecord } from '../../src/journal/kmsg.ts';
import { planJournal } from '../../src/main/journal-settings.ts';
import { realFiles } from '../../src/port/files-real.ts';
import { configRoots, readJournalConfig } from '../../src/unit/journal-config.ts';
import { gatherFacts } from '../../src/main/facts.ts';
import { createKeeperDouble, createScratch, limitedTo, messages, opened, output, record, stored } from './keeper-double.ts';

test('what is less important than MaxLevelStore= is not stored, and Storage=none stores nothing', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path, { policy: { maximumStored: 4 } });
  keeper.send(opened(1n, 'a.service'), output(1n, '<3>error\n<4>warning\n<5>notice\nplain\n'));
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['error', 'warning']);
  assert.deepEqual(keeper.unacknowledged, []);

  using none = createScratch();
  const silent = createKeeperDouble(none.path, { policy: { maximumStored: -1 } });
  silent.send(opened(1n, 'a.service'), output(1n, '<0>panic\n'), record({ MESSAGE: 'x' }));
  silent.flush();
  assert.deepEqual([messages(none.path), silent.unacknowledged], [[], []]);
});

test('RateLimitBurst= counts each unit for itself, says what it dropped, and leaves to a unit the limit of its own', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path, { policy: { rate: limitedTo(2, 1_000_000) } });
  keeper.send(
    opened(1n, 'a.service'),
    opened(2n, 'b.service'),
    opened(3n, 'c.service', { RATE: '1000000 3' }),
    output(1n, '1\n2\n3\n4\n'),
    output(2n, '1\n'),
    output(3n, '1\n2\n3\n4\n'),
    output(1n, 'later\n', 1_000_001),
  );
  keeper.flush();
  assert.deepEqual(messages(scratch.path, { units: ['a.service'] }), ['1', '2', 'later']);
  assert.deepEqual(messages(scratch.path, { units: ['b.service'] }), ['1']);
  assert.deepEqual(messages(scratch.path, { units: ['c.service'] }), ['1', '2', '3']);
  assert.ok(messages(scratch.path).includes('Suppressed 2 messages from a.service'));
});

test('LineMax= is where longer lines are cut', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path, { policy: { lineMax: 100 } });
  keeper.send(opened(1n, 'a.service'), output(1n, `${'x'.repeat(150)}\nshort\n`));
  keeper.flush();
  assert.deepEqual(
    stored(scratch.path).map(({ message, extra }) => [message?.length, extra]),
    [
      [100, [['_LINE_BREAK', 'line-max']]],
      [50, []],
      [5, []],
    ],
  );
});

test('entries are passed on to the console and to the kernel’s log, those of a level or of a stream that asks for it', () => {
  using scratch = createScratch();
  const [terminal, kernel] = [`${scratch.path}/tty`, `${scratch.path}/kmsg`];
  for (const path of [terminal, kernel]) writeFileSync(path, '');
  const forward = createForward({
    console: { always: true, maximum: 6, pass: textLines(consoleLines.lines, writerTo(terminal)) },
    kmsg: { always: false, maximum: 5, pass: textLines(kernelLine, writerTo(kernel)) },
  });
  const keeper = createKeeperDouble(scratch.path, { policy: { forward } });
  keeper.send(
    opened(1n, 'a.service'),
    output(1n, 'to the \x1b[31mconsole\n<7>too chatty\n'),
    opened(2n, 'b.service', { FORWARD: 'kmsg', SYSLOG_FACILITY: '0' }),
    output(2n, '<4>to both\n<6>not important\n'),
  );
  assert.equal(readFileSync(terminal, 'utf8'), 'a[1]: to the  [31mconsole\nb[2]: to both\nb[2]: not important\n');
  // Nobody but the kernel speaks as the kernel.
  assert.equal(readFileSync(kernel, 'utf8'), '<28>b[2]: to both\n');
  assert.deepEqual(parseTargets('kmsg console nonsense wall'), ['kmsg', 'console']);
});

test('a console that is not there costs no entry', () => {
  using scratch = createScratch();
  const rule = { always: true, maximum: 7, pass: textLines(consoleLines.json, writerTo(`${scratch.path}/nowhere`)) };
  const keeper = createKeeperDouble(scratch.path, { policy: { forward: createForward({ console: rule, kmsg: rule }) } });
  keeper.send(opened(1n, 'a.service'), output(1n, 'kept\n'));
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['kept']);
});

test('records of the kernel’s log are read, with what is escaped in them', () => {
  assert.deepEqual(
    parseKernelRecord(
      Buffer.from('6,339,5140900,-;NET: Registered \\x1b protocol\\x0afamily\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n'),
    ),
    {
      priority: 6,
      facility: 0,
      sequence: 339,
      monotonicUsec: 5_140_900,
      identifier: 'kernel',
      pid: '',
      message: 'NET: Registered \x1b protocol\nfamily',
      extra: [
        ['_KERNEL_SUBSYSTEM', 'acpi'],
        ['_KERNEL_DEVICE', '+acpi:PNP0A03:00'],
      ],
    },
  );
  const said = parseKernelRecord(Buffer.from('30,340,7,c;app[12]: hello\n'));
  assert.deepEqual([said?.priority, said?.facility, said?.identifier, said?.pid, said?.message], [6, 3, 'app', '12', 'hello']);
  assert.equal(parseKernelRecord(Buffer.from('nonsense')), undefined);
});

test('what the kernel said is taken in once, also over a crash, and anew in another boot', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  const say = (sequence: number): void => {
    const said = parseKernelRecord(Buffer.from(`4,${sequence},1000,-;record ${sequence}\n`));
    assert.ok(said);
    keeper.kernel(said);
  };
  say(1);
  say(2);
  keeper.flush();
  keeper.kill();
  for (const sequence of [1, 2, 3]) say(sequence);
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['record 1', 'record 2', 'record 3']);
  const [first] = stored(scratch.path);
  assert.deepEqual(
    [first?.priority, first?.origin.identifier, first?.origin.fields['_TRANSPORT'], first?.extra],
    [4, 'kernel', 'kernel', [['_SOURCE_MONOTONIC_TIMESTAMP', '1000']]],
  );
  keeper.reboot();
  say(1);
  keeper.flush();
  assert.deepEqual(messages(scratch.path).at(-1), 'record 1');
});

test('journald.conf is read with its drop-ins, and what is wrong in it is told', () => {
  const texts: Readonly<Record<string, string>> = {
    '/etc/systemd/journald.conf': '[Journal]\nSystemMaxUse=10M\nMaxRetentionSec=2 days\nMaxLevelStore=nonsense\nForwardToConsole=yes\n',
    '/etc/systemd/journald.conf.d/50-a.conf': '[Journal]\nSystemMaxUse=20M\nRateLimitIntervalSec=10s\nLineMax=1K\n',
  };
  const files = {
    ...realFiles,
    statFollow: (path: string) => (path in texts ? realFiles.statFollow('/etc/passwd') : realFiles.statFollow('/nowhere')),
    list: (path: string) => (path === '/etc/systemd/journald.conf.d' ? ['50-a.conf'] : []),
    read: (path: string) => (path in texts ? Buffer.from(texts[path] ?? '') : undefined),
  };
  const { journal, assigned, diagnostics } = readJournalConfig(files, configRoots, gatherFacts('system', {}));
  assert.deepEqual(
    [
      journal.SystemMaxUse,
      journal.MaxRetentionSec,
      journal.MaxLevelStore,
      journal.ForwardToConsole,
      journal.RateLimitIntervalSec,
      journal.LineMax,
    ],
    [20 * 1024 * 1024, 172_800_000_000, 'debug', true, 10_000_000, 1024],
  );
  assert.ok(assigned.has('RateLimitIntervalSec'));
  assert.deepEqual(
    diagnostics.map(({ path, line }) => `${path}:${line}`),
    ['/etc/systemd/journald.conf:4'],
  );
});

test('the journal of a user is not ruled by the machine’s journald.conf', () => {
  using scratch = createScratch();
  mkdirSync(`${scratch.path}/run`);
  const plan = planJournal(
    'user',
    scratch.path,
    `${scratch.path}/run/journal.sock`,
    { all: false, format: 'lines' },
    { send: undefined, warn: assert.fail },
  );
  assert.deepEqual(
    [plan.directory, plan.policy.maximumStored, plan.policy.rate.forAll, plan.readsKernel, plan.remarks],
    [scratch.path, 7, false, false, []],
  );
});
