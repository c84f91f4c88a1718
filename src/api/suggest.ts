export { nearestName } from '../unit/suggest.ts';
