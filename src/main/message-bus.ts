import type { BusProperties } from '../base/bus-properties.ts';
import { openBusProperties } from '../port/bus-properties.ts';
import type { Result } from '../base/result.ts';

/** Connects to the bus of the system, or to that of the user's session, where the environment or its usual place says that it is. */
export function openMessageBus(
  scope: 'system' | 'user',
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Result<BusProperties, string>> {
  return openBusProperties(scope === 'system' ? systemAddress(environment) : sessionAddress(environment));
}

function systemAddress(environment: NodeJS.ProcessEnv): string {
  return environment['DBUS_SYSTEM_BUS_ADDRESS'] || 'unix:path=/run/dbus/system_bus_socket';
}

function sessionAddress(environment: NodeJS.ProcessEnv): string {
  return (
    environment['DBUS_SESSION_BUS_ADDRESS'] || `unix:path=${environment['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`}/bus`
  );
}
