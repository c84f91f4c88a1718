import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '../../base/timestamp.ts';
import { makeStyle } from './terminal.ts';
import { renderStatus, type StatusView } from './unit-status.ts';

const style = makeStyle({ colours: false, unicode: true });
const second = 1_000_000;
const nowUsec = 1_795_338_543 * second;
/** The same moment by CLOCK_MONOTONIC, on a machine that has run for 1,000 seconds. */
const nowMonotonicUsec = 1000 * second;

const unit: StatusView['unit'] = {
  name: 'good.service',
  names: ['good.service'],
  description: 'A good service',
  load: 'loaded',
  active: 'active',
  sub: 'running',
  result: 'success',
  fragment: '/etc/systemd/system/good.service',
  dropIns: [],
  sinceUsec: nowUsec - second,
};

function view(change: Partial<StatusView['unit']>, properties: StatusView['properties'] = {}, rest: Partial<StatusView> = {}): StatusView {
  const stamped = { StateChangeTimestampMonotonic: String(nowMonotonicUsec - second), ...properties };
  return {
    unit: { ...unit, ...change },
    properties: stamped,
    triggers: new Map(),
    processes: undefined,
    notApplied: [],
    style,
    timestamp: 'pretty',
    nowUsec,
    ...rest,
  };
}

/** The date of a moment so long ago. */
function ago(usec: number): string {
  return formatTimestamp(nowUsec - usec);
}

test('a service that runs, with all that there can be said about it', () => {
  const properties = {
    UnitFileState: 'enabled',
    UnitFilePreset: 'enabled',
    ActiveEnterTimestampMonotonic: String(nowMonotonicUsec - 63 * second),
    TriggeredBy: 'x.socket y.timer',
    Documentation: '"man:good(8)" https://example.org/good',
    ExecStartPre:
      '{ path=/bin/true ; argv[]=/bin/true -a ; ignore_errors=no ; start_time=[x] ; stop_time=[y] ; pid=68 ; code=exited ; status=0 }',
    ExecStart:
      '{ path=/bin/x ; argv[]=/bin/x ; ignore_errors=no ; start_time=[x] ; stop_time=[n/a] ; pid=4194999 ; code=(null) ; status=0/0 }',
    StatusErrno: '2',
    TasksCurrent: '3',
    TasksMax: '28909',
    FileDescriptorStoreMax: '5',
    NFileDescriptorStore: '2',
    IPIngressBytes: '1200',
    IPEgressBytes: '0',
    MemoryCurrent: '3355443',
    CPUUsageNSec: '4170000',
  };
  const processes = [
    { pid: 69, command: '/bin/sh -c "echo hello; sleep 1000"' },
    { pid: 107, command: 'sleep 1000' },
  ];
  const tree = { processes, groups: [{ name: 'sub', tree: { processes: [{ pid: 9, command: 'inner' }], groups: [] } }] };
  const shown = view(
    {
      dropIns: [
        '/etc/systemd/system/good.service.d/a.conf',
        '/etc/systemd/system/good.service.d/b.conf',
        '/run/systemd/system/service.d/z.conf',
      ],
      mainPid: 4_194_999,
      controlPid: 4_194_998,
      statusText: 'Serving 3 requests',
    },
    properties,
    {
      triggers: new Map([
        ['x.socket', 'active'],
        ['y.timer', 'inactive'],
      ]),
      processes: { path: '/system.slice/good.service', tree },
    },
  );
  assert.deepEqual(renderStatus(shown), [
    '● good.service - A good service',
    '     Loaded: loaded (/etc/systemd/system/good.service; enabled; preset: enabled)',
    '    Drop-In: /etc/systemd/system/good.service.d',
    '             └─a.conf, b.conf',
    '             /run/systemd/system/service.d',
    '             └─z.conf',
    `     Active: active (running) since ${ago(63 * second)}; 1min 3s ago`,
    'TriggeredBy: ● x.socket',
    '             ○ y.timer',
    '       Docs: man:good(8)',
    '             https://example.org/good',
    '    Process: 68 ExecStartPre=/bin/true -a (code=exited, status=0/SUCCESS)',
    '   Main PID: 4194999; Control PID: 4194998',
    '     Status: "Serving 3 requests"',
    '      Error: 2',
    '         IP: 1.1K in, 0B out',
    '      Tasks: 3 (limit: 28909)',
    '   FD Store: 2 (limit: 5)',
    '     Memory: 3.1M',
    '        CPU: 4ms',
    '     CGroup: /system.slice/good.service',
    '             ├─ 69 /bin/sh -c "echo hello; sleep 1000"',
    '             ├─107 sleep 1000',
    '             └─sub',
    '               └─9 inner',
  ]);
});

