import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'sync-core',
  // Nothing waits for real time; but a busy machine may take its time over ten thousand operations.
  testTimeout: 60_000,
  // Checked by `jest --coverage`. SWC's source maps are exact enough for V8's own counts.
  coverageProvider: 'v8',
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/**/*.test.ts',
    '!src/{index,storage-kit,deterministic}.ts',
    '!src/ports/**',
  ],
  coverageThreshold: {
    global: { branches: 95 },
    './src/outcome/decide.ts': { branches: 100 },
    './src/worker/': { branches: 100 },
  },
};
