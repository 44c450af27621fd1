/**
 * Reads the JSON report of a test run:
 *   node .ci/test-report.mjs REPORT             prints `PASSED FAILED SKIPPED`
 *   node .ci/test-report.mjs REPORT --skipped   prints the name of each skipped test, which says why
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [path, option] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of testResults) {
  // A file that fails before its tests are known has none of them in the report.
  if (file.status === 'failed' && file.assertionResults.length === 0) {
    counts.failed++;
  }
  for (const { status, fullName } of file.assertionResults) {
    const kind = status === 'passed' || status === 'failed' ? status : 'skipped';
    counts[kind]++;
    if (kind === 'skipped' && option === '--skipped') {
      console.log(`skipped: ${relative(process.cwd(), file.name)}: ${fullName}`);
    }
  }
}
if (option !== '--skipped') {
  console.log(`${counts.passed} ${counts.failed} ${counts.skipped}`);
}
