import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    // The tests share no state but what modules compute once, so that a file need not import everything anew: half the time.
    pool: 'threads',
    isolate: false,
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**'],
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: {json: 'reports/unit.json'},
    testTimeout: 20_000,
  },
});
