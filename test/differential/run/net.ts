import type { Case } from './both.ts';

/** What a unit is made of when only its dependencies matter. */
export const runs = '[Service]\nExecStart=/act to /run/t/NAME note start wait\nExecStopPost=/act to /run/t/NAME note stopped';
export const fails = '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note start exit 1';
export const works = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start';
export const slow = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME sleep 300 note start';
export const once = '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note start';

/** Units of one case by their short names, which become `CASE-SHORT.service`; in the texts and in the script `@short` is that name. */
export function net(
  prefix: string,
  units: Readonly<Record<string, readonly [unit: string, body: string]>>,
  script: string,
  more: Partial<Case> = {},
): Case {
  const full = (text: string): string => text.replaceAll(/@([a-z]+)\b/g, `${prefix}-$1.service`);
  return {
    units: Object.fromEntries(
      Object.entries(units).map(([name, [unit, body]]) => [
        `${prefix}-${name}.service`,
        full(`[Unit]\nDefaultDependencies=no\n${unit}\n${body.replaceAll('NAME', `${prefix}-${name}.service`)}\n`),
      ]),
    ),
    script: full(script),
    ...more,
  };
}
