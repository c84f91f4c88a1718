export { exitName, exitStatusCode, exitStatuses } from '../unit/values/exit-status.ts';
