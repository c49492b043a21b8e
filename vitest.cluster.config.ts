import {defineConfig} from 'vitest/config';

// Started by npm run test:cluster, which brings the control plane.
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/cluster/harness/setup.ts'],
    // They share one API server, and some stop it.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
