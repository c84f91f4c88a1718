import { specifiersOf } from '../../src/unit/specifiers.ts';
import type { SpecifierFacts } from '../../src/unit/specifiers.ts';
import type { ValueContext, ValueError, ValueParser } from '../../src/unit/values/parser.ts';

/** The facts of an invented machine. */
export const facts: SpecifierFacts = {
  scope: 'system',
  directories: {
    runtime: '/run',
    state: '/var/lib',
    cache: '/var/cache',
    logs: '/var/log',
    configuration: '/etc',
    data: '/usr/share',
    temporary: '/tmp',
    variableTemporary: '/var/tmp',
  },
  user: { name: 'root', uid: 0, group: 'root', gid: 0, home: '/root', shell: '/bin/sh' },
  hostName: 'box.example.org',
  prettyHostName: 'The Box',
  machineId: '0123456789abcdef0123456789abcdef',
  bootId: 'fedcba9876543210fedcba9876543210',
  kernelRelease: '6.1.0-tysd',
  architecture: 'x86-64',
  osRelease: { ID: 'debian', VERSION_ID: '12' },
};

/** A value context for the unit of that name, which keeps the warnings. */
export function contextOf(unit = 'foo@bar.service'): ValueContext & { readonly warnings: readonly ValueError[] } {
  const warnings: ValueError[] = [];
  return {
    specifiers: specifiersOf(unit, facts, `/etc/systemd/system/${unit}`),
    scope: 'system',
    warnings,
    warn: (error) => warnings.push(error),
  };
}

/** The value of a text that must be taken. */
export function taken<T>(parser: ValueParser<T>, text: string, context: ValueContext = contextOf()): T {
  const parsed = parser(text, context);
  if (!parsed.ok) throw new Error(`${JSON.stringify(text)} was not taken: ${parsed.error.message}`);
  return parsed.value;
}

/** The value, or undefined where the text is refused. */
export function valueOf<T>(parser: ValueParser<T>, text: string, context: ValueContext = contextOf()): T | undefined {
  const parsed = parser(text, context);
  return parsed.ok ? parsed.value : undefined;
}
