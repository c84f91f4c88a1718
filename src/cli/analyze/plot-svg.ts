import type { Boot, UnitTimes } from './boot.ts';
import { span } from './boot-time.ts';

/** What is drawn of a boot. */
export interface Picture {
  readonly title: string;
  /** What is written below the title. */
  readonly lines: readonly string[];
  readonly boot: Boot;
  readonly units: readonly UnitTimes[];
  /** How much wider than usual it is. */
  readonly scale: number;
  /** With the moment at which each unit began to start. */
  readonly detailed: boolean;
}

/** A line of the chart: a name, what is said of it, and its bars. */
interface Row {
  readonly name: string;
  readonly note: string;
  readonly hint: string;
  readonly bars: readonly Bar[];
}

interface Bar {
  readonly kind: keyof typeof kinds;
  readonly from: number;
  readonly to: number;
}

/** What bars mean, and how they look. */
const kinds = {
  activating: { text: 'starting', fill: '#d9534f' },
  active: { text: 'active', fill: '#a9d0b8' },
  deactivating: { text: 'stopping', fill: '#8a6d3b' },
  before: { text: 'before the manager', fill: '#b0b0b0' },
  manager: { text: 'manager', fill: '#d7dde4' },
  generators: { text: 'generators', fill: '#8e7cc3' },
  units: { text: 'loading of unit files', fill: '#4a90c2' },
} as const;

const ROW = 20;
const MARGIN = 20;
const FONT = 13;
/** How wide a character is at most, about: there is nobody here who could measure it. */
const CHARACTER = 7.9;

/**
 * The picture as lines of SVG: names and spans in columns of their own, so that no bar runs below a text, and the time to the right. Names
 * come from unit files, so all text is escaped.
 */
export function drawBoot({ title, lines, boot, units, scale, detailed }: Picture): readonly string[] {
  const rows = [...stageRows(boot), ...units.map((unit) => unitRow(unit, boot, detailed))];
  const start = -boot.firmware;
  const seconds = Math.max(boot.finish - start, 1000) / 1e6;
  const chartWidth = Math.min(Math.max(700, seconds * 100), 20_000) * scale;
  const x = (usec: number): number => ((usec - start) / 1e6 / seconds) * chartWidth;
  const nameWidth = columnWidth(rows.map(({ name }) => name));
  const noteWidth = columnWidth(rows.map(({ note }) => note));
  const left = MARGIN + nameWidth + noteWidth + 10;
  const top = MARGIN + ROW * (lines.length + 1) + 30;
  const bottom = top + rows.length * ROW;
  const legend = legendOf(rows);
  const legendWidth = legend.reduce((sum, { width }) => sum + width, 0);
  const textWidth = Math.max(...[title, ...lines].map(widthOf));
  const width = Math.ceil(MARGIN + Math.max(left + chartWidth, MARGIN + legendWidth, MARGIN + textWidth * 1.15));
  const height = bottom + 50;
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    ...styleLines(),
    '<rect class="paper" width="100%" height="100%"/>',
    text('title', MARGIN, MARGIN + FONT, title),
    ...lines.map((line, index) => text('left', MARGIN, MARGIN + FONT + ROW * (index + 1), line)),
    ...gridLines({ start, end: boot.finish, x, left, top, bottom, chartWidth }),
    ...rows.flatMap((row, index) => rowLines(row, { y: top + index * ROW, left, nameEnd: MARGIN + nameWidth, noteEnd: left - 10, x })),
    ...legendLines(legend, bottom + 20),
    '</svg>',
  ];
}

/** The time before the manager, and that of the manager itself. */
function stageRows({ firmware, loader, kernel, initrd, userspace, finish, ...stages }: Boot): readonly Row[] {
  return [
    ...before('firmware', -firmware, -loader),
    ...before('loader', -loader, 0),
    ...before('kernel', 0, kernel),
    ...(initrd > 0 ? before('initrd', initrd, userspace) : []),
    {
      name: 'tysd',
      note: span(finish - userspace),
      hint: 'the manager, until there was nothing more to start',
      bars: [
        { kind: 'manager', from: userspace, to: finish },
        ...part('generators', stages.generatorsStart, stages.generatorsFinish),
        ...part('units', stages.unitsLoadStart, stages.unitsLoadFinish),
      ],
    },
  ];
}

function before(name: string, from: number, to: number): readonly Row[] {
  return to > from ? [{ name, note: span(to - from), hint: name, bars: [{ kind: 'before', from, to }] }] : [];
}

function part(kind: Bar['kind'], from: number, to: number): readonly Bar[] {
  return from > 0 && to > from ? [{ kind, from, to }] : [];
}

