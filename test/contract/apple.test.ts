import { testTogether } from './contract.ts';
import { openApple } from './process-port.ts';

/**
 * On a Mac, as an ordinary user who is logged in at the screen: RECONCILE_CONTRACT_REAL=1. Root has no graphical domain, so
 * it is not asked.
 */
const wanted =
  process.platform === 'darwin' && process.env['RECONCILE_CONTRACT_REAL'] === '1' && process.getuid?.() !== 0;

testTogether('launchd of this Mac', openApple, { skip: !wanted, recorded: true });
