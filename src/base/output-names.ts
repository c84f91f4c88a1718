/** What `--output=` takes, of journalctl(1) and systemctl(1) alike, in the order of `--output=help`. */
export const outputNames = [
  'short',
  'short-full',
  'short-iso',
  'short-iso-precise',
  'short-precise',
  'short-monotonic',
  'short-delta',
  'short-unix',
  'verbose',
  'export',
  'json',
  'json-pretty',
  'json-sse',
  'json-seq',
  'cat',
  'with-unit',
] as const;

/** How log entries are printed. */
export type OutputName = (typeof outputNames)[number];
