import { fileURLToPath } from 'node:url';

/** What every package's Jest shares: native ESM, TypeScript through SWC, sources instead of builds. */
export default {
  testEnvironment: 'node',
  reporters: ['default', fileURLToPath(new URL('tools/jest/summary-reporter.mjs', import.meta.url))],
  testMatch: ['<rootDir>/{src,test}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@cpc/source', 'node'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
