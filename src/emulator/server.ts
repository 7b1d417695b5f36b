import { createServer, type Server, type Socket } from 'node:net';
import type { Reply, Request } from './address.ts';

const LONGEST_REQUEST = 4 * 1024 * 1024;

/** Answers each connection once: one line of JSON in, one out, end. Resolves when it listens. */
export function serve(
  socketPath: string,
  answer: (request: Request) => Promise<Reply>,
  log: (line: string) => void,
): Promise<Server> {
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    // The caller has gone: nobody to answer.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (text.length > LONGEST_REQUEST) socket.destroy();
      if (end < 0) return;
      socket.removeAllListeners('data');
      socket.resume();
      void respond(socket, text.slice(0, end), answer, log);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server));
  });
}

async function respond(
  socket: Socket,
  line: string,
  answer: (request: Request) => Promise<Reply>,
  log: (line: string) => void,
): Promise<void> {
  let reply: Reply;
  try {
    reply = await answer(JSON.parse(line) as Request);
  } catch (error) {
    log(`request failed: ${line}: ${(error as Error).stack ?? String(error)}`);
    reply = { code: 154, stdout: '', stderr: '154: Completely unexpected error\n' };
  }
  socket.end(`${JSON.stringify(reply)}\n`);
}
