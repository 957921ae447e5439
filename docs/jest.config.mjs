import preset from '../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'docs',
  testMatch: ['<rootDir>/**/*.test.mjs'],
  // The site holds copies of files that a page links to.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/site/'],
  // What a reader of the documentation installs: the packages as they are built.
  testEnvironmentOptions: { customExportConditions: ['node'] },
};
