import {once} from 'node:events';
import {Agent} from 'node:https';
import {connect} from 'node:tls';
import {expect, test} from 'vitest';
import {drain} from '../../src/server/drain.ts';
import {call, review, startApp, type RunningApp} from './harness.ts';

interface Client {
  readonly answered: () => number;
  /** Resolves when the server let the client go; rejects when a request got no answer. */
  readonly ended: Promise<void>;
}

/** Sends reviews one after another on a connection that is kept, until an answer closes it, and then until no new one is to be had. */
function startClient({port, certificate}: RunningApp): Client {
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  let answered = 0;
  const loop = async (): Promise<void> => {
    for (;;) {
      try {
        const answer = await call({port, ca: certificate.pair.ca, agent, body: review('u')});
        if (answer.status !== 200) throw new Error(`status ${answer.status}`);
        answered += 1;
      } catch (error) {
        // Nobody listens any more: a balancer has sent this one elsewhere long ago. Anything else is a lost request.
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return;
        throw error;
      }
    }
  };
  return {answered: () => answered, ended: loop().finally(() => agent.destroy())};
}

test('eight clients that never pause lose no request while the server drains', async () => {
  const running = await startApp();
  const clients = Array.from({length: 8}, () => startClient(running));
  await expect.poll(() => clients.every((client) => client.answered() > 5)).toBe(true);
  const before = clients.map((client) => client.answered());
  const drained = drain(running.app.server, {
    gracePeriodMs: 300,
    drainTimeoutMs: 10_000,
    lastAnswers: running.app.lastAnswers,
  });
  await Promise.all(clients.map((client) => client.ended));
  await drained;
  expect(clients.every((client, index) => client.answered() > (before[index] ?? 0))).toBe(true);
  expect(running.app.server.listening).toBe(false);
});

test('each answer after the grace period closes its connection, none before', async () => {
  const running = await startApp();
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  const send = () => call({port: running.port, ca: running.certificate.pair.ca, agent, body: review('u')});
  expect((await send()).headers['connection']).toBe('keep-alive');
  const drained = drain(running.app.server, {gracePeriodMs: 0, drainTimeoutMs: 10_000, lastAnswers: running.app.lastAnswers});
  const last = await send();
  agent.destroy();
  expect([last.reused, last.status, last.headers['connection']]).toEqual([true, 200, 'close']);
  await drained;
});

test('an idle connection is closed well before the deadline, an unfinished request is cut at it', async () => {
  const running = await startApp();
  const agent = new Agent({keepAlive: true});
  await call({port: running.port, ca: running.certificate.pair.ca, agent, body: review('u')});
  await drain(running.app.server, {gracePeriodMs: 0, drainTimeoutMs: 60_000, lastAnswers: running.app.lastAnswers});
  expect(running.app.server.listening).toBe(false);
  agent.destroy();

  const stuck = await startApp();
  const socket = connect({port: stuck.port, host: '127.0.0.1', ca: stuck.certificate.pair.ca});
  const closed = once(socket, 'close');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.write('POST /mutate HTTP/1.1\r\nhost: x\r\n', () => resolve()));
  await drain(stuck.app.server, {gracePeriodMs: 0, drainTimeoutMs: 200, lastAnswers: stuck.app.lastAnswers});
  await closed;
  expect(socket.destroyed).toBe(true);
});
