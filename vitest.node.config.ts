import {defineConfig} from 'vitest/config';

// Started by npm run test:node, which brings a control plane and a node.
export default defineConfig({
  test: {
    include: ['test/node/**/*.test.ts'],
    globalSetup: ['test/cluster/harness/setup.ts'],
    // They share one node.
    fileParallelism: false,
    expect: {poll: {timeout: 10_000}},
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
