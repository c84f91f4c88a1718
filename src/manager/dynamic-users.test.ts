import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootContext, serviceConfig } from '../../test/exec/example.ts';
import { FakeFiles } from '../port/files-fake.ts';
import { dynamicGid, dynamicUid } from './dynamic-users.ts';

function machine(more: Readonly<Record<string, string>> = {}) {
  const files = new FakeFiles({ '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n', '/etc/group': 'root:x:0:\n', ...more });
  const facts = { directories: { ...rootContext.directories, data: '/usr/share', temporary: '/tmp', variableTemporary: '/var/tmp' } };
  return { files, runtimeDirectory: '/run/tysd', facts };
}

const named = (User: string) => serviceConfig({ DynamicUser: true, User });

test('a name has the same uid each time, and a file says that it is taken', () => {
  const place = machine();
  assert.deepEqual([dynamicUid(place, named('dyn')), dynamicUid(place, named('dyn'))], [62264, 62264]);
  assert.deepEqual(place.files.list('/run/tysd/dynamic-uid'), ['62264']);
});

test('a uid that an account, a group or another dynamic user has is passed over', () => {
  const place = machine({
    '/etc/passwd': 'other:x:62264:1::/:/bin/sh\n',
    '/etc/group': 'other:x:62265:\n',
    '/run/tysd/dynamic-uid/62266': 'third\n',
  });
  assert.equal(dynamicUid(place, named('dyn')), 62267);
});

test('a name keeps the uid that it has for the next manager', () => {
  assert.equal(dynamicUid(machine({ '/run/tysd/dynamic-uid/61999': 'dyn\n' }), named('dyn')), 61999);
});

test('a group of another name that there is not has a number of its own; one that there is, and that of the user, have none', () => {
  const place = machine({ '/etc/group': 'root:x:0:\nthere:x:7:\n' });
  const gidOf = (Group: string) => dynamicGid(place, serviceConfig({ DynamicUser: true, User: 'dyn', Group }));
  assert.deepEqual([gidOf('dyne'), gidOf('there'), gidOf('dyn'), gidOf('')], [gidOf('dyne'), undefined, undefined, undefined]);
  assert.deepEqual(place.files.list('/run/tysd/dynamic-uid'), [String(gidOf('dyne'))]);
});
