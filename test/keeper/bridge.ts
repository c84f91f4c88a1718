/** Run by the keeper as its manager or journal: joins its socket with the one of the test, whose path is the argument. */
import { connect } from 'node:net';

const test = connect(process.argv[2] ?? '');
const keeper = connect(process.env['TYSD_KEEPER'] ?? process.env['TYSD_JOURNAL'] ?? '');
test.pipe(keeper);
keeper.pipe(test);
for (const socket of [test, keeper]) {
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(0));
}
