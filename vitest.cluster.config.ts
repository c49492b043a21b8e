import {defineConfig} from 'vitest/config';

// Started by npm run test:cluster, which brings the control plane.
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/cluster/harness/setup.ts'],
    // Controllers work beside the tests. What fails twice is no coincidence.
    retry: 1,
    // They share one API server, and some stop it.
    fileParallelism: false,
    // Nothing is asserted by time: a poll ends when it is answered, or is given up.
    expect: {poll: {timeout: 10_000}},
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
