import type { Invocation } from '../invocation.ts';
import { findListed, type Listed, printListing } from '../listing.ts';

/** `list-paths`: one line for each path that a path unit watches, sorted by path. */
export async function runListPaths(invocation: Invocation): Promise<number> {
  const listed = await findListed(invocation, 'path');
  if (listed === undefined) return 1;
  const paths = listed
    .flatMap(pathsOf)
    .toSorted(
      (left, right) => compare(left.path, right.path) || compare(left.condition, right.condition) || compare(left.unit, right.unit),
    );
  return printListing(invocation, {
    noun: 'paths',
    header: ['PATH', 'CONDITION', 'UNIT', 'ACTIVATES'],
    rows: paths.map(({ path, condition, unit, activates }) => [path, condition, unit, activates]),
    json: paths.map((each) => ({ ...each })),
  });
}

interface WatchedPath {
  readonly path: string;
  readonly condition: string;
  readonly unit: string;
  readonly activates: string;
}

/** The property Paths= has a line for each path, as `/run/x (PathExists)`. */
function pathsOf({ unit, properties }: Listed): readonly WatchedPath[] {
  const activates = properties['Triggers'] ?? '';
  return (properties['Paths'] ?? '').split('\n').flatMap((line) => {
    const [, path, condition] = /^(.*) \((\w+)\)$/.exec(line) ?? [];
    return path === undefined || condition === undefined ? [] : [{ path, condition, unit: unit.name, activates }];
  });
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
