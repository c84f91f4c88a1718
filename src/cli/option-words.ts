/** What --preset-mode= takes: which half of what the preset files say is carried out. */
export const presetModes = ['full', 'enable-only', 'disable-only'] as const;

export type PresetMode = (typeof presetModes)[number];

/** What --what= of `clean` takes. */
export const cleanableKinds: readonly string[] = ['runtime', 'state', 'cache', 'logs', 'configuration'];
