/** Whether a file is hidden or looks like one that editors and package managers leave behind, so that it does not count as content of a directory. */
export function isHiddenOrBackup(name: string): boolean {
  if (name.startsWith('.') || name.endsWith('~') || special.has(name)) return true;
  const dot = name.lastIndexOf('.');
  return dot >= 0 && endings.has(name.slice(dot + 1));
}

/** What file systems themselves put into their root. */
const special: ReadonlySet<string> = new Set(['lost+found', 'aquota.user', 'aquota.group']);

const endings: ReadonlySet<string> = new Set(
  'bak old new swp rpmnew rpmsave rpmorig dpkg-old dpkg-new dpkg-tmp dpkg-dist dpkg-bak dpkg-backup dpkg-remove ucf-new ucf-old ucf-dist'.split(
    ' ',
  ),
);
