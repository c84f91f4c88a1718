import { oneOf } from '../values/enum.ts';

/** SuccessAction=, FailureAction= and their kin. */
export const emergencyAction = oneOf(
  'none',
  'exit',
  'exit-force',
  'reboot',
  'reboot-force',
  'reboot-immediate',
  'poweroff',
  'poweroff-force',
  'poweroff-immediate',
  'soft-reboot',
  'soft-reboot-force',
  'kexec',
  'kexec-force',
  'halt',
  'halt-force',
  'halt-immediate',
);

/** OnFailureJobMode= and OnSuccessJobMode=. */
export const jobMode = oneOf(
  'fail',
  'lenient',
  'replace',
  'replace-irreversibly',
  'isolate',
  'flush',
  'ignore-dependencies',
  'ignore-requirements',
  'triggering',
  'restart-dependencies',
);
