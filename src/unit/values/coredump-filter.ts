/** The bits of /proc/PID/coredump_filter (core(5)). */
const mappings = [
  'private-anonymous',
  'shared-anonymous',
  'private-file-backed',
  'shared-file-backed',
  'elf-headers',
  'private-huge',
  'shared-huge',
  'private-dax',
  'shared-dax',
];
const usualMappings = 0x33n;
const allMappings = 0xffff_ffffn;

/** CoredumpFilter= as a mask; without a word, what the kernel does by itself. */
export function coredumpMask(words: readonly string[]): bigint {
  if (words.length === 0) return usualMappings;
  let mask = 0n;
  for (const word of words) {
    const bit = mappings.indexOf(word);
    if (bit >= 0) mask |= 1n << BigInt(bit);
    else if (word === 'all') mask = allMappings;
    else mask |= word === 'default' ? usualMappings : BigInt(`0x${word.replace(/^0x/, '')}`);
  }
  return mask;
}
