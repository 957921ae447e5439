import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const EXAMPLES = fileURLToPath(new URL('.', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../out-tsc/programs/', import.meta.url));

/**
 * An example as a program that every Node runs, types taken off, and those of the same folder that it imports.
 *
 * @param {string} name path of the example below `docs/examples`
 * @returns {string} path of the program
 */
export function program(name) {
  const source = readFileSync(join(EXAMPLES, name), 'utf8');
  const path = join(PROGRAMS, name.replace(/\.ts$/, '.js'));
  for (const [, other] of source.matchAll(/from '\.\/(.+)\.js'/g))
    program(join(dirname(name), `${other}.ts`));
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(join(PROGRAMS, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(path, ts.transpileModule(source, { compilerOptions, fileName: basename(name) }).outputText);
  return path;
}
