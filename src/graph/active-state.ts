/** The states that every unit type's own states map to (systemd.unit(5)). */
export type ActiveState = 'inactive' | 'activating' | 'active' | 'reloading' | 'deactivating' | 'failed' | 'maintenance';

/** The unit is up: what ordering and requirements wait for. */
export function isActive(state: ActiveState): boolean {
  return state === 'active' || state === 'reloading';
}

/** The unit is up or on its way there. */
export function isActiveOrActivating(state: ActiveState): boolean {
  return state === 'active' || state === 'reloading' || state === 'activating';
}

/** The unit is down, whether or not it went down well. */
export function isInactiveOrFailed(state: ActiveState): boolean {
  return state === 'inactive' || state === 'failed';
}

/** The unit is down or on its way there. */
export function isInactiveOrDeactivating(state: ActiveState): boolean {
  return state === 'inactive' || state === 'failed' || state === 'deactivating';
}
