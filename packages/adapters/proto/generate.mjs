import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `node proto/generate.mjs` checks the `.proto` files and generates their TypeScript, with a pinned compiler that
 * npm fetches for the run. It is no dependency of the workspace: of its packages for seven platforms some
 * registries lack a few, and `npm ci` would then refuse the lock file.
 */
const COMPILER = ['--package=@bufbuild/buf@1.75.0', '--package=@bufbuild/protoc-gen-es@2.13.0'];

/**
 * Where generated code goes, and of which files. Client and server each have their own: neither package imports
 * the other.
 */
const TARGETS = [
  { folder: 'adapters/src/connect/gen', files: ['cpc/sync', 'google'] },
  { folder: 'server/src/connect/gen', files: ['cpc/sync', 'google'] },
  { folder: 'adapters/src/user-preferences/gen', files: ['cpc/preferences'] },
  { folder: 'server/src/user-preferences/gen', files: ['cpc/preferences'] },
];

/** npm runs it in the package's folder, wherever it was called. */
const home = fileURLToPath(new URL('..', import.meta.url));

/** @param {readonly string[]} args */
function buf(args) {
  const options = { cwd: home, stdio: 'inherit' };
  execFileSync('npm', ['exec', '--yes', '--prefer-offline', ...COMPILER, '--', 'buf', ...args], options);
}

buf(['lint', 'proto']);
for (const { folder, files } of TARGETS) {
  const out = join(home, '..', folder);
  rmSync(out, { recursive: true, force: true });
  const plugins = [{ local: 'protoc-gen-es', out, opt: ['target=ts', 'import_extension=js'] }];
  const paths = files.flatMap((file) => ['--path', `proto/${file}`]);
  buf(['generate', 'proto', '--template', JSON.stringify({ version: 'v2', plugins }), ...paths]);
}
