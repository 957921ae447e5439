import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/**
 * `npm run generate-proto -w @cpc/protocol` (or `-w @cpc/user-preferences`) checks a package's `.proto` files and
 * generates their TypeScript, with a pinned compiler that npm fetches for the run. It is no dependency of the
 * workspace: of its packages for seven platforms some registries lack a few, and `npm ci` would then refuse the lock
 * file.
 */
const COMPILER = ['--package=@bufbuild/buf@1.75.0', '--package=@bufbuild/protoc-gen-es@2.13.0'];

/** npm runs it in the package's folder, wherever it was called. */
const home = process.cwd();
const out = ['src/protobuf', 'src'].map((folder) => join(home, folder, 'gen')).find(existsSync);
if (out === undefined) throw new Error(`${home} has no folder "gen" for generated code`);

/** @param {readonly string[]} args */
function buf(args) {
  const options = { cwd: home, stdio: /** @type {const} */ ('inherit') };
  execFileSync('npm', ['exec', '--yes', '--prefer-offline', ...COMPILER, '--', 'buf', ...args], options);
}

buf(['lint', 'proto']);
rmSync(out, { recursive: true, force: true });
const plugins = [{ local: 'protoc-gen-es', out, opt: ['target=ts', 'import_extension=js'] }];
buf(['generate', 'proto', '--template', JSON.stringify({ version: 'v2', plugins })]);
