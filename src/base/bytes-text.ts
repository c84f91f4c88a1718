/** Bytes as systemd prints them: 1.5M. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T', 'P'];
  let power = 0;
  let amount = bytes;
  while (amount >= 1024 && power < units.length - 1) {
    amount /= 1024;
    power++;
  }
  const rounded = power === 0 ? String(amount) : (Math.floor(amount * 10) / 10).toFixed(1);
  return `${rounded}${units[power] ?? ''}`;
}
