import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ours, runs, theirs, type Call, type Ran, whyNoTools } from './twin.ts';

const skip = whyNoTools();

const unitLine = fc.constantFrom(
  'Description=one',
  'Frob=1',
  'Wants=b.service',
  'Requires=b.service',
  'BindsTo=b.service',
  'Requisite=none.service',
  'Requires=none.service',
  'Wants=none.service',
  'After=b.service none.service',
  'Upholds=c.service',
  'Requires=c.service',
  'JobTimeoutSec=nonsense',
  'DefaultDependencies=no',
  'X-Own=1',
);
/** One command for each list: of several, systemd 252 looks at the first alone. */
const command = (name: string) =>
  fc
    .constantFrom(
      '/bin/true',
      '/bin/nope',
      '-/bin/nope',
      'true',
      '/etc/passwd',
      '/etc',
      '@/bin/nope x',
      '+/bin/sh',
      '-nothere',
      ':/bin/echo',
    )
    .map((text) => `${name}=${text}`);
const serviceLine = fc.oneof(
  ...['ExecStartPre', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost', 'ExecCondition'].map(command),
  fc.constantFrom('Nice=1000', 'Nice=5', 'Type=oneshot', 'RootDirectory=/nowhere', 'Restart=sometimes', 'Nonsense=x', 'TimeoutSec=5'),
  // What is taken, but had better be another.
  fc.constantFrom(
    'KillMode=none',
    'User=nobody',
    'MemoryLimit=1G',
    'CPUShares=200',
    'BlockIOReadBandwidth=/dev/null 1M',
    'SystemCallFilter=read nonsense',
    'SystemCallFilter=~@nonsense',
    'PIDFile=/var/run/x.pid',
    'StandardOutput=syslog',
    'BPFProgram=x',
  ),
);
const oneOfEach = (line: fc.Arbitrary<string>, maxLength: number) =>
  fc.uniqueArray(line, { maxLength, selector: (text) => (text.startsWith('Exec') ? text.slice(0, text.indexOf('=')) : text) });
const service = fc
  .tuple(oneOfEach(unitLine, 4), oneOfEach(serviceLine, 4), fc.option(command('ExecStart'), { freq: 8 }))
  .map(([unit, lines, start]) => ['[Unit]', ...unit, '[Service]', ...(start === null ? [] : [start]), ...lines].join('\n'));
const socket = fc
  .tuple(
    oneOfEach(unitLine, 2),
    fc.constantFrom('', 'Accept=yes', 'Service=b.service', 'Service=none.service'),
    fc.option(command('ExecStartPre')),
  )
  .map(([unit, line, start]) => ['[Unit]', ...unit, '[Socket]', 'ListenStream=/run/x', line, start ?? '', ''].join('\n'));

const tree = fc.record({ 'a.service': service, 'b.service': service, 'c.service': service, 'b.socket': socket, 't@.service': service });
const targets = fc.subarray(['a.service', 'b.socket', 't@.service', 't@x.service', 'none.service', 'no-unit'], {
  minLength: 1,
  maxLength: 2,
});

/** Lines that both say in the same words; of what is said about lines of files, only where they are. Of our notices systemd has none. */
function common({ err, status }: Ran): { readonly said: readonly string[]; readonly places: readonly string[]; readonly status: number } {
  const lines = err.split('\n').filter((line) => !/:\d+:\d+: notice: /.test(line));
  const places = lines.flatMap((line) => /^(\/\S+?:\d+)(?:: |:\d+: (?:warning|error): )/.exec(line)?.[1] ?? []);
  const said = lines
    .filter((line) => /: Command |: Failed to create |not loaded, socket|^Unit |^Failed to prepare/.test(line))
    // Of several things that keep a unit from starting, which is told is by chance.
    .map((line) => line.replace(/(: Failed to create \S+).*$/, '$1'));
  return { said, places: [...new Set(places)].toSorted(), status };
}

test('verify finds in generated units what systemd’s finds, and ends with the same status', { skip, timeout: 300_000 }, () =>
  fc.assert(
    fc.asyncProperty(tree, targets, fc.constantFrom(undefined, 'no', 'one', 'yes'), async (files, names, mode) => {
      const directory = mkdtempSync(join(tmpdir(), 'verify-'));
      try {
        for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), `${text}\n`);
        const call: Call = {
          program: 'systemd-analyze',
          argv: [
            '--man=no',
            ...(mode === undefined ? [] : [`--recursive-errors=${mode}`]),
            'verify',
            ...names.map((name) => join(directory, name)),
          ],
        };
        assert.deepEqual(common(await ours(call)), common(theirs(call)), call.argv.join(' '));
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    }),
    runs(120),
  ),
);

