export { findBrowser } from './find-browser.mjs';
export { installBrowser } from './install-browser.mjs';
export { launchBrowser } from './launch-browser.mjs';
export { serveBundle } from './serve-bundle.mjs';
