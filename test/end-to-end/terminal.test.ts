import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noTerminal as skip, Screen } from './screen.ts';
import { startTysd, wanting } from './tysd.ts';

const tysctl = join(import.meta.dirname, '../../bin/tysctl');

test('a terminal shows status in colours, follows logs, and monitors units, until Ctrl-C', { skip }, async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('web.service'),
      'web.service': '[Unit]\nDescription=The web server\n[Service]\nExecStart=/bin/sh -c "echo it began; exec sleep infinity"\n',
      'bad.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo no such table >&2; exit 3"\n',
      'say.service': '[Service]\nType=oneshot\nExecStart=/bin/echo one more line\n',
    },
  });
  // So that its line is stored when monitor looks.
  await daemon.job('start', 'bad.service');
  await daemon.untilLog('bad.service', (line) => line === 'no such table');
  using screen = new Screen(daemon);
  await screen.until(/^ready\$/m);

  screen.type('tysctl --no-pager status web');
  const status = await screen.until(/it began[\s\S]*^ready\$$/m, { colours: true });
  assert.match(status, /␛\[32m●(␛\[\d+m)+ web\.service - The web server\n.*Loaded: [\s\S]*Active: (␛\[\d+m)*␛\[32mactive \(running\)/);

  screen.type('clear; tysctl logs -f -u say');
  await daemon.job('start', 'say.service');
  await screen.until(/echo\[\d+\]: one more line/);
  screen.key('C-c');
  await screen.until(/^(\^C)?ready\$$/m);

  screen.type('clear; tysctl monitor');
  await screen.until(/^Waiting for what happens; Ctrl-C ends this\.$/m);
  await daemon.job('start', 'bad.service');
  const shown = await screen.until(/^ +Next: tysctl why bad\.service {2}or {2}tysctl status bad\.service$/m);
  assert.match(shown, /^\d\d:\d\d:\d\d\.\d{3} → bad\.service start job \d+ queued$/m);
  assert.match(shown, /^\d\d:\d\d:\d\d\.\d{3} × bad\.service failed: .*status 3/m);
  assert.match(shown, /^ +│ .*no such table$/m);
  await daemon.killManager();
  await screen.until(/the manager is back$/m);
  screen.key('C-c');
  await screen.until(/^(\^C)?ready\$$/m);
  screen.type('clear; echo "status $?"');
  await screen.until(/^status 0$/m);
});

test('top is ordered by what a key says, and ends with q', { skip }, async () => {
  await using daemon = await startTysd({ units: { 'default.target': wanting() } });
  if ((await daemon.ask('manager.info', {})).cgroupRoot === '') return;
  using screen = new Screen(daemon, { columns: 80 });
  screen.type('tysctl top -d 100');
  await screen.until(/␛\[(?:0;)?1m(?:␛\[\d+m)* +%CPU/, { colours: true });
  screen.write('m');
  await screen.until(/␛\[(?:0;)?1m(?:␛\[\d+m)* +Memory/, { colours: true });
  screen.write('?');
  await screen.until(/^p path, t tasks, .*\n%.* q end$/m);
  screen.write('q');
  await screen.until(/^ready\$$/m);
  screen.type('clear; echo "status $?"; stty -a | tr " " "\\n" | grep -x icanon');
  await screen.until(/^status 0$\n^icanon$/m);
});

const held = {
  'default.target': wanting(),
  'held.service':
    '[Unit]\nDescription=It is held\n[Service]\nType=oneshot\nTimeoutStartSec=90\nExecStart=/bin/sh -c "read word <@dir@/go"\n',
  'after.service': '[Unit]\nWants=held.service\nAfter=held.service\n[Service]\nType=oneshot\nExecStart=/bin/true\n',
};
/** A service whose start takes as long as the test likes, and which runs on then. */
const kept = (which: string) =>
  `[Unit]\nDescription=It is held\n[Service]\nType=oneshot\nRemainAfterExit=yes\nTimeoutStartSec=90\nEnvironment=WHICH=${which}\nExecStart=/bin/sh -c "read word <@dir@/go"\n`;
const running =
  /^A start job is running for held\.service - It is held \(\d+s \/ 1min 30s\); 1 more job waits for it: start: \/bin\/sh runs/m;

test('what a command waits for is told in one line of the terminal, and gone when it is done', { skip }, async () => {
  await using daemon = await startTysd({ units: held, before: 'mkfifo go' });
  using screen = new Screen(daemon, { columns: 120 });
  screen.type('clear; tysctl start after; echo "status $?"');
  await screen.until(running);
  // It is redrawn, and not printed again.
  const [, first = ''] = /\((\d+)s \//.exec(await screen.until(running)) ?? [];
  const later = await screen.until(new RegExp(`\\((?!${first}s)\\d+s /`));
  assert.equal(later.split('A start job is running').length, 2, later);
  appendFileSync(daemon.path('go'), 'on\n');
  const done = await screen.until(/^status 0$/m);
  assert.doesNotMatch(done, /A start job/);
});

test('apply shows what it is about before it asks, and what the restarts wait for', { skip }, async () => {
  await using daemon = await startTysd({ units: { ...held, 'held.service': kept('one') }, before: 'mkfifo go' });
  await daemon.tysctl('start', '--no-block', 'held');
  await daemon.untilUnit('held.service', ({ job }) => job !== undefined);
  appendFileSync(daemon.path('go'), 'on\n');
  await daemon.untilUnit('held.service', ({ active }) => active === 'active');
  daemon.write('held.service', kept('two'));
  using screen = new Screen(daemon, { columns: 120 });
  screen.type('clear; tysctl apply; echo "status $?"');
  const asked = await screen.until(/^Reload, and restart these\? \[y\/N\]/m);
  assert.match(asked, /^held\.service \(active, needs a restart\)\n {2}- Environment=WHICH=one\n {2}\+ Environment=WHICH=two/m);
  assert.match(asked, /^To be restarted for it: held\.service$/m);
  screen.type('y');
  await screen.until(/^A start job is running for held\.service - It is held \(\d+s \/ 1min 30s\): start: \/bin\/sh runs/m);
  appendFileSync(daemon.path('go'), 'on\n');
  assert.doesNotMatch(await screen.until(/^status 0$/m), /A start job/);
});

test('systemd-run tells what its job waits for, and what it waits for the end of; interrupted, what goes on', { skip }, async () => {
  await using daemon = await startTysd({ units: held, before: 'mkfifo go' });
  using screen = new Screen(daemon, { columns: 120 });
  const run = 'tysctl run --unit=u --description=Held --wait';
  screen.type(`clear; ${run} -p Type=oneshot -p TimeoutStartSec=90 sh -c "read word <${daemon.path('go')}"`);
  await screen.until(/^A start job is running for u\.service - Held \(\d+s \/ 1min 30s\): start: \S*sh runs \(process \d+\)/m);
  appendFileSync(daemon.path('go'), 'on\n');
  assert.doesNotMatch(await screen.until(/^Finished with result: success$[\s\S]*^ready\$$/m), /A start job/);

  screen.type(`clear; ${run} -p RuntimeMaxSec=1h sh -c "read word <${daemon.path('go')}"`);
  await screen.until(/^Waiting for the end of u\.service - Held \(\d+s \/ 1h\): running \(process \d+\)/m);
  screen.key('C-c');
  const shown = await screen.until(/^Not waited for any more: the end of u\.service\. To stop it: \S+ stop u\.service$/m);
  assert.doesNotMatch(shown, /Waiting for the end/);
  assert.equal((await daemon.unit('u.service')).active, 'active');

  screen.type('clear; tysctl start --wait u; echo "status $?"');
  await screen.until(/^Waiting for the end of u\.service - Held \(\d+s \/ 1h\): running/m);
  appendFileSync(daemon.path('go'), 'on\n');
  assert.doesNotMatch(await screen.until(/^status 0$/m), /Waiting for the end/);
});

test('the front leaves it to the whole tool to tell what takes long; whoever interrupts it is told what goes on', { skip }, async () => {
  await using daemon = await startTysd({ units: held, before: 'mkfifo go' });
  const directory = daemon.path('front');
  mkdirSync(directory);
  execFileSync('make', ['-s', '-C', join(import.meta.dirname, '../../front')]);
  copyFileSync(join(import.meta.dirname, '../../front/build/tysctl'), join(directory, 'tysctl'));
  writeFileSync(join(directory, 'tysd'), `#!/bin/sh\nexec ${tysctl} "$@"\n`, { mode: 0o755 });
  using screen = new Screen(daemon, { columns: 120 });
  screen.type(`clear; ${directory}/tysctl start after`);
  await screen.until(running);
  screen.key('C-c');
  const shown = await screen.until(/^Not waited for any more: the start job of after\.service\. To cancel it: tysctl cancel \d+$/m);
  assert.doesNotMatch(shown, /A start job/);
  const { job } = await daemon.unit('after.service');
  assert.equal(job?.type, 'start');
  appendFileSync(daemon.path('go'), 'on\n');
});

test('without colours no control sequence is written, and a dumb terminal keeps each line', { skip }, async () => {
  await using daemon = await startTysd({ units: held, before: 'mkfifo go' });
  for (const environment of ['NO_COLOR=1', 'TERM=dumb']) {
    using screen = new Screen(daemon, { columns: 120, environment });
    screen.type(`tysctl start after 2>&1 | cat; script -qc 'tysctl start held' ${daemon.path('written')} </dev/null; echo "status $?"`);
    await daemon.untilUnit('held.service', ({ job }) => job !== undefined);
    // Into a pipe nothing is told.
    appendFileSync(daemon.path('go'), 'on\n');
    await screen.until(/A start job is running for held\.service - It is held/);
    appendFileSync(daemon.path('go'), 'on\n');
    await screen.until(/^status 0$/m);
    const written = readFileSync(daemon.path('written'), 'utf8').split('\n').slice(1, -2).join('\n');
    assert.match(written, environment === 'TERM=dumb' ? /^A start job is running .*\r?$/m : /\rA start job is running .*\r +\r/);
    assert.ok(!written.includes('\x1b'), written);
  }
});

test('on a terminal a start that fails is explained, and into a pipe it has the words of systemctl alone', { skip }, async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting(),
      'bad.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo no such table >&2; exit 3"\n',
    },
  });
  using screen = new Screen(daemon, { columns: 120 });
  screen.type('clear; tysctl start bad 2>&1 | cat');
  const piped = await screen.until(/for details\.$\n^ready\$$/m);
  assert.match(
    piped,
    /^Job for bad\.service failed because the control process exited with error code\.$\n^See "tysctl status bad\.service" .*\.$\n^ready\$$/m,
  );
  screen.type('clear; tysctl start bad; tysctl strt bad; tysctl logs bad; tysctl why bad@; tysctl start bat');
  const shown = await screen.until(/^Did you mean bad\.service\?$/m);
  assert.match(
    shown,
    /^ {2}× it became failed: \/bin\/sh exited with status 3$\n^ {4}\S+\/bad\.service:3: ExecStart=\/bin\/sh -c "echo no such/m,
  );
  assert.match(shown, /^ {4}│ .* sh\[\d+\]: no such table$\n^ {2}Next: tysctl why bad\.service$/m);
  assert.match(shown, /^Unknown command verb strt\.$\n^Did you mean start\?$/m);
  assert.match(shown, /^Failed to add match 'bad': Invalid argument$\n^Did you mean -u bad\?$/m);
  assert.match(shown, /^bad@\.service is a template, .* as in bad@NAME\.service\.$/m);
});

test('lists and status keep to the width of the terminal, and $COLUMNS says otherwise', { skip }, async () => {
  const words = 'a long line of the log that goes on and on until it does not fit on any screen and ends in these words';
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('talks.service'),
      'talks.service': `[Unit]\nDescription=A service with a description that is rather long, longer than lists have room for\n[Service]\nExecStart=/bin/sh -c "echo ${words}; exec sleep infinity"\n`,
    },
  });
  await daemon.untilLog('talks.service', (line) => line === words);
  using screen = new Screen(daemon, { columns: 70 });
  screen.type('clear; tysctl --no-pager status talks; echo "end 1 $?"');
  const status = await screen.until(/^end 1 0$/m);
  assert.match(
    status,
    /^\w+ \d\d [\d:]+ \S+ sh\[\d+\]: a long line of the log.*….*ords$\n^(?:.*\n)?Hint: Some lines were ellipsized, use -l to show in full\.$/m,
  );
  screen.type('clear; tysctl --no-pager -l status talks; echo "end 2 $?"');
  assert.doesNotMatch(await screen.until(/^end 2 0$/m), /…|Hint/);
  screen.type('clear; tysctl --no-pager list-units talks.service; echo "end 3 $?"');
  const listed = await screen.until(/end 3 0$/m, { colours: true });
  assert.match(listed, /␛\[4m +UNIT +LOAD +ACTIVE +SUB +DESCRIPTION *\n/);
  assert.match(listed, /(?:^|m) {2}talks\.service loaded active running A service with a description \w*…$/m);
  screen.type('clear; COLUMNS=60 tysctl --no-pager list-units talks.service; echo "end 4 $?"');
  assert.match(await screen.until(/^end 4 0$/m), /^ {2}talks\.service loaded active running A service with a desc…$/m);
});

test('what is longer than the screen goes to a pager, and so does the log; none where that is told', { skip }, async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting(),
      'count.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "for i in $(seq 100); do echo number $i of all; done"\n',
    },
  });
  await daemon.job('start', 'count.service');
  await daemon.untilLog('count.service', (line) => line === 'number 100 of all');
  const pager = daemon.path('pager');
  writeFileSync(pager, '#!/bin/sh\necho "less is told $LESS"\nsed -n "s/^number \\(100 of\\)/paged \\1/p"\n', { mode: 0o755 });
  using screen = new Screen(daemon, { environment: `SYSTEMD_PAGER=${pager}` });
  screen.type('clear; tysctl logs -u count -o cat; echo "end 1 $?"');
  assert.match(await screen.until(/^end 1 0$/m), /^less is told FRSXMK$\n^paged 100 of all$/m);
  screen.type('clear; tysctl logs -eu count -o cat; echo "end 2 $?"');
  assert.match(await screen.until(/^end 2 0$/m), /^less is told FRSXMK \+G$\n^paged 100 of all$/m);
  screen.type('clear; tysctl --no-pager logs -u count -o cat; echo "end 3 $?"');
  assert.match(await screen.until(/^end 3 0$/m), /^number 100 of all$/m);
  screen.type('clear; tysctl logs -u count -o cat | cat; echo "end 4 $?"');
  assert.match(await screen.until(/^end 4 0$/m), /^number 100 of all$/m);
  screen.type('clear; tysctl list-unit-files; tysctl --help; echo "end 5 $?"');
  assert.doesNotMatch(await screen.until(/^end 5 0$/m), /--quiet/);
});
