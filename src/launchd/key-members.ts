import { BOOLEAN, type KeySpec, key, MODE_MAX, STRING } from './key-spec.ts';

export const KEEP_ALIVE_MEMBERS: readonly KeySpec[] = [
  key(
    'SuccessfulExit',
    ['boolean'],
    'true restarts after exit 0 only; false restarts after a failure or any signal.',
    {
      print: 'semaphores `successful exit => 1|0`',
    },
  ),
  key(
    'Crashed',
    ['boolean'],
    'true restarts after a crash signal only (ILL, TRAP, ABRT, FPE, BUS, SEGV, SYS); false restarts after everything else.',
    { since: '10.8', print: 'semaphores `after crash => 1|0`' },
  ),
  key('PathState', ['dict'], 'Keeps the job alive while a path exists (true) or is missing (false).', {
    values: BOOLEAN,
    print: 'event trigger `com.apple.launchd.PathState`',
  }),
  key(
    'OtherJobEnabled',
    ['dict'],
    'Keeps the job alive while another job is loaded (true) or not loaded (false), whether that one runs or not.',
    { values: BOOLEAN },
  ),
  key('OtherJobActive', ['dict'], 'Keeps the job alive while another job runs (true) or does not (false).', {
    values: BOOLEAN,
    documented: false,
  }),
  key(
    'AfterInitialDemand',
    ['boolean'],
    'Makes the other conditions wait until the job was started once on demand; current manuals no longer mention it.',
    { documented: false },
  ),
  key(
    'NetworkState',
    ['boolean'],
    'Once kept a job alive while the network was up; launchd ignores it today.',
    {
      status: 'unsupported',
    },
  ),
];

const CALENDAR_PRINT = 'event trigger `com.apple.launchd.calendarinterval`';

export const CALENDAR_MEMBERS: readonly KeySpec[] = [
  key('Minute', ['integer'], 'Minute of the hour.', { min: 0, max: 59, print: CALENDAR_PRINT }),
  key('Hour', ['integer'], 'Hour of the day, in local time.', { min: 0, max: 23, print: CALENDAR_PRINT }),
  key('Day', ['integer'], 'Day of the month; beside Weekday, either of the two is enough.', {
    min: 1,
    max: 31,
    print: CALENDAR_PRINT,
  }),
  key('Weekday', ['integer'], 'Day of the week; 0 and 7 are both Sunday.', {
    min: 0,
    max: 7,
    print: CALENDAR_PRINT,
  }),
  key('Month', ['integer'], 'Month of the year.', { min: 1, max: 12, print: CALENDAR_PRINT }),
];

/** Of SoftResourceLimits and HardResourceLimits: setrlimit(2). */
export const LIMIT_MEMBERS: readonly KeySpec[] = [
  limit('Core', 'Largest core file, in bytes.'),
  limit('CPU', 'Processor time, in seconds.'),
  limit('Data', 'Largest data segment, in bytes.'),
  limit('FileSize', 'Largest file that may be written, in bytes.'),
  limit('MemoryLock', 'Memory that may be locked, in bytes.'),
  limit('NumberOfFiles', 'Open files; in a daemon it also moves the limit of the whole system.'),
  limit(
    'NumberOfProcesses',
    'Processes of the user; in a daemon it also moves the limit of the whole system.',
  ),
  limit('ResidentSetSize', 'Resident memory, in bytes.'),
  limit('Stack', 'Largest stack, in bytes.'),
];

export const MACH_SERVICE_MEMBERS: readonly KeySpec[] = [
  key('ResetAtClose', ['boolean'], 'Makes a new port when the job gives the old one up.', {
    byDefault: 'false',
  }),
  key('HideUntilCheckIn', ['boolean'], 'Hides the name until the job has checked in.', {
    status: 'discouraged',
  }),
  key(
    'DrainMessagesOnCrash',
    ['boolean', 'string'],
    'Throws waiting messages away after a crash; private to Apple.',
    {
      documented: false,
    },
  ),
];

export const SOCKET_MEMBERS: readonly KeySpec[] = [
  key('SockType', ['string'], 'Kind of the socket.', {
    oneOf: ['stream', 'dgram', 'seqpacket'],
    byDefault: 'stream',
  }),
  key('SockPassive', ['boolean'], 'true listens, false connects.', { byDefault: 'true' }),
  key('SockNodeName', ['string'], 'Address to bind or to connect to.'),
  key('SockServiceName', ['string', 'integer'], 'Port number, or the name of a service.'),
  key('SockFamily', ['string'], 'Family of the address.', { oneOf: ['IPv4', 'IPv6', 'IPv4v6', 'Unix'] }),
  key('SockProtocol', ['string'], 'Protocol of the socket.', { oneOf: ['TCP', 'UDP'] }),
  key('SockPathName', ['string'], 'Path of a Unix socket.'),
  key(
    'SecureSocketWithKey',
    ['string'],
    'Environment variable that gets the path of a Unix socket made for the job.',
  ),
  key('SockPathOwner', ['integer'], 'uid that owns the Unix socket.', { min: 0 }),
  key('SockPathGroup', ['integer'], 'gid of the Unix socket.', { min: 0 }),
  key('SockPathMode', ['integer'], 'Mode of the Unix socket, as a decimal number: 0600 is 384.', {
    min: 0,
    max: MODE_MAX,
  }),
  key('Bonjour', ['boolean', 'string', 'array'], 'Announces the service by Bonjour, under these names.', {
    items: STRING,
  }),
  key('MulticastGroup', ['string'], 'Multicast group that a datagram socket joins.'),
];

export const INETD_MEMBERS: readonly KeySpec[] = [
  key('Wait', ['boolean'], 'true hands the listening socket over, false starts one process a connection.'),
];

function limit(name: string, summary: string): KeySpec {
  return key(name, ['integer'], summary, { min: 0, print: 'block `resource limits`' });
}
