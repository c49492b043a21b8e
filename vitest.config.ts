import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    // The tests share no state but what modules compute once, so that a file need not import everything anew: half the time.
    pool: 'threads',
    isolate: false,
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/node/**'],
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: {json: 'reports/unit.json'},
    // Nothing is asserted by time: a poll ends when it is answered, or is given up.
    expect: {poll: {timeout: 10_000}},
    testTimeout: 20_000,
  },
});
