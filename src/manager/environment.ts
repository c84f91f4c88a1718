/** The block with these assignments made and these variables taken out; a whole assignment takes out only an equal one. */
export function changeEnvironment(block: readonly string[], assignments: readonly string[], unset: readonly string[]): readonly string[] {
  const variables = new Map(block.map((entry) => [nameOf(entry), entry]));
  for (const entry of unset) {
    if (!entry.includes('=') || variables.get(nameOf(entry)) === entry) variables.delete(nameOf(entry));
  }
  for (const entry of assignments) variables.set(nameOf(entry), entry);
  return [...variables.values()].toSorted();
}

/** A block on top of another: as systemd tells it, the first one's variables stay where they are, and what is new follows. */
export function overlayEnvironment(block: readonly string[], over: readonly string[]): readonly string[] {
  const variables = new Map(block.map((entry) => [nameOf(entry), entry]));
  for (const entry of over) variables.set(nameOf(entry), entry);
  return [...variables.values()];
}

function nameOf(entry: string): string {
  const equals = entry.indexOf('=');
  return equals < 0 ? entry : entry.slice(0, equals);
}
