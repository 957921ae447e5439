import preset from '../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'docs',
  testMatch: ['<rootDir>/**/*.test.mjs'],
  // What a reader of the documentation installs: the packages as they are built.
  testEnvironmentOptions: { customExportConditions: ['node'] },
};
