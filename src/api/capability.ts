export { capabilityNames, capabilityNumber } from '../unit/values/capability.ts';
