/** Whether a file may be a terminal, as far as its kind tells. Of the devices that are none, /dev/null and its kin are the usual ones; their major number is 1. */
export function mayBeTerminal(file: { isCharacterDevice(): boolean; readonly rdev: number }): boolean {
  return file.isCharacterDevice() && file.rdev >> 8 !== 1;
}
