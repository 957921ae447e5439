import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { dnsProbe, NodeNetworkMonitor, tcpProbe } from '../src/node/index.js';
import { LocalServer } from './local-server.js';
import { reaches } from './reaches.js';

const REFUSED = 0x8183; // response, recursion available, no such name
let server: LocalServer;
let nameServer: Socket;
let answers = true;

beforeEach(async () => {
  server = new LocalServer();
  await server.up();
  answers = true;
  nameServer = createSocket('udp4', (query, { port, address }) => {
    const answer = Buffer.from(query);
    answer.writeUInt16BE(REFUSED, 2);
    if (answers) nameServer.send(answer, port, address);
  });
  await new Promise<void>((resolve) => nameServer.bind(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await server.down();
  await new Promise<void>((resolve) => nameServer.close(resolve));
});

const dns = () => dnsProbe({ name: 'market.test', servers: [`127.0.0.1:${nameServer.address().port}`] });

test('a TCP probe reaches a server that listens, and no other', async () => {
  const probe = tcpProbe({ host: '127.0.0.1', port: server.port });
  await probe(new AbortController().signal);
  await server.down();
  await expect(probe(new AbortController().signal)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a TCP probe ends when it is aborted', async () => {
  const probe = tcpProbe({ host: '192.0.2.1', port: 9 });
  await expect(probe(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  const controller = new AbortController();
  const probing = probe(controller.signal);
  controller.abort(new Error('enough'));
  await expect(probing).rejects.toThrow();
});

test('a DNS probe takes every answer, also that there is no such name', async () => {
  await dns()(new AbortController().signal);
});

test('a DNS probe ends when it is aborted', async () => {
  answers = false;
  const controller = new AbortController();
  const probing = dns()(controller.signal);
  controller.abort();
  await expect(probing).rejects.toMatchObject({ code: 'ECANCELLED' });
  await expect(dns()(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});

test('the Node monitor sees a real server go down and come back', async () => {
  const monitor = new NodeNetworkMonitor({
    probe: tcpProbe({ host: '127.0.0.1', port: server.port }),
    // A sandbox may have no interface but the loopback.
    interfaces: () => ({ eth0: [{ address: '10.0.0.1', internal: false } as never] }),
    intervalMs: 40,
    retryMs: 20,
    maxRetryMs: 80,
  });
  await monitor.start();
  await reaches(monitor, 'online');
  await server.down();
  expect((await reaches(monitor, 'offline')).reason).toMatch('ECONNREFUSED');
  await server.up();
  await reaches(monitor, 'online');
  await monitor.stop();
});
