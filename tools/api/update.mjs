/** `npm run api`: builds the packages and writes the reports of their interfaces, which a test compares. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publicPackages } from '../packages/public-packages.mjs';
import { nx } from '../workspace/nx.mjs';
import { apiReports } from './api-reports.mjs';

const status = await nx(['run-many', '-t', 'build', '-p', 'tag:npm:public', '--outputStyle=static'], {
  quiet: true,
});
if (status !== 0) process.exit(status);

for (const found of publicPackages()) {
  const reports = apiReports(found);
  rmSync(join(found.path, 'api'), { recursive: true, force: true });
  for (const { file, text } of reports) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  console.log(
    `${found.name}: ${reports.length === 0 ? 'no entry points' : readdirSync(join(found.path, 'api')).join(', ')}`,
  );
}
