export { formatTimespan } from '../unit/values/timespan.ts';
