/**
 * `npm run packages:complete`: gives every package under `packages` what all packages have in common: fields of the manifest,
 * the licence, a changelog to be filled by the first release.
 */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace/nx.mjs';
import { completeManifest } from './manifest-rules.mjs';
import { publicPackages, readManifest } from './public-packages.mjs';

const packages = publicPackages();
const project = readManifest(root);
const versions = new Map(packages.map(({ name, manifest }) => [name, manifest.version]));

for (const { folder, path, manifest } of packages) {
  const complete = completeManifest(manifest, folder, project, versions);
  writeFileSync(join(path, 'package.json'), `${JSON.stringify(complete, null, 2)}\n`);
  copyFileSync(join(root, 'LICENSE'), join(path, 'LICENSE'));
  const changelog = join(path, 'CHANGELOG.md');
  if (!existsSync(changelog))
    writeFileSync(changelog, 'Before 0.1.0 nothing was released; the history until then is in git.\n');
}
console.log(`${packages.length} packages are complete. Run "npm install" if the lock file is out of date.`);
