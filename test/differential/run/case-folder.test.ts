import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { askUntilAlike, type Case, compiledAct, whyNotAsked } from './both.ts';

const one: Case = {
  units: { 'folded.service': `[Service]\nRestart=no\nExecStart=/act to /run/t/folded note "it's $$here" exit 3\n` },
  script: `
    run systemctl start folded
    settle folded
    state folded.service
    notes folded
    echo "jobs: <$(systemctl list-jobs -o json)>"
    cat /before
    run /second exit 4
    echo "not compared $(date +%N)"`,
  read: (lines) => lines.filter((line) => !line.startsWith('not compared')),
  differs: [{ systemd: 'jobs: <>', tysd: 'jobs: <[]>', why: 'JSON is what was asked for' }],
};

describe('a case written as a folder (TYSD_CASES_DIR)', { skip: whyNotAsked, timeout: 600_000 }, () => {
  let directory = '';
  let folder = '';
  const told = (file: string): string => readFileSync(join(folder, file), 'utf8');
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'tysd-cases-'));
    folder = join(directory, 'some-theme/a-case-that-s-written');
    const set = process.env['TYSD_CASES_DIR'];
    process.env['TYSD_CASES_DIR'] = directory;
    askUntilAlike(
      { "a case: that's written": one, 'another one': { script: 'run true' }, 'another: one': { script: 'run false' } },
      () => true,
      {
        theme: 'some theme',
        setup: 'echo made before >before',
        programs: { '/second': compiledAct },
      },
    );
    if (set === undefined) delete process.env['TYSD_CASES_DIR'];
    else process.env['TYSD_CASES_DIR'] = set;
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  test('has its units alone, its script, its programs, and what was said and compared', () => {
    assert.deepEqual(readdirSync(join(directory, 'some-theme')).toSorted(), ['a-case-that-s-written', 'another-one', 'another-one-2']);
    assert.deepEqual(readdirSync(folder).toSorted(), [
      'compared-of-systemd',
      'compared-of-tysd',
      'differences',
      'programs',
      'run',
      'said-by-systemd',
      'said-by-tysd',
      'script',
      'setup',
      'units',
    ]);
    assert.deepEqual(readdirSync(join(folder, 'units')).toSorted(), ['folded.service', 'nothing.target']);
    assert.deepEqual(readdirSync(join(folder, 'programs')).toSorted(), ['act', 'etc', 'second']);
    assert.equal(told('differences'), 'systemd: jobs: <>\ntysd: jobs: <[]>\nwhy: JSON is what was asked for\n');
    assert.match(
      told('said-by-systemd'),
      /^notes of folded:\nit's \$here\njobs: <>\nmade before\n\$ \/second exit 4\n-> 4\nnot compared /m,
    );
    assert.doesNotMatch(told('compared-of-systemd'), /not compared/);
  });

  for (const manager of ['systemd', 'tysd']) {
    test(`run ${manager} boots it, and prints there what was compared`, () => {
      const { status, stdout, stderr } = spawnSync(join(folder, 'run'), [manager], { encoding: 'utf8', cwd: '/' });
      assert.equal(status, 0, stderr);
      assert.deepEqual(one.read?.(stdout.trimEnd().split('\n')), told(`compared-of-${manager}`).trimEnd().split('\n'));
    });
  }

  test('run without the name of a manager tells how it is used', () => {
    const { status, stderr } = spawnSync(join(folder, 'run'), { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [2, `Usage: ${join(folder, 'run')} systemd|tysd\n`]);
  });
});
