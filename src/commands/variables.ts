/** Whether a variable of the environment is set, and not to `0` or `false`. */
export function isOn(env: Readonly<Record<string, string | undefined>>, name: string): boolean {
  return !['', '0', 'false'].includes(env[name] ?? '');
}
