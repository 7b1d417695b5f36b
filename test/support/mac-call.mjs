// /bin/launchctl and sudo of a pretended Mac: hand the call to the helper, and pass on what comes and goes.
// Usage: node mac-call.mjs SOCKET launchctl|sudo ARGS…
import { openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const [, , socket, call, ...args] = process.argv;
if (call === 'sudo') {
  const mode = readFileSync(join(dirname(socket), 'sudo'), 'utf8').trim();
  if (mode !== 'nopasswd' && args.includes('-n')) fail('sudo: a password is required');
  if (mode !== 'nopasswd' && ask(args[args.indexOf('-p') + 1]) !== 'open sesame') fail('Sorry.');
  if (args.join(' ') === '-n true') process.exit(0);
}
function fail(why) {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

/** On the terminal itself, whatever standard input is. */
function ask(prompt) {
  let terminal;
  try {
    terminal = openSync('/dev/tty', 'r+');
  } catch {
    fail('sudo: a terminal is required to read the password');
  }
  writeSync(terminal, prompt);
  const bytes = Buffer.alloc(100);
  return bytes.toString('utf8', 0, readSync(terminal, bytes)).trim();
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
