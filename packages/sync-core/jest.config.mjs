import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'sync-core',
  // Nothing waits for real time; but a busy machine may take its time over ten thousand operations.
  testTimeout: 60_000,
  // SWC's source maps are exact enough for V8's own counts.
  collectCoverage: true,
  coverageProvider: 'v8',
  coverageReporters: ['text-summary'],
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/**/*.test.ts',
    '!src/{index,storage-kit,deterministic}.ts',
    // Types alone: V8 counts what is never run as a branch that was missed.
    '!src/ports/**',
    '!src/**/{delivery-outcome,drain-options,queue-steps,standard-schema,sync-event,sync-failure}.ts',
  ],
  coverageThreshold: {
    global: { branches: 95 },
    './src/outcome/decide.ts': { branches: 100 },
    './src/worker/': { branches: 100 },
  },
};
