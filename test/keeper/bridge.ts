/** Run by the keeper as its manager or journal: joins its socket with the one of the test, whose path is the argument. */
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';

import { FrameWriter, encodeBatch, encodeHello } from '../../src/port/wire.ts';

const manager = process.env['TYSD_KEEPER'];
const keeper = connect(manager ?? process.env['TYSD_JOURNAL'] ?? '');
keeper.on('error', () => process.exit(1));
keeper.on('close', () => process.exit(0));
const path = process.argv[2] ?? '';
const test = connect(path, () => {
  test.pipe(keeper);
  keeper.pipe(test);
  test.on('close', () => process.exit(0));
});
test.on('error', () => {
  if (manager === undefined) process.exit(1);
  // The test is gone, so nobody else will end this keeper.
  const writer = new FrameWriter();
  encodeHello(writer);
  encodeBatch(writer, { acknowledge: 0, commands: [{ do: 'end', status: 0, action: 'exit' }] });
  keeper.write(writer.take());
  rmSync(dirname(path), { recursive: true, force: true });
});
