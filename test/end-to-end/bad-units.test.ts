import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTysd, wanting, type Daemon } from './tysd.ts';

const good = '[Service]\nExecStart=/bin/sleep infinity\n';
const oneshot = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n';

/** Units that load all the same, and what must be said about each, after the path of its file. */
const odd: Readonly<Record<string, { readonly text: string | Uint8Array; readonly says?: RegExp }>> = {
  'unknown-key.service': { text: `${good}NoSuchKey=1\n`, says: /:3: .*NoSuchKey=/ },
  'misspelt.service': { text: `${good}Restrat=always\n`, says: /:3: .*Restrat=.*Restart=/ },
  'unknown-section.service': { text: `${good}[Nonsense]\nA=1\n`, says: /:[34]: .*\[Nonsense\]/ },
  'restart-on-failure.service': { text: `${good}Restart=on-failure\n` },
  'bad-restart.service': { text: `${good}Restart=perhaps\n`, says: /:3: .*Restart=/ },
  'comma.service': { text: "[Service]\nExecStart=/bin/sh -c 'exec sleep infinity' a,b,c\n" },
  'after-nothing.service': { text: `[Unit]\nAfter=nowhere.target\n${good}` },
  'after-list.service': { text: `[Unit]\nAfter=after-nothing.service comma.service\n${good}` },
  'after-mount.service': { text: `[Unit]\nAfter=x.mount\n${good}` },
  'after-no-unit.service': { text: `[Unit]\nAfter=foo\n${good}`, says: /:2: .*After=.*foo/ },
  'semicolon.service': { text: '; a comment\n[Service]\n;x=1\nExecStart=/bin/sleep infinity\n' },
  'section-twice.service': { text: '[Service]\nExecStart=/bin/true\n[Service]\nExecStart=\nExecStart=/bin/sleep infinity\n' },
  'timeouts.service': { text: `${good}TimeoutStartSec=500ms\nTimeoutStopSec=5m\n` },
  'bad-timeout.service': { text: `${good}TimeoutStartSec=xs\n`, says: /:3: .*TimeoutStartSec=/ },
  'bad-environment.service': { text: `${good}Environment=WORD\n`, says: /:3: .*Environment=.*WORD/ },
  'extension.service': { text: `[Unit]\nX-Mine=1\n${good}[X-Section]\nA=1\n` },
  'lower-case.service': { text: `${good}restart=always\n`, says: /:3: .*restart=/ },
  'no-equals.service': { text: `${good}just some words\n`, says: /:3: / },
  'before-section.service': { text: `ExecStart=/bin/false\n${good}`, says: /:1: / },
  'long-line.service': { text: `${good}Environment=A=${'x'.repeat(100_000)}\n` },
  'continued.service': { text: '[Service]\nExecStart=/bin/sleep \\\n# a comment within\n  infinity\n' },
  'carriage-returns.service': { text: good.replaceAll('\n', '\r\n') },
};

/** Units that cannot be started, and why. */
const broken: Readonly<Record<string, { readonly text: string | Uint8Array; readonly says: RegExp }>> = {
  'empty.service': { text: '', says: /empty\.service.*masked/is },
  'nothing.service': { text: '[Unit]\n', says: /nothing\.service.*ExecStart=/s },
  'binary.service': { text: Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256), says: /binary\.service/ },
  'huge.service': {
    text: `[Service]\nExecStart=/bin/true\n${'# filler\n'.repeat(1_200_000)}`,
    says: /huge\.service.*(large|long|bytes|MB)/is,
  },
  'bad-quote.service': { text: `${good}ExecStartPre=/bin/sh -c 'open\n`, says: /bad-quote\.service:3: ExecStartPre=/ },
  'two-starts.service': { text: `${good}ExecStart=/bin/true\n`, says: /two-starts\.service.*ExecStart=/s },
  'needs-missing.service': { text: `[Unit]\nRequires=missing.service\n${good}`, says: /needs-missing\.service.*missing\.service/s },
};

let daemon: Daemon;
before(async () => {
  const units = Object.fromEntries([...Object.entries(odd), ...Object.entries(broken)].map(([name, { text }]) => [name, text]));
  daemon = await startTysd({
    units: {
      'default.target': wanting(
        ...Object.keys(units).filter((name) => name !== 'needs-missing.service'),
        'missing.service',
        'good.service',
        'template@.service',
        'no-such-type.xyz',
      ),
      'good.service': good,
      README: 'This is not a unit.\n',
      'default.target.wants/README': 'Neither is this.\n',
      'default.target.wants/in-wants.service': good,
      'good.service.d/not-a-drop-in': 'x',
      'good.service.d/10-bad.conf': '[Service]\nNoSuchKey=1\n',
      ...units,
    },
  });
});
after(async () => daemon[Symbol.asyncDispose]());

