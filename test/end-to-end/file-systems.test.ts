import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileSystemMagics } from '../../src/exec/file-system-magics.ts';
import { isRoot, startTysd, wanting } from './tysd.ts';

const skip = isRoot ? false : 'needs root';

/** Those that the machine's own files are on. */
const own = ['/', '/bin/sh', tmpdir()].flatMap((path) =>
  Object.entries(fileSystemMagics).flatMap(([type, magics]) => (magics.includes(statfsSync(path).type) ? [type] : [])),
);
const usual = own.join(' ');

/** Why a machine does without: whatever else is said of it is a fault of ours. */
const reasons = [
  'the kernel refused it: Operation not permitted',
  'BPF is not among the security modules that the kernel asks',
  'the kernel does not tell which security modules it asks',
  'the kernel does not tell its types (/sys/kernel/btf/vmlinux)',
  'the kernel has no BPF as a security module, or does not let us use it',
  'the manager lacks CAP_SYS_ADMIN',
];

interface Seen {
  readonly result: string;
  readonly said: readonly string[];
  readonly notApplied: readonly string[];
}

/** Whether the machine does without, which is so for all units and for one of the reasons. */
function isLeftOut({ notApplied }: Seen): boolean {
  for (const sentence of notApplied) {
    assert.ok(
      reasons.some((reason) => sentence === `RestrictFileSystems= is not applied: ${reason}`),
      sentence,
    );
  }
  return notApplied.length > 0;
}

const lines = (proc: string, tmpfs: string) => [`proc ${proc}`, `tmpfs ${tmpfs}`, 'own open'];

describe('RestrictFileSystems=', { skip }, () => {
  let temporary = '';
  before(() => {
    temporary = mkdtempSync('/dev/shm/tysd-file-systems-');
  });
  after(() => rmSync(temporary, { recursive: true, force: true }));

  /** What a process of a service may open, of a file of proc, a directory of tmpfs and its own program. */
  const looks = () =>
    `l() { if (true <$2) 2>&-; then echo $1 open; else echo $1 denied; fi; }; l proc /proc/version; l tmpfs ${temporary}; l own /bin/sh`;

  /** A service that looks, with `LOOK` for the command. */
  async function run(settings: string, commands = 'ExecStart=LOOK'): Promise<Seen> {
    const service = `[Service]\nType=oneshot\nRemainAfterExit=yes\nStandardOutput=append:@dir@/said\n${commands}\n${settings}\n`;
    const units = { 'looks.sh': looks(), 'a.service': service.replaceAll('LOOK', '/bin/sh @dir@/units/looks.sh') };
    await using daemon = await startTysd({ units: { 'default.target': wanting(), ...units } });
    const result = await daemon.job('start', 'a.service');
    const path = join(daemon.directory, 'said');
    const said = (existsSync(path) ? readFileSync(path, 'utf8') : '').split('\n').filter((line) => line !== '');
    return { result, said, notApplied: await daemon.ask('unit.not-applied', { unit: 'a.service' }) };
  }

  for (const [title, settings, proc, tmpfs] of [
    ['without it all is open', '', 'open', 'open'],
    ['a list allows what is in it alone', `RestrictFileSystems=${usual}`, 'denied', 'denied'],
    ['lists are one', `RestrictFileSystems=${usual}\nRestrictFileSystems=proc`, 'open', 'denied'],
    ['an inverted list forbids what is in it alone', 'RestrictFileSystems=~proc', 'denied', 'open'],
    [
      'what the other kind of list says is taken off the first',
      'RestrictFileSystems=~proc tmpfs\nRestrictFileSystems=tmpfs',
      'denied',
      'open',
    ],
    ['sets are what is in them', `RestrictFileSystems=${usual} @temporary`, 'denied', 'open'],
    ['an inverted set', 'RestrictFileSystems=~@temporary', 'open', 'denied'],
    ['an empty line begins anew', 'RestrictFileSystems=~proc\nRestrictFileSystems=\nRestrictFileSystems=~tmpfs', 'open', 'denied'],
    ['what nobody knows is left out', 'RestrictFileSystems=~@nonsense nonsensefs proc', 'denied', 'open'],
    ['in namespaces of its own', 'RestrictFileSystems=~proc\nPrivateUsers=yes\nProtectSystem=strict\nUser=nobody', 'denied', 'denied'],
  ] as const) {
    test(title, async () => {
      const seen = await run(settings);
      const open = isLeftOut(seen) && !settings.includes('User=');
      if (open || !isLeftOut(seen)) assert.deepEqual(seen.said, open ? lines('open', 'open') : lines(proc, tmpfs));
    });
  }

  test('a program that is on no allowed file system is not executed', async () => {
    const seen = await run('RestrictFileSystems=proc');
    if (!isLeftOut(seen)) assert.deepEqual([seen.result, seen.said], ['failed', []]);
  });

  test('a command with + has it not, unless another has brought it; and what processes open to set themselves up is no matter of it', async () => {
    const seen = await run(
      `RestrictFileSystems=${usual}\nOOMScoreAdjust=100`,
      'ExecStart=+LOOK\nExecStart=LOOK\nExecStart=LOOK\nExecStart=+LOOK',
    );
    const denied = lines('denied', 'denied');
    if (!isLeftOut(seen)) assert.deepEqual([seen.result, seen.said], ['done', [...lines('open', 'open'), ...denied, ...denied, ...denied]]);
  });

  test('with the policy strict a service is not started without it', async () => {
    const seen = await run('RestrictFileSystems=~proc\nX-Tysd-Sandbox=strict');
    const without = await run('RestrictFileSystems=~proc');
    assert.deepEqual(seen.said, isLeftOut(without) ? [] : lines('denied', 'open'));
  });
});
