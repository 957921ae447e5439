import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @typedef {{ major: number, path: string, version: string }} Node */

/**
 * The program of a major version of Node: this one where it is that, else the one that npm has.
 *
 * @param {number} major
 * @returns {Promise<Node>}
 */
export async function findNode(major) {
  const { versions, execPath } = process;
  if (versions.node.startsWith(`${major}.`)) return { major, path: execPath, version: versions.node };
  const script = 'process.stdout.write(JSON.stringify([process.execPath, process.versions.node]))';
  const { stdout } = await run('npx', ['--yes', `node@${major}`, '--eval', script], { timeout: 300_000 });
  const [path, version] = JSON.parse(stdout);
  return { major, path, version };
}
