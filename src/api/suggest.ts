export { nearestUnit, nearestWord } from '../unit/suggest.ts';
