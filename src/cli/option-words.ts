/** What --output= takes, in the order of --output=help. */
export const outputForms: readonly string[] = [
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
];

/** What --preset-mode= takes: which half of what the preset files say is carried out. */
export const presetModes = ['full', 'enable-only', 'disable-only'] as const;

export type PresetMode = (typeof presetModes)[number];

/** What --timestamp= takes. */
export const timestampForms: readonly string[] = ['pretty', 'us', 'utc', 'us+utc', 'unix'];

/** What --what= of `clean` takes. */
export const cleanableKinds: readonly string[] = ['runtime', 'state', 'cache', 'logs', 'configuration'];
