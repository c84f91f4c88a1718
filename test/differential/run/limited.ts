import type { Case } from './both.ts';

/** What a case of limits looks at, as shell: functions first, then what is asked of the service and its slice while it runs, and once it is stopped. */
export interface Looks {
  readonly functions: string;
  readonly running: (name: string) => string;
  readonly stopped?: (name: string) => string;
}

/** A service whose processes wait, in a slice of the case's own. */
export function limitedService(looks: Looks, name: string, lines: string, { units = {}, script = '', ...rest }: Partial<Case> = {}): Case {
  return {
    units: {
      [`${name}.service`]: `[Service]\nExecStart=/act wait\nSlice=${name}.slice\n${lines}\n`,
      [`${name}.slice`]: '[Slice]\n',
      ...units,
    },
    script: `${looks.functions}
      systemctl start ${name}.service
      ${looks.running(name)}
      ${script}
      systemctl stop ${name}.service 2>/dev/null
      ${looks.stopped?.(name) ?? ''}`,
    ...rest,
  };
}
