/** Each line of a script's output is a name, a tab, and JSON of which one number is taken. */
export function* readSamples(output: string): Generator<readonly [string, number]> {
  for (const line of output.split('\n')) {
    const [name, json] = line.split('\t');
    if (name === undefined || json === undefined) continue;
    const failures = /"(?:fail|errors)":([1-9]\d*)/.exec(json);
    if (failures) yield [`${name} (failures)`, Number(failures[1])];
    const number = (keys: string): number => Number(new RegExp(`"(?:${keys})":([\\d.]+)`).exec(json)?.[1]);
    const value = [number('median_ms'), number('median_us|each_us') / 1000, number('per_s')].find((candidate) => !Number.isNaN(candidate));
    if (value !== undefined) yield [name, value];
  }
}