for (const [name, { says }] of Object.entries(odd)) {
  test(`${name.replace('.service', '').replaceAll('-', ' ')}: the unit loads and runs${says === undefined ? '' : ', with a message that names file and line'}`, async () => {
    assert.equal(await daemon.state(name), 'active (running)');
    const lines = daemon.console.split('\n').filter((line) => line.includes(`${daemon.units}/${name}`));
    if (says === undefined) assert.deepEqual(lines, []);
    else {
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match((lines[0] ?? '').replace(`tysd: ${daemon.units}/${name}`, ''), says);
    }
  });
}

for (const [name, { says }] of Object.entries(broken)) {
  test(`${name.replace('.service', '').replaceAll('-', ' ')}: the unit is refused with a message that names it and the reason`, async () => {
    const ran = await daemon.tysctl('start', name);
    assert.notEqual(ran.status, 0);
    assert.match(ran.err, says);
    assert.equal((await daemon.unit(name)).active, 'inactive');
  });
}

test('a unit that is there beside the broken ones runs, and the target is reached', async () => {
  assert.deepEqual([await daemon.state('good.service'), await daemon.state('default.target')], ['active (running)', 'active (active)']);
  assert.match(daemon.console, /good\.service\.d\/10-bad\.conf:2: .*NoSuchKey=/);
  assert.match(daemon.console, /default\.target:2: .*no-such-type\.xyz/);
});

test('verify prints file, line and column of what is wrong', async () => {
  const ran = await daemon.tysctl('verify', 'misspelt.service');
  assert.match(ran.out + ran.err, new RegExp(`${daemon.units}/misspelt\\.service:3:\\d+: .*Restrat=`));
});

test('a unit that is made good is started after a reload, and one that is made bad goes on running', async () => {
  daemon.write('nothing.service', good);
  daemon.write('good.service', 'now this is garbage\n');
  const pid = await daemon.pidOf('good.service');
  assert.equal((await daemon.tysctl('daemon-reload')).status, 0);
  assert.equal(await daemon.job('start', 'nothing.service'), 'done');
  assert.deepEqual([await daemon.pidOf('good.service'), (await daemon.unit('good.service')).active], [pid, 'active']);
  assert.equal(await daemon.job('stop', 'good.service'), 'done');
});

test('an ordering cycle is broken where it may be and told, and what cannot be broken is refused with its members', async () => {
  const ordered = (other: string, more = '') => `[Unit]\nAfter=${other}\n${more}${oneshot}`;
  await using cyclic = await startTysd({
    units: {
      'default.target': wanting('a.service', 'b.service', 'c.service', 'apart.service'),
      'a.service': ordered('c.service'),
      'b.service': ordered('a.service'),
      'c.service': ordered('b.service'),
      'apart.service': oneshot,
      'x.service': ordered('y.service', 'Requires=y.service\n'),
      'y.service': ordered('x.service', 'Requires=x.service\n'),
    },
  });
  assert.equal(await cyclic.state('apart.service'), 'active (exited)');
  const states = await Promise.all(['a', 'b', 'c'].map((name) => cyclic.state(`${name}.service`)));
  assert.equal(states.filter((state) => state === 'active (exited)').length, 2);
  assert.match(cyclic.console, /ordering cycle/i);
  const ran = await cyclic.tysctl('start', 'x.service');
  assert.equal(ran.status, 1);
  assert.match(ran.err, /cycl/i);
  assert.match(cyclic.console + ran.err, /x\.service.*y\.service|y\.service.*x\.service/s);
});

test('a directory in the place of a unit, a link that goes round, and one to nowhere are told and harm nobody', async () => {
  await using tangled = await startTysd({
    before:
      'mkdir units/directory.service; ln -s round-b.service units/round-a.service; ln -s round-a.service units/round-b.service; ln -s /nowhere/x.service units/dangling.service',
    units: { 'default.target': wanting('directory.service', 'round-a.service', 'dangling.service', 'good.service'), 'good.service': good },
  });
  assert.equal(await tangled.state('good.service'), 'active (running)');
  for (const name of ['directory', 'round-a', 'dangling']) {
    const ran = await tangled.tysctl('start', `${name}.service`);
    assert.notEqual(ran.status, 0, name);
    assert.match(ran.err, new RegExp(`${name}\\.service`));
  }
});

test('a target to boot that is not there leaves a manager that can be asked, and says so', async () => {
  await using lost = await startTysd({ units: { 'good.service': good }, options: ['--unit=nowhere.target'], early: true });
  await lost.untilConsole(/Unit nowhere\.target not found/);
  assert.equal(await lost.job('start', 'good.service'), 'done');
});
