import {once} from 'node:events';
import {Agent} from 'node:https';
import {connect as connectTcp, createServer, type Socket} from 'node:net';
import {connect} from 'node:tls';
import {expect, onTestFinished, test} from 'vitest';
import {allowAll, call, listening, newCertificate, portOf, review, startApp, type Answer} from './harness.ts';

/** The first bytes of a TLS 1.2 client. */
async function clientHello(): Promise<Buffer> {
  const server = createServer();
  await listening(server);
  const client = connect({port: portOf(server), host: '127.0.0.1', maxVersion: 'TLSv1.2'});
  client.on('error', () => undefined);
  const [connection] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(connection, 'data')) as [Buffer];
  client.destroy();
  server.close();
  return bytes;
}

function statusOf(answer: Answer): unknown {
  return JSON.parse(answer.text);
}

test('a review is answered as JSON, with the timeout that the API server puts in the query', async () => {
  const {port, certificate} = await startApp();
  const answer = await call({port, ca: certificate.pair.ca, path: '/mutate?timeout=5s', body: review('u1')});
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.parse(answer.text)).toMatchObject({response: {uid: 'u1', allowed: true}});
});

test('each path has reviews of its own, and the limits and the log of both are the same', async () => {
  const only = (path: string) => (body: unknown) => {
    const {log, ...handled} = allowAll(body);
    return {...handled, log: {...log, name: path}};
  };
  const limits = {maxBodyBytes: 4000};
  const {port, certificate, log} = await startApp({review: only('mutate'), validate: only('validate'), limits});
  const {ca} = certificate.pair;
  for (const path of ['/mutate', '/validate?timeout=3s']) {
    expect((await call({port, ca, path, body: review('u')})).status).toBe(200);
    expect((await call({port, ca, path, body: review('u', 'x'.repeat(4000))})).status).toBe(413);
    expect((await call({port, ca, path, method: 'PUT', body: review('u')})).headers['allow']).toBe('POST');
  }
  expect(log().map((line) => [line['msg'], line['name'], line['status']])).toEqual([
    ['review answered', 'mutate', 200],
    ['request refused', undefined, 413],
    ['request refused', undefined, 405],
    ['review answered', 'validate', 200],
    ['request refused', undefined, 413],
    ['request refused', undefined, 405],
  ]);
});

test('a charset beside application/json is fine, multi-byte characters survive chunks', async () => {
  const seen: unknown[] = [];
  const {port, certificate} = await startApp({
    review: (body) => {
      seen.push(body);
      return allowAll(body);
    },
  });
  const text = 'é€😀'.repeat(20_000);
  const headers = {'content-type': 'Application/JSON; charset=UTF-8', 'transfer-encoding': 'chunked'};
  const answer = await call({port, ca: certificate.pair.ca, headers, body: review('u', text)});
  expect(answer.status).toBe(200);
  expect(JSON.stringify(seen)).toContain(text);
});

test('__proto__ in a body is data and reaches the admission as a key of its own', async () => {
  let keys: string[] = [];
  const {port, certificate} = await startApp({
    review: (body) => {
      keys = Object.keys(body as object);
      return allowAll(body);
    },
  });
  const answer = await call({port, ca: certificate.pair.ca, body: '{"__proto__":{"allowed":true},"constructor":1}'});
  expect(answer.status).toBe(200);
  expect(keys).toEqual(['__proto__', 'constructor']);
});

test('malformed JSON is a 400 that names the place and quotes nothing of the body, in the answer and in the log', async () => {
  const {port, certificate, log} = await startApp();
  const answer = await call({port, ca: certificate.pair.ca, body: `{"password": hunter2}`});
  expect(statusOf(answer)).toMatchObject({
    kind: 'Status',
    code: 400,
    reason: 'BadRequest',
    message: expect.stringMatching(
      /^malformedJson: the body is not valid JSON.*; send an AdmissionReview of admission\.k8s\.io\/v1$/,
    ),
  });
  expect(answer.text + JSON.stringify(log())).not.toContain('hunter2');
  expect((await call({port, ca: certificate.pair.ca, body: ''})).status).toBe(400);
});

test('another content type is a 415 that says which one is wanted', async () => {
  const {port, certificate} = await startApp();
  for (const type of ['text/plain', 'application/yaml', 'application/jsonp', '???']) {
    const answer = await call({port, ca: certificate.pair.ca, headers: {'content-type': type}, body: review('u')});
    expect(answer.status, type).toBe(415);
    expect(statusOf(answer)).toMatchObject({
      reason: 'UnsupportedMediaType',
      message: expect.stringContaining('application/json'),
    });
  }
});

test('an unknown path is a 404 that says what there is, another method a 405', async () => {
  const {port, certificate} = await startApp();
  const missing = await call({port, ca: certificate.pair.ca, path: '/nowhere', body: '{}'});
  expect([missing.status, statusOf(missing)]).toMatchObject([
    404,
    {message: 'noPath: there is no such path here; use POST /mutate or POST /validate'},
  ]);
  const method = await call({port, ca: certificate.pair.ca, method: 'GET'});
  expect([method.status, method.headers['allow']]).toEqual([405, 'POST']);
  expect(statusOf(method)).toMatchObject({message: 'wrongMethod: this path takes no other method; use POST'});
});