test('a service that failed, and how its process ended', () => {
  const properties = {
    UnitFileState: 'static',
    UnitFilePreset: 'enabled',
    ActiveEnterTimestampMonotonic: String(900 * second),
    ActiveExitTimestampMonotonic: String(900 * second + 4000),
    InactiveEnterTimestampMonotonic: String(nowMonotonicUsec - 471_000),
    ExecStart:
      '{ path=/bin/false ; argv[]=/bin/false ; ignore_errors=no ; start_time=[x] ; stop_time=[y] ; pid=104 ; code=exited ; status=1 }',
    ExecMainPID: '104',
    ExecMainCode: '1',
    ExecMainStatus: '1',
    CPUUsageNSec: '[not set]',
  };
  assert.deepEqual(renderStatus(view({ active: 'failed', sub: 'failed', result: 'exit-code', description: 'good.service' }, properties)), [
    '× good.service',
    '     Loaded: loaded (/etc/systemd/system/good.service; static)',
    `     Active: failed (Result: exit-code) since ${ago(471_000)}; 471ms ago`,
    '   Duration: 4ms',
    '    Process: 104 ExecStart=/bin/false (code=exited, status=1/FAILURE)',
    '   Main PID: 104 (code=exited, status=1/FAILURE)',
  ]);
});

function mainEnded(code: string, status: string): string | undefined {
  return renderStatus(view({}, { ExecMainPID: '7', ExecMainCode: code, ExecMainStatus: status })).at(-1);
}

test('exit statuses are named where libc or systemd name them, and signals always', () => {
  assert.deepEqual(
    [mainEnded('1', '3'), mainEnded('1', '203'), mainEnded('2', '15'), mainEnded('3', '11')],
    [
      '   Main PID: 7 (code=exited, status=3)',
      '   Main PID: 7 (code=exited, status=203/EXEC)',
      '   Main PID: 7 (code=killed, signal=TERM)',
      '   Main PID: 7 (code=dumped, signal=SEGV)',
    ],
  );
});

test('units that were never started, are masked or could not be read', () => {
  assert.deepEqual(renderStatus(view({ active: 'inactive', sub: 'dead', sinceUsec: 0 })), [
    '○ good.service - A good service',
    '     Loaded: loaded (/etc/systemd/system/good.service)',
    '     Active: inactive (dead)',
  ]);
  assert.equal(renderStatus(view({ load: 'masked' }))[1], '     Loaded: masked (Reason: Unit good.service is masked.)');
  assert.equal(
    renderStatus(view({ load: 'bad-setting', loadReason: 'no ExecStart=' }))[1],
    '     Loaded: bad-setting (Reason: no ExecStart=)',
  );
});

test('a condition that was not met is said', () => {
  const properties = { ConditionResult: 'no' };
  const unmetConditions = ['ConditionPathExists=|/a', 'ConditionPathExists=/b'];
  const shown = view({ active: 'inactive', sub: 'dead', unmetConditions, conditionUsec: nowUsec - 15_000 }, properties);
  assert.deepEqual(renderStatus(shown).slice(3, 6), [
    `  Condition: start condition failed at ${ago(15_000)}; 15ms ago`,
    '             ├─ ConditionPathExists=|/a was not met',
    '             └─ ConditionPathExists=/b was not met',
  ]);
});

test('a socket shows what it listens on, and how many connections it had', () => {
  const properties = {
    Listen: '/run/x.sock (Stream)\n/run/x.fifo (FIFO)',
    Accept: 'yes',
    NAccepted: '3',
    NConnections: '1',
    Triggers: 'good.service',
  };
  assert.deepEqual(renderStatus(view({ name: 'x.socket', sub: 'listening', fragment: '' }, properties)).slice(1), [
    '     Loaded: loaded',
    `     Active: active (listening) since ${ago(second)}; 1s ago`,
    '   Triggers: ● good.service',
    '     Listen: /run/x.sock (Stream)',
    '             /run/x.fifo (FIFO)',
    '   Accepted: 3; Connected: 1;',
  ]);
});

test('a target has no state of its own to tell', () => {
  assert.equal(renderStatus(view({ sub: 'active' }))[2], `     Active: active since ${ago(second)}; 1s ago`);
});

test('in ASCII and in colour', () => {
  const ascii = renderStatus(view({ active: 'failed', sub: 'failed' }, {}, { style: makeStyle({ colours: false, unicode: false }) }));
  assert.equal(ascii[0], 'x good.service - A good service');
  const coloured = renderStatus(view({}, {}, { style: makeStyle({ colours: true, unicode: true }) }));
  assert.equal(coloured[0], '\x1b[0;1;32m●\x1b[0m good.service - A good service');
});
