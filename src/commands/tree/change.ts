import { type Command as Commander, Option } from 'commander';
import { withDetachSelf, withoutSudo, withPlanOptions } from './options.ts';
import type { Act } from './run.ts';
import { wholeNumber } from './values.ts';

/** What shows and makes the changes that the file asks for. */
export function addChangeCommands(program: Commander, act: Act): void {
  const add = (name: string, description: string): Commander =>
    program.command(name).description(description).helpGroup('Plan and apply:');

  withPlanOptions(add('plan', 'show what differs; change nothing'))
    .alias('diff')
    .option('--out <file>', 'save the plan, for `apply <file>`')
    .option('--detailed-exitcode', 'exit 2 when changes are pending')
    .option('--against <file>', 'what changes from that file to this one, wherever this is run')
    .addOption(new Option('--format <how>', 'how to print it').choices(['text', 'markdown']))
    .action((own: object, command: Commander) =>
      act(command, async () => (await import('../plan.ts')).plan, own),
    );
  withDetachSelf(withoutSudo(withPlanOptions(add('apply', 'make the changes, after asking'))))
    .argument('[plan]', 'a plan saved by `plan --out`')
    .option('--fail-fast', 'stop at the first failure')
    .option('--parallelism <n>', 'how many jobs at once (default: 4)', wholeNumber)
    .action((saved: string | undefined, own: object, command: Commander) =>
      act(command, async () => (await import('../apply.ts')).apply, { ...own, saved }),
    );
  withDetachSelf(withoutSudo(add('destroy', 'take away all that is ours'))).action(
    (own: object, command: Commander) =>
      act(command, async () => (await import('../destroy.ts')).destroy, own),
  );
}
