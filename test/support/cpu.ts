/**
 * CPU seconds that `work` costs this process: however busy the machine is, it stays the same. For tests of what must not
 * explode with the length of a text; how fast something is belongs into the benchmark.
 */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}
