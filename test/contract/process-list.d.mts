/** Processes that are there and no zombies, with their arguments joined by blanks. */
export function listProcesses(): readonly { readonly pid: number; readonly args: string }[];
