// /bin/launchctl and sudo of a pretended Mac: hand the call to the helper, and pass on what comes and goes.
// Usage: node mac-call.mjs SOCKET launchctl|sudo ARGS…
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const [, , socket, call, ...args] = process.argv;
if (call === 'sudo') {
  const mode = readFileSync(join(dirname(socket), 'sudo'), 'utf8').trim();
  if (mode !== 'nopasswd') {
    process.stderr.write(args.includes('-n') ? 'sudo: a password is required\n' : 'Sorry, try again.\n');
    process.exit(1);
  }
  if (args.join(' ') === '-n true') process.exit(0);
}
const connection = connect(socket);
const say = (frame) => connection.write(`${JSON.stringify(frame)}\n`);
say({ call, args, uid: process.getuid(), caller: process.getuid() });
if (call === 'sudo') {
  process.stdin.on('data', (data) => say({ in: data.toString('base64') }));
  process.stdin.on('end', () => say({ end: true }));
}
createInterface({ input: connection }).on('line', (line) => {
  const { out, err, code } = JSON.parse(line);
  if (out !== undefined) process.stdout.write(Buffer.from(out, 'base64'));
  if (err !== undefined) process.stderr.write(Buffer.from(err, 'base64'));
  if (code === undefined) return;
  process.exitCode = code;
  connection.end();
  process.stdin.destroy();
});
