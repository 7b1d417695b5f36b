/**
 * Thirty plists as they lie in folders of people: written by hand, by Homebrew, by apps, by installers of other tools, each
 * with the habits of its kind. What they run is there on every machine. `__HOME__` and `__USER__` are to be filled in.
 */
export interface InstalledFixture {
  readonly label: string;
  readonly folder: 'LaunchAgents' | 'LaunchDaemons' | 'GlobalAgents';
  readonly xml: string;
  /** It stays up once it is loaded. */
  readonly runs: boolean;
}

const DOCTYPE =
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">';

function fixture(
  label: string,
  runs: boolean,
  keys: string,
  folder: InstalledFixture['folder'] = 'LaunchAgents',
  comment = '',
): InstalledFixture {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
${DOCTYPE}
${comment === '' ? '' : `<!--${comment}-->\n`}<plist version="1.0">
<dict>
\t<key>Label</key>
\t<string>${label}</string>
${keys.trim()}
</dict>
</plist>
`;
  return { label, folder, xml, runs };
}

const args = (...words: readonly string[]): string =>
  `<key>ProgramArguments</key>\n<array>\n${words.map((word) => `<string>${word}</string>`).join('\n')}\n</array>`;
const AT_LOAD = '<key>RunAtLoad</key>\n<true/>';
const ALIVE = '<key>KeepAlive</key>\n<true/>';
const logs = (path: string): string =>
  `<key>StandardOutPath</key>\n<string>${path}.log</string>\n<key>StandardErrorPath</key>\n<string>${path}.err.log</string>`;

/** Homebrew writes its keys in the order of the alphabet, and sessions for every job. */
const brew = (name: string, ...more: readonly string[]): InstalledFixture =>
  fixture(
    `homebrew.mxcl.${name}`,
    true,
    `${ALIVE}
<key>LimitLoadToSessionType</key>
<array>
<string>Aqua</string>
<string>Background</string>
<string>LoginWindow</string>
<string>StandardIO</string>
</array>
${args('/bin/sleep', '1000')}
${AT_LOAD}
${logs(`__HOME__/homebrew/var/log/${name}`)}
<key>WorkingDirectory</key>
<string>__HOME__</string>
${more.join('\n')}`,
  );

const lima = (name: string): InstalledFixture =>
  fixture(
    `io.lima-vm.autostart.${name}`,
    true,
    `${args('/bin/sh', '-c', `exec sleep 1000 # limactl start ${name} --foreground`)}
${AT_LOAD}
<key>StandardErrorPath</key><string>__HOME__/.lima/${name}/launchd.stderr.log</string>
<key>StandardOutPath</key><string>__HOME__/.lima/${name}/launchd.stdout.log</string>
<key>WorkingDirectory</key><string>__HOME__/.lima/${name}</string>
<key>ProcessType</key><string>Background</string>`,
  );

const runner = (name: string): InstalledFixture =>
  fixture(
    `actions.runner.example.${name}`,
    true,
    `${args('/bin/sleep', '1000')}
<key>UserName</key>
<string>__USER__</string>
<key>WorkingDirectory</key>
<string>__HOME__/actions-runner</string>
${AT_LOAD}
${logs(`__HOME__/Library/Logs/actions.runner.example.${name}`)}
<key>EnvironmentVariables</key>
<dict>
<key>ACTIONS_RUNNER_SVC</key>
<string>1</string>
</dict>
<key>ProcessType</key>
<string>Interactive</string>
<key>SessionCreate</key>
<true/>`,
  );

const daily = (name: string, hour: number): InstalledFixture =>
  fixture(
    `com.example.dotfiles.${name}`,
    false,
    `${args('/bin/bash', `__HOME__/dotfiles/bin/${name}.sh`, '--quiet')}
<key>StartCalendarInterval</key>
<dict>
<key>Hour</key><integer>${hour}</integer>
<key>Minute</key><integer>30</integer>
</dict>
<key>EnvironmentVariables</key>
<dict>
<key>PATH</key><string>/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin</string>
<key>LANG</key><string>en_US.UTF-8</string>
</dict>
${logs(`__HOME__/Library/Logs/dotfiles/${name}`)}
<key>Nice</key><integer>10</integer>
<key>LowPriorityIO</key><true/>
<key>RunAtLoad</key>
<false/>`,
    'LaunchAgents',
    ` ${name}: installed by dotfiles/install.sh `,
  );

export const INSTALLED: readonly InstalledFixture[] = [
  brew('redis'),
  brew('postgresql@16', '<key>EnvironmentVariables</key><dict><key>LC_ALL</key><string>C</string></dict>'),
  brew('nginx', '<key>LegacyTimers</key><true/>'),
  brew('mosquitto'),
  lima('default'),
  lima('k3s'),
  lima('docker'),
  runner('studio-1'),
  daily('backup', 2),
  daily('brew-update', 4),
  daily('cleanup', 5),
  fixture(
    'ai.example.gateway',
    true,
    `<key>Comment</key><string>Example Gateway (v2026.1)</string>
${args('/bin/sleep', '1000')}
${AT_LOAD}
<key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>
<key>ThrottleInterval</key><integer>5</integer>
<key>Umask</key><integer>63</integer>
<key>ExitTimeOut</key><integer>30</integer>
<key>EnvironmentVariables</key>
<dict>
<key>HOME</key><string>__HOME__</string>
<key>GATEWAY_PORT</key><string>18789</string>
<key>GATEWAY_TOKEN</key><string>4f9b3c2d1e</string>
</dict>`,
  ),
  fixture(
    'com.example.keep-up',
    true,
    `${args('/bin/sleep', '1000')}\n${ALIVE}\n<key>ThrottleInterval</key><integer>60</integer>`,
  ),
  fixture(
    'com.example.while-needed',
    true,
    `${args('/bin/sleep', '1000')}
<key>KeepAlive</key><dict><key>PathState</key><dict><key>__HOME__</key><true/></dict></dict>`,
  ),
  fixture(
    'com.example.sync',
    false,
    `${args('/bin/sh', '-c', 'date &gt;&gt; &quot;$HOME/synced&quot;; exit 0')}
<!-- every quarter of an hour -->
<key>StartInterval</key><integer>900</integer>`,
  ),
  fixture(
    'com.example.inbox',
    false,
    `${args('/usr/bin/env', 'true')}
<key>WatchPaths</key><array><string>__HOME__/Inbox</string><string>__HOME__/Scans</string></array>`,
  ),
  fixture(
    'com.example.spool',
    false,
    `${args('/usr/bin/env', 'true')}\n<key>QueueDirectories</key><array><string>__HOME__/spool</string></array>`,
  ),
  fixture('com.example.mounted', false, `${args('/usr/bin/env', 'true')}\n<key>StartOnMount</key><true/>`),
  fixture(
    'com.example.weekdays',
    false,
    `${args('/usr/bin/env', 'true')}
<key>StartCalendarInterval</key>
<array>
${[1, 2, 3, 4, 5].map((day) => `<dict><key>Hour</key><integer>7</integer><key>Minute</key><integer>0</integer><key>Weekday</key><integer>${day}</integer></dict>`).join('\n')}
</array>`,
  ),
  fixture(
    'com.example.twice-a-day',
    false,
    `${args('/usr/bin/env', 'true')}
<key>StartCalendarInterval</key>
<array>
<dict><key>Hour</key><integer>9</integer><key>Minute</key><integer>0</integer></dict>
<dict><key>Hour</key><integer>17</integer><key>Minute</key><integer>45</integer></dict>
</array>`,
  ),
  fixture('com.example.once', false, `<key>Program</key><string>/bin/ls</string>\n${AT_LOAD}`),
  fixture(
    'com.example.emacs',
    true,
    `${args('/bin/sh', '-c', 'exec sleep 1000')}
${AT_LOAD}
<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
<key>UserName</key><string>__USER__</string>`,
  ),
  fixture(
    'com.example.listener',
    false,
    `${args('/bin/cat')}
<key>Sockets</key><dict><key>Listeners</key><dict>
<key>SockPathName</key><string>__HOME__/listener.sock</string>
</dict></dict>
<key>inetdCompatibility</key><dict><key>Wait</key><false/></dict>`,
  ),
  fixture(
    'com.example.limits',
    true,
    `${args('/bin/sleep', '1000')}
${AT_LOAD}
${ALIVE}
<key>SoftResourceLimits</key><dict><key>NumberOfFiles</key><integer>512</integer></dict>
<key>HardResourceLimits</key><dict><key>NumberOfFiles</key><integer>512</integer></dict>
<key>AbandonProcessGroup</key><true/>`,
  ),
  fixture(
    'com.example.own-logs',
    true,
    `${args('/bin/sleep', '1000')}
${AT_LOAD}
<key>StandardOutPath</key><string>__HOME__/Library/Logs/com.example.own-logs/out.log</string>
<key>StandardErrorPath</key><string>__HOME__/Library/Logs/com.example.own-logs/err.log</string>`,
  ),
  fixture(
    'net.example.exporter',
    true,
    `${args('/bin/sleep', '1000')}
${AT_LOAD}
${ALIVE}
<key>UserName</key><string>__USER__</string>
${logs('/tmp/net.example.exporter')}`,
    'LaunchDaemons',
    '\n  Metrics of this machine.\n  Port 9100; see the wiki.\n',
  ),
  fixture(
    'net.example.rotate',
    false,
    `${args('/usr/bin/env', 'true')}
<key>StartCalendarInterval</key><dict><key>Minute</key><integer>0</integer></dict>`,
    'LaunchDaemons',
  ),
  fixture(
    'com.vendor.Helper.agent',
    true,
    `<key>Program</key><string>/bin/sleep</string>
${args('Vendor Helper', '1000')}
${AT_LOAD}
<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/><key>Crashed</key><true/></dict>
<key>AssociatedBundleIdentifiers</key><array><string>com.vendor.App</string></array>
<key>VendorPrivateKey</key><string>7</string>`,
    'GlobalAgents',
  ),
  fixture(
    'com.vendor.updater',
    false,
    `${args('/usr/bin/env', 'true', '--check', 'periodic')}
<key>StartInterval</key><integer>3523</integer>
<key>LimitLoadToSessionType</key><string>Aqua</string>`,
    'GlobalAgents',
  ),
  fixture(
    'backup-without-dots',
    false,
    `${args('/usr/bin/env', 'true')}\n<key>StartInterval</key><integer>86400</integer>`,
  ),
];
