import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../src/emulator/dialect.ts';
import { printService } from '../../src/emulator/layout-service.ts';
import type { SocketPort } from '../../src/emulator/ports.ts';
import type { PlistValue } from '../../src/model/plist.ts';
import { createEngine, GUI, LABEL, when } from './support.ts';

/** Sockets on which somebody waits when a test says so. */
interface Knocking extends SocketPort {
  /** Somebody connects, and waits until a process accepts. */
  knock(): void;
  /** A process has accepted whoever waited. */
  accept(): void;
  /** Somebody connects to a socket that launchd accepts from. */
  visit(): Socket;
  readonly open: ReadonlySet<number>;
}

function knockingSockets(refused: readonly string[] = []): Knocking {
  const open = new Set<number>();
  let isWaited = false;
  let awaiting: (() => void) | null = null;
  let serving: ((connection: Socket) => void) | null = null;
  let last = 10;
  const made = () => {
    last += 1;
    const fd = last;
    open.add(fd);
    return { fd, close: () => void open.delete(fd) };
  };
  const tell = (): void => {
    const told = awaiting;
    awaiting = null;
    told?.();
  };
  return {
    open,
    knock() {
      isWaited = true;
      tell();
    },
    accept() {
      isWaited = false;
    },
    visit() {
      const connection = new Socket();
      serving?.(connection);
      return connection;
    },
    listen: ({ name }) =>
      refused.includes(name)
        ? { opened: [], problems: ['EADDRINUSE'] }
        : {
            opened: [
              {
                ...made(),
                await(waiting) {
                  awaiting = waiting;
                  if (isWaited) tell();
                },
                rest: () => {
                  awaiting = null;
                },
              },
            ],
            problems: [],
          },
    serve(_spec, taken) {
      serving = taken;
      return { opened: [made()], problems: [] };
    },
  };
}

const PORT = when({ SockServiceName: '8080' });
const job = (keys: Readonly<Record<string, PlistValue>> = {}) => ({
  Sockets: when({ Listeners: PORT }),
  ...keys,
});
const DONE = { ends: { afterMs: 1000, exit: { code: 0 } } } as const;

describe('a job with sockets', () => {
  it('rests until somebody connects, and starts on that demand', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.load(job());
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([]);
    sockets.knock();
    expect(engine.supervisor.find(GUI, LABEL)?.phase).toMatchObject({
      kind: 'running',
      reason: 'ipc (socket)',
    });
  });

  it('is not started again when it has accepted, nor for those that come while it runs', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.spawner.behave(LABEL, DONE);
    engine.load(job());
    sockets.knock();
    sockets.accept();
    engine.clock.advance(500);
    sockets.knock();
    sockets.accept();
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([0]);
    sockets.knock();
    expect(engine.startTimes()).toHaveLength(2);
  });

  it('is started again, at the throttle rate, for whom it has left waiting', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.spawner.behave(LABEL, DONE);
    engine.load(job());
    sockets.knock();
    engine.clock.advance(20_500);
    expect(engine.state()).toBe('running');
    sockets.accept();
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([0, 10, 20]);
  });

  it('counts as demanded: AfterInitialDemand lets KeepAlive work from then on', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.spawner.behave(LABEL, DONE);
    engine.load(job({ KeepAlive: when({ AfterInitialDemand: true }) }));
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([]);
    sockets.knock();
    sockets.accept();
    engine.clock.advance(25_000);
    expect(engine.startTimes()).toEqual([0, 10, 20]);
  });

  it('closes them when it goes', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.load(job());
    expect(sockets.open.size).toBe(1);
    engine.supervisor.remove(GUI, LABEL);
    expect(sockets.open.size).toBe(0);
    sockets.knock();
    expect(engine.startTimes()).toEqual([]);
  });

  it('is loaded without those that cannot be opened, and prints the others', () => {
    const sockets = knockingSockets(['Taken']);
    const engine = createEngine({}, undefined, sockets);
    engine.load({
      Sockets: when({
        Taken: PORT,
        Udp: when({ SockType: 'dgram', SockServiceName: '1' }),
        Control: [
          when({ SockPathName: '/run/control', SockPathMode: 0o600 }),
          when({ SockPathName: '/run/other' }),
        ],
        Web: when({
          SockServiceName: 'http',
          SockNodeName: 'localhost',
          SockFamily: 'IPv4v6',
          Bonjour: true,
        }),
      }),
    });
    const found = engine.supervisor.find(GUI, LABEL);
    if (found === null) throw new Error('not loaded');
    const options = {
      dialect: dialectOf(27),
      session: {},
      asid: 1,
      pathExists: () => false,
      holdsEntries: () => false,
    };
    const text = printService(found, options);
    expect(/^\tsockets = \{\n[\s\S]*?^\t\}\n/m.exec(text)?.[0]).toBe(
      [
        '\tsockets = {',
        '\t\t"Control" = {',
        '\t\t\ttype = stream',
        '\t\t\tpath = /run/control',
        '\t\t\tmode = 600',
        '',
        '\t\t\tsockets = {',
        '\t\t\t\t11 (no bytes to read)',
        '\t\t\t\t12 (no bytes to read)',
        '\t\t\t}',
        '',
        '\t\t\tactive = 0',
        '\t\t\tpassive = 1',
        '\t\t\tbonjour = 0',
        '\t\t\tipv4v6 = 0',
        '\t\t\treceive_packet_info = 0',
        '\t\t}',
        '\t\t"Web" = {',
        '\t\t\ttype = stream',
        '\t\t\tnode name = localhost',
        '\t\t\tservice name = http',
        '',
        '\t\t\tsockets = {',
        '\t\t\t\t13 (no bytes to read)',
        '\t\t\t}',
        '',
        '\t\t\tactive = 0',
        '\t\t\tpassive = 1',
        '\t\t\tbonjour = 1',
        '\t\t\tipv4v6 = 1',
        '\t\t\treceive_packet_info = 0',
        '\t\t}',
        '\t}',
        '',
      ].join('\n'),
    );
  });
});

