/** The releases of macOS whose launchctl prints differently in ways that are known (facts §3.4 and §4), the newest last. */
export const RELEASES = [13, 14, 15, 26, 27] as const;

export type Release = (typeof RELEASES)[number];

/** Null for what is not one of RELEASES, written as a whole number: `26`, not `26.1`. */
export function parseRelease(text: string): Release | null {
  return RELEASES.find((release) => String(release) === text) ?? null;
}

/** `13, 14, 15, 26 or 27`. */
export function releaseWords(): string {
  return `${RELEASES.slice(0, -1).join(', ')} or ${RELEASES.at(-1)}`;
}
