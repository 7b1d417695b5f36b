// Prints `N passed, N failed` from vitest's JSON results; fails when no test ran.
import { readFileSync } from 'node:fs';

let results;
try {
  results = JSON.parse(readFileSync(process.argv[2], 'utf8'));
} catch {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { numPassedTests = 0, numFailedTests = 0, numFailedTestSuites = 0 } = results;
const failed = numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0);
console.log(`${numPassedTests} passed, ${failed} failed`);
if (numPassedTests === 0 || failed > 0) process.exit(1);
