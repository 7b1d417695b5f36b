import { type KeySpec, type KeyType, key } from './key-spec.ts';

/** Names that launchd knows and launchd.plist(5) does not: never offered, passed through on explicit request. */
const NAMES: readonly (readonly [name: string, type: KeyType])[] = [
  ['AuditSessionID', 'integer'],
  ['BeginTransactionAtShutdown', 'boolean'],
  ['BinaryOrderPreference', 'array'],
  ['BonjourFDs', 'array'],
  ['CFBundleIdentifier', 'string'],
  ['DisableASLR', 'boolean'],
  ['EmbeddedHomeScreen', 'boolean'],
  ['EmbeddedMainThreadPriority', 'integer'],
  ['EmbeddedPrivilegeDispensation', 'boolean'],
  ['EnterKernelDebuggerBeforeKill', 'boolean'],
  ['EventMonitor', 'boolean'],
  ['IgnoreProcessGroupAtShutdown', 'boolean'],
  ['JetsamProperties', 'dict'],
  ['JoinGUISession', 'boolean'],
  ['MachExceptionHandler', 'dict'],
  ['MachServiceLookupPolicies', 'dict'],
  ['MultipleInstances', 'boolean'],
  ['PerJobMachServices', 'dict'],
  ['Policies', 'dict'],
  ['POSIXSpawnType', 'string'],
  ['QuarantineData', 'data'],
  ['SandboxContainer', 'string'],
  ['SandboxFlags', 'dict'],
  ['SandboxProfile', 'string'],
  ['SecuritySessionUUID', 'string'],
  ['ShutdownMonitor', 'boolean'],
  ['SpawnConstraint', 'dict'],
  ['UserEnvironmentVariables', 'dict'],
  ['XPCDomain', 'string'],
  ['XPCDomainBootstrapper', 'string'],
];

export const PRIVATE_KEYS: readonly KeySpec[] = NAMES.map(([name, type]) =>
  key(name, [type], 'Private to macOS; the manual does not say what it does.', {
    status: 'undocumented',
    documented: false,
  }),
);
