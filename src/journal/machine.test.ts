import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroupFields, readProcessFields } from './machine.ts';

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
  assert.deepEqual(cgroupFields('0::/\n'), {});
  assert.deepEqual(cgroupFields(''), {});
});

test('a process that is gone has no fields, and ours has its own', () => {
  assert.deepEqual(readProcessFields(0x7fff_fffe), {});
  assert.equal(readProcessFields(process.pid)['_UID'], String(process.getuid?.()));
});
