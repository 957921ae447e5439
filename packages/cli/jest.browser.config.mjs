import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'cli in a browser',
  testMatch: ['<rootDir>/test-browser/**/*.test.ts'],
  testTimeout: 180_000,
};
