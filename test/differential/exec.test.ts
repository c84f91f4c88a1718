import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { managerEnvironment } from '../../src/exec/environment.ts';
import { defaultLimits } from '../../src/exec/limits.ts';
import type { Op, OpName, Plan } from '../../src/exec/op.ts';
import type { ExecContext } from '../../src/exec/request.ts';
import { applyText } from '../../src/unit/apply.ts';
import type { UnitConfig } from '../../src/unit/config.ts';
import { UnitDraft } from '../../src/unit/draft.ts';
import { specifiersOf } from '../../src/unit/specifiers.ts';
import { parseUnitText } from '../../src/unit/syntax.ts';
import { mainRequest, plan, rootContext, serviceConfig } from '../exec/example.ts';
import { boot } from '../system/container.ts';
import { systemdImage, whyNoImage } from '../system/image.ts';

const reason = whyNoImage();

/** What the [Service] section of each unit sets; the real systemd starts it, and our plan must come to the same. */
const cases: Readonly<Record<string, string>> = {
  plain: '',
  environment: 'Environment=A=1 "B=2 3" A=4\nPassEnvironment=container NOPE\nUnsetEnvironment=LANG INVOCATION_ID',
  overridden: 'Environment=SYSTEMD_EXEC_PID=7 JOURNAL_STREAM=x\nStandardError=journal',
  user: 'User=daemon\nUMask=0077',
  groups: 'User=daemon\nGroup=adm\nSupplementaryGroups=audio video',
  group: 'Group=daemon',
  supplementary: 'SupplementaryGroups=audio',
  root: 'User=root\nWorkingDirectory=/usr',
  home: 'User=daemon\nWorkingDirectory=~',
  ownhome: 'WorkingDirectory=~',
  absent: 'WorkingDirectory=-/nonexistent',
  directories: 'User=daemon\nRuntimeDirectory=a b/c\nStateDirectory=d\nConfigurationDirectory=e\nLogsDirectory=f\nCacheDirectory=g',
  errors: 'StandardError=journal',
  silent: 'StandardError=null\nStandardInput=file:/etc/hostname',
  text: 'StandardInputText=hello\nStandardError=append:/run/errors',
  restrained: 'NoNewPrivileges=yes\nLimitNOFILE=100:200',
  privileged: 'User=daemon\nNoNewPrivileges=yes\nPrefix=+',
  credentials: 'User=root\nNoNewPrivileges=yes\nLimitNOFILE=100:200\nPrefix=!',
  watched: 'WatchdogSec=10\nNotifyAccess=all\nPIDFile=/run/x.pid',
  terminal: 'TTYPath=/dev/tty3',
  search: 'ExecSearchPath=/usr/bin:/bin',
};

const probe = [
  'env',
  'echo uid $(id -u) gid $(id -g) groups $(id -G | tr " " "\\n" | sort -n | uniq)',
  'echo directory $(pwd) umask $(umask) files $(ulimit -Sn)',
  'grep NoNewPrivs /proc/self/status',
  'for n in 0 2; do echo stream $n $(readlink /proc/self/fd/$n); done',
].join('; ');

test('what our plans make of a process is what systemd makes of it', { skip: reason, timeout: 1_200_000 }, () => {
  const names = Object.keys(cases);
  const booted = boot({
    rootfs: systemdImage(),
    units: Object.fromEntries([
      ...names.map((name) => [`${name}.service`, unitText(name)] as const),
      ['none.target', '[Unit]\nDefaultDependencies=no\n'],
    ]),
    target: 'none.target',
    script: names.map((name) => `systemctl start ${name}.service; echo "=== ${name}"; cat /run/probe.${name}`).join('\n'),
    manager: 'systemd',
  });
  const observed = new Map(
    booted.output
      .split(/^=== /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), observation(part.slice(part.indexOf('\n') + 1))]),
  );
  assert.deepEqual(
    Object.fromEntries(names.map((name) => [name, observed.get(name)])),
    Object.fromEntries(
      names.map((name) => [
        name,
        prediction(name)
          .map((line) => different[name]?.[line] ?? line)
          .toSorted(),
      ]),
    ),
  );
});

/** Where we differ on purpose: systemd gives a `+` command the groups of User=, though not the user, by the way in which it looks them up. */
const different: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  privileged: { 'uid 0 gid 0 groups 0': 'uid 0 gid 0 groups 0 1' },
};

function unitText(name: string): string {
  const lines = (cases[name] ?? '').split('\n');
  const prefix = lines.find((line) => line.startsWith('Prefix='))?.slice('Prefix='.length) ?? '';
  return [
    '[Unit]',
    'DefaultDependencies=no',
    '[Service]',
    'Type=oneshot',
    `StandardOutput=file:/run/probe.${name}`,
    ...lines.filter((line) => !line.startsWith('Prefix=')),
    `ExecStart=${prefix}:/bin/sh -c '${probe}'`,
    '',
  ].join('\n');
}

