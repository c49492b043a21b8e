// Adds up what the stages reported: node .ci/sum.mjs STAGES
// STAGES has a line a stage: name, exit code, report (`-` where it writes none), separated by tabs.
// The last line printed is `N passed, N failed` (and `, N skipped` if any); exit 1 if anything failed.
import {readFile} from 'node:fs/promises';
import process from 'node:process';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node .ci/sum.mjs STAGES');
  process.exit(2);
}
const total = {passed: 0, failed: 0, skipped: 0};
console.log('');
for (const line of (await readFile(file, 'utf8')).trimEnd().split('\n')) {
  const [name = '', status = '', report = ''] = line.split('\t');
  const counts = report === '-' ? {passed: 0, failed: 0, skipped: 0} : await countsOf(report);
  // A runner that fails without a failed test of its own (a crash, an error outside the tests) is a failure all the same.
  if (status !== '0' && counts.failed === 0) counts.failed = 1;
  console.log(`${counts.failed === 0 ? 'ok    ' : 'failed'}  ${name}: ${sentence(counts)}`);
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += counts[key];
}
console.log(`\n${sentence(total)}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

/**
 * What a report says: vitest's own JSON, or `{passed, failed, skipped}`. One that is missing or unreadable is one failure.
 * @param {string} path
 */
async function countsOf(path) {
  try {
    const report = JSON.parse(await readFile(path, 'utf8'));
    if (!Array.isArray(report.testResults)) return {passed: report.passed, failed: report.failed, skipped: report.skipped};
    // A test file that does not load has no tests that could fail.
    const unloaded = report.testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.length === 0,
    ).length;
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch (error) {
    console.log(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    return {passed: 0, failed: 1, skipped: 0};
  }
}

/** @param {{passed: number, failed: number, skipped: number}} counts */
function sentence({passed, failed, skipped}) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
