import { expect, test } from '@jest/globals';
import type { Io } from './io.js';
import { type CommonOptions, Session } from './session.js';

test('advice that is copied into a shell does nothing that an id or a queue says', () => {
  const sink = { write: () => true };
  const io = { stdout: sink, stderr: sink, env: {} } as unknown as Io;
  const options = { queue: '$(reboot)' } as CommonOptions;
  const session = new Session(io, 'my shop.db', options);
  expect(session.command('retry', "x'; reboot #", '--write')).toBe(
    "cpc-sync retry 'my shop.db' 'x'\\''; reboot #' --write --queue '$(reboot)'",
  );
});
