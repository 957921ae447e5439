import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundlePage } from '../build/bundle-page.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** What a process printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** A program, with its arguments, that is to start the command line. */
  readonly under?: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The command line as a program of its own, built from the sources. */
export class CliUnderTest {
  /** A folder for the files of a test, inside the package, so that the program finds better-sqlite3. */
  readonly folder: string;
  readonly #program: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#program = join(folder, 'dist', 'cpc-sync.mjs');
  }

  static async build(): Promise<CliUnderTest> {
    const parent = join(here, '..', 'out-tsc');
    mkdirSync(parent, { recursive: true });
    const made = new CliUnderTest(mkdtempSync(join(parent, 'cli-')));
    cpSync(join(here, '..', 'package.json'), join(made.folder, 'package.json'));
    await build({
      stdin: {
        contents: "import { main } from './main.ts';\nawait main();",
        resolveDir: join(here, '..', 'src'),
      },
      outfile: made.#program,
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['better-sqlite3'],
      conditions: ['@cpc/source'],
      // Commander is CommonJS within.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    await bundlePage(join(made.folder, 'dist', 'page'));
    return made;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  start(args: readonly string[], options: StartOptions = {}): ChildProcessWithoutNullStreams {
    const { under = [], nodeArgs = [], env } = options;
    const [program, ...rest] = [...under, process.execPath, ...nodeArgs, this.#program, ...args];
    return spawn(program as string, rest, {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
  }

  /** Runs to the end. */
  async run(
    args: readonly string[],
    options: StartOptions & { readonly input?: string } = {},
  ): Promise<Ended> {
    const child = this.start(args, options);
    child.stdin.end(options.input ?? '');
    return ended(child);
  }

  /** Runs to the end, and reads what it printed as JSON. */
  async json(args: readonly string[]): Promise<Ended & { readonly value: unknown }> {
    const result = await this.run([...args, '--json']);
    return { ...result, value: JSON.parse(result.stdout) };
  }
}

/** Collects what a process prints until it ends. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...printed };
}
