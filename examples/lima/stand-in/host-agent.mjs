// Stands in for Lima's host agent, to try on any machine what happens when it dies: it answers on ha.sock in its folder,
// removes that when it is asked to end, and refuses to start over one that is there, whosever it is.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const machine = process.argv[3] ?? 'default';
for (const file of ['ha.sock', 'ha.pid'])
  if (existsSync(file)) {
    process.stderr.write(`${machine}: ${file} exists; another host agent may be running\n`);
    process.exit(1);
  }

writeFileSync('ha.pid', `${process.pid}\n`);
createServer((client) => {
  client.on('error', () => {});
  client.end(`${machine} is running\n`);
}).listen('ha.sock', () => process.stdout.write(`${machine}: started, process ${process.pid}\n`));

process.on('SIGTERM', () => {
  for (const file of ['ha.sock', 'ha.pid']) rmSync(file, { force: true });
  process.stdout.write(`${machine}: stopped\n`);
  process.exit(0);
});