/** Units that the packages of this machine have. */
const real =
  skip !== false ? [] : readdirSync('/lib/systemd/system').filter((name) => /\.(service|socket|target|timer|path|mount|slice)$/.test(name));

test('verify finds in the units of this machine what systemd’s finds', { skip, timeout: 300_000 }, async () => {
  assert.ok(real.length > 20);
  for (let from = 0; from < real.length; from += 16) {
    const paths = real.slice(from, from + 16).map((name) => `/lib/systemd/system/${name}`);
    const call: Call = { program: 'systemd-analyze', argv: ['--man=no', 'verify', ...paths] };
    const sorted = ({ said, status }: ReturnType<typeof common>) => ({ said: said.toSorted(), status });
    assert.deepEqual(sorted(common(await ours(call))), sorted(common(theirs(call))), paths.join(' '));
  }
});

test(
  'verify --generators has what generators make, early, normal or late, and says which of them failed',
  { skip, timeout: 120_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'verify-'));
    try {
      const programs = join(directory, 'generators');
      mkdirSync(programs);
      const unit = '[Service]\\nExecStart=/bin/true\\n';
      const generator = (name: string, text: string): void => writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      generator(
        'make',
        `printf '${unit}' > "$1/normal.service"; printf '${unit}' > "$2/early.service"; printf '${unit}' > "$3/late.service"`,
      );
      generator('fail', 'exit 3');
      generator('die', 'kill -9 $$');
      const file = join(directory, 'a.service');
      writeFileSync(file, '[Unit]\nRequires=normal.service early.service late.service\n[Service]\nExecStart=/bin/true\n');
      for (const mode of [[], ['--generators'], ['--generators=yes'], ['--generators=no']]) {
        const call: Call = {
          program: 'systemd-analyze',
          argv: ['--man=no', ...mode, 'verify', file],
          environment: { SYSTEMD_GENERATOR_PATH: programs },
        };
        const told = (ran: Ran) => ({
          ...common(ran),
          failed: ran.err
            .split('\n')
            .filter((line) => line.includes(programs))
            .toSorted(),
        });
        assert.deepEqual(told(await ours(call)), told(theirs(call)), mode.join());
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
);

test('verify looks for pages of the manual, and takes a file under another name', { skip, timeout: 60_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'verify-'));
  try {
    const file = join(directory, 'a.service');
    writeFileSync(file, '[Unit]\nDocumentation=man:nowhere-at-all(8) man:--version https://x\n[Service]\nExecStart=/bin/true\n');
    mkdirSync(join(directory, 'd.service'));
    const missing = "a.service: Command 'man nowhere-at-all(8)' failed with code 16";
    const dashes = (await manualsOf('verify', file)).lines.filter((line) => line.includes('--version'));
    assert.equal(dashes.length, 1);
    assert.ok((await manualsOf('verify', file)).lines.includes(missing));
    assert.deepEqual(await manualsOf('--man=no', 'verify', file), { lines: [], status: 0 });
    assert.ok((await manualsOf('verify', `${file}:other@x.service`)).lines.includes(missing.replace('a.service', 'other@x.service')));
    assert.deepEqual(await manualsOf('verify', `${file}:nonsense`), {
      lines: [`Failed to prepare filename ${file}:nonsense: Invalid argument`],
      status: 1,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** What is said of pages of the manual, and of files. */
async function manualsOf(...argv: readonly string[]): Promise<{ readonly lines: readonly string[]; readonly status: number }> {
  const { err, status } = await ours({ program: 'systemd-analyze', argv });
  return { lines: err.split('\n').filter((line) => line.includes('man ') || line.startsWith('Failed')), status };
}
