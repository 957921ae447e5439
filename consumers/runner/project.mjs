import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROJECTS = fileURLToPath(new URL('../projects', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** A check that takes longer than this hangs. */
const CHECK_MS = 300_000;

/**
 * Makes an empty project outside of the workspace and installs tarballs and what the project needs besides.
 *
 * @param {string} folder - that does not exist yet
 * @param {{ name: string, type: string, example?: string, dependencies: Record<string, string>, packages: object }} project
 */
export async function makeProject(folder, { name, type, example, dependencies, packages }) {
  mkdirSync(folder, { recursive: true });
  for (const source of [join(PROJECTS, 'shared'), join(PROJECTS, name)]) copy(source, folder);
  if (example !== undefined) copy(join(EXAMPLES, example), folder);
  const manifest = { name: `consumer-${name}`, version: '1.0.0', private: true, type };
  const own = without(readJson(join(folder, 'package.json')), ['peerDependencies', 'devDependencies']);
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ ...manifest, ...own, dependencies }, null, 2)}\n`,
  );
  writeFileSync(join(folder, 'packages.json'), JSON.stringify(packages));
  // No install script of anybody's runs, and a peer that does not fit is an error.
  await run(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--strict-peer-deps',
      '--loglevel=error',
    ],
    { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
  );
}

/** @param {string} source @param {string} folder */
function copy(source, folder) {
  cpSync(source, folder, { recursive: true, filter: (path) => !/\/(node_modules|dist)$/.test(path) });
}

/** @param {object} object @param {readonly string[]} keys */
function without(object, keys) {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** @param {string} file */
function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/**
 * Runs a project's check.
 *
 * @param {string} folder
 * @param {string} file
 * @param {import('./nodes.mjs').Node} node
 * @returns {Promise<Record<string, string | null>>} by package: what went wrong, or `null`
 */
export async function runCheck(folder, file, node) {
  const PATH = `${dirname(node.path)}:${process.env['PATH']}`;
  const env = { ...without(process.env, ['NODE_OPTIONS']), PATH };
  try {
    const { stdout } = await run(node.path, [file], {
      cwd: folder,
      env,
      timeout: CHECK_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } catch (error) {
    const { stderr } = /** @type {{ stderr?: string }} */ (error);
    throw new Error(`${basename(folder)} broke off: ${stderr || String(error)}`, { cause: error });
  }
}
