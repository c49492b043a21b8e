import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';

const repository = path.resolve(import.meta.dirname, '../..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pod-injector-ci-'));
});
afterEach(() => {
  rmSync(folder, {recursive: true, force: true});
});

interface Stage {
  readonly status?: number;
  /** The report's content; a string is written as it stands, undefined leaves the file out. */
  readonly report?: unknown;
}

/** Adds up the stages as the CI does. */
function sum(stages: Readonly<Record<string, Stage>>): {readonly lastLine: string | undefined; readonly status: number | null} {
  const lines = Object.entries(stages).map(([name, {status = 0, report}]) => {
    const file = path.join(folder, `${name}.json`);
    if (report !== undefined) writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
    return `${name}\t${status}\t${file}\n`;
  });
  const list = path.join(folder, 'stages.tsv');
  writeFileSync(list, lines.join(''));
  const {stdout, status} = spawnSync(process.execPath, [path.join(repository, '.ci/sum.mjs'), list], {encoding: 'utf8'});
  return {lastLine: stdout.trimEnd().split('\n').at(-1), status};
}

/** A report as vitest writes it, with as many tests of each kind. */
function vitestReport(counts: {
  readonly passed?: number;
  readonly failed?: number;
  readonly pending?: number;
  readonly todo?: number;
}) {
  const {passed = 0, failed = 0, pending = 0, todo = 0} = counts;
  const totals = {numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo};
  return {...totals, testResults: [{status: failed === 0 ? 'passed' : 'failed', assertionResults: [{}]}]};
}

describe('the last line of the CI', () => {
  test('adds up what the runners reported', () => {
    const unit = {report: vitestReport({passed: 5})};
    const checks = {report: {passed: 6, failed: 0, skipped: 0}};
    expect(sum({unit, checks})).toEqual({lastLine: '11 passed, 0 failed', status: 0});
  });

  test('names skipped tests only when there are some', () => {
    expect(sum({unit: {report: vitestReport({passed: 2, pending: 1, todo: 2})}}).lastLine).toBe('2 passed, 0 failed, 3 skipped');
  });

  test('counts failed tests, and the exit code says so', () => {
    expect(sum({unit: {status: 1, report: vitestReport({passed: 2, failed: 3})}})).toEqual({
      lastLine: '2 passed, 3 failed',
      status: 1,
    });
  });

  test('counts a test file that does not load as a failure', () => {
    const report = {...vitestReport({passed: 2}), testResults: [{status: 'failed', assertionResults: []}]};
    expect(sum({unit: {status: 1, report}})).toEqual({lastLine: '2 passed, 1 failed', status: 1});
  });

  test('counts a runner that fails although its tests passed', () => {
    expect(sum({unit: {status: 1, report: vitestReport({passed: 2})}})).toEqual({lastLine: '2 passed, 1 failed', status: 1});
  });

  test('counts a report that is missing or cut off as a failure, even where the runner says that all is well', () => {
    expect(sum({unit: {}, checks: {report: '{"passed": 6'}, other: {report: vitestReport({passed: 1})}})).toEqual({
      lastLine: '1 passed, 2 failed',
      status: 1,
    });
  });

  test('is a failure where nothing was tested', () => {
    expect(sum({unit: {report: vitestReport({})}})).toEqual({lastLine: '0 passed, 0 failed', status: 1});
  });
});

test('a check that does not exist is told apart from a failure, with the names of those that do', () => {
  const run = spawnSync(process.execPath, [path.join(repository, 'scripts/check.mjs'), 'lnit'], {
    cwd: repository,
    encoding: 'utf8',
  });
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/no step is called lnit; the steps are format, lint,/);
});
