import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withBench } from './run.ts';

const nobody = (): void => undefined;

test('systemd-escape converts as systemd does', () =>
  withBench(
    nobody,
    async ({ run }) => {
      const cases: readonly (readonly [argv: readonly string[], out: string | RegExp])[] = [
        [['Hallöchen, Meister'], 'Hall\\xc3\\xb6chen\\x2c\\x20Meister'],
        [['a b', '.c'], 'a\\x20b \\x2ec'],
        [['--path', '/tmp//waldi/foobar/'], 'tmp-waldi-foobar'],
        [['-p', '--suffix=mount', '/tmp//waldi/foobar/'], 'tmp-waldi-foobar.mount'],
        [['--template=systemd-nspawn@.service', 'My Container 1'], 'systemd-nspawn@My\\x20Container\\x201.service'],
        [['-u', 'Hall\\xc3\\xb6chen'], 'Hallöchen'],
        [['-up', 'x'], '/x'],
        [['-x', 'x'], /invalid option -- 'x'/],
        [['--unescape', '--path', 'tmp-waldi'], '/tmp/waldi'],
        [['-u', '--instance', 'systemd-nspawn@My\\x20Container.service'], 'My Container'],
        [['-u', '--template=systemd-nspawn@.service', 'systemd-nspawn@a-b.service'], 'a/b'],
        [['-m', 'foo bar', '/dev/sda'], 'foo\\x20bar.service dev-sda.device'],
        [['--suffix=bogus', 'x'], /Invalid unit suffix type "bogus"\./],
        [['--instance', 'x'], /--instance must be used in conjunction with --unescape\./],
        [[], /Not enough arguments\./],
      ];
      for (const [argv, expected] of cases) {
        const ran = await run('systemd-escape', argv);
        if (typeof expected === 'string') assert.deepEqual(ran, { out: [expected], err: [], status: 0 }, argv.join(' '));
        else {
          assert.equal(ran.status, 1, argv.join(' '));
          assert.match(ran.err.join('\n'), expected);
        }
      }
    },
    false,
  ));

test('systemd-notify sends what it is told, as the process that it is told', () =>
  withBench(
    nobody,
    async ({ run }) => {
      const socket = { NOTIFY_SOCKET: '/run/notify' };
      assert.deepEqual((await run('systemd-notify', ['--ready', '--status=Up and running', 'X=1'], socket)).out, [
        'notify ["READY=1","STATUS=Up and running","X=1"] caller',
      ]);
      assert.deepEqual((await run('systemd-notify', ['--pid=42', '--stopping'], socket)).out, ['notify ["STOPPING=1","MAINPID=42"] 42']);
      assert.deepEqual((await run('systemd-notify', ['--uid=nobody', '--rea'], socket)).out, ['notify ["READY=1"] caller as 65534:65534']);
      assert.deepEqual((await run('systemd-notify', ['--uid=nobody-at-all', '--ready'], socket)).err, [
        "Can't resolve user nobody-at-all: there is no such user",
      ]);
      assert.deepEqual(await run('systemd-notify', ['--ready']), {
        out: [],
        err: ['No status data could be sent: $NOTIFY_SOCKET was not set'],
        status: 1,
      });
      assert.deepEqual((await run('systemd-notify', ['--pid=x', '--ready'], socket)).err, ['Failed to parse PID x.']);
    },
    false,
  ));

test('logs goes to the journal with all its words', () =>
  withBench(
    nobody,
    async ({ tysctl }) => {
      assert.deepEqual((await tysctl('logs', '-u', 'web', '-f')).out, ['logs -u web -f']);
      assert.deepEqual((await tysctl('--user', 'logs', '-n5')).out, ['logs -n5']);
      assert.deepEqual((await tysctl('-q', '-n', '5', '-o', 'json', '--no-pager', 'logs', '-u', 'web', '-n', '3')).out, [
        'logs --no-pager --quiet --output=json --lines=5 -u web -n 3',
      ]);
    },
    false,
  ));

