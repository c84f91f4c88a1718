export { sliceInside, sliceOfCgroup } from '../unit/slice.ts';
