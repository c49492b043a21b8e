import {createServer, request as httpRequest, type ClientRequest} from 'node:http';
import {connect} from 'node:tls';
import {expect, onTestFinished, test} from 'vitest';
import {createBodyReader, defaultBodyLimits, type BodyDone, type BodyError, type BodyLimits} from '../../src/server/body.ts';
import {call, listening, portOf, review, startApp} from './harness.ts';

const mebibyte = 1024 * 1024;

test('a body of 20 MiB is read, one byte more is a 413 that the client hears', async () => {
  const {port, certificate, log} = await startApp();
  const empty = review('u', '', '').length;
  const fitting = review('u', '', 'x'.repeat(20 * mebibyte - empty));
  expect(fitting.length).toBe(20 * mebibyte);
  expect((await call({port, ca: certificate.pair.ca, body: fitting})).status).toBe(200);
  const declared = await call({port, ca: certificate.pair.ca, body: `${fitting} `});
  expect(declared.status).toBe(413);
  expect(JSON.parse(declared.text)).toMatchObject({
    reason: 'RequestEntityTooLarge',
    message: expect.stringContaining('20971520 bytes'),
  });
  const chunked = await call({port, ca: certificate.pair.ca, headers: {'transfer-encoding': 'chunked'}, body: `${fitting} `});
  expect(chunked.status).toBe(413);
  expect(log().map((line) => line['status'])).toEqual([200, 413, 413]);
});

test('a body that does not come to an end is a 408 with one log line, and its connection is closed', async () => {
  const {port, certificate, log} = await startApp({limits: {requestTimeoutMs: 200}});
  const text = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect({port, host: '127.0.0.1', ca: certificate.pair.ca}, () => {
      socket.write('POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":');
    });
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
  expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(text).toContain('the request was not complete in time: 0.2 s');
  // A later request's line comes after all that the broken one could write.
  await call({port, ca: certificate.pair.ca, body: review('u')});
  expect(log().map((line) => line['msg'])).toEqual(['request refused', 'review answered']);
});

/** Bodies that are read by the reader alone, over plain HTTP; each `done` is kept until the test lets it go. */
async function startReader(limits: Partial<BodyLimits>) {
  const read = createBodyReader({...defaultBodyLimits, ...limits});
  const results: {text?: string; error?: BodyError}[] = [];
  let arrived = 0;
  const server = createServer((message, response) => {
    const done: BodyDone = (error, text) => {
      results.push(error === null ? {text: text ?? ''} : {error});
      response.writeHead(error === null ? 200 : error.refusal.status).end();
    };
    read(message, done);
    arrived += 1;
  });
  await listening(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  /** Sends the head and the first bytes; the rest with `end`. */
  const open = (first: string, declared?: number): {outgoing: ClientRequest; status: Promise<number>} => {
    const headers = declared === undefined ? {} : {'content-length': declared};
    const outgoing = httpRequest({port: portOf(server), host: '127.0.0.1', method: 'POST', headers});
    const status = new Promise<number>((resolve, reject) => {
      outgoing.on('response', (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('error', reject);
    });
    status.catch(() => undefined);
    outgoing.write(first);
    return {outgoing, status};
  };
  return {open, results, arrived: () => arrived};
}

const small: Partial<BodyLimits> = {maxBodyBytes: 1000, largeBodyBytes: 10, maxLargeBodies: 1, maxWaitingBodies: 1};

test('large bodies take turns, more than may wait are turned away, small ones pass by', async () => {
  const {open, results, arrived} = await startReader(small);
  const first = open('first', 20);
  await expect.poll(arrived).toBe(1);
  const second = open('x'.repeat(20), 20);
  await expect.poll(arrived).toBe(2);
  expect(await open('z'.repeat(20), 20).status).toBe(429);
  expect(results.filter((result) => result.text !== undefined)).toEqual([]);
  const passing = open('small', 5);
  passing.outgoing.end();
  expect(await passing.status).toBe(200);
  first.outgoing.end('-'.repeat(15));
  expect(await first.status).toBe(200);
  expect(await second.status).toBe(200);
  expect(results.map((result) => result.text).filter(Boolean)).toEqual(['small', `first${'-'.repeat(15)}`, 'x'.repeat(20)]);
});

test('a chunked body takes its turn when it turns out to be large', async () => {
  const {open, results, arrived} = await startReader(small);
  const first = open('first', 20);
  await expect.poll(arrived).toBe(1);
  const chunked = open('c'.repeat(30));
  chunked.outgoing.end('d');
  const next = open('n'.repeat(20), 20);
  next.outgoing.end();
  // Of the two, one waits and the other is turned away, whichever came first.
  await expect.poll(() => results.map((result) => result.error?.refusal.status)).toEqual([429]);
  first.outgoing.end('-'.repeat(15));
  expect(await first.status).toBe(200);
  expect((await Promise.all([chunked.status, next.status])).toSorted()).toEqual([200, 429]);
});

test('a client that leaves in the middle gives its turn to the next', async () => {
  const {open, results, arrived} = await startReader(small);
  const first = open('first', 20);
  await expect.poll(arrived).toBe(1);
  open('x'.repeat(20), 20);
  await expect.poll(arrived).toBe(2);
  first.outgoing.destroy();
  await expect.poll(() => results.some((result) => result.text === 'x'.repeat(20))).toBe(true);
  expect(results.some((result) => result.error?.refusal.fault.code === 'clientLeft')).toBe(true);
  const later = open('y'.repeat(20), 20);
  later.outgoing.end();
  expect(await later.status).toBe(200);
});
