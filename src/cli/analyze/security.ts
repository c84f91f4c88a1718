import { resolve } from 'node:path';
import type { Assessment, ServiceExposure } from '../../api/unit-files.ts';
import { readNames } from '../names.ts';
import type { Style, Terminal } from '../output/terminal.ts';
import type { AnalyzeCall } from './call.ts';
import { json } from './json.ts';
import { securityPolicy } from './security-policy.ts';
import { securityProfiles } from './security-profile.ts';
import { securityLines, tenths } from './security-table.ts';

/** How an exposure is called, from which on, and the face that goes with it. */
const levels = [
  { from: 100, name: 'DANGEROUS', face: '🤢', ascii: ':-[', paint: ({ red }: Style) => red },
  { from: 90, name: 'UNSAFE', face: '😨', ascii: ':-{', paint: ({ red }: Style) => red },
  { from: 75, name: 'EXPOSED', face: '🙁', ascii: ':-(', paint: ({ yellow }: Style) => yellow },
  { from: 50, name: 'MEDIUM', face: '😐', ascii: ':-|', paint: () => (text: string) => text },
  { from: 10, name: 'OK', face: '🙂', ascii: ':-)', paint: ({ green }: Style) => green },
  { from: 1, name: 'SAFE', face: '😀', ascii: ':-}', paint: ({ green }: Style) => green },
  { from: 0, name: 'PERFECT', face: '😇', ascii: ':-]', paint: ({ green }: Style) => green },
] as const;

/**
 * `security [UNIT|FILE…]`: each point on which a service is judged, and its exposure; without words, the exposure of all services. The unit files as they are now
 * are judged, with a manager or without. 1 where an exposure is above the threshold.
 */
export async function analyzeSecurity({ words, options, services, terminal, environment }: AnalyzeCall): Promise<number> {
  if (options.offline && words.length === 0) {
    terminal.fail('Option --offline= requires one or more units to perform a security review.');
    return 1;
  }
  const tree = await services.fileTree('');
  const policy = securityPolicy(tree, options.policy);
  if (!policy.ok) {
    terminal.fail(policy.error);
    return 1;
  }
  const targets = words.map((word) => (word.includes('/') || options.offline ? resolve(word) : readNames({ terminal }, [word])?.names[0]));
  if (!targets.every((target) => target !== undefined)) return 1;
  const profiles = securityProfiles(tree, options.offline ? options.profile : undefined, targets);
  if (!profiles.ok) {
    terminal.fail(profiles.error);
    return 1;
  }
  const unitFiles = await services.localUnitFiles({ scope: options.scope, root: options.root ?? '' });
  const found = unitFiles.security(words.length === 0 ? undefined : targets, { policy: policy.value, profiles: profiles.value });
  const faces = showsFaces(environment, terminal.style);
  if (words.length === 0) return printAll(terminal, found, options.json, faces);
  for (const [index, each] of found.entries()) {
    if (index > 0 && !options.offline) terminal.print('');
    const { unit, assessment } = each;
    if (assessment === undefined) terminal.fail(refusal(each, targets[index] ?? ''));
    else if (options.json === undefined) printOne(terminal, unit, assessment, faces);
    else terminal.print(json(assessment.points.map(pointRecord), options.json));
  }
  if (found.length > 1 && !options.offline) {
    terminal.print('');
    printAll(terminal, found, options.json, faces);
  }
  return found.every(({ assessment }) => assessment !== undefined && assessment.exposure <= options.threshold) ? 0 : 1;
}

/** Why there is no judgement: of a file with the reason, of a unit in the words of systemd. */
function refusal({ unit, load, reason = '' }: ServiceExposure, target: string): string {
  if (target.includes('/') && load === 'masked') return `Unit ${unit} is masked.`;
  if (target.includes('/')) return load === 'not-found' ? `Unit ${unit} not found.` : `Failed to judge ${unit}: ${reason}`;
  if (load === 'masked') return `Unit ${unit} is masked, cannot analyze.`;
  if (load === 'loaded') return `Unit ${unit} is not a service unit, refusing.`;
  return load === 'not-found' ? `Unit ${unit} not found, cannot analyze.` : `Unit ${unit} not loaded properly, cannot analyze: ${reason}`;
}

/** Whether the terminal has pictures for faces, as systemd finds it. */
function showsFaces(environment: AnalyzeCall['environment'], style: Style): boolean {
  const told = environment['SYSTEMD_EMOJI'];
  if (told !== undefined) return ['1', 'yes', 'y', 'true', 't', 'on'].includes(told.toLowerCase());
  return style.glyphs.arrow === '→' && !['', 'dumb', 'linux'].includes(environment['TERM'] ?? '');
}

function printOne(terminal: Terminal, unit: string, assessment: Assessment, faces: boolean): void {
  const { style } = terminal;
  const whole = securityLines(assessment, style);
  const lines = securityLines(assessment, style, terminal.width);
  for (const [index, line] of lines.entries()) terminal.print(line, whole[index]);
  const { name, face, paint } = levelOf(assessment.exposure, style, faces);
  terminal.print(`\n${style.glyphs.arrow} Overall exposure level for ${unit}: ${paint(`${tenths(assessment.exposure)} ${name}`)} ${face}`);
}

function printAll(terminal: Terminal, found: readonly ServiceExposure[], form: 'short' | 'pretty' | undefined, faces: boolean): number {
  const { style } = terminal;
  const rows = found.flatMap(({ unit, assessment }) =>
    assessment === undefined ? [] : [{ unit, exposure: assessment.exposure, ...levelOf(assessment.exposure, style, faces) }],
  );
  if (form !== undefined) {
    const records = rows.map(({ unit, exposure, name, face }) => ({ unit, exposure: tenths(exposure), predicate: name, happy: face }));
    terminal.print(json(records, form));
    return 0;
  }
  const width = Math.max('UNIT'.length, ...rows.map(({ unit }) => unit.length));
  terminal.print(style.underline(`${'UNIT'.padEnd(width)} EXPOSURE PREDICATE HAPPY`));
  for (const { unit, exposure, name, face, paint } of rows)
    terminal.print(`${unit.padEnd(width)} ${paint(tenths(exposure).padStart(8))} ${paint(name.padEnd(9))} ${face}`);
  return 0;
}

function levelOf(exposure: number, style: Style, faces: boolean) {
  const level = levels.find(({ from }) => exposure >= from) ?? levels[levels.length - 1];
  const { name, face, ascii, paint } = level ?? levels[0];
  return { name, face: faces ? face : ascii, paint: paint(style) };
}

function pointRecord({ name, field, description, badness, exposure }: Assessment['points'][number]): Readonly<Record<string, unknown>> {
  return {
    set: badness === undefined ? null : badness === 0,
    name,
    json_field: field,
    description: description ?? null,
    exposure: exposure === undefined ? null : tenths(exposure),
  };
}
