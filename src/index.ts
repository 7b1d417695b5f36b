/**
 * The library: the five calls of the house, their shapes, and the ports to make them real. `reconcile` itself uses nothing
 * else.
 */
export { type ApplyOptions, applyPlan } from './apply/apply.ts';
export type { Config, Instance, InstanceFields } from './config/instance.ts';
export { loadConfig } from './config/load.ts';
export { parseConfig } from './config/parse.ts';
export { compileJobs } from './desired/compile.ts';
export type * from './model/diagnostic.ts';
export type * from './model/domain.ts';
export { EXIT, type ExitCode, ReconcileError } from './model/errors.ts';
export type * from './model/job.ts';
export type * from './model/ledger.ts';
export type * from './model/observed.ts';
export type * from './model/plan.ts';
export type * from './model/plist.ts';
export type * from './model/report.ts';
export type * from './model/service.ts';
export type * from './model/status.ts';
export { type ObserveScope, observe } from './observe/observe.ts';
export type { PlanOptions } from './plan/options.ts';
export { planChanges } from './plan/plan.ts';
export { equalPlist } from './plist/equal.ts';
export { readPlist } from './plist/read.ts';
export { writePlist } from './plist/write.ts';
export { configJsonSchema } from './report/file-schema.ts';
export { planToJson } from './report/plan-json.ts';
export { renderPlan } from './report/plan-text.ts';
export { realClock } from './sys/clock.ts';
export { realFiles } from './sys/files.ts';
export { createLaunchctl } from './sys/launchctl.ts';
export { createLedgerStore } from './sys/ledger.ts';
export { choosePlaces, launchctlEnvironment, realHost } from './sys/places.ts';
export type * from './sys/ports.ts';
export { realProcesses } from './sys/processes.ts';
