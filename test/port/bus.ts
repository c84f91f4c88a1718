import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBroker } from 'dbus-native';

/** A bus of its own, until it is closed or disposed of. */
export async function listeningBus() {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-bus-'));
  const broker = createBroker();
  await new Promise<void>((resolve) => broker.listen({ socket: join(directory, 'bus') }, () => resolve()));
  return {
    address: `unix:path=${join(directory, 'bus')}`,
    close: () => broker.close(),
    [Symbol.dispose]() {
      broker.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
