import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**'],
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: {json: 'reports/unit.json'},
    testTimeout: 20_000,
  },
});
