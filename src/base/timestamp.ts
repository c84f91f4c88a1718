/** A point in time, in microseconds since 1970, as systemd prints it in local time: "Sun 2026-11-22 09:09:03 UTC"; '' for 0, which is never. */
export function formatTimestamp(realtimeUsec: number): string {
  if (realtimeUsec === 0) return '';
  const date = new Date(realtimeUsec / 1000);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${weekdays[date.getDay()] ?? ''} ${day} ${time} ${zoneOf(date)}`;
}

const weekdays: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

function zoneOf(date: Date): string {
  const name = zone.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  return name === 'GMT' && date.getTimezoneOffset() === 0 && zone.resolvedOptions().timeZone !== 'Europe/London' ? 'UTC' : name;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
