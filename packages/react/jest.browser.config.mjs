import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'react in a browser',
  testMatch: ['<rootDir>/test-browser/**/*.test.ts'],
};
