import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRequest, plan, rootContext, serviceConfig } from '../../test/exec/example.ts';
import { fits } from './extensions.ts';
import { renderOp } from './render.ts';

const debian = { ID: 'debian', VERSION_ID: '12', SYSEXT_LEVEL: '1' };

test('an extension fits any system, or that with its id and its level or version', () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, boolean])[] = [
    [{ ID: '_any' }, true],
    [{}, false],
    [{ ID: 'fedora', VERSION_ID: '12' }, false],
    [{ ID: 'debian', VERSION_ID: '12' }, true],
    [{ ID: 'debian', VERSION_ID: '11' }, false],
    [{ ID: 'debian', SYSEXT_LEVEL: '1', VERSION_ID: '11' }, true],
    [{ ID: 'debian', SYSEXT_LEVEL: '2', VERSION_ID: '12' }, false],
  ];
  for (const [release, expected] of cases) assert.equal(fits(release, debian), expected, JSON.stringify(release));
  assert.equal(fits({ ID: 'arch' }, { ID: 'arch' }), true);
});

const listed = (path: string, ignoreMissing = false) => ({ path, ignoreMissing, relativeToRoot: false });

test('only hierarchies that an extension has are overlaid, the last extension on top; what is missing may be, what is foreign may not', () => {
  const ops = (extensions: NonNullable<typeof rootContext.extensions>, ...directories: readonly ReturnType<typeof listed>[]) =>
    plan(mainRequest(serviceConfig({ ExtensionDirectories: directories })), { ...rootContext, extensions })
      .filter(({ op }) => op === 'overlay' || op === 'fail')
      .map(renderOp);
  const a = { path: '/a', state: 'fits', hierarchies: ['/usr'] } as const;
  const b = { path: '/b', state: 'fits', hierarchies: ['/usr', '/opt'] } as const;
  assert.deepEqual(ops([a, b], listed('/a'), listed('/b')), ['overlay /opt ← /b/opt', 'overlay /usr ← /b/usr /a/usr']);
  const missing = { path: '/m', state: 'missing', hierarchies: [] } as const;
  assert.deepEqual(ops([missing], listed('/m', true)), []);
  assert.deepEqual(ops([missing], listed('/m')), ['fail No such file or directory']);
  assert.deepEqual(ops([{ path: '/f', state: 'foreign', hierarchies: ['/usr'] }], listed('/f', true)), ['fail Stale file handle']);
});
