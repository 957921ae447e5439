import preset from '../../jest.preset.mjs';

/** Tests that drive a real browser. They are plain modules: what is under test runs in the page. */
export default {
  ...preset,
  displayName: 'replica, Chromium',
  testMatch: ['<rootDir>/test/browser/*.browser.mjs'],
  transform: {},
};
