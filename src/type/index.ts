import type { UnitTypeName } from '../unit/config.ts';
import { automountType } from './automount.ts';
import { deviceType } from './device.ts';
import { mountType } from './mount.ts';
import { scopeType } from './scope.ts';
import { serviceType } from './service.ts';
import { sliceType } from './slice.ts';
import { socketType } from './socket.ts';
import { swapType } from './swap.ts';
import { targetType } from './target.ts';
import { pathType } from './path.ts';
import { timerType } from './timer.ts';
import type { UnitType } from './type.ts';

/** Every unit type by its name. Their states are theirs alone: to all others a state is plain JSON data. */
export const unitTypes: Readonly<Record<UnitTypeName, UnitType<unknown>>> = {
  service: serviceType,
  socket: socketType,
  target: targetType,
  slice: sliceType,
  timer: timerType,
  path: pathType,
  mount: mountType,
  automount: automountType,
  swap: swapType,
  device: deviceType,
  scope: scopeType,
};
