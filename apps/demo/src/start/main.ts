import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, firefox, type LaunchBrowser } from '../check/browsers.js';
import { check } from '../check/check.js';
import { startDemoServer } from '../server/demo-server.js';

const USAGE = `Starts the Market Day demo on this machine.

  npm start -- [options]

  --check          plays the whole scenario in a headless browser, on fresh data, and says whether all agrees
  --browser NAME   chromium or firefox, for --check (chromium)
  --pictures       takes the pictures of docs/images, with --check in Chromium
  --port NUMBER    port to listen on (4280; another free one where it is taken)
  --data FOLDER    where the databases are kept (apps/demo/data)
  --help           this text
`;

export interface StartTools {
  /** The folder of the app, where `dist` and `data` lie. */
  readonly appFolder: string;
  readonly launchBrowser: LaunchBrowser;
  /** Prints a line. */
  readonly print: (line: string) => void;
}

/**
 * The command line of the demo.
 *
 * @returns the exit code: 0, 1 where the check found a disagreement, 2 where the arguments make no sense
 */
export async function main(args: readonly string[], tools: StartTools): Promise<number> {
  const { appFolder, launchBrowser, print } = tools;
  const options = read(args, appFolder);
  if (typeof options === 'string') {
    print(`${options}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    print(USAGE);
    return 0;
  }
  const pageFolder = join(appFolder, 'dist/page');
  if (options.check) {
    const launch = options.browser === 'firefox' ? firefox : () => chromium(launchBrowser);
    const pictures = options.pictures ? join(appFolder, '../../docs/images') : undefined;
    return (await check({ pageFolder, launch, pictures, print })) ? 0 : 1;
  }
  await serve(options, pageFolder, print);
  return 0;
}

interface Options {
  readonly check: boolean;
  readonly help: boolean;
  readonly browser: string;
  readonly pictures: boolean;
  readonly port: number;
  readonly data: string;
}

/** The options, or what is wrong with them. */
function read(args: readonly string[], appFolder: string): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        browser: { type: 'string', default: 'chromium' },
        pictures: { type: 'boolean', default: false },
        port: { type: 'string', default: '4280' },
        data: { type: 'string', default: join(appFolder, 'data') },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      return `--port takes a number from 0 to 65535, but got "${values.port}".`;
    }
    if (!['chromium', 'firefox'].includes(values.browser)) {
      return `--browser takes chromium or firefox, but got "${values.browser}".`;
    }
    return { ...values, port };
  } catch (error) {
    return (error as Error).message;
  }
}

async function serve({ port, data }: Options, pageFolder: string, print: StartTools['print']): Promise<void> {
  mkdirSync(data, { recursive: true });
  const server = await startDemoServer({
    dataFolder: data,
    pageFolder,
    port,
    onError: (error) => print(`A request failed: ${String(error)}`),
  });
  if (port !== 0 && server.port !== port) print(`Port ${port} is taken; another one is used.`);
  print(`Market Day is at ${server.url}`);
  print('Press Ctrl-C to stop.');
  await untilStopped();
  await server.close();
  print('Stopped.');
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