test('versions are of this tool and, where scripts ask for systemd, of the systemd that it is like', () =>
  withBench(nobody, async ({ systemctl, tysctl }) => {
    assert.deepEqual((await tysctl('--version')).out, ['tysctl 0.1.0']);
    assert.deepEqual((await systemctl('--version')).out, ['systemd 252 (tysd 0.1.0)']);
    assert.deepEqual((await tysctl('version')).out, [
      'tysctl 0.1.0',
      'tysd 0.1.0 (system manager in /run/tysd, processes tracked by session)',
    ]);
  }));

test('the help names every verb once', () =>
  withBench(
    nobody,
    async ({ tysctl }) => {
      const { out, status } = await tysctl('--help');
      assert.equal(status, 0);
      assert.equal(out.filter((line) => line.startsWith('  start ')).length, 1);
      assert.ok(out.includes('Unit files:'));
    },
    false,
  ));

test('status of several units, of none, and of what is not there', () =>
  withBench(
    (manager) => {
      manager.add('web.service', { active: 'active', sub: 'running', sinceUsec: 1 });
      manager.add('off.service');
    },
    async ({ systemctl }) => {
      const ran = await systemctl('status', '-n3', 'web', 'off');
      assert.equal(ran.status, 3);
      assert.deepEqual(
        ran.out.filter((line) => !line.includes('since')),
        [
          '● web.service',
          '     Loaded: loaded (/etc/systemd/system/web.service)',
          '',
          'the last 3 lines of web.service',
          '',
          '○ off.service',
          '     Loaded: loaded (/etc/systemd/system/off.service)',
          '     Active: inactive (dead)',
          '',
          'the last 3 lines of off.service',
        ],
      );
      assert.equal((await systemctl('status', '-n0', 'web')).status, 0);
      assert.deepEqual(await systemctl('status', 'nope'), { out: [], err: ['Unit nope.service could not be found.'], status: 4 });
      assert.deepEqual((await systemctl('status')).out.slice(1, 6), [
        '    State: running',
        '    Units: 2 loaded (incl. loaded aliases)',
        '     Jobs: 0 queued',
        '   Failed: 0 units',
        '     tysd: 0.1.0',
      ]);
    },
  ));

test('status without cgroups says how many processes there are, and shows them below the names of their units', () =>
  withBench(
    (manager) => {
      manager.add('web.service', { active: 'active', sub: 'running', sinceUsec: 1, mainPid: process.pid });
      manager.add('off.service');
    },
    async ({ systemctl }) => {
      const overview = (await systemctl('status')).out;
      const at = overview.findIndex((line) => line.startsWith('Processes: '));
      const tree = overview.slice(at + 2);
      assert.deepEqual(overview.slice(at, at + 2), [
        `Processes: ${tree.length} of 1 unit (tracked by session)`,
        '           └─web.service',
      ]);
      assert.deepEqual(processLines(tree), tree);
      assert.ok(tree.some((line) => line.includes(`${process.pid} `)));

      const unit = (await systemctl('status', '-n0', 'web')).out;
      const own = processLines(unit);
      assert.deepEqual(unit.slice(-own.length - 1), [`  Processes: ${own.length}`, ...own]);
    },
  ));

function processLines(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => /[├└]─ *\d+ /.test(line));
}

test('tools that tysd refuses to be say why, and do nothing', () =>
  withBench(
    nobody,
    async ({ run }) => {
      for (const name of ['systemd-inhibit', 'systemd-ask-password', 'systemd-tty-ask-password-agent']) {
        const { out, err, status } = await run(`/usr/bin/${name}`, ['--what=shutdown', 'true']);
        assert.deepEqual({ out, lines: err.length, status }, { out: [], lines: 1, status: 1 });
        assert.match(err[0] ?? '', new RegExp(`^${name}: \\w`));
      }
    },
    false,
  ));

test('systemd-detect-virt tells the container first, and ends with 1 where there is none', () =>
  withBench(
    nobody,
    async ({ run }) => {
      assert.deepEqual(await run('systemd-detect-virt', []), { out: ['lxc'], err: [], status: 0 });
      assert.deepEqual(await run('systemd-detect-virt', ['-qv']), { out: [], err: [], status: 0 });
      assert.deepEqual(await run('systemd-detect-virt', ['--private-users']), { out: [], err: [], status: 1 });
    },
    false,
  ));
