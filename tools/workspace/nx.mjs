import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ name: string, root: string, tags?: string[], targets: Record<string, unknown> }} Project
 * @typedef {{ source: string, target: string, type: string }} Dependency
 * @typedef {{ nodes: Record<string, { data: Project }>, dependencies: Record<string, Dependency[]> }} Graph
 */

/** The folder of the workspace. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const NX = createRequire(import.meta.url).resolve('nx/bin/nx.js');

/**
 * Runs Nx in the workspace, without its daemon, which would outlive the command, and without a process for each plugin,
 * of which every one loads all of Nx.
 *
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean }} [options] - quiet: show its output only where it fails
 * @returns {Promise<number>} its exit code
 */
export function nx(args, { quiet = false } = {}) {
  const child = spawn(process.execPath, [NX, ...args], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false' },
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'],
  });
  /** @type {Buffer[]} */
  const held = [];
  child.stdout?.on('data', (chunk) => held.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) process.stdout.write(Buffer.concat(held));
      resolve(code ?? 1);
    });
  });
}

/**
 * What `nx graph --file` writes: every project, and who depends on whom.
 *
 * @returns {Promise<Graph>}
 */
export async function readGraph() {
  const folder = mkdtempSync(join(tmpdir(), 'cpc-graph-'));
  try {
    const file = join(folder, 'graph.json');
    const status = await nx(['graph', `--file=${file}`], { quiet: true });
    if (status !== 0) throw new Error(`"nx graph" ended with ${status}; run "npx nx graph" to see why.`);
    return JSON.parse(readFileSync(file, 'utf8')).graph;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
