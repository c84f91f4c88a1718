import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRequest, plan, rootContext, serviceConfig, userContext } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { compile } from './plan.ts';
import { renderOp } from './render.ts';
import { orderMounts } from './mount-order.ts';
import type { MountEntry, MountMode } from './mount-entry.ts';
import type { ExecContext } from './request.ts';

/** The plan of the view as `plan` shows it, without the line that all have. */
function view(exec: Partial<ExecSettings>, context: ExecContext = rootContext): readonly string[] {
  const ops = plan(mainRequest(serviceConfig(exec)), context);
  const [start, end] = [ops.findIndex(({ op }) => op === 'mount-namespace'), ops.findIndex(({ op }) => op === 'enter-root')];
  return start < 0
    ? []
    : ops
        .slice(start, end + 1)
        .map(renderOp)
        .filter((line) => !/^(mask|restrict) \/run\/credentials/.test(line));
}

const path = (text: string, more: { readonly ignoreMissing?: boolean; readonly relativeToRoot?: boolean } = {}) => ({
  path: text,
  ignoreMissing: false,
  relativeToRoot: false,
  ...more,
});

test('without a setting that needs one there is no namespace of mounts', () => {
  const nothing: Partial<ExecSettings> = { MountFlags: 'shared', PrivateUsers: true, ProtectHostname: 'yes', PrivateNetwork: true };
  assert.deepEqual(view(nothing), []);
});

test('ProtectSystem= makes more and more read-only', () => {
  assert.deepEqual(view({ ProtectSystem: 'full' }), [
    'mount-namespace if it may be made',
    'root /',
    'mount-point /boot, if it is there',
    'mount-point /efi, if it is there',
    'mount-point /etc',
    'mount-point /usr',
    'restrict /boot, read-only, if it is there, with what is below',
    'restrict /efi, read-only, if it is there, with what is below',
    'restrict /etc, read-only, with what is below',
    'restrict /usr, read-only, with what is below',
    'enter-root shared',
  ]);
});

test('what is below a read-only directory and is to stay writable is an exception from it', () => {
  const lines = view({ ProtectSystem: 'strict', ReadWritePaths: [path('/srv')], StateDirectory: [{ path: 'a', symlinks: [] }] });
  assert.deepEqual(
    lines.filter((line) => line.startsWith('restrict / ') || line.startsWith('restrict /,')),
    ['restrict /, read-only, with what is below, but for /dev /home /proc /root /run/credentials /run/user /srv /sys /var/lib/a'],
  );
});

test('in another root paths are those of the machine, but for those with a plus', () => {
  const lines = view({
    RootDirectory: '/jail',
    MountAPIVFS: false,
    ReadOnlyPaths: [path('/jail/a'), path('/elsewhere'), path('/b', { relativeToRoot: true })],
    ReadWritePaths: [path('/jail')],
  });
  assert.deepEqual(
    lines.filter((line) => line.startsWith('mount-point')),
    ['mount-point /', 'mount-point /a', 'mount-point /b'],
  );
});

test('a private /tmp is that of the run, for all processes but those with full rights', () => {
  const context = { ...rootContext, space: { id: 'x', owner: 'x.service', tmp: { tmp: '/tmp/x', varTmp: '/var/tmp/x' } } };
  assert.deepEqual(view({ PrivateTmp: true }, context), [
    'mount-namespace if it may be made',
    'root /',
    'bind-mount /tmp ← /tmp/x/tmp, with what is below',
    'bind-mount /var/tmp ← /var/tmp/x/tmp, with what is below',
    'enter-root shared',
  ]);
  const config = serviceConfig({ PrivateTmp: true });
  const full = plan(
    mainRequest(config, { command: { path: '/bin/a', argv: ['a'], ignoreFailure: false, expand: true, privilege: 'full' } }),
    context,
  );
  assert.deepEqual(
    full.filter(({ op }) => op === 'bind-mount' || op === 'own-directory'),
    [],
  );
});

const insisting = (exec: Partial<ExecSettings>): boolean => view(exec)[0] === 'mount-namespace';
const bind = (destination: string): Partial<ExecSettings> => ({
  BindPaths: [{ source: '/a', destination, ignoreMissing: false, recursive: true }],
});

test('a unit with credentials sees its own and no others, one without sees none', () => {
  const config = serviceConfig({ PrivateMounts: true, SetCredential: ['a:b'] });
  const of = (wanted: typeof config): readonly string[] =>
    plan(mainRequest(wanted), rootContext)
      .map(renderOp)
      .filter((line) => line.includes('/run/credentials') && !/^(restrict|credential)/.test(line));
  assert.deepEqual(of(config), [
    'file-system /run/credentials ← tmpfs mode=0755,size=4m,nr_inodes=1k, nosuid, nodev, noexec, if it is there',
    `bind-mount /run/credentials/${config.name} ← /run/credentials/${config.name}, if it is there`,
  ]);
  assert.deepEqual(of(serviceConfig({ PrivateMounts: true })), ['mask /run/credentials, if it is there']);
});