describe('inetd’s nowait', () => {
  const nowait = job({ inetdCompatibility: when({ Wait: false }) });

  it('is a process for each connection, without a throttle, while the job itself rests', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.spawner.behave(LABEL, { ends: { afterMs: 1000, exit: { code: 3 } } });
    engine.load(nowait);
    const visitors = [sockets.visit(), sockets.visit(), sockets.visit()];
    expect(engine.startTimes()).toEqual([0, 0, 0]);
    expect(engine.state()).toBe('idle');
    expect(engine.supervisor.find(GUI, LABEL)).toMatchObject({ runs: 3, lastExit: null });
    // The processes have them now.
    expect(visitors.every(({ destroyed }) => destroyed)).toBe(true);
    engine.clock.advance(60_000);
    expect(engine.supervisor.find(GUI, LABEL)).toMatchObject({ runs: 3, lastExit: { code: 3 } });
    expect(engine.startTimes()).toEqual([0, 0, 0]);
    expect(engine.spawner.living.size).toBe(0);
  });

  it('ends them with the job, by force after ExitTimeOut', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.spawner.behave(LABEL, { onTerm: 'ignored' });
    engine.load(nowait);
    sockets.visit();
    engine.supervisor.remove(GUI, LABEL);
    expect(engine.state()).toBe('gone');
    engine.clock.advance(4999);
    expect(engine.spawner.signals).toEqual([`TERM ${LABEL}`]);
    engine.clock.advance(2);
    expect(engine.spawner.signals.slice(0, 2)).toEqual([`TERM ${LABEL}`, `KILL ${LABEL}`]);
    expect(engine.clock.armed()).toBe(0);
    expect(engine.spawner.living.size).toBe(0);
  });

  it('drops a connection whose process cannot be made', () => {
    const sockets = knockingSockets();
    const engine = createEngine({}, undefined, sockets);
    engine.spawner.behave(LABEL, { refused: 'config' });
    engine.load(nowait);
    expect(sockets.visit().destroyed).toBe(true);
    expect(engine.supervisor.find(GUI, LABEL)).toMatchObject({
      runs: 1,
      lastExit: { code: 78 },
      refused: true,
    });
  });
});