/** What the probe said, as sorted lines, without what differs from run to run and what the shell itself adds. */
function observation(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))
    .map((line) =>
      line
        .replace(/^(INVOCATION_ID|SYSTEMD_EXEC_PID|WATCHDOG_PID|JOURNAL_STREAM|NOTIFY_SOCKET)=([0-9a-f:]{2,}|\/.*)$/, '$1')
        .replace(/^NoNewPrivs:\s+/, 'no new privileges ')
        .replace(/^stream 0 \/memfd:.*/, 'stream 0 data')
        .replace(/^stream 2 socket:.*/, 'stream 2 journal'),
    )
    .toSorted();
}

/** The same lines, by reading our plan. */
function prediction(name: string): readonly string[] {
  const config = load(name);
  const command = config.service?.ExecStart[0];
  assert.ok(command !== undefined);
  const ops = plan(mainRequest(config, { command, notify: config.service?.NotifyAccess === 'all', ...watchdog(config) }), context(config));
  const nofile = ops.find((op) => op.op === 'rlimit' && op.resource === 7);
  const gid = lastOf(ops, 'gid')?.gid ?? 0;
  const groups = new Set([gid, ...(lastOf(ops, 'groups')?.gids ?? []).map(Number)]);
  const chdir = lastOf(ops, 'chdir');
  const directory = chdir?.tolerate === true ? '/' : chdir?.path;
  const umask = lastOf(ops, 'umask')?.mask.toString(8).padStart(4, '0');
  return [
    ...(lastOf(ops, 'exec')?.env ?? []).map((entry) => entry.replace(/^(INVOCATION_ID|NOTIFY_SOCKET)=.*/, '$1')),
    ...ops.flatMap((op) => (op.op === 'env-pid' ? [op.name] : op.op === 'env-stream' ? ['JOURNAL_STREAM'] : [])),
    `uid ${lastOf(ops, 'uid')?.uid ?? 0} gid ${gid} groups ${[...groups].toSorted((a, b) => a - b).join(' ')}`,
    `directory ${directory} umask ${umask} files ${nofile?.op === 'rlimit' ? nofile.soft : untouchedFiles}`,
    `no new privileges ${lastOf(ops, 'no-new-privileges') === undefined ? 0 : 1}`,
    ...[0, 2].map((number) => `stream ${number} ${streamOf(ops, number)}`),
  ].toSorted();
}

/** RLIMIT_NOFILE of systemd itself in the container, whose limits are those of whoever runs the test. */
const untouchedFiles = hardLimit();

function hardLimit(): string {
  const line = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return line?.[1] ?? '';
}

function lastOf<Name extends OpName>(ops: Plan, name: Name): Extract<Op, { readonly op: Name }> | undefined {
  const isWanted = (op: Op): op is Extract<Op, { readonly op: Name }> => op.op === name;
  return ops.findLast(isWanted);
}

function watchdog(config: UnitConfig): { readonly watchdogUsec?: number } {
  const usec = config.service?.WatchdogSec ?? 0;
  return usec === 0 ? {} : { watchdogUsec: usec };
}

function streamOf(ops: Plan, number: number): string {
  const dup = ops.find((op) => op.op === 'dup' && op.number === number);
  const source = ops.find((op) => 'slot' in op && dup?.op === 'dup' && op.slot === dup.slot && op.op !== 'dup');
  if (source?.op === 'open') return source.path;
  return source?.op === 'output' ? 'journal' : (source?.op ?? 'nothing');
}

function load(name: string): UnitConfig {
  const draft = new UnitDraft(`${name}.service`, 'service');
  const { directories, self } = rootContext;
  const specifiers = specifiersOf(draft.name, {
    scope: 'system',
    directories: { ...directories, data: '/usr/share', temporary: '/tmp', variableTemporary: '/var/tmp' },
    user: { ...self, group: 'root' },
    hostName: '',
    prettyHostName: '',
    machineId: '',
    bootId: '',
    kernelRelease: '',
    architecture: '',
    osRelease: {},
  });
  applyText(draft, `/etc/systemd/system/${draft.name}`, parseUnitText(new TextEncoder().encode(unitText(name))), {
    specifiers,
    scope: 'system',
    notices: false,
  });
  return { ...serviceConfig(), name: draft.name, exec: draft.settings('exec'), service: draft.settings('service') };
}

const daemon = { name: 'daemon', uid: 1, gid: 1, home: '/usr/sbin', shell: '/usr/sbin/nologin', groups: [] };
const accounts: Readonly<Record<string, ExecContext['account']>> = { daemon, root: rootContext.self };
/** Numbers that every Debian gives these groups. */
const groupNumbers: Readonly<Record<string, number>> = { daemon: 1, adm: 4, audio: 29, video: 44 };

function context({ exec }: UnitConfig): ExecContext {
  const account = accounts[exec?.User ?? ''];
  const gid = groupNumbers[exec?.Group ?? ''];
  return {
    ...rootContext,
    environment: managerEnvironment('system', {}, ['LANG=C.UTF-8']),
    ownEnvironment: { container: 'lxc' },
    limits: defaultLimits,
    supplementary: (exec?.SupplementaryGroups ?? []).flatMap((group) => groupNumbers[group] ?? []),
    ...(account === undefined ? {} : { account }),
    ...(gid === undefined ? {} : { gid }),
  };
}