test('a later run of the same unit has another /tmp, and what has changed on the machine counts', () => {
  const request = mainRequest(serviceConfig({ PrivateTmp: true, InaccessiblePaths: [path('/a')] }));
  const targets = (id: string, links: ReadonlyMap<string, string>): readonly string[] =>
    plan(request, {
      ...rootContext,
      links,
      space: { id, owner: 'x.service', tmp: { tmp: `/tmp/${id}`, varTmp: `/var/tmp/${id}` } },
    }).flatMap((op) => (op.op === 'bind-mount' ? [op.source] : op.op === 'mask' ? [op.target] : []));
  const none = new Map<string, string>();
  assert.deepEqual(
    [targets('x', none), targets('y', none), targets('y', new Map([['/a', '/b']]))],
    [
      ['/a', '/run/credentials', '/tmp/x/tmp', '/var/tmp/x/tmp'],
      ['/a', '/run/credentials', '/tmp/y/tmp', '/var/tmp/y/tmp'],
      ['/b', '/run/credentials', '/tmp/y/tmp', '/var/tmp/y/tmp'],
    ],
  );
});

test('settings that lead elsewhere insist on the namespace, restrictions do not', () => {
  assert.deepEqual(
    [
      bind('/a'),
      bind('/b'),
      { RootDirectory: '/jail' },
      { TemporaryFileSystem: [{ path: '/a', options: '' }] },
      { ProtectSystem: true },
    ].map((exec: Partial<ExecSettings>) => insisting(exec)),
    [false, true, true, true, false],
  );
});

test('a user’s manager makes a user namespace before all others', () => {
  const ops = plan(mainRequest(serviceConfig({ ProtectSystem: true, PrivateNetwork: true })), {
    ...userContext,
    space: { id: 'x', owner: 'x.service' },
  });
  assert.deepEqual(
    ops.map(renderOp).filter((line) => /namespace/.test(line)),
    ['user-namespace users 1000=1000 groups 1000=1000', 'namespace net held space/x/net', 'mount-namespace if it may be made'],
  );
});

test('a user namespace of the system’s manager keeps root and the user, and comes after all that needs rights', () => {
  const account = { name: 'daemon', uid: 1, gid: 2, home: '/', shell: '', groups: [] };
  const ops = plan(mainRequest(serviceConfig({ PrivateUsers: true, User: 'daemon' })), { ...rootContext, account });
  assert.deepEqual(ops.slice(-8, -4).map(renderOp), ['groups 2', 'gid 2', 'user-namespace users 0=0 1=1 groups 0=0 2=2', 'uid 1']);
});

const entry = (mode: MountMode, at: string, more: Partial<MountEntry> = {}): MountEntry => ({ path: at, mode, setting: 'X', ...more });
const ordered = (entries: readonly MountEntry[], links: readonly (readonly [string, string])[] = []): readonly string[] =>
  orderMounts(entries, new Map(links)).map(({ mode, path: at }) => `${mode} ${at}`);

test('directories come before what is in them, whatever their names', () => {
  assert.deepEqual(ordered([entry('bind', '/a-b'), entry('bind', '/a/c'), entry('bind', '/a')]), ['bind /a', 'bind /a/c', 'bind /a-b']);
});

test('of one path the stricter mode counts, and what the others forbid stays forbidden', () => {
  const [only, ...more] = orderMounts([entry('read-only', '/a'), entry('bind', '/a'), entry('no-exec', '/a')], new Map());
  assert.deepEqual([only, more], [{ ...entry('bind', '/a'), readOnly: true, noExec: true, exec: false }, []]);
});

test('below what is inaccessible nothing is mounted, and beside it everything', () => {
  assert.deepEqual(ordered([entry('inaccessible', '/a'), entry('bind', '/a/b/c'), entry('bind', '/ab')]), ['inaccessible /a', 'bind /ab']);
});

test('what says the same as the directory above it is left out, but not what comes back to it', () => {
  assert.deepEqual(
    ordered([entry('read-only', '/'), entry('read-only', '/usr'), entry('read-write', '/var'), entry('read-only', '/var/lib')]),
    ['read-only /', 'read-write /var', 'read-only /var/lib'],
  );
});

test('a path counts as what its symlinks lead to, so that it cannot be covered by what is mounted there', () => {
  assert.deepEqual(ordered([entry('inaccessible', '/link'), entry('bind', '/real')], [['/link', '/real/a']]), [
    'bind /real',
    'inaccessible /real/a',
  ]);
});

/** Why the program is not executed; '' where it is. */
function refusal(exec: Partial<ExecSettings>): string {
  const compiled = compile(mainRequest(serviceConfig(exec)), rootContext);
  assert.ok(compiled.ok);
  const last = compiled.value.plan.at(-1);
  if (last?.op !== 'fail') return '';
  assert.deepEqual([last.exit, `${last.setting}=`], [226, compiled.value.warnings[0]?.split(' ')[0]]);
  return compiled.value.warnings.join('\n');
}

const image = { source: '/a.raw', ignoreMissing: false, options: [] };
const mounted = { ...image, destination: '/mnt' };

test('a root or an image that is to be verified, checked or put together in a way that tysd has not is not used without', () => {
  assert.deepEqual(
    [
      refusal({ RootImage: '/a.raw', RootHash: 'ab' }),
      refusal({ RootImage: '/a.raw', RootImagePolicy: 'root=verity' }),
      refusal({ MountImages: [mounted], MountImagePolicy: 'root=verity' }),
      refusal({ ExtensionImages: [image], ExtensionImagePolicy: 'root=verity' }),
      refusal({ RootMStack: '/a.mstack' }),
      refusal({ RootImage: '/a.raw', MountImages: [mounted] }),
    ],
    [
      'RootHash= asks for a verified image, which takes dm-verity: that is not set up here',
      'RootImagePolicy= cannot be checked here',
      'MountImagePolicy= cannot be checked here',
      'ExtensionImagePolicy= cannot be checked here',
      'RootMStack= asks for a root that is put together of layers, which is not done here',
      '',
    ],
  );
});
