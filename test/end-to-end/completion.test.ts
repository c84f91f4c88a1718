import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { noTerminal, Screen } from './screen.ts';
import { type Daemon, run, startTysd, wanting } from './tysd.ts';

const bin = join(import.meta.dirname, '../../bin');

// Names that no mount of the machine begins with: a user's manager has those, too.
const units = {
  'default.target': wanting('example-runs.service'),
  'example-runs.service': '[Unit]\nDescription=It \x1b[31mruns\n[Service]\nExecStart=/bin/sleep infinity\n',
  'example-rests.service': '[Unit]\nDescription=It rests\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=default.target\n',
  'many@.service': '[Service]\nExecStart=/bin/sleep infinity\n',
};

/** Options whose values are completed, in all shells alike: what is typed, and what the value becomes. */
const optionValues: readonly (readonly [line: string, value: string])[] = [
  ['systemctl -H alp', 'alpha'],
  ['systemctl --host=root@alp', 'root@alpha'],
  ['systemd-analyze -H alp', 'alpha'],
  ['systemctl -t sock', 'socket'],
  ['systemctl --type=service,sock', 'service,socket'],
  ['systemctl show -p ExecMainPI', 'ExecMainPID'],
  ['systemctl -o json-pr', 'json-pretty'],
  ['journalctl --output=json-pr', 'json-pretty'],
  ['systemd-analyze --output=json-pr', 'json-pretty'],
  ['systemctl --state=fail', 'failed'],
  ['systemctl kill --signal=SIGWIN', 'SIGWINCH'],
  ['systemctl kill -s SIGWIN', 'SIGWINCH'],
  ['systemctl kill --kill-whom=contr', 'control'],
  ['systemctl start --job-mode=ignore-r', 'ignore-requirements'],
  ['systemctl --check-inhibitors=au', 'auto'],
  ['journalctl --facility=authp', 'authpriv'],
  ['journalctl -p warn', 'warning'],
];

/** A home whose ssh(1) knows a host. */
function homeWithHost(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'tysd-completion-'));
  mkdirSync(join(path, '.ssh'));
  writeFileSync(join(path, '.ssh/config'), 'Host alpha *.example\n');
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** Asks the function that the script gives bash what a line, typed to its end, can become. */
const asked = `
eval "$(tysctl completion bash)"
COMP_LINE=$1 COMP_POINT=\${#1}
# As bash breaks the last word: after the last of these, a blank among them.
last=\${1##*[[:space:]=:]}
_tysd_complete "\${1%% *}" "$last" ''
printf '%s\\n' "\${COMPREPLY[@]}"
`;

function whyNo(shell: string): string | false {
  return spawnSync(shell, ['-c', 'true']).status === 0 ? false : `${shell} is not installed`;
}

