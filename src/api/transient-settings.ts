export { transientSettings } from '../unit/transient-settings.ts';
