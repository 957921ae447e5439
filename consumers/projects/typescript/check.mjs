import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expectEqual, finish, packages, step } from './results.mjs';
import { startServer } from './server.mjs';

const WAYS = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

for (const [name, { all }] of Object.entries(packages)) {
  const lines = all.map((entry, index) => `export * as e${index} from '${entry}';\n`);
  writeFileSync(`use-${name.slice(5)}.ts`, lines.join(''));
}
for (const [way, options] of Object.entries(WAYS)) {
  writeFileSync(
    `tsconfig.${way}.json`,
    JSON.stringify({
      compilerOptions: {
        ...options,
        lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
        outDir: `out/${way}`,
        skipLibCheck: false,
        strict: true,
        target: 'es2022',
        types: ['node'],
      },
      files: ['scenario.ts', ...Object.keys(packages).map((name) => `use-${name.slice(5)}.ts`)],
    }),
  );
  const tsc = ['node_modules/typescript/bin/tsc', '-p', `tsconfig.${way}.json`, '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, tsc, { encoding: 'utf8' });
  const errors = stdout.split('\n').filter((line) => line.includes('error TS'));
  for (const name of Object.keys(packages)) {
    await step([name], way, () => {
      const mine = errors.filter(
        (line) => line.includes(`node_modules/${name}/`) || line.startsWith(`use-${name.slice(5)}.ts`),
      );
      if (mine.length > 0) throw new Error(mine.join('\n'));
    });
  }
  const others = errors.filter((line) => !/@cpc\/|^use-/.test(line));
  await step(['@cpc/sync-core', '@cpc/storage-sqlite', '@cpc/adapters'], way, async () => {
    if (others.length > 0) throw new Error(others.join('\n'));
    const server = await startServer();
    // What a bundler would take is no module that Node can resolve by itself.
    if (way !== 'bundler') {
      const { run } = await import(pathToFileURL(`out/${way}/scenario.js`).href);
      expectEqual(await run(`typescript-${way}-${process.pid}.sqlite`, server.endpoint), 1);
    }
    server.close();
  });
}
finish();
