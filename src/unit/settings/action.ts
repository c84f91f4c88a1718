import { oneOf } from '../values/enum.ts';
import { emergencyActions, jobModes } from '../values/types.ts';

/** SuccessAction=, FailureAction= and their kin. */
export const emergencyAction = oneOf(...emergencyActions);

/** OnFailureJobMode= and OnSuccessJobMode=. */
export const jobMode = oneOf(...jobModes);
