import { expect, test } from '@jest/globals';
import { webSocketReceiver, type AnsweringReceiver } from './index.js';

/** A socket that notes how it was closed. */
class FakeSocket {
  readonly listeners = new Map<string, (event: { data: unknown }) => void>();
  readonly sent: string[] = [];
  readyState = 1;
  closedWith: number | undefined;

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.listeners.set(type, listener);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code?: number): void {
    this.readyState = 2;
    this.closedWith = code;
  }

  hear(type: 'message' | 'close', data?: unknown): void {
    this.listeners.get(type)?.({ data });
  }
}

function serve(answer: AnsweringReceiver['answer']) {
  const socket = new FakeSocket();
  const ticks = new Set<() => void>();
  const every = (_: number, tick: () => void): (() => void) => {
    ticks.add(tick);
    return () => void ticks.delete(tick);
  };
  webSocketReceiver({ path: '/operations', maxBatchBytes: 4_000_000, answer }, { every })(socket);
  const pass = (): void => ticks.forEach((tick) => tick());
  return { socket, ticks, pass };
}

const done: AnsweringReceiver['answer'] = () => Promise.resolve({ status: 200, headers: {}, body: '[]' });
const request = '{"request":"1","credentials":{}}\n[]';
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test('a socket of a device that is gone is closed, and leaves no timer', async () => {
  const { socket, ticks, pass } = serve(done);
  socket.hear('message', request);
  await settled();
  pass();
  expect(socket.closedWith).toBeUndefined();
  pass();
  expect(socket.closedWith).toBe(1001);
  expect(ticks.size).toBe(0);
});

test('an answer says what the receiver’s clock says', async () => {
  const date = 'Tue, 14 Nov 2023 22:13:20 GMT';
  const { socket } = serve(() => Promise.resolve({ status: 200, headers: { date }, body: '[]' }));
  socket.hear('message', request);
  await settled();
  expect(socket.sent).toEqual([`{"request":"1","status":200,"date":"${date}"}\n[]`]);
});

test('a socket whose request is under way is not idle', async () => {
  let finish: () => void = () => undefined;
  const { socket, pass } = serve(async (message) => {
    await new Promise<void>((resolve) => (finish = resolve));
    return done(message);
  });
  socket.hear('message', request);
  for (let tick = 0; tick < 3; tick++) pass();
  expect(socket.closedWith).toBeUndefined();
  finish();
  await settled();
  expect(socket.sent).toHaveLength(1);
  pass();
  expect(socket.closedWith).toBeUndefined();
});

test('a socket that its device closed leaves no timer', () => {
  const { socket, ticks } = serve(done);
  expect(ticks.size).toBe(1);
  socket.hear('close');
  expect(ticks.size).toBe(0);
});
