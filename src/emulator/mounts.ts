import type { Mounts } from './ports.ts';

/** Mounts that are told by a command: nothing else in this world knows of any. */
export function toldMounts(): Mounts & { tell(): void } {
  const watchers = new Set<() => void>();
  return {
    watch(mounted) {
      watchers.add(mounted);
      return { close: () => watchers.delete(mounted) };
    },
    tell() {
      for (const mounted of [...watchers]) mounted();
    },
  };
}
