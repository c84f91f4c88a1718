import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Environment } from './environment.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

const unchanged = 0xffffffff;

/**
 * The PAM session of PAMName= (systemd.exec(5)), for processes that become the user of User=. Modules see the process with the user's
 * groups and the whole environment, and may add to both; so what the child itself knows of the environment is added before.
 */
export function sessionOps(exec: ExecSettings, context: ExecContext, identity: Identity, environment: Environment): readonly Op[] {
  const { sessionProgram: program } = context;
  const { login: user } = identity;
  if (exec.PAMName === '' || program === undefined || user === undefined) return [];
  const { uid = unchanged, gid = unchanged } = identity;
  return [
    ...(identity.loginGroups.length === 0 || !context.privileged
      ? []
      : ([{ op: 'groups', gids: identity.loginGroups.map(String) }] as const)),
    ...environment.ops,
    { op: 'session', program, service: exec.PAMName, user, tty: exec.TTYPath, uid, gid, env: environment.block },
  ];
}
