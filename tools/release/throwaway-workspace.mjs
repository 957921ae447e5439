import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../workspace/nx.mjs';

/** Without what Nx tells the tasks that it runs: this workspace is another one. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NX_|NODE_OPTIONS$)/.test(name))),
  NX_DAEMON: 'false',
  // Its plugins need no processes of their own, each of which would load all of Nx.
  NX_ISOLATE_PLUGINS: 'false',
};

/**
 * A copy of the workspace with a history of its own, in which every package has just been released as 0.1.0.
 *
 * @param {readonly string[]} folders - of the packages
 */
export function throwawayWorkspace(folders) {
  const workspace = mkdtempSync(join(tmpdir(), 'cpc-release-'));
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: workspace,
      env: ENVIRONMENT,
    });
  copyFiles(workspace);
  for (const folder of folders) asReleased(join(workspace, 'packages', folder, 'package.json'));
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'chore: begin');
  for (const folder of folders) git('tag', `@cpc/${folder}@0.1.0`);
  symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'));

  return {
    /**
     * What a release would bump after one commit that touches these files.
     *
     * @param {string} message
     * @param {readonly string[]} files
     * @returns {Record<string, string>} new versions by the packages' names
     */
    planAfter(message, files) {
      for (const file of files) appendFileSync(join(workspace, file), '\n');
      git('commit', '--quiet', '--all', '--message', message);
      const plan = join(workspace, '.git', 'plan.json');
      execFileSync(process.execPath, [join(workspace, 'tools/release/plan.mjs'), plan], {
        cwd: workspace,
        env: ENVIRONMENT,
        stdio: 'pipe',
      });
      git('reset', '--quiet', '--hard', 'HEAD~1');
      return JSON.parse(readFileSync(plan, 'utf8'));
    },
    remove: () => rmSync(workspace, { recursive: true, force: true }),
  };
}

/**
 * Copies what git would commit, as it lies there now.
 *
 * @param {string} workspace
 */
function copyFiles(workspace) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of new Set(listed.toString().split('\0'))) {
    if (file !== '') cpSync(join(root, file), join(workspace, file), { force: true });
  }
}

/** @param {string} file - a package's manifest */
function asReleased(file) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const released = (/** @type {Record<string, string>} */ ranges = {}) =>
    Object.fromEntries(
      Object.entries(ranges).map(([name, range]) => [
        name,
        name.startsWith('@cpc/') && range !== '*' ? '^0.1.0' : range,
      ]),
    );
  const { dependencies, peerDependencies } = manifest;
  const changed = {
    ...manifest,
    version: '0.1.0',
    ...(dependencies && { dependencies: released(dependencies) }),
    ...(peerDependencies && { peerDependencies: released(peerDependencies) }),
  };
  writeFileSync(file, `${JSON.stringify(changed, null, 2)}\n`);
}