describe('completion', () => {
  let daemon: Daemon;
  before(async () => (daemon = await startTysd({ units })));
  after(() => daemon[Symbol.asyncDispose]());

  for (const [line, wanted] of [
    ['tysctl @ is-act', ['is-active']],
    ['tysctl @ stop example-r', ['example-runs.service']],
    ['tysctl @ start example-r', ['example-rests.service']],
    ['tysctl @ start many', ['many@']],
    ['tysctl @ enable ', ['example-rests.service']],
    ['tysctl @ status example-r', ['example-rests.service', 'example-runs.service']],
    ['tysctl @ list-units --type=dev', ['device']],
    ['tysctl @ completion ', ['bash', 'zsh', 'fish']],
    ['tysctl @ explain ExecStartP', ['ExecStartPre', 'ExecStartPost']],
    ['journalctl --outp', ['--output=', '--output-fields=']],
    ['journalctl -o json-p', ['json-pretty']],
    ['tysctl @ analyze criti', ['critical-chain']],
    ['tysctl @ analyze critical-chain example-ru', ['example-runs.service']],
    ['tysctl @ analyze log-level not', ['notice']],
    ['tysctl @ analyze --to-p', ['--to-pattern=']],
    ['systemd-analyze --recursive-errors=o', ['one']],
    ['systemd-analyze transient-settings so', ['socket']],
    ['tysctl @ start no-such', []],
    ['tysctl @ logs --outp', ['--output=', '--output-fields=']],
    ['tysctl @ restart logs example-ru', ['example-runs.service']],
    ['tysctl @ logs -u example-r', ['example-rests.service', 'example-runs.service']],
    ['tysctl @ kill -s SIGU', ['SIGUSR1', 'SIGUSR2', 'SIGURG']],
    ['tysctl @ kill --signal=USR', ['USR1', 'USR2']],
    ['tysctl @ show -p ExecMainPI', ['ExecMainPID']],
    ['tysctl @ show --property=Id,ExecMainPI', ['Id,ExecMainPID']],
    ['tysctl -o json analyze critic', ['critical-chain']],
  ] as const) {
    test(`bash: ${line}`, async () => {
      const typed = line.replace('@', `--runtime-directory=${daemon.runtimeDirectory}`);
      const { out, err } = await run('bash', ['-c', asked, 'bash', typed], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
      assert.equal(err, '');
      assert.deepEqual(
        out.split('\n').filter((word) => word !== ''),
        [...wanted],
      );
    });
  }

  for (const [line, wanted] of [
    ['tysctl @ is-act', ['is-active']],
    ['tysctl @ stop example-r', ['example-runs.service']],
    ['tysctl @ status example-r', ['example-rests.service', 'example-runs.service']],
    ['tysctl @ list-units --type=dev', ['--type=device']],
    ['journalctl --outp', ['--output-fields=', '--output=']],
    ['systemd-analyze transient-settings so', ['socket']],
    ['tysctl @ start no-such', []],
  ] as const) {
    test(`fish: ${line}`, { skip: whyNo('fish') }, async () => {
      const typed = line.replace('@', `--runtime-directory=${daemon.runtimeDirectory}`);
      const asks = 'tysctl completion fish | source; complete -C $argv[1]';
      const { out, err } = await run('fish', ['--no-config', '-c', asks, typed], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
      assert.equal(err, '');
      const words = out.split('\n').flatMap((each) => (each === '' ? [] : [each.split('\t')[0] ?? '']));
      assert.deepEqual(words.toSorted(), [...wanted]);
    });
  }

  for (const [line, value] of optionValues) {
    test(`bash: ${line}`, async () => {
      using home = homeWithHost();
      const { out, err } = await run('bash', ['-c', asked, 'bash', line], { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home.path });
      // Only what comes after the last break.
      const typed = /[^\s=:]*$/.exec(line)?.[0] ?? '';
      assert.equal(err, '');
      assert.equal(out, `${value.slice(value.lastIndexOf(typed))}\n`);
    });

    test(`fish: ${line}`, { skip: whyNo('fish') }, async () => {
      using home = homeWithHost();
      const asks = 'tysctl completion fish | source; complete -C $argv[1]';
      const environment = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home.path };
      const { out, err } = await run('fish', ['--no-config', '-c', asks, line], environment);
      assert.equal(err, '');
      const option = /(--[a-z-]+=)\S*$/.exec(line)?.[1] ?? '';
      assert.deepEqual(
        out.split('\n').flatMap((each) => (each === '' ? [] : [each.split('\t')[0]])),
        [`${option}${value}`],
      );
    });
  }

  test('zsh completes the values of options', { skip: noTerminal || whyNo('zsh') }, async () => {
    using screen = new Screen(daemon);
    using home = homeWithHost();
    screen.type(`exec env HOME=${home.path} PS1='zsh$ ' zsh -f -i`);
    screen.type('autoload -Uz compinit; compinit -u -D; source <(tysctl completion zsh); clear; echo ready now');
    await screen.until(/^ready now$/m);
    for (const [typed, value] of optionValues) {
      const whole = typed.replace(/[^\s=]*$/, value);
      screen.write(typed);
      screen.key('Tab');
      await screen.until(new RegExp(`^zsh\\$ ${whole}(?: |$)`, 'm'));
      screen.key('C-u');
      screen.key('C-l');
    }
  });

  test('zsh completes a line that is typed at it, and lists what it may become', { skip: noTerminal || whyNo('zsh') }, async () => {
    using screen = new Screen(daemon);
    screen.type("exec env PS1='zsh$ ' zsh -f -i");
    screen.type('autoload -Uz compinit; compinit -u -D; source <(tysctl completion zsh); clear; echo ready now');
    await screen.until(/^ready now$/m);
    for (const [typed, becomes] of [
      ['tysctl is-act', /^zsh\$ tysctl is-active/m],
      ['tysctl stop example-r', /^zsh\$ tysctl stop example-runs\.service/m],
      ['journalctl -o json-p', /^zsh\$ journalctl -o json-pretty/m],
      ['systemctl list-units --type=dev', /^zsh\$ systemctl list-units --type=device/m],
      ['systemctl status example-r', /^example-runs\.service +-- It[^\n]*\nexample-rests\.service/m],
    ] as const) {
      screen.write(typed);
      screen.key('Tab');
      await screen.until(becomes);
      screen.key('C-u');
      screen.key('C-l');
    }
  });

  test('no description commands the terminal', async () => {
    const { out } = await run(join(bin, 'tysctl'), [
      'complete',
      'tysctl',
      `--runtime-directory=${daemon.runtimeDirectory}`,
      'stop',
      'example-runs',
    ]);
    assert.equal(out, 'words\nexample-runs.service\tIt  [31mruns\n');
  });

  test('another shell is refused', async () => {
    const ran = await run(join(bin, 'tysctl'), ['completion', 'csh']);
    assert.deepEqual([ran.status, ran.out, ran.err], [1, '', "Unknown shell 'csh': there is completion for bash, zsh, fish.\n"]);
  });
});
