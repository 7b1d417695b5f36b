// The part of a pretended Mac that runs as root: launchd (two embedded ones, root's and a user's) and what sudo would start.
// Usage: node mac-helper.mjs SOCKET STATE LAUNCHCTL UID GID. One connection a call; frames are JSON lines.
import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [, , socket, state, launchctl, uid, gid] = process.argv;
const user = { uid: Number(uid), gid: Number(gid) };

createServer((connection) => {
  const say = (frame) => connection.writable && connection.write(`${JSON.stringify(frame)}\n`);
  let child = null;
  connection.on('error', () => {});
  connection.on('close', () => child?.stdin?.end());
  const lines = createInterface({ input: connection });
  // It passes on the errors of its input: a caller that was killed.
  lines.on('error', () => {});
  lines.on('line', (line) => {
    const frame = JSON.parse(line);
    if (frame.in !== undefined) child?.stdin.write(Buffer.from(frame.in, 'base64'));
    else if (frame.end) child?.stdin.end();
    else {
      appendFileSync(join(state, 'calls.log'), `${frame.uid} ${frame.call} ${frame.args.join(' ')}\n`);
      child = frame.call === 'sudo' ? sudo(frame, say) : launchctlFor(frame, say);
      if (child === null) return;
      // Whoever is killed reads no more; what is still said to it is lost, and nobody else's concern.
      child.stdin?.on('error', () => {});
      child.stdout.on('data', (data) => say({ out: data.toString('base64') }));
      child.stderr.on('data', (data) => say({ err: data.toString('base64') }));
      child.on('close', (code) => say({ code: code ?? 1 }));
    }
  });
}).listen(socket, () => chmodSync(socket, 0o777));

function sudo({ args, caller }, say) {
  const command = args.slice(args.indexOf('--') + 1);
  return spawn(command[0], command.slice(1), {
    env: { PATH: process.env.PATH, SUDO_UID: String(caller), SUDO_GID: uid, SUDO_USER: 'ada', HOME: '/root' },
    cwd: '/',
  }).on('error', () => say({ code: 1 }));
}

/** Each domain is another launchd's; who may change what is the kernel's answer on a Mac, and ours here. */
function launchctlFor({ args, uid: caller }, say) {
  const [verb] = args;
  const target = args.find((arg) => /^(system|gui\/|user\/)/.test(arg)) ?? 'system';
  const isSystem = target.startsWith('system');
  const refuse = (code, text) => {
    say({ err: Buffer.from(`${text}\n`).toString('base64') });
    say({ code });
    return null;
  };
  const scripted = existsSync(join(state, 'scripted.json'))
    ? JSON.parse(readFileSync(join(state, 'scripted.json'), 'utf8'))
    : {};
  const rule = scripted[`${verb} ${target}`] ?? scripted[verb];
  if (rule !== undefined) return refuse(rule, `scripted ${rule}`);
  const hasSession = !existsSync(join(state, 'logged-out'));
  const mine = [`gui/${uid}`, `user/${uid}`].some((own) => target === own || target.startsWith(`${own}/`));
  if (!isSystem && (!mine || (target.startsWith('gui/') && !hasSession)))
    return verb.startsWith('print')
      ? refuse(112, `Could not find domain for ${target}`)
      : refuse(125, 'Domain does not support specified action');
  const changes = !verb.startsWith('print');
  if (isSystem && changes && caller !== 0) return refuse(5, 'Input/output error');
  if (!isSystem && caller !== 0 && caller !== user.uid) return refuse(1, 'Not privileged');
  const env = {
    PATH: process.env.PATH,
    HOME: join(state, isSystem ? 'root' : 'user'),
    RECONCILE_EMBEDDED_DIR: join(state, isSystem ? 'root' : 'user'),
  };
  return spawn(launchctl, args, { env, cwd: '/', ...(isSystem ? {} : user) });
}
