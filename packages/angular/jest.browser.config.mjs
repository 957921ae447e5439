import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'angular in a browser',
  testMatch: ['<rootDir>/test-browser/**/*.test.ts'],
};
