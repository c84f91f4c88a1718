import { err, ok } from '../../base/result.ts';
import type { ApiError } from '../error.ts';
import type { Handlers } from '../handler.ts';
import type { ManagerApi } from '../manager.ts';

/** The manager itself and the environment block that it gives to services. */
export const managerHandlers: Handlers<
  | 'environment.list'
  | 'environment.set'
  | 'environment.unset'
  | 'manager.exit'
  | 'manager.info'
  | 'manager.properties'
  | 'manager.reexecute'
  | 'manager.reload'
  | 'manager.set'
  | 'manager.state'
> = {
  'manager.info': (_params, { manager }) => ok(manager.info),
  'manager.properties': ({ timestamps }, { manager }) => ok(manager.managerProperties(timestamps)),
  'manager.state': (_params, { manager }) => ok(systemState(manager)),

  'manager.reload': async (_params, { manager }) => {
    if (!manager.grantReload()) return err(tooOften('Reload'));
    await new Promise<void>((resolve) => manager.reload(resolve));
    return ok(null);
  },

  'manager.reexecute': (_params, { manager, reexecute }) => {
    if (!manager.grantReload()) return err(tooOften('Reexecute'));
    if (reexecute === undefined) return err({ code: 'failed', message: 'This manager cannot be replaced while it runs.' });
    // The caller is answered first: this process ends in `reexecute`.
    setImmediate(reexecute);
    return ok(null);
  },

  'manager.exit': ({ action, force, status }, { manager }) => {
    setImmediate(() => manager.exit(action, force, status));
    return ok(null);
  },

  'manager.set': ({ logLevel, serviceWatchdogs }, { manager }) => {
    if (logLevel !== undefined) manager.setLogLevel(logLevel);
    if (serviceWatchdogs !== undefined) manager.setServiceWatchdogs(serviceWatchdogs);
    return ok(null);
  },

  'environment.list': (_params, { manager }) => ok(manager.environment()),

  'environment.set': ({ assignments }, { manager }) => {
    if (!assignments.every(isAssignment)) return err({ code: 'invalid', message: 'Invalid environment assignments' });
    manager.setEnvironment(assignments);
    return ok(null);
  },

  'environment.unset': ({ names }, { manager }) => {
    if (!names.every((name) => isVariableName(name) || isAssignment(name))) {
      return err({ code: 'invalid', message: 'Invalid environment variable names or assignments' });
    }
    manager.unsetEnvironment(names);
    return ok(null);
  },
};

function tooOften(what: string): ApiError {
  return { code: 'refused', message: `${what}() request rejected due to rate limit.` };
}

/** SystemState= where the manager tells it, else what units and jobs show (systemctl(1), is-system-running). */
function systemState(manager: ManagerApi): { state: string; units: number; failed: number; jobs: number } {
  const units = manager.units();
  const failed = units.reduce((count, unit) => count + (unit.active === 'failed' ? 1 : 0), 0);
  const jobs = manager.jobs().length;
  const told = manager.managerProperties()['SystemState'];
  const names = units.reduce((count, unit) => count + unit.names.length, 0);
  return { state: told ?? (jobs > 0 ? 'starting' : failed > 0 ? 'degraded' : 'running'), units: names, failed, jobs };
}

function isVariableName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

function isAssignment(text: string): boolean {
  const equals = text.indexOf('=');
  return equals > 0 && isVariableName(text.slice(0, equals)) && !/[\x00-\x08\x0b-\x1f\x7f]/.test(text.slice(equals + 1));
}
