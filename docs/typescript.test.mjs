import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { root, snippetsOf, textOf } from './snippets/snippets.mjs';

// What a reader pastes compiles and runs: every example, and the first ten snippets of the texts in the order in which
// they are read, in an empty project. By the TypeScript of this workspace; CI asks the oldest that is supported too, and
// `CPC_TYPESCRIPT="5.6.3 5.9.3 7.0.2" npx jest typescript` asks others, the native one included.

const TIMEOUT_MS = 600_000;
const FIRST_TEXTS = ['README.md', 'docs/getting-started.md', 'docs/concepts.md', 'docs/conflicts.md'];
const FOLDER = fileURLToPath(new URL('out-tsc/first-ten/', import.meta.url));

/**
 * What others declare for a newer compiler: InversifyJS names its members by symbols in a way that TypeScript takes from
 * 5.7 on, so that who asks for `skipLibCheck: false` and a container needs that one.
 */
const OTHERS = /node_modules\/@inversifyjs\/core\/.*error TS1166/;

const require = createRequire(import.meta.url);
const COMPILERS = [
  ['of this workspace', [process.execPath, require.resolve('typescript/lib/tsc.js')]],
  ...(process.env.CPC_TYPESCRIPT ?? '')
    .split(' ')
    .filter((version) => version !== '')
    .map((version) => [version, ['npx', '--yes', '--package', `typescript@${version}`, 'tsc']]),
];

/** What the page of a snippet's source is made of, pasted in the order in which it is read. */
const pasted = new Map();
beforeAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { source, code } of FIRST_TEXTS.flatMap((text) => snippetsOf(textOf(text))).filter(
    isTypeScript,
  )) {
    const [file] = source.split('#');
    pasted.set(file, `${pasted.get(file) ?? ''}${code}\n`);
  }
  for (const [file, code] of pasted) writeFileSync(join(FOLDER, basename(file)), code);
  writeFileSync(join(FOLDER, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(STRICT));
});

const isTypeScript = ({ language, source }) => language === 'ts' && source !== undefined;

/** What `docs/getting-started.md` says that a project needs. */
const STRICT = {
  compilerOptions: {
    strict: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2022', 'dom', 'esnext.disposable'],
    types: ['node'],
    noEmit: true,
  },
  include: ['*.ts'],
};

function run(command, args, options = {}) {
  const child = spawn(command, args, { ...options, env: { ...process.env, NODE_OPTIONS: '' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

test('there are ten of them, or more', () => {
  const snippets = FIRST_TEXTS.flatMap((text) => snippetsOf(textOf(text))).filter(isTypeScript);
  expect(snippets.length).toBeGreaterThanOrEqual(10);
});

describe.each(COMPILERS)('TypeScript %s', (_, [command, ...args]) => {
  test.each([
    ['the first ten snippets', FOLDER, true],
    ['the first ten snippets', FOLDER, false],
    ['all examples', join(root, 'docs/tsconfig.examples.json'), false],
  ])(
    'compiles %s under strict',
    async (_what, project, skipLibCheck) => {
      const flags = ['-p', project, '--skipLibCheck', String(skipLibCheck)];
      const { output, ...end } = await run(command, [...args, ...flags]);
      const own = output.split('\n').filter((line) => line !== '' && !OTHERS.test(line));
      expect(own).toEqual([]);
      // Nothing at all was wrong, or only what others declare.
      expect(output === '' ? end.code : 0).toBe(0);
    },
    TIMEOUT_MS,
  );
});

test(
  'the first ten snippets run',
  async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'cpc-first-ten-'));
    try {
      for (const file of pasted.keys()) {
        const source = readFileSync(join(FOLDER, basename(file)), 'utf8');
        const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
        const program = join(FOLDER, basename(file).replace(/\.ts$/, '.mjs'));
        writeFileSync(program, ts.transpileModule(source, { compilerOptions }).outputText);
        // Until its last line: a till and a server would go on for ever.
        const script = `process.env.PORT = '0'; await import(${JSON.stringify(program)}); process.exit(0);`;
        const { code, output } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd });
        expect({ file, code, output }).toEqual({
          file,
          code: 0,
          output: expect.not.stringContaining('Error'),
        });
      }
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  },
  TIMEOUT_MS,
);
