import type { Script } from '../../src/port/keeper-fake.ts';
import type { Violation } from './watch.ts';
import type { Scenario } from './scenario.ts';

/** The smallest scenario that still breaks the same invariant, as far as taking away piece after piece finds it. */
export function shrink(scenario: Scenario, fails: (scenario: Scenario) => Violation | undefined): Scenario {
  const invariant = fails(scenario)?.invariant;
  if (invariant === undefined) return scenario;
  const stillFails = (candidate: Scenario): boolean => fails(candidate)?.invariant === invariant;
  for (let small = scenario; ;) {
    const before = small;
    for (const cut of cuts) small = cut(small, stillFails);
    if (small === before) return small;
  }
}

type Test = (scenario: Scenario) => boolean;

/** Ways to make a scenario smaller, those that take away most first. */
const cuts: readonly ((scenario: Scenario, stillFails: Test) => Scenario)[] = [
  (scenario, stillFails) => withLess(scenario, scenario.faults, (faults) => ({ ...scenario, faults }), stillFails),
  (scenario, stillFails) => withLess(scenario, scenario.steps, (steps) => ({ ...scenario, steps }), stillFails),
  cutUnits,
  cutLines,
  cutPrograms,
];

/** Takes away from a list first halves, then quarters, down to single items, as long as it still fails (delta debugging). */
function withLess<Item>(
  scenario: Scenario,
  items: readonly Item[],
  build: (items: readonly Item[]) => Scenario,
  stillFails: Test,
): Scenario {
  let [small, left] = [scenario, items];
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < left.length;) {
      const fewer = left.toSpliced(at, size);
      const candidate = build(fewer);
      if (stillFails(candidate)) [small, left] = [candidate, fewer];
      else at += size;
    }
  }
  return small;
}

function cutUnits(scenario: Scenario, stillFails: Test): Scenario {
  return withLess(
    scenario,
    Object.entries(scenario.units),
    (units) => withoutOrphans({ ...scenario, units: Object.fromEntries(units) }),
    stillFails,
  );
}

/** Nothing needs to be done to a unit that is not there, nor by a program that nobody runs. */
function withoutOrphans(scenario: Scenario): Scenario {
  const text = Object.values(scenario.units).flat().join('\n');
  const programs = Object.entries(scenario.programs).filter(([path]) => text.includes(path));
  return { ...scenario, programs: Object.fromEntries(programs) };
}

function cutLines(scenario: Scenario, stillFails: Test): Scenario {
  let small = scenario;
  for (const [name, lines] of Object.entries(scenario.units)) {
    const build = (left: readonly Line[]): Scenario => withoutOrphans({ ...small, units: { ...small.units, [name]: inSections(left) } });
    small = withLess(small, withSections(lines), build, stillFails);
  }
  // A list of units, as of Wants=, has words to lose.
  for (const [name, lines] of Object.entries(small.units)) {
    for (const [index, line] of lines.entries()) {
      const [key = '', value = ''] = line.split('=');
      const words = value.split(' ');
      if (words.length < 2) continue;
      const build = (left: readonly string[]): Scenario => ({
        ...small,
        units: { ...small.units, [name]: (small.units[name] ?? []).with(index, `${key}=${left.join(' ')}`) },
      });
      small = withLess(small, words, build, stillFails);
    }
  }
  return small;
}

type Line = readonly [section: string, line: string];

/** Each line with the section that it stands in, which it keeps whatever goes. */
function withSections(lines: readonly string[]): readonly Line[] {
  let section = '';
  return lines.flatMap((line): readonly Line[] => {
    if (!line.startsWith('[')) return [[section, line]];
    section = line;
    return [];
  });
}

function inSections(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(([section, line], index) => (lines[index - 1]?.[0] === section ? [line] : [section, line]));
}

function cutPrograms(scenario: Scenario, stillFails: Test): Scenario {
  let small = scenario;
  for (const [path, scripts] of Object.entries(scenario.programs)) {
    const build = (left: readonly Script[]): Scenario => ({ ...small, programs: { ...small.programs, [path]: left } });
    small = withLess(small, scripts, build, stillFails);
    for (let index = 0; index < (small.programs[path] ?? []).length; index += 1) {
      const buildOne = (fields: readonly (readonly [string, unknown])[]): Scenario =>
        build((small.programs[path] ?? []).with(index, Object.fromEntries(fields)));
      small = withLess(small, Object.entries(small.programs[path]?.[index] ?? {}), buildOne, stillFails);
    }
  }
  return small;
}
