import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unitOfPath } from '../../src/unit/name.ts';
import { needsRoot, startTysd } from './tysd.ts';

/** Runs a program that must not fail. */
function run(...argv: readonly [string, ...string[]]): void {
  const [file, ...rest] = argv;
  const { status, stderr } = spawnSync(file, rest, { encoding: 'utf8' });
  assert.equal(status, 0, `${argv.join(' ')}: ${stderr}`);
}

function nameOf(path: string, type: 'mount' | 'swap' | 'automount'): string {
  return unitOfPath(path, type) ?? '';
}

test(
  'what is mounted and unmounted while the manager is dead is seen by the next, and a mount under way ends well',
  { skip: needsRoot },
  async () => {
    await using daemon = await startTysd({ units: { 'default.target': '' } });
    const place = (name: string): string => join(daemon.directory, 'places', name);
    const unit = (name: string): string => nameOf(place(name), 'mount');
    using cleanup = new DisposableStack();
    cleanup.defer(() => {
      for (const name of ['own', 'foreign', 'later']) spawnSync('umount', ['--lazy', place(name)]);
    });
    for (const name of ['foreign', 'later']) mkdirSync(place(name), { recursive: true });
    daemon.write(unit('own'), `[Mount]\nWhat=tmpfs\nWhere=${place('own')}\nType=tmpfs\nOptions=size=64k\n`);
    assert.equal(await daemon.job('start', unit('own')), 'done');
    run('mount', '-t', 'tmpfs', 'something', place('foreign'));
    await daemon.untilUnit(unit('foreign'), ({ sub }) => sub === 'mounted');

    const manager = await daemon.managerPid();
    process.kill(manager, 'SIGSTOP');
    run('umount', place('own'));
    run('umount', place('foreign'));
    run('mount', '-t', 'tmpfs', 'late', place('later'));
    process.kill(manager, 'SIGKILL');
    await daemon.untilUnit(unit('later'), ({ sub }) => sub === 'mounted');
    assert.deepEqual([await daemon.state(unit('own')), await daemon.state(unit('foreign'))], ['inactive (dead)', 'inactive (dead)']);
    assert.equal((await daemon.properties(unit('later')))['What'], 'late');

    await daemon.ask('unit.start', { unit: unit('own') });
    await daemon.killManager();
    await daemon.untilUnit(unit('own'), ({ sub }) => sub === 'mounted');
    assert.equal(await daemon.job('stop', unit('own')), 'done');
    assert.equal(readFileSync('/proc/self/mountinfo', 'utf8').includes(place('own')), false);
    // Beside another init, what others mounted stays.
    assert.equal(await daemon.job('stop', unit('later')), 'done');
    assert.equal(readFileSync('/proc/self/mountinfo', 'utf8').includes(place('later')), true);
    const told = (name: string): boolean => daemon.console.includes(`Unmounted ${unit(name)}`);
    await daemon.untilConsole(new RegExp(`Unmounted ${unit('own').replaceAll('\\', '.')}`));
    assert.deepEqual([told('own'), told('later')], [true, false]);
  },
);

test('a file is swapped to, and no more', { skip: needsRoot || whyNoSwap() }, async () => {
  await using daemon = await startTysd({ units: { 'default.target': '' } });
  const directory = mkdtempSync('/var/tmp/tysd-swap-');
  const file = join(directory, 'area');
  const unit = nameOf(file, 'swap');
  const priority = (): string | undefined => /\s(-?\d+)$/.exec(swaps().find((line) => line.startsWith(file)) ?? '')?.[1];
  try {
    run('dd', 'if=/dev/zero', `of=${file}`, 'bs=64k', 'count=4');
    run('chmod', '600', file);
    run('mkswap', file);
    daemon.write(unit, `[Swap]\nWhat=${file}\nPriority=7\n`);
    assert.equal(await daemon.job('start', unit), 'done');
    assert.deepEqual([await daemon.state(unit), priority()], ['active (active)', '7']);
    await daemon.killManager();
    assert.equal(await daemon.state(unit), 'active (active)');
    run('swapoff', file);
    await daemon.untilUnit(unit, ({ sub }) => sub === 'dead');
    assert.equal(await daemon.job('start', unit), 'done');
    assert.equal(await daemon.job('stop', unit), 'done');
    assert.deepEqual([await daemon.state(unit), priority()], ['inactive (dead)', undefined]);
  } finally {
    spawnSync('sh', ['-c', 'swapoff "$1"', 'sh', file]);
    rmSync(directory, { recursive: true, force: true });
  }
});

function swaps(): readonly string[] {
  return readFileSync('/proc/swaps', 'utf8').trimEnd().split('\n');
}

/** Swap needs the kernel's leave, no container around it, and a file system that can hold it. */
function whyNoSwap(): string | false {
  const ext4 = 0xef53;
  if (process.env['container'] !== undefined || spawnSync('test', ['-e', '/.dockerenv']).status === 0) return 'swap is not for containers';
  if (spawnSync('test', ['-e', '/run/systemd/container', '-o', '-e', '/run/.containerenv']).status === 0)
    return 'swap is not for containers';
  return statfsSync('/var/tmp').type === ext4 ? false : 'needs /var/tmp on ext4';
}

test(
  'beside another init automount points work too, over the death of the manager, and are gone after the stop',
  { skip: noAutofs() },
  async () => {
    await using daemon = await startTysd({ units: { 'default.target': '' }, options: ['--system'] });
    const place = join(daemon.directory, 'auto');
    const [automount, mount] = [nameOf(place, 'automount'), nameOf(place, 'mount')];
    using cleanup = new DisposableStack();
    cleanup.defer(() => spawnSync('umount', ['--lazy', '--recursive', place]));
    daemon.write(automount, `[Automount]\nWhere=${place}\n`);
    daemon.write(mount, `[Mount]\nWhat=tmpfs\nWhere=${place}\nType=tmpfs\nOptions=size=64k\n`);
    assert.equal(await daemon.job('start', automount), 'done');
    await daemon.killManager();
    await daemon.untilUnit(automount, ({ sub }) => sub === 'waiting');
    // The manager looks at what is below the point, and must not wait for itself.
    daemon.write('looks.service', `[Unit]\nConditionPathExists=${place}/there\n[Service]\nType=oneshot\nExecStart=true\n`);
    assert.equal(await daemon.job('start', 'looks.service'), 'done');
    // In a group of its own, as what is in tysd's own passes.
    run('setsid', '--wait', 'stat', `${place}/.`);
    await daemon.untilUnit(mount, ({ sub }) => sub === 'mounted');
    assert.equal(await daemon.state(automount), 'active (running)');
    assert.equal(await daemon.stop(), 0);
    assert.equal(readFileSync('/proc/self/mountinfo', 'utf8').includes(place), false);
  },
);

/** Why there can be no automount points. */
function noAutofs(): string | false {
  return needsRoot || (existsSync('/dev/autofs') ? false : 'needs /dev/autofs');
}
