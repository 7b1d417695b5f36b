import type { TriggerKind } from './trigger.ts';

/** StartOnMount: at every mount of any file system; one that comes while the job runs is served afterwards (facts §2.2, §2.8). */
export const armStartOnMount: TriggerKind = ({ definition, mounts, fire }) => {
  if (!definition.startOnMount) return null;
  const watch = mounts.watch(() => fire('xpc event', 'kept'));
  return { disarm: () => watch.close() };
};
