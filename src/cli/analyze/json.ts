import type { Terminal } from '../output/terminal.ts';

/** Prints records as JSON. */
export function printJson(terminal: Terminal, records: readonly Readonly<Record<string, unknown>>[], form: 'short' | 'pretty'): number {
  terminal.print(json(records, form));
  return 0;
}

/** JSON as systemd writes tables: on one line, or with tabs and a blank before each colon. */
export function json(records: readonly Readonly<Record<string, unknown>>[], form: 'short' | 'pretty'): string {
  if (form === 'short') return JSON.stringify(records);
  const objects = records.map((record) => {
    const fields = Object.entries(record).map(([name, value]) => `\t\t${JSON.stringify(name)} : ${JSON.stringify(value)}`);
    return `\t{\n${fields.join(',\n')}\n\t}`;
  });
  return `[\n${objects.join(',\n')}\n]`;
}
