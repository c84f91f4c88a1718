// A web server that gets its listening socket from the service manager (sd_listen_fds(3)): the first descriptor is 3.
import { createServer } from 'node:http';
import { createServer as createListener } from 'node:net';

if (process.env['LISTEN_PID'] !== String(process.pid) || process.env['LISTEN_FDS'] !== '1') {
  console.error('<3>Start me by web.socket, not by hand.');
  process.exit(1);
}

let visits = 0;
const pages = createServer((_request, response) => {
  visits += 1;
  console.log(`visit ${visits}`);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><title>tysd</title><h1>Started by your visit</h1><p>pid ${process.pid}, visit ${visits}</p>\n`);
});
// Bun's HTTP server cannot take over a descriptor, its TCP server can.
const listener = createListener((socket) => pages.emit('connection', socket));
listener.listen({ fd: 3 });
process.on('SIGTERM', () => process.exit(0));
