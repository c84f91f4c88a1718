export { membersOf, callsOf, systemCallSets } from '../unit/values/system-call-sets.ts';
