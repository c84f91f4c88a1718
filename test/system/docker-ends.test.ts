// How a container with Docker's defaults ends: by the signals that runtimes send, by what a unit says, and by the time that the runtime gives.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Daemon, run, startTysd, wanting } from '../end-to-end/tysd.ts';
import { DockerRoot, dockerDefaults } from './docker-root.ts';
import { systemdImage, whyNoImage } from './image.ts';

interface Container {
  /** What stands behind `tysd` on the command line of the entrypoint. */
  readonly command: string;
  /** Lines of [Service] of the unit that is the runtime. */
  readonly runtime?: readonly string[];
  /** It is stopped once that unit is active inside; else it ends by itself. */
  readonly stopOnce?: string;
  /** Result and exit status, as the runtime sees them. */
  readonly end: readonly [result: string, status: string];
  /** What the services have written to /said. */
  readonly said: string;
}

const units: Readonly<Record<string, string>> = {
  'both.target': '[Unit]\nRequires=first.service second.service\nAfter=first.service second.service\n',
  'first.service': service("sh -c 'exec sleep infinity'", 'ExecStop=/bin/sh -c "echo first goes >>/said"'),
  'second.service': `[Unit]\nAfter=first.service\n${service("sh -c 'exec sleep infinity'", 'ExecStop=/bin/sh -c "echo second goes >>/said"')}`,
  'deaf.service': service(`sh -c 'trap "" TERM; echo deaf >>/said; while :; do sleep 1; done'`, 'TimeoutStopSec=1s'),
  'stubborn.service': service(`sh -c 'trap "" TERM; echo stubborn >>/said; while :; do sleep 1; done'`, 'TimeoutStopSec=infinity'),
  'well.service': `[Unit]\nSuccessAction=exit\nSuccessActionExitStatus=23\nRequires=first.service\nAfter=first.service\n${service("sh -c 'echo done >>/said'")}`,
  'badly.service': `[Unit]\nFailureAction=exit\n${service("sh -c 'exit 9'")}`,
  'given.service': `[Unit]\nSuccessAction=exit\n${service(`sh -c 'echo $$GREETING,$$SECRET >>/said'`)}`,
};

function service(command: string, ...more: readonly string[]): string {
  return `[Service]\n${['Type=exec', `ExecStart=/bin/${command}`, ...more].join('\n')}\n`;
}

const both = { command: '--unit-path=/units --unit=both.target', stopOnce: 'both.target', said: 'second goes\nfirst goes\n' } as const;

const containers: Readonly<Record<string, Container>> = {
  ...Object.fromEntries(
    ['SIGTERM', 'SIGINT', 'SIGRTMIN+3', 'SIGRTMIN+4'].map((signal) => [
      `${signal} stops all in order`,
      { ...both, runtime: [`KillSignal=${signal}`], end: ['success', '0'] },
    ]),
  ),
  'a service that does not hear SIGTERM is killed when its own time is over': {
    command: '--unit-path=/units --unit=deaf.service',
    stopOnce: 'deaf.service',
    end: ['success', '0'],
    said: 'deaf\n',
  },
  'a runtime that waits no longer kills all of it': {
    command: '--unit-path=/units --unit=stubborn.service',
    runtime: ['TimeoutStopSec=1s'],
    stopOnce: 'stubborn.service',
    end: ['timeout', '9'],
    said: 'stubborn\n',
  },
  'SuccessAction=exit stops all others and ends with its status': {
    command: '--unit-path=/units --unit=well.service',
    end: ['exit-code', '23'],
    said: 'done\nfirst goes\n',
  },
  'FailureAction=exit ends with the status of the service': {
    command: '--unit-path=/units --unit=badly.service',
    end: ['exit-code', '9'],
    said: '',
  },
  'services have of the environment what is asked for': {
    command: '--unit-path=/units --unit=given.service --pass-environment=GREETING',
    runtime: ['Environment=GREETING=hello SECRET=word'],
    end: ['success', '0'],
    said: 'hello,\n',
  },
  'a command is stopped by SIGRTMIN+3 as by SIGTERM': {
    command: `-- /bin/sh -c 'trap "echo term >>/said; exit 4" TERM; echo ready >>/said; while :; do sleep 0.1; done'`,
    runtime: ['KillSignal=SIGRTMIN+3'],
    stopOnce: 'command.service',
    end: ['exit-code', '4'],
    said: 'ready\nterm\n',
  },
  'what a command orphans is reaped': {
    // While nobody has waited for it, it has a directory in /proc.
    command: `-- /bin/sh -c '(sleep 0.1 & echo $! >/orphan); while [ -e /proc/$(cat /orphan) ]; do sleep 0.05; done; exit 5'`,
    end: ['exit-code', '5'],
    said: '',
  },
  'it is confined as Docker does it': {
    command: `-- /bin/sh -c 'grep -c "^Seccomp:.2$" /proc/self/status >>/said; cat /proc/keys /proc/timer_list >>/said 2>&- ; mkdir /sys/fs/cgroup/mine 2>&- || echo read-only >>/said; unshare -m true 2>&- || echo no namespaces >>/said'`,
    end: ['success', '0'],
    said: '1\nread-only\nno namespaces\n',
  },
};

