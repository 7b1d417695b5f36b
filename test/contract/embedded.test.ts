import { testTogether } from './contract.ts';
import { openEmbedded } from './process-port.ts';
import { RESTART_SCENARIOS } from './scenarios/processes.ts';

testTogether('the embedded launchd', openEmbedded, { recorded: true });

// In a world of its own: nobody else is loaded when it ends.
testTogether('the embedded launchd, ended and started again', openEmbedded, {
  subjects: { overrides: RESTART_SCENARIOS },
});
