import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { commandLineOf, isAlive } from './processes.ts';
import { type Daemon, type Setting, startTysd, wanting } from './tysd.ts';

/** A tysd whose configuration has these lines in [Tysd]. */
async function startResting(tysd: readonly string[], units: Setting['units'], before = ':') {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-rest-'));
  const config = join(directory, 'tysd.conf');
  writeFileSync(config, `[Tysd]\n${tysd.join('\n')}\n`);
  try {
    const daemon = await startTysd({ units, before, options: [`--config=${config}`] });
    return { daemon, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Nobody tells of that. */
async function untilGone(daemon: Daemon, pid: number): Promise<void> {
  const gone = async (): Promise<void> => {
    while (isAlive(pid)) await setTimeout(20);
  };
  await daemon.within(`process ${pid} to have ended`, gone());
}

const service = (...lines: readonly string[]): string => `[Service]\n${lines.join('\n')}\n`;

test('a journal without anything to do ends; what services write then is found, once, and followed', async () => {
  await using resting = await startResting(
    ['JournalIdleSec=300ms'],
    {
      'default.target': wanting('writer.service'),
      'writer.service': service('ExecStart=/bin/sh @dir@/units/writer.sh'),
      'writer.sh':
        'echo one; printf half; read x <@dir@/gate; echo " line"; echo two; read x <@dir@/gate; echo three; exec sleep infinity\n',
    },
    'mkfifo gate',
  );
  const { daemon } = resting;
  const first = await daemon.journalPid();
  await daemon.untilLog('writer.service', (line) => line === 'one');
  await untilGone(daemon, first);
  writeFileSync(join(daemon.directory, 'gate'), 'x\n');
  await daemon.untilLog('writer.service', (line) => line === 'two');
  const second = await daemon.journalPid();
  assert.notEqual(second, first);
  await untilGone(daemon, second);
  writeFileSync(join(daemon.directory, 'gate'), 'x\n');
  const lines = await daemon.untilLog('writer.service', (line) => line === 'three');
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('Started')),
    ['one', 'half line', 'two', 'three'],
  );
  assert.doesNotMatch(daemon.console, /the journal/);
});

test('with JournalIdleSec=0 the journal is not told of a time', async () => {
  await using resting = await startResting(['JournalIdleSec=0'], { 'default.target': wanting() });
  assert.match(commandLineOf(await resting.daemon.journalPid()), / --idle=0\b/);
});
