/** Version of the manager's link; both ends must have the same. */
export const wireVersion = 3;

/** Version of the keeper's options: it changes when tysd gives it one that it did not have before, or means another thing by one. */
const optionsVersion = 1;

/** What a keeper's program and a tysd whose op table has this hash must have in common, as it stands in the program. */
export function interfaceOf(opsHash: number): string {
  return `tysd-keeper interface ${wireVersion}.${opsHash.toString(16)}.${optionsVersion}`;
}
