import assert from 'node:assert/strict';
import { rmSync, mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';

import { contract } from '../../src/api/contract.ts';
import { listenControl } from '../../src/api/jsonrpc/server.ts';
import { machine, servicesOf, unitNames } from './machine.ts';
import { target } from './target.ts';
import { hostileText, mutated } from './text.ts';

/** As much of a schema of valibot as is looked at here. */
interface Schema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly value?: Schema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
}

const json: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, -0, 1e308, 2 ** 53, [], {}, [[[[]]]], true) },
);

const text = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...unitNames) }, { weight: 1, arbitrary: hostileText });

/** Values that the schema takes, as a rule. */
function likely(schema: Schema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'strict_object':
    case 'object':
    case 'loose_object':
      return fc.record(Object.fromEntries(Object.entries(schema.entries ?? {}).map(([name, entry]) => [name, almost(entry)])), {
        requiredKeys: Object.entries(schema.entries ?? {}).flatMap(([name, { type }]) => (type.includes('optional') ? [] : [name])),
      });
    case 'array':
      return fc.array(schema.item === undefined ? json : almost(schema.item), { maxLength: 4 });
    case 'picklist':
      return fc.constantFrom(...(schema.options ?? ['']));
    case 'literal':
      return fc.constant(schema.literal);
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.oneof(fc.nat({ max: 70 }), fc.integer(), fc.double());
    case 'string':
      return text;
    case 'record':
      return fc.dictionary(text, schema.value === undefined ? json : almost(schema.value), { maxKeys: 3 });
    default:
      return schema.wrapped === undefined ? json : likely(schema.wrapped);
  }
}

function almost(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: likely(schema) }, { weight: 1, arbitrary: json });
}

const methods = Object.entries<{ readonly params: unknown }>(contract);

const call = fc.constantFrom(...methods).chain(([method, { params }]) =>
  // What valibot's types hide is there at run time.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  almost(params as Schema).map((made) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: made })),
);

const examples = [
  '{"jsonrpc":"2.0","id":1,"method":"unit.list","params":{}}',
  '{"jsonrpc":"2.0","id":"x","method":"job.start","params":{"unit":"a.service","wait":true}}',
  '[{"jsonrpc":"2.0","id":1,"method":"unit.get","params":{"unit":"a.service"}},{"id":2,"method":"list-units"}]',
];

const input = fc.record({
  calls: fc.array(
    fc.oneof({ weight: 8, arbitrary: call }, { weight: 2, arbitrary: mutated(examples) }, { weight: 1, arbitrary: hostileText }),
    { minLength: 1, maxLength: 6 },
  ),
  cut: fc.nat({ max: 200 }),
});

/** How many answers a text asks for: one for each call with an id, and one for each that is malformed. Undefined where it is no JSON. */
function answersTo(line: string): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'id' in value && typeof value.id === 'number'
    ? 1
    : undefined;
}

/** Most rounds of an exchange, in each of which a minute passes on the machine. What has not ended then, in a week, does not end. */
const mostRounds = 10_000;
/** Rounds in which a manager that is over may answer what it read before. */
const lastRounds = 50;

/** Sends the bytes in two pieces and gives what comes back until the server closes; `pass` is called in each round of the event loop until then. */
function exchange(path: string, bytes: string, cut: number, pass: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    let answers = '';
    let rounds = 0;
    // Not by a clock: on a busy machine a round may take long, and that is no mistake of anybody.
    const passing = setInterval(() => {
      pass();
      rounds += 1;
      if (rounds < mostRounds) return;
      clearInterval(passing);
      socket.destroy();
      reject(new Error(`There is no end after ${JSON.stringify(answers.slice(0, 500))}`));
    }, 0);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answers += chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(passing);
      resolve(answers);
    });
    socket.on('end', () => socket.end());
    socket.write(Buffer.from(bytes.slice(0, cut), 'latin1'));
    setImmediate(() => socket.end(Buffer.from(bytes.slice(cut), 'latin1')));
  });
}

/** Whether a call waits for what happens on the machine. */
function waits(line: string): boolean {
  const value: unknown = JSON.parse(line);
  const { method, params } = Object(value);
  return method === 'manager.reload' || Object(params).wait === true;
}

/** The control socket, with the real manager behind it: each call is answered once, none by a mistake of ours, and the manager goes on. */
export const apiTarget = target('api', input, async ({ calls, cut }) => {
  const simulation = machine();
  const directory = mkdtempSync(join(tmpdir(), 'tysd-hostile-'));
  const path = join(directory, 'control.sock');
  const served = await listenControl({ path }, servicesOf(simulation));
  assert.ok(served.ok);
  try {
    const sent = calls.map((each) => each.replaceAll('\n', ' '));
    const bytes = sent.map((each) => `${each}\n`).join('');
    let left = lastRounds;
    const answers = await exchange(path, bytes, cut % (bytes.length + 1), () => {
      simulation.clock.advance(60_000_000);
      // The keeper kills a manager that has told it to end. Nothing happens any more then, so who waits for something waits for ever.
      if (simulation.keeper.end !== undefined && left-- === 0) served.value.close();
    });
    const lines = answers.split('\n').filter((each) => each !== '');
    const values = lines.map((each): unknown => JSON.parse(each));
    const mistakes = lines.filter((each) => each.includes('"code":"internal"'));
    assert.deepEqual(mistakes, [], `of ${JSON.stringify(sent)}`);
    const expected = sent.map(answersTo);
    if (expected.every((count) => count !== undefined)) {
      const answered = values.filter((value) => typeof value === 'object' && value !== null && 'id' in value);
      const least = simulation.keeper.end === undefined ? sent.length : sent.filter((line) => !waits(line)).length;
      assert.ok(answered.length >= least && answered.length <= sent.length, `${JSON.stringify(sent)} → ${answers}`);
    }
    assert.ok(simulation.manager.units().length > 0);
  } finally {
    served.value.close();
    rmSync(directory, { recursive: true });
  }
});
