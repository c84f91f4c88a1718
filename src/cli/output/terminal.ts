import type { Messages } from './messages.ts';

/** Where a command prints, and what may be printed there. */
export interface Terminal extends Messages {
  /** In a pager, which can be moved sideways, `paged` stands in its place where it is given; null is nothing. */
  readonly print: (line: string, paged?: string | null) => void;
  /** Prints at once what is there to be watched, and never to a pager; false where nobody reads any more. */
  readonly live: (text: string) => Promise<boolean>;
  /** Standard error, where it is a terminal; undefined where a program may read it. */
  readonly errors: ErrorScreen | undefined;
  readonly style: Style;
  /** Columns to keep to; undefined where lines may be of any length. */
  readonly width: number | undefined;
}

/** Standard error as a screen that a person looks at. */
export interface ErrorScreen {
  readonly style: Style;
  /** Columns as they are now. */
  readonly width: number;
  /** Shows one line, which the next takes the place of, and warnings too; undefined takes it away. */
  readonly status: (line: string | undefined) => void;
  /** Whether a line can take the place of another; else each stays. */
  readonly canRedraw: boolean;
}

/** Colours and glyphs; colours are the identity where there are none. */
export interface Style {
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly bold: Paint;
  readonly grey: Paint;
  readonly underline: Paint;
  /** A text that leads to a URL where the terminal can follow one (OSC 8). */
  readonly link: (url: string, text: string) => string;
  readonly glyphs: Glyphs;
}

type Paint = (text: string) => string;

/** No colour at all. */
export const unpainted: Paint = (text) => text;

/** No link at all. */
export const withoutLink: Style['link'] = (_, text) => text;

export interface Glyphs {
  readonly filled: string;
  readonly hollow: string;
  readonly cross: string;
  readonly reloading: string;
  readonly arrow: string;
  readonly leads: string;
  readonly ellipsis: string;
  readonly bullet: string;
  readonly vertical: string;
  readonly branch: string;
  readonly last: string;
  readonly mu: string;
  readonly tick: string;
  readonly ballot: string;
}

const unicode: Glyphs = {
  filled: '●',
  hollow: '○',
  cross: '×',
  reloading: '↻',
  arrow: '→',
  leads: '←',
  ellipsis: '…',
  bullet: '•',
  vertical: '│ ',
  branch: '├─',
  last: '└─',
  mu: 'μ',
  tick: '✓',
  ballot: '✗',
};

const ascii: Glyphs = {
  filled: '*',
  hollow: '*',
  cross: 'x',
  reloading: '@',
  arrow: '->',
  leads: '<-',
  ellipsis: '...',
  bullet: '*',
  vertical: '| ',
  branch: '|-',
  last: '`-',
  mu: 'u',
  tick: '+',
  ballot: '-',
};

/** The style for what a terminal can show. */
export function makeStyle(can: {
  readonly colours: boolean;
  /** Of the colours only the sixteen that all terminals with colours have. */
  readonly few?: boolean;
  readonly unicode: boolean;
  readonly links?: boolean;
}): Style {
  const paint = (code: string): Paint => (can.colours ? (text) => `\x1b[${code}m${text}\x1b[0m` : unpainted);
  return {
    red: paint('0;1;31'),
    green: paint('0;1;32'),
    yellow: paint(can.few === true ? '0;1;33' : '0;1;38;5;185'),
    blue: paint('0;1;34'),
    bold: paint('0;1;39'),
    grey: paint(can.few === true ? '0;90' : '0;38;5;245'),
    underline: paint('0;4'),
    link: can.links === true ? (url, text) => `\x1b]8;;${url}\x1b\\${text}\x1b]8;;\x1b\\` : withoutLink,
    glyphs: can.unicode ? unicode : ascii,
  };
}

/** The glyph and colour of an ActiveState=. */
export function paintState(active: string, style: Style): { readonly glyph: string; readonly paint: Paint } {
  const { glyphs } = style;
  const states: Readonly<Record<string, { readonly glyph: string; readonly paint: Paint }>> = {
    active: { glyph: glyphs.filled, paint: style.green },
    reloading: { glyph: glyphs.reloading, paint: style.green },
    refreshing: { glyph: glyphs.reloading, paint: style.green },
    inactive: { glyph: glyphs.hollow, paint: unpainted },
    failed: { glyph: glyphs.cross, paint: style.red },
    activating: { glyph: glyphs.filled, paint: unpainted },
    deactivating: { glyph: glyphs.filled, paint: unpainted },
    maintenance: { glyph: glyphs.hollow, paint: unpainted },
  };
  return states[active] ?? { glyph: ' ', paint: unpainted };
}
