import { spawnSync } from 'node:child_process';
import { findBrowser } from './find-browser.mjs';

const ADVICE =
  'No Chromium was found, and none could be installed. Install one (Debian and Ubuntu: ' +
  '"apt-get install chromium"; elsewhere: "npx playwright-core install chromium") ' +
  'or name one in the environment variable CPC_CHROMIUM, then run this again.';

/**
 * Path of a Chromium, installed first where there is none: Playwright's build, else the Debian package.
 *
 * @returns {string}
 * @throws {Error} that says what to do, where no browser can be had
 */
export function installBrowser() {
  const attempts = [playwrightBuild, debianPackage];
  const failures = [];
  let path = findBrowser();
  for (const attempt of attempts) {
    if (path !== undefined) return path;
    failures.push(attempt());
    path = findBrowser();
  }
  if (path !== undefined) return path;
  throw new Error([ADVICE, ...failures.filter((text) => text !== '')].join('\n'));
}

function playwrightBuild() {
  return run('npx', ['--no-install', 'playwright-core', 'install', 'chromium']);
}

function debianPackage() {
  if (process.getuid?.() !== 0) return 'apt-get was not tried: it needs root.';
  const updated = run('apt-get', ['update', '-qq']);
  return updated + run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
}

/**
 * Runs a command and returns what went wrong in one line, or an empty text.
 *
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return '';
  const reason = error?.message ?? stderr.trim().split('\n').at(-1);
  return `${command} ${args.join(' ')}: ${reason}`;
}