test('a fault of the admission is a 500 with one error line, and the next review is answered', async () => {
  const {port, certificate, log} = await startApp({
    review: (body) => {
      if (JSON.stringify(body).includes('bad')) throw new TypeError('boom');
      return allowAll(body);
    },
  });
  const answer = await call({port, ca: certificate.pair.ca, body: review('bad')});
  expect([answer.status, statusOf(answer)]).toMatchObject([500, {kind: 'Status', reason: 'InternalError'}]);
  expect(answer.text).not.toContain('boom');
  expect(log()).toMatchObject([{level: 'error', msg: 'request failed', err: {message: 'boom'}}]);
  expect((await call({port, ca: certificate.pair.ca, body: review('good')})).status).toBe(200);
});

test('each review writes one log line, without any value of the pod', async () => {
  const {port, certificate, log} = await startApp();
  await call({port, ca: certificate.pair.ca, body: review('u1', 'hunter2')});
  await call({port, ca: certificate.pair.ca, body: review('u2', 'hunter2')});
  expect(log()).toMatchObject([
    {level: 'info', msg: 'review answered', uid: 'u1', status: 200, durationMs: expect.any(Number)},
    {level: 'info', msg: 'review answered', uid: 'u2'},
  ]);
  expect(JSON.stringify(log())).not.toContain('hunter2');
});

test('one connection carries many reviews and says how long it is kept', async () => {
  const {port, certificate} = await startApp();
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  const answers: Answer[] = [];
  for (let index = 0; index < 5; index += 1) {
    answers.push(await call({port, ca: certificate.pair.ca, agent, body: review(`u${index}`)}));
  }
  agent.destroy();
  expect(answers.map((answer) => answer.reused)).toEqual([false, true, true, true, true]);
  expect(answers[0]?.headers['keep-alive']).toBe('timeout=120');
});

test('HTTP/1.1 is all that is spoken: a client that also offers HTTP/2 gets HTTP/1.1, one that offers nothing else gets no connection', async () => {
  const {port, certificate} = await startApp();
  const negotiate = (protocols: string[]): Promise<string | false | null> =>
    new Promise((resolve, reject) => {
      const socket = connect({port, host: '127.0.0.1', ca: certificate.pair.ca, ALPNProtocols: protocols}, () => {
        resolve(socket.alpnProtocol);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  expect(await negotiate(['h2', 'http/1.1'])).toBe('http/1.1');
  await expect(negotiate(['h2'])).rejects.toThrow(/alpn|application protocol/i);
});

test('a client that does not trust the certificate is counted and logged with what to compare', async () => {
  const {port, log, metrics} = await startApp();
  // Node's client only hangs up. curl and Go answer the certificate with a fatal alert, unknown_ca (RFC 5246, section 7.2).
  const hello = await clientHello();
  const socket = connectTcp(port, '127.0.0.1', () => socket.write(hello));
  socket.once('data', () => socket.write(Buffer.from('15030300020230', 'hex')));
  onTestFinished(() => void socket.destroy());
  await expect
    .poll(log)
    .toMatchObject([{level: 'warn', msg: 'a client refused the certificate; compare its caBundle with ca.crt'}]);
  expect(await metrics.text()).toContain('pod_injector_tls_handshake_failures_total 1');
});

test('what is no HTTP at all gets a 400 and no crash', async () => {
  const {port, certificate} = await startApp();
  const text = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect({port, host: '127.0.0.1', ca: certificate.pair.ca}, () => socket.write('nonsense\r\n\r\n'));
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(text).toContain('malformedRequest: this is not a valid HTTP/1.1 request');
  expect((await call({port, ca: certificate.pair.ca, body: review('u')})).status).toBe(200);
});

test('the certificate is replaced under load: no request fails, and new connections get the new one', async () => {
  const {app, port, certificate} = await startApp();
  const next = await newCertificate();
  const ca = `${certificate.pair.ca}${next.pair.ca}`;
  const serials = new Set<string>();
  const agent = new Agent({keepAlive: true, maxSockets: 2});
  const statuses: number[] = [];
  const client = async (fresh: boolean): Promise<void> => {
    for (let index = 0; index < 40; index += 1) {
      const answer = await call({port, ca, body: review('u'), agent: fresh ? false : agent});
      statuses.push(answer.status);
      if (statuses.length === 80) app.setCertificate(next);
    }
  };
  app.server.on('secureConnection', (socket) => {
    const own = socket.getCertificate();
    if (own !== null && 'serialNumber' in own) serials.add(own.serialNumber);
  });
  await Promise.all([client(true), client(true), client(false), client(false)]);
  agent.destroy();
  expect(statuses).toHaveLength(160);
  expect(statuses.every((status) => status === 200)).toBe(true);
  expect([...serials]).toEqual([certificate.serialNumber, next.serialNumber]);
});
