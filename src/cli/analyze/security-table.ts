import type { Assessment } from '../../api/unit-files.ts';
import type { Style } from '../output/terminal.ts';

/** The points as systemd prints them: a mark, the name, what was found, and the exposure below each other. */
export function securityLines({ points }: Assessment, style: Style): readonly string[] {
  const rows = points.map(({ name, description, badness, exposure }) => ({
    mark: badness === undefined ? ' ' : badness === 0 ? style.green(style.glyphs.tick) : style.red(style.glyphs.ballot),
    name,
    description: description ?? '',
    exposure: exposure === undefined ? '' : tenths(exposure),
  }));
  const nameWidth = Math.max('NAME'.length, ...rows.map(({ name }) => name.length));
  const descriptionWidth = Math.max('DESCRIPTION'.length, ...rows.map(({ description }) => description.length));
  const exposureWidth = 'EXPOSURE'.length;
  const header = `  ${'NAME'.padEnd(nameWidth)} ${'DESCRIPTION'.padEnd(descriptionWidth)} EXPOSURE`;
  return [
    style.underline(header),
    ...rows.map(
      ({ mark, name, description, exposure }) =>
        `${mark} ${name.padEnd(nameWidth)} ${description.padEnd(descriptionWidth)} ${exposure === '' ? '' : exposure.padStart(exposureWidth)}`,
    ),
  ];
}

/** Of 100, as systemd writes it: of 10. */
export function tenths(exposure: number): string {
  return `${Math.floor(exposure / 10)}.${exposure % 10}`;
}
