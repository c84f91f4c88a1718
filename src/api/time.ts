export { formatCalendar } from '../unit/values/calendar-format.ts';
export { nextElapse } from '../unit/values/calendar-next.ts';
export { parseCalendar } from '../unit/values/calendar.ts';
export type { LocalZone } from '../unit/values/time-zone.ts';
export { parseTimespan } from '../unit/values/timespan.ts';
export { parseTimestamp } from '../unit/values/timestamp.ts';
