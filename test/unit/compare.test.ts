import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSettings } from '../../src/unit/compare.ts';
import type { UnitConfig } from '../../src/unit/config.ts';
import { loadUnit } from '../../src/unit/load.ts';
import { settingLines } from '../../src/unit/setting-lines.ts';
import { ownSections, type PartName, type Parts } from '../../src/unit/settings/parts.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { facts } from './facts.ts';
import { Tree } from './tree.ts';

const directory = '/etc/systemd/system';

function load(name: string, ...sections: readonly string[]): UnitConfig {
  const tree = new Tree({ [`${directory}/${name}`]: `${sections.join('\n')}\n` });
  return loadUnit(name, { directory: new UnitDirectory(tree, [directory]), facts, notices: false });
}

/** The changes as lines, `-` for what goes and `+` for what comes. */
function changes(before: UnitConfig, after: UnitConfig): readonly string[] {
  return compareSettings(before, after).flatMap(({ setting, before: old, after: fresh }) => [
    ...(old?.split('\n').map((text) => `-${setting}=${text}`) ?? []),
    ...(fresh?.split('\n').map((text) => `+${setting}=${text}`) ?? []),
  ]);
}

/** The section of the unit's type, written anew from what was read. */
function written(config: UnitConfig): string {
  const { section, parts } = ownSections[config.type];
  const conditions = ['Conditions', 'Asserts'].flatMap((property) => settingLines('unit', config.unit, property));
  const lines = parts.flatMap((part) => ownLines(part, config[part]));
  return ['[Unit]', ...conditions.map(asLine), `[${section}]`, ...lines.map(asLine)].join('\n');
}

function ownLines<Part extends PartName>(part: Part, settings: Parts[Part] | undefined): readonly (readonly [string, string])[] {
  return settings === undefined ? [] : Object.keys(settings).flatMap((property) => settingLines(part, settings, property));
}

function asLine([directive, text]: readonly [string, string]): string {
  return `${directive}=${text}`;
}

const service = [
  'ConditionPathExists=|!/nope',
  'ConditionHost=box',
  'AssertPathIsDirectory=/etc',
  '[Service]',
  'ExecStart=-/bin/sh -c "echo \\"two  words\\"; exit" ""',
  'ExecStart=@!!/bin/one own-name \\;',
  'ExecStop=:+/bin/true $HOME',
  'Type=oneshot',
  'TimeoutStopSec=1min 3s',
  'RestartPreventExitStatus=3 SIGTERM',
  'SuccessExitStatus=75 TEMPFAIL SIGKILL',
  'OpenFile=/etc/passwd:accounts:read-only',
  'WorkingDirectory=-/srv',
  'Environment=A=1 "B=x y" "C=it\'s \\\\"',
  'EnvironmentFile=-/etc/default/x',
  'EnvironmentFile=/etc/y',
  'LimitNOFILE=1000:infinity',
  'LimitCPU=7',
  'CPUAffinity=0 2-3',
  'NUMAMask=0-1',
  'UMask=027',
  'TimerSlackNSec=50us',
  'StateDirectory=aa bb:cc',
  'LoadCredential=key:/etc/key',
  'StandardInput=fd:in',
  'StandardOutput=append:/var/log/a b',
  'StandardError=null',
  'StandardInputText=some words',
  'LogFilterPatterns=~debug .*',
  'SyslogLevel=err',
  'CapabilityBoundingSet=~CAP_KILL CAP_SYS_ADMIN',
  'AmbientCapabilities=CAP_CHOWN',
  'SystemCallFilter=@system-service chown:EPERM',
  'SystemCallFilter=~@mount',
  'SystemCallErrorNumber=EACCES',
  'RestrictNamespaces=~user mnt',
  'RestrictAddressFamilies=AF_UNIX AF_INET',
  'RestrictFileSystems=~proc',
  'ReadWritePaths=-/a +/b -+/c',
  'BindPaths=/etc /usr:/x -/z:/y:norbind',
  'TemporaryFileSystem=/mnt:ro,size=1M /t',
  'ProtectSystem=strict',
  'KillSignal=SIGINT',
  'AllowedCPUs=0-2',
  'CPUQuota=20%',
  'MemoryMax=100M',
  'MemoryHigh=1500000',
  'MemoryMin=10%',
  'TasksMax=30%',
  'DeviceAllow=/dev/null rw',
  'DeviceAllow=char-tty r',
  'IODeviceWeight=/dev/null 200',
  'IOReadBandwidthMax=/dev/null 1M',
  'IODeviceLatencyTargetSec=/dev/null 5ms',
  'IPAddressAllow=10.0.0.0/8 ::1',
  'IPAddressDeny=any',
  'SocketBindAllow=ipv4:tcp:80-90',
  'SocketBindDeny=any',
  'RestrictNetworkInterfaces=~eth0',
  'Delegate=cpu memory',
];

test('each setting is written as a unit file has it, and is read back as it is', () => {
  for (const [name, lines] of [
    ['a.service', service],
    [
      'a.socket',
      ['[Socket]', 'ListenStream=/run/a', 'ListenFIFO=/run/f', 'ListenStream=[::1]:80', 'ListenNetlink=route 1', 'SocketMode=0600'],
    ],
    ['a.timer', ['[Timer]', 'OnCalendar=Mon..Wed *-*-1/2 3:00 UTC', 'OnBootSec=1h 2s', 'OnCalendar=daily', 'AccuracySec=1us']],
    ['a.path', ['[Path]', 'PathChanged=/a', 'PathExistsGlob=/b*', 'PathChanged=/c']],
  ] as const) {
    const config = load(name, '[Unit]', ...lines);
    assert.deepEqual([config.load, config.diagnostics], [{ state: 'loaded' }, []]);
    const text = written(config);
    assert.doesNotMatch(text, /[{[]"/);
    assert.deepEqual(changes(config, load(name, text)), [], text);
  }
});

test('what differs is told by the names of the directives', () => {
  const before = load('a.timer', '[Timer]\nOnCalendar=daily\nOnBootSec=1h\nUnit=x.service');
  const after = load('a.timer', '[Timer]\nOnCalendar=weekly\nOnBootSec=60min\nOnUnitActiveSec=2h\nUnit=x.service');
  assert.deepEqual(changes(before, after), ['-OnCalendar=*-*-* 00:00:00', '+OnCalendar=Mon *-*-* 00:00:00', '+OnUnitActiveSec=2h']);
  const [old, fresh] = [
    load('a.service', '[Unit]\nConditionPathExists=/a\n[Service]\nExecStart=/bin/echo "a b"\nLimitNOFILE=10\nMemoryMax=1G'),
    load('a.service', '[Unit]\nConditionPathExists=!/a\n[Service]\nExecStart=/bin/echo a b\nLimitNOFILE=10\nLimitNPROC=5\nMemoryMax=1024M'),
  ];
  assert.deepEqual(changes(old, fresh), [
    '-ConditionPathExists=/a',
    '+ConditionPathExists=!/a',
    '+LimitNPROC=5',
    '-ExecStart=/bin/echo "a b"',
    '+ExecStart=/bin/echo a b',
  ]);
});