function unitOf(name: string): string {
  return `box-${Object.keys(containers).indexOf(name)}.service`;
}

function runtimeUnit(root: string, { command, runtime = [] }: Container): string {
  return `[Service]
Type=exec
KillMode=mixed
RootDirectory=${root}
${dockerDefaults}
${runtime.join('\n')}
ExecStart=/usr/lib/tysd/tysd ${command.replaceAll('$', '$$$$')}
StandardOutput=append:${root}/console
StandardError=append:${root}/console
`;
}

describe('the end of a container', { skip: whyNoImage() ?? false }, () => {
  let daemon: Daemon;
  let root: DockerRoot;

  before(
    async () => {
      root = new DockerRoot(systemdImage());
      mkdirSync(join(root.path, 'units'));
      for (const [name, text] of Object.entries(units)) writeFileSync(join(root.path, 'units', name), text);
      const runtimes = Object.entries(containers).map(([name, container]) => [unitOf(name), runtimeUnit(root.path, container)]);
      daemon = await startTysd({ units: { 'default.target': wanting(), ...Object.fromEntries(runtimes) }, options: ['--system'] });
    },
    { timeout: 600_000 },
  );

  after(async () => {
    await daemon[Symbol.asyncDispose]();
    root[Symbol.dispose]();
  });

  for (const [name, { stopOnce, end, said }] of Object.entries(containers)) {
    test(name, { timeout: 300_000 }, async () => {
      const unit = unitOf(name);
      writeFileSync(join(root.path, 'said'), '');
      await daemon.tysctl('start', unit);
      if (stopOnce !== undefined) {
        await untilUp(daemon, root, unit, stopOnce, said.split('\n')[0] ?? '');
        await daemon.tysctl('stop', unit);
      }
      await daemon.untilUnit(unit, ({ active }) => active === 'inactive' || active === 'failed');
      const { Result, ExecMainStatus } = await daemon.properties(unit);
      const console = readFileSync(join(root.path, 'console'), 'utf8');
      assert.deepEqual({ end: [Result, ExecMainStatus], said: readFileSync(join(root.path, 'said'), 'utf8') }, { end, said }, console);
      rmSync(join(root.path, 'console'));
    });
  }
});

/** Waits until a unit inside is active and, where what it says comes at its start, has said it. */
async function untilUp(daemon: Daemon, root: DockerRoot, box: string, unit: string, word: string): Promise<void> {
  const asked = async (): Promise<boolean> => {
    const pid = (await daemon.properties(box))['MainPID'] ?? '0';
    const { status } = await run('nsenter', [
      '-t',
      pid,
      '-m',
      '-p',
      '-n',
      '-i',
      '-u',
      '-r',
      '/usr/lib/tysd/tysctl',
      'is-active',
      '-q',
      unit,
    ]);
    return status === 0 && (word.endsWith('goes') || readFileSync(join(root.path, 'said'), 'utf8').startsWith(word));
  };
  const deadline = Date.now() + 60_000;
  while (!(await asked())) assert.ok(Date.now() < deadline, `${unit} is not up`);
}
