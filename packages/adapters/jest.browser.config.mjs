import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'adapters in a browser',
  testMatch: ['<rootDir>/test-browser/**/*.test.ts'],
};
