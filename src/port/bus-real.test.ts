import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'dbus-native';
import { listeningBus } from '../../test/port/bus.ts';
import { realBus } from './bus-real.ts';
import type { BusOwner } from './bus.ts';

const name = 'org.example.A';

/** What was told, one after the other, for those who wait for it. */
class Told {
  readonly #told: string[] = [];
  #wake = (): void => {};

  owned = (of: string, owner: BusOwner | undefined): void => this.#add(`${of} ${owner === undefined ? 'nobody' : owner.unique}`);
  wanted = (unit: string): void => this.#add(`wanted ${unit}`);
  closed = (): void => this.#add('closed');

  async next(): Promise<string> {
    while (this.#told.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#told.shift() ?? '';
  }

  #add(line: string): void {
    this.#told.push(line);
    this.#wake();
  }
}

test('who owns a watched name is told at once and at each change, until the bus goes away', async () => {
  using bus = await listeningBus();
  const told = new Told();
  const connection = realBus.connect(bus.address, told, { activates: false });
  connection.watch(name);
  assert.equal(await told.next(), `${name} nobody`);
  const owner = createClient({ busAddress: bus.address });
  await owner.requestName(name, 0);
  assert.equal(await told.next(), `${name} ${owner.name ?? ''}`);
  connection.watch('org.example.B');
  assert.equal(await told.next(), 'org.example.B nobody');
  connection.unwatch('org.example.B');
  await owner.requestName('org.example.B', 0);
  await owner.releaseName(name);
  assert.equal(await told.next(), `${name} nobody`);
  bus.close();
  assert.equal(await told.next(), 'closed');
  owner.connection.end();
});

test('a bus that is not there is told as closed', async () => {
  const told = new Told();
  realBus.connect('unix:path=/nonexistent/bus', told, { activates: true }).watch(name);
  assert.equal(await told.next(), 'closed');
});
