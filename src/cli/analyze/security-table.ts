import type { Assessment } from '../../api/unit-files.ts';
import { sharedWidths } from '../output/table.ts';
import { shortened } from '../output/wrap.ts';
import type { Style } from '../output/terminal.ts';

/**
 * The points as systemd prints them: a mark, the name, what was found, and the exposure below each other; in lines of `width` columns
 * at most, where that is given.
 */
export function securityLines({ points }: Assessment, style: Style, width?: number): readonly string[] {
  const rows = points.map(({ name, description, badness, exposure }) => ({
    mark: badness === undefined ? ' ' : badness === 0 ? style.green(style.glyphs.tick) : style.red(style.glyphs.ballot),
    name,
    description: description ?? '',
    exposure: exposure === undefined ? '' : tenths(exposure),
  }));
  const wanted = [
    1,
    Math.max('NAME'.length, ...rows.map(({ name }) => name.length)),
    Math.max('DESCRIPTION'.length, ...rows.map(({ description }) => description.length)),
    'EXPOSURE'.length,
  ];
  const [, nameWidth = 0, descriptionWidth = 0, exposureWidth = 0] = width === undefined ? wanted : sharedWidths(wanted, width);
  const { ellipsis } = style.glyphs;
  const filled = (text: string, columns: number): string => shortened(text, columns, ellipsis).padEnd(columns);
  const header = `  ${filled('NAME', nameWidth)} ${filled('DESCRIPTION', descriptionWidth)} ${shortened('EXPOSURE', exposureWidth, ellipsis)}`;
  return [
    style.underline(header),
    ...rows.map(
      ({ mark, name, description, exposure }) =>
        `${mark} ${filled(name, nameWidth)} ${filled(description, descriptionWidth)} ${exposure === '' ? '' : exposure.padStart(exposureWidth)}`,
    ),
  ];
}

/** Of 100, as systemd writes it: of 10. */
export function tenths(exposure: number): string {
  return `${Math.floor(exposure / 10)}.${exposure % 10}`;
}
