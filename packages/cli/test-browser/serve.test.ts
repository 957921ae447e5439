import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { launchBrowser, type LaunchedBrowser } from '../../../tools/browser/index.mjs';
import type { ServeReport } from '../src/index.js';
import { CliUnderTest } from '../test/process.js';
import { enqueue, kill, operation } from '../test/queue-file.js';

const HOSTILE = '<img src=x onerror="document.title=\'owned\'">\u202e';

let cli: CliUnderTest;
let browser: LaunchedBrowser;
beforeAll(async () => {
  cli = await CliUnderTest.build();
  browser = await launchBrowser();
  browser.context.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  cli.remove();
});

test('the inspector shows the file under a strict policy, and a wrong token shows nothing', async () => {
  const file = join(cli.folder, 'page.db');
  await enqueue(
    file,
    operation(HOSTILE, { entity: 'stalls/7' }),
    operation('behind', { entity: 'stalls/7' }),
  );
  await kill(file, 'PRICE_WRONG', HOSTILE, HOSTILE);
  const child = cli.start(['serve', file, '--json']);
  try {
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const { url } = JSON.parse(line) as ServeReport;
    const page = await browser.context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url);
    await page.getByText('behind').first().click();
    await page.getByText('to go first').first().waitFor();
    expect(await page.title()).toBe('cpc-sync');
    expect(complaints).toEqual([]);
    await page.goto(url.replace(/#.*/, '#wrong'));
    await page.reload();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('Open the address with its token');
  } finally {
    child.kill('SIGINT');
    await once(child, 'close');
  }
}, 180_000);
