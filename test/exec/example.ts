import assert from 'node:assert/strict';
import type { Plan } from '../../src/exec/op.ts';
import { type Compiled, compile } from '../../src/exec/plan.ts';
import type { ExecContext, ExecRequest } from '../../src/exec/request.ts';
import type { UnitConfig } from '../../src/unit/config.ts';
import { loadUnit } from '../../src/unit/load.ts';
import type { ExecSettings } from '../../src/unit/settings/exec.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import type { Command } from '../../src/unit/values/types.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { serviceOf } from '../unit/config.ts';
import { facts } from '../unit/facts.ts';
import { Tree } from '../unit/tree.ts';

/** A service that sets just this. */
export function serviceConfig(exec: Partial<ExecSettings> = {}, service: Partial<ServiceSettings> = {}): UnitConfig {
  return serviceOf(service, { exec });
}

/** A service that is loaded from a file with these lines of [Service]. */
export function serviceWith(lines: readonly string[]): UnitConfig {
  const path = '/etc/systemd/system';
  const tree = new Tree({ [`${path}/a.service`]: `[Service]\nExecStart=/bin/a\n${lines.join('\n')}\n` });
  return loadUnit('a.service', { directory: new UnitDirectory(tree, [path]), facts, notices: false });
}

/** A command line without prefixes; the first word is the path. */
export function commandLine(...argv: readonly [string, ...string[]]): Command {
  return { path: argv[0], argv, ignoreFailure: false, expand: true, privilege: 'normal' };
}

/** What a service asks for when its main process, /bin/a, is to start. */
export function mainRequest(config: UnitConfig, more: Partial<ExecRequest> = {}): ExecRequest {
  return {
    config,
    command: commandLine('/bin/a'),
    list: 'ExecStart',
    main: true,
    invocationId: '0123456789abcdef0123456789abcdef',
    environment: [],
    descriptors: [],
    notify: false,
    idle: false,
    ...more,
  };
}

/** A system manager that runs as root on a machine where nothing is special. */
export const rootContext: ExecContext = {
  scope: 'system',
  privileged: true,
  self: { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', groups: [] },
  supplementary: [],
  environment: ['LANG=C.UTF-8', 'PATH=/usr/sbin:/usr/bin'],
  ownEnvironment: {},
  environmentFiles: [],
  notifySocket: '/run/tysd/notify',
  directories: { runtime: '/run', state: '/var/lib', cache: '/var/cache', logs: '/var/log', configuration: '/etc' },
  limits: { NOFILE: { soft: 1024, hard: 524288 } },
  defaultStandardOutput: 'journal',
  defaultStandardError: 'inherit',
  stream: 7n,
  idlePipe: 'idle',
  architecture: 'x86-64',
  inaccessible: '/run/systemd/inaccessible',
  sessionProgram: '/usr/lib/tysd/tysd-session',
};

/** The same machine as one of its users sees it. */
export const userContext: ExecContext = {
  ...rootContext,
  scope: 'user',
  privileged: false,
  self: { name: 'ann', uid: 1000, gid: 1000, home: '/home/ann', shell: '/bin/bash', groups: [27] },
  environment: ['HOME=/home/ann', 'PATH=/usr/bin', 'USER=ann'],
  directories: {
    runtime: '/run/user/1000',
    state: '/home/ann/.local/state',
    cache: '/home/ann/.cache',
    logs: '/home/ann/.local/state/log',
    configuration: '/home/ann/.config',
  },
};

/** A user for services to run as. */
export const daemonAccount = { name: 'daemon', uid: 1, gid: 1, home: '/usr/sbin', shell: '/usr/sbin/nologin', groups: [30] };

/** The plan of a request that compiles. */
export function plan(request: ExecRequest, context: ExecContext): Plan {
  return compiled(request, context).plan;
}

/** What compiling the request warns of. */
export function warnings(request: ExecRequest, context: ExecContext): readonly string[] {
  return compiled(request, context).warnings;
}

function compiled(request: ExecRequest, context: ExecContext): Compiled {
  const result = compile(request, context);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}
