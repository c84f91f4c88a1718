/** What --output= asks of lists. */
export type ListForm = 'table' | 'json' | 'json-pretty';

/** The form of lists; log formats leave them tables. */
export function listForm(output: string): ListForm {
  return output === 'json' || output === 'json-pretty' ? output : 'table';
}

/** A list as systemctl prints it as JSON: on one line, or with tabs and spaces around the colons. */
export function renderJson(value: unknown, form: 'json' | 'json-pretty'): string {
  return form === 'json' ? JSON.stringify(value) : pretty(value, '');
}

function pretty(value: unknown, indent: string): string {
  const inner = `${indent}\t`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + pretty(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{}';
    const lines = entries.map(([key, item]) => `${inner}${JSON.stringify(key)} : ${pretty(item, inner)}`);
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}
