import { err, ok, type Result } from '../../base/result.ts';
import type { Answer, CheckedParams } from '../contract.ts';
import type { ApiError } from '../error.ts';
import type { HandlerContext, Handlers } from '../handler.ts';
import type { InstallAction } from '../install.ts';

type InstallMethod = `install.${InstallAction}`;

/** Unit files and the links between them; nothing here starts, stops or reloads. */
export const installHandlers: Handlers<InstallMethod | 'install.default' | 'install.links' | 'install.list' | 'install.states'> = {
  'install.enable': apply('enable'),
  'install.disable': apply('disable'),
  'install.reenable': apply('reenable'),
  'install.preset': apply('preset'),
  'install.preset-all': apply('preset-all'),
  'install.mask': apply('mask'),
  'install.unmask': apply('unmask'),
  'install.link': apply('link'),
  'install.revert': apply('revert'),
  'install.add-wants': apply('add-wants'),
  'install.add-requires': apply('add-requires'),
  'install.set-default': apply('set-default'),

  'install.states': ({ units }, { install }) => ok(units.map((unit) => install.state(unit) ?? null)),
  'install.links': ({ unit, ...flags }, { install }) => ok(install.links(unit, flags)),
  'install.list': (_params, { install }) => ok(install.list()),
  'install.default': (_params, { install }) => {
    const target = install.defaultTarget();
    return target.ok ? target : err({ code: target.error.code, message: target.error.message });
  },
};

function apply(
  operation: InstallAction,
): (params: CheckedParams<'install.enable'>, context: HandlerContext) => Result<Answer<'install.enable'>, ApiError> {
  return ({ units, ...options }, { install }) => {
    const outcome = install.apply(operation, units, options);
    return outcome.ok ? outcome : err({ code: outcome.error.code, message: outcome.error.message });
  };
}
