import type {Server as HttpsServer} from 'node:https';
import {Server as NetServer} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

/** How a server that was told to stop does so. */
export interface DrainPlan {
  /** How long to serve on unchanged: until no balancer sends anything new, because readiness is off. */
  readonly gracePeriodMs: number;
  /** How long requests in flight may take after that. */
  readonly drainTimeoutMs: number;
  /** Called when listening ends: from here each answer says `connection: close`. */
  readonly lastAnswers: () => void;
}

// Long enough for a client that sends steadily to have heard `connection: close`.
const idleAfterMs = 1000;
const idleEveryMs = 100;

/**
 * Ends the server without losing a request: serves on through the grace period, stops listening, has each connection closed
 * by its next answer, closes those that stay idle, and cuts what is left at the deadline. Resolves when no connection is
 * left or the deadline has passed. Never rejects.
 */
export async function drain(server: HttpsServer, plan: DrainPlan): Promise<void> {
  if (plan.gracePeriodMs > 0) await sleep(plan.gracePeriodMs);
  plan.lastAnswers();
  let idling: NodeJS.Timeout | undefined;
  const idleStart = setTimeout(() => {
    idling = setInterval(() => server.closeIdleConnections(), idleEveryMs);
  }, idleAfterMs);
  let deadline: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    deadline = setTimeout(() => {
      server.closeAllConnections();
      resolve();
    }, plan.drainTimeoutMs);
    // Not the method of the HTTP server: since Node 19 that one cuts idle connections at once, and a request that is on
    // its way to one of them is lost (https://nodejs.org/api/http.html#serverclosecallback).
    NetServer.prototype.close.call(server, () => resolve());
  });
  clearTimeout(deadline);
  clearTimeout(idleStart);
  clearInterval(idling);
}
