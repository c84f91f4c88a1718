import { readTypedName } from '../../api/unit-name.ts';
import { serviceProperties, triggerProperties } from './properties.ts';
import { fail, nameOf, type Run, start } from './run.ts';
import { executableOf, ownSlice } from './service.ts';

/** Makes a timer, path or socket, and the service that it starts unless that is there already. */
export async function runTrigger(run: Run, kind: 'timer' | 'path' | 'socket'): Promise<number> {
  const { request, invocation } = run;
  const executable = executableOf(run);
  if (!executable.ok) return fail(run, executable.error);
  const names = namesOf(run, kind);
  if (names === undefined) return fail(run, 'Failed to mangle unit name: Invalid argument');
  const place = { executable: executable.value, slice: ownSlice(), terminal: undefined };
  const properties = triggerProperties(request, place);
  if (!properties.ok) return fail(run, properties.error);
  const service = serviceProperties(request, place);
  if (!service.ok) return fail(run, service.error);
  const hasService = request.command.length > 0;
  const started = await start(run, {
    kind,
    unit: names.trigger,
    properties: properties.value,
    auxiliary: hasService ? [{ unit: names.service, properties: service.value }] : [],
  });
  if (!started.ok) return started.error;
  if (request.quiet) return 0;
  invocation.terminal.tell(`Running ${kind} as unit: ${names.trigger}`);
  if (hasService) invocation.terminal.tell(`Will run service as unit: ${names.service}`);
  return 0;
}

/** Both have one name, but for its end; --unit= may name either. */
function namesOf(run: Run, kind: 'timer' | 'path' | 'socket'): { readonly trigger: string; readonly service: string } | undefined {
  const { unit } = run.request;
  const typed = unit === undefined ? undefined : readTypedName(unit, kind, { globs: false })?.name;
  if (typed?.endsWith(`.${kind}`) === true) return { trigger: typed, service: typed.replace(/\.[a-z]+$/, '.service') };
  const service = nameOf(run, 'service');
  if (service === undefined) return undefined;
  return service.endsWith('.service') ? { service, trigger: service.replace(/\.service$/, `.${kind}`) } : { service, trigger: service };
}
