/** How the labels of a tool begin that writes plists by itself. */
export interface ToolLabels {
  readonly prefix: string;
  /** In words. */
  readonly tool: string;
}

/** As plists in public repositories show. Apple's own are refused elsewhere. */
const TOOLS: readonly ToolLabels[] = [
  { prefix: 'homebrew.mxcl.', tool: 'Homebrew (`brew services`)' },
  { prefix: 'io.lima-vm.', tool: 'Lima (`limactl start-at-login`)' },
  { prefix: 'ai.openclaw.', tool: 'OpenClaw' },
  { prefix: 'org.nix-community.home.', tool: 'home-manager' },
  { prefix: 'org.nixos.', tool: 'nix-darwin' },
  { prefix: 'dev.mise.', tool: 'mise' },
];

/** The tool that uses labels like this one; null: none that is known. */
export function toolOfLabel(label: string): ToolLabels | null {
  return TOOLS.find(({ prefix }) => label.startsWith(prefix)) ?? null;
}
