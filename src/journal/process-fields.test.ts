import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroupFields, processFields } from './process-fields.ts';

test('the cgroup of a process tells its unit', () => {
  assert.deepEqual(cgroupFields('0::/system.slice/a.service\n'), {
    _SYSTEMD_CGROUP: '/system.slice/a.service',
    _SYSTEMD_UNIT: 'a.service',
    _SYSTEMD_SLICE: 'system.slice',
  });
  assert.deepEqual(cgroupFields('0::/docker/abc/tysd/system.slice/system-x.slice/x@1.service/payload\n'), {
    _SYSTEMD_CGROUP: '/docker/abc/tysd/system.slice/system-x.slice/x@1.service/payload',
    _SYSTEMD_UNIT: 'x@1.service',
    _SYSTEMD_SLICE: 'system-x.slice',
  });
  assert.deepEqual(cgroupFields('0::/user.slice/user-1000.slice/user@1000.service/app.slice/b.service\n'), {
    _SYSTEMD_CGROUP: '/user.slice/user-1000.slice/user@1000.service/app.slice/b.service',
    _SYSTEMD_UNIT: 'user@1000.service',
    _SYSTEMD_SLICE: 'user-1000.slice',
    _SYSTEMD_USER_UNIT: 'b.service',
    _SYSTEMD_USER_SLICE: 'app.slice',
  });
  assert.deepEqual(cgroupFields('5:cpu:/other\n1:name=systemd:/a.service\n0::/\n'), {
    _SYSTEMD_CGROUP: '/a.service',
    _SYSTEMD_UNIT: 'a.service',
    _SYSTEMD_SLICE: '-.slice',
  });
  assert.deepEqual(cgroupFields('0::/\n'), { _SYSTEMD_CGROUP: '/', _SYSTEMD_SLICE: '-.slice' });
  assert.deepEqual(cgroupFields(''), {});
});

test('the files of /proc tell who a process is', () => {
  const facts = {
    start: 5,
    name: 'sh',
    exe: '/usr/bin/dash',
    cmdline: 'sh\0-c\0a b\0',
    status: 'Name:\tsh\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nCapEff:\t00000000000000c1\n',
    cgroup: '0::/a.service\n',
    loginuid: '1000',
    sessionid: '4294967295',
  };
  assert.deepEqual(processFields(7, facts), {
    _PID: '7',
    _UID: '2',
    _GID: '6',
    _COMM: 'sh',
    _EXE: '/usr/bin/dash',
    _CMDLINE: 'sh -c "a b"',
    _CAP_EFFECTIVE: 'c1',
    _SYSTEMD_CGROUP: '/a.service',
    _SYSTEMD_UNIT: 'a.service',
    _SYSTEMD_SLICE: '-.slice',
  });
  const audited = processFields(7, { ...facts, sessionid: '3' });
  assert.deepEqual([audited['_AUDIT_SESSION'], audited['_AUDIT_LOGINUID']], ['3', '1000']);
});
