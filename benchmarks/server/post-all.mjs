import { connect } from 'node:net';

/**
 * Sends that many requests over keep-alive connections, one at a time on each, spread over the ports.
 *
 * @returns how many operations, and how long each request took, in milliseconds
 */
export async function postAll({ ports, requests, batchSize, connections }) {
  const messages = Array.from({ length: requests }, (_, index) =>
    batchSize === 1 ? single(index) : batch(index, batchSize),
  );
  const latencies = [];
  await Promise.all(
    Array.from({ length: connections }, (_, index) =>
      sendAll(ports[index % ports.length], messages, latencies),
    ),
  );
  return { operations: requests * batchSize, latencies };
}

/** Takes messages from the shared list until it is empty. Reads only what the answer's length asks for. */
function sendAll(port, messages, latencies) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    let sentAt = 0;
    const next = () => {
      const message = messages.pop();
      sentAt = performance.now();
      if (message === undefined) socket.end(resolve);
      else socket.write(message);
    };
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('data', (text) => {
      answer += text;
      const head = answer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(answer)[1]);
      if (answer.length < head + 4 + length) return;
      if (!answer.startsWith('HTTP/1.1 200') || /"status":[345]/.test(answer)) {
        reject(new Error(`the server answered ${answer.slice(0, 300)}`));
        return;
      }
      answer = '';
      latencies.push(performance.now() - sentAt);
      next();
    });
  });
}

/** About 200 bytes, as an operation of an app has them. */
const payload = { currency: 'EUR', language: 'de', theme: 'dark', note: 'x'.repeat(140) };

function single(index) {
  const body = JSON.stringify(payload);
  return (
    `POST /operations/add HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
    `idempotency-key: "${keyOf(index)}"\r\nsync-entity: e${index % 1_000}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
}

function batch(index, size) {
  const items = Array.from({ length: size }, (_, at) => ({
    idempotencyKey: keyOf(index * size + at),
    kind: 'add',
    // A batch comes from a device, with entities of its own.
    entity: `e${index % 64}-${at}`,
    version: 1,
    payload,
  }));
  const body = JSON.stringify(items);
  return (
    `POST /operations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
    `content-length: ${body.length}\r\n\r\n${body}`
  );
}

/** As long as a UUIDv7, and growing like one. */
function keyOf(number) {
  return `0198a3f0-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}
