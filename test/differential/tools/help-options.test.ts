import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { analyzeVerbs, formerVerbs } from '../../../src/cli/analyze/verbs.ts';
import { refused, verbs } from '../../../src/cli/verbs.ts';
import { type Call, ours, theirs, whyNoTools } from './twin.ts';

// What systemd 252 lists with --help is known to ours, or refused with a reason. That it does the same is what other tests show.
const skip = whyNoTools();

const programs: readonly string[] = [
  'systemctl',
  'journalctl',
  'systemd-analyze',
  'systemd-run',
  'systemd-notify',
  'systemd-escape',
  'systemd-delta',
  'systemd-path',
  'systemd-cgtop',
  'systemd-cgls',
  'systemd-cat',
  'systemd-detect-virt',
];

/** Values of options that do not take a number, by their long names: of any program's first, then of one's own. */
const values: Readonly<Record<string, string>> = {
  '--host': 'box',
  '--machine': 'box',
  '--root': '/srv',
  '--output': 'json',
  '--directory': '/',
  '--since': 'yesterday',
  '--until': 'today',
  '--base-time': 'yesterday',
  '--on-calendar': 'daily',
  '--path-property': 'PathExists=/x',
  '--socket-property': 'ListenStream=/x',
  '--timer-property': 'OnActiveSec=1',
  '--property': 'Nice=1',
  '--setenv': 'A=b',
  '--template': 'a@.service',
  '--suffix': 'mount',
  '--uid': 'root',
  '--image': '/srv/image',
  'systemctl --type': 'service',
  'systemctl --state': 'failed',
  'systemctl --signal': 'TERM',
  'systemctl --kill-whom': 'main',
  'systemctl --what': 'cache',
  'systemctl --preset-mode': 'full',
  'systemctl --timestamp': 'utc',
  'systemctl --check-inhibitors': 'no',
  'journalctl --priority': 'err',
  'journalctl --facility': 'daemon',
  'journalctl --boot': '0',
  'systemd-analyze --recursive-errors': 'no',
  'systemd-analyze --json': 'short',
  'systemd-delta --type': 'masked',
  'systemd-cgtop --order': 'path',
  'systemd-cgtop --cpu': 'time',
};

/** What is refused, with a part of the reason that is given for it. */
const refusals: Readonly<Record<string, RegExp>> = {
  'systemctl --machine': /does not run containers/,
  'systemctl --image': /mount the image/,
  'systemctl --firmware-setup': /does not speak to the firmware/,
  'systemctl --boot-loader-menu': /does not speak to the boot loader/,
  'systemctl --boot-loader-entry': /does not speak to the boot loader/,
  'journalctl --machine': /no machines of which tysd knows/,
  'journalctl --image': /--file= reads/,
  'journalctl --verify-key': /not sealed/,
  'journalctl --setup-keys': /not sealed/,
  'systemd-analyze --machine': /does not run containers/,
  'systemd-analyze --image': /mount the image/,
  'systemd-run --machine': /does not run containers/,
  'systemd-cgtop --machine': /does not run containers/,
  'systemd-cgls --xattr': /tysd sets none/,
  'systemd-cgls --machine': /does not run containers/,
};

/** An option of the help: a line names a letter, a long one, or both. */
interface Listed {
  readonly names: readonly string[];
  readonly takesValue: boolean;
}

for (const program of programs)
  describe(`${program} knows what is listed by the help of systemd's`, { skip }, () => {
    const help = theirs({ program, argv: ['--help'] }).out;
    const listed = optionsOf(help);
    test('there are options in the help', () => assert.ok(listed.length >= 3, help));
    for (const { names, takesValue } of listed)
      test(names.join(' '), async () => {
        const last = names.at(-1) ?? '';
        const value = values[`${program} ${last}`] ?? values[last] ?? '1';
        for (const name of names) {
          const argv = !takesValue ? [name] : name.startsWith('--') ? [`${name}=${value}`] : [name, value];
          const call = { program, argv: [...argv, '--help'] };
          assert.equal(theirs(call).status, 0, `systemd's refuses ${argv.join(' ')}: ${theirs(call).err}`);
          const { status, err } = await asked(call);
          const reason = refusals[`${program} ${last}`];
          if (reason === undefined) assert.deepEqual({ status, err }, { status: 0, err: '' }, argv.join(' '));
          else assert.match(err, reason);
        }
      });
  });

describe('each verb in the help of systemd’s is there', { skip }, () => {
  for (const [program, known, no] of [
    ['systemctl', verbs, ['switch-root']],
    ['systemd-analyze', { ...analyzeVerbs, ...formerVerbs }, []],
  ] as const)
    test(program, () => {
      const listed = verbsOf(theirs({ program, argv: ['--help'] }).out);
      assert.ok(listed.length > 15);
      const missing = listed.filter((verb) => !Object.hasOwn(known, verb) || (program === 'systemctl' && verbs[verb]?.load === refused));
      assert.deepEqual(missing, no);
    });
});

/** Our answer; journalctl writes to the streams of its process itself. */
async function asked(call: Call): Promise<{ readonly status: number | null; readonly err: string }> {
  if (call.program !== 'journalctl') return ours(call);
  const { status, stderr } = spawnSync(join(import.meta.dirname, '../../../bin/journalctl'), call.argv, { encoding: 'utf8' });
  return { status, err: stderr };
}

/** The options of a help, each line with the names of one. */
function optionsOf(help: string): readonly Listed[] {
  return help.split('\n').flatMap((line) => {
    const [, left] = /^ {2,5}(-.*?)(?: {2,}|$| [A-Z][a-z])/.exec(line) ?? [];
    if (left === undefined) return [];
    const names = left.split(' ').flatMap((word) => /^--?[a-zA-Z0-9][-a-zA-Z0-9]*/.exec(word)?.[0] ?? []);
    return [{ names, takesValue: /[^[]=|^-[A-Z] [A-Z]{3}/.test(left.replaceAll(/\[[^\]]*\]/g, '[')) }];
  });
}

/** The verbs of a help: the first words of its lines before the options. */
function verbsOf(help: string): readonly string[] {
  const [, commands = ''] = /ommands:\n([^]*?)\n *Options:/.exec(help) ?? [];
  return commands.split('\n').flatMap((line) => /^ {2}\[?([a-z][-a-z]+)/.exec(line)?.[1] ?? []);
}
