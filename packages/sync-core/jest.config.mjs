import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'sync-core',
  // Nothing waits for real time; but a busy machine may take its time over ten thousand operations.
  testTimeout: 60_000,
  collectCoverage: true,
  // Counters in the code: V8's own counts, taken anew after each file, cost three times the tests.
  coverageProvider: 'babel',
  coverageReporters: ['text-summary'],
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/**/*.test.ts',
    '!src/{index,storage-kit,deterministic}.ts',
    // Types alone.
    '!src/ports/**',
    '!src/**/{delivery-outcome,drain-options,standard-schema,sync-event,sync-failure}.ts',
  ],
  coverageThreshold: {
    global: { branches: 95 },
    './src/outcome/decide.ts': { branches: 100 },
    './src/worker/': { branches: 100 },
  },
};