function unitRow(
  { name, description, activating, activated, deactivating, deactivated, took }: UnitTimes,
  boot: Boot,
  detailed: boolean,
): Row {
  const ended = (usec: number): number => (usec === 0 || usec > boot.finish ? boot.finish : usec);
  // A unit that was stopped and started again has older moments, too: only what lies behind its start is this run.
  const up = activated >= activating ? activated : ended(deactivated >= activating ? deactivated : 0);
  const down = deactivating >= up && activated >= activating ? ended(deactivating) : up === activated ? boot.finish : up;
  const gone = deactivated >= down ? ended(deactivated) : down;
  const bars: readonly Bar[] = [
    { kind: 'activating', from: activating, to: Math.min(up, boot.finish) },
    { kind: 'active', from: up, to: down },
    { kind: 'deactivating', from: down, to: gone },
  ];
  const since = span(activating - boot.userspace);
  const note = `${detailed ? `@${since}` : ''}${took > 0 ? `${detailed ? ' +' : ''}${span(took)}` : ''}`;
  return { name, note, hint: `${description}: began to start after ${since}`, bars: bars.filter(({ from, to }) => to > from) };
}

function rowLines(
  { name, note, hint, bars }: Row,
  at: {
    readonly y: number;
    readonly left: number;
    readonly nameEnd: number;
    readonly noteEnd: number;
    readonly x: (usec: number) => number;
  },
): readonly string[] {
  const base = at.y + ROW - 6;
  const boxes = bars.map(({ kind, from, to }) => {
    // What is there is to be seen, however short it was.
    const width = Math.max(1, at.x(to) - at.x(from));
    return `<rect class="${kind}" x="${digits(at.left + at.x(from))}" y="${at.y + 3}" width="${digits(width)}" height="${ROW - 6}"/>`;
  });
  return [
    '<g>',
    `<title>${escape(hint)}</title>`,
    text('right', at.nameEnd, base, name),
    ...(note === '' ? [] : [text('note', at.noteEnd, base, note)]),
    ...boxes,
    '</g>',
  ];
}

interface Grid {
  readonly start: number;
  readonly end: number;
  readonly x: (usec: number) => number;
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly chartWidth: number;
}

/** Lines at round times, not closer than their labels are wide. */
function gridLines({ start, end, x, left, top, bottom, chartWidth }: Grid): readonly string[] {
  const perUsec = chartWidth / Math.max(end - start, 1000);
  const step = steps.find((usec) => usec * perUsec >= 70) ?? steps[steps.length - 1] ?? 1e6;
  const found = [`<rect class="box" x="${left}" y="${top}" width="${digits(chartWidth)}" height="${bottom - top}"/>`];
  for (let usec = Math.ceil(start / step) * step; usec <= end; usec += step) {
    const at = digits(left + x(usec));
    found.push(`<line class="${usec === 0 ? 'zero' : 'grid'}" x1="${at}" y1="${top}" x2="${at}" y2="${bottom}"/>`);
    found.push(text('tick', left + x(usec), top - 6, usec < 0 ? `−${span(-usec)}` : span(usec)));
  }
  return found;
}

const steps = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].flatMap((usec) => [usec, 2 * usec, 5 * usec]);

interface LegendEntry {
  readonly kind: Bar['kind'];
  readonly width: number;
}

function legendOf(rows: readonly Row[]): readonly LegendEntry[] {
  const used = new Set(rows.flatMap(({ bars }) => bars.map(({ kind }) => kind)));
  const names = ['before', 'manager', 'generators', 'units', 'activating', 'active', 'deactivating'] as const;
  return names.filter((kind) => used.has(kind)).map((kind) => ({ kind, width: 24 + widthOf(kinds[kind].text) + 20 }));
}

function legendLines(entries: readonly LegendEntry[], y: number): readonly string[] {
  let x = MARGIN;
  return entries.flatMap(({ kind, width }) => {
    const at = x;
    x += width;
    return [`<rect class="${kind}" x="${at}" y="${y}" width="18" height="12"/>`, text('left', at + 24, y + 11, kinds[kind].text)];
  });
}

function styleLines(): readonly string[] {
  return [
    '<style>',
    `text { font-family: "DejaVu Sans", Verdana, Helvetica, sans-serif; font-size: ${FONT}px; fill: #222; }`,
    `text.title { font-size: ${FONT + 2}px; font-weight: bold; }`,
    'text.right, text.note { text-anchor: end; }',
    'text.note { fill: #777; }',
    'text.tick { font-size: 10px; text-anchor: middle; fill: #555; }',
    'rect.paper { fill: #fff; }',
    'rect.box { fill: #fafafa; stroke: #ccc; }',
    'line.grid { stroke: #e3e3e3; }',
    'line.zero { stroke: #999; }',
    ...Object.entries(kinds).map(([kind, { fill }]) => `rect.${kind} { fill: ${fill}; }`),
    '</style>',
  ];
}

function text(kind: string, x: number, y: number, content: string): string {
  return `<text class="${kind}" x="${digits(x)}" y="${y}">${escape(content)}</text>`;
}

function columnWidth(texts: readonly string[]): number {
  return Math.ceil(Math.max(0, ...texts.map(widthOf))) + 10;
}

function widthOf(content: string): number {
  return content.length * CHARACTER;
}

function digits(number: number): string {
  return String(Math.round(number * 100) / 100);
}

/** Text between tags; what XML cannot have at all is left out. */
function escape(content: string): string {
  return content
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
