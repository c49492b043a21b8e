import type {Fault} from '../../errors.ts';
import {lastVariable, localhost} from '../../redirected.ts';
import type {Ambassador} from '../../template.ts';
import {heldBy, literal, statedIn, type Held} from './held.ts';
import {envOf, faultAt, hasEnvFrom, type Target} from './target.ts';

/** What an ambassador is told of the remote end: the members of `upstream`. */
export type UpstreamKey = 'host' | 'port' | 'url';

/** One of the app's variables, and what it becomes. */
export interface Change {
  readonly variable: string;
  readonly value: string;
  /** For the record: the port on localhost, where the value holds it. */
  readonly listen?: number;
  /** What must be kept to put the variable back; undefined: it was absent or empty. */
  readonly store?: Held;
  /** Of an address: whether it had a port of its own. */
  readonly hadPort?: boolean;
}

/** What one container of the application has of a redirect. */
export interface Reading {
  readonly target: Target;
  readonly held: {readonly [K in UpstreamKey]?: Held | undefined};
  readonly changes: readonly Change[];
}

/** What reading a container comes to; undefined: it has none of the variables, and they are not to be added. */
export type ReadingResult = Reading | Refused | undefined;

/** It cannot be redirected, and why. */
export interface Refused {
  readonly faults: readonly Fault[];
}

/**
 * Reads the variables of a host and a port. A variable that is absent beside the other one is added where `upstream` has a
 * default for it: the app would go to a port of its own choice otherwise. `add` adds both. Faults: `redirectMissing`,
 * `redirectFromEnvFrom`, and those of statedIn and heldBy.
 */
export function readPair(
  target: Target,
  {listen, upstream}: Ambassador,
  redirect: {readonly host: string; readonly port?: string},
  add: boolean,
): ReadingResult {
  const slots = [
    {key: 'host', variable: redirect.host, value: localhost} as const,
    ...(redirect.port === undefined ? [] : [{key: 'port', variable: redirect.port, value: String(listen), listen} as const]),
  ];
  const found = slots.map((slot) => statedIn(target, slot.variable));
  if (!add && found.every((one) => one === undefined)) return undefined;
  const faults: Fault[] = [];
  const held: {[K in UpstreamKey]?: Held} = {};
  const changes: Change[] = [];
  for (const [index, {key, ...change}] of slots.entries()) {
    const stated = found[index];
    if (stated === undefined) {
      const fallback = upstream[key]?.default;
      const isNeeded = key === 'host' || upstream.port !== undefined;
      const fault =
        fallback === undefined && isNeeded ? missing(target, change.variable, key) : elsewhere(target, change.variable);
      if (fault !== undefined) faults.push(fault);
      if (fallback !== undefined) held[key] = literal(fallback);
      changes.push(change);
      continue;
    }
    const store = 'code' in stated ? stated : heldBy(target, stated);
    if ('code' in store) {
      faults.push(store);
      continue;
    }
    held[key] = store;
    changes.push({store, ...change});
  }
  return faults.length > 0 ? {faults} : {target, held, changes};
}

/** The fault of a variable that is absent and has no default: it may come from `envFrom`, or be nowhere. */
export function missing(target: Target, variable: string, key: UpstreamKey): Fault {
  const message = `the container ${JSON.stringify(target.name)} has no value for ${variable}`;
  const fix = `write ${variable} into its env, or give upstream.${key} a default in the template`;
  return elsewhere(target, variable) ?? faultAt(target, 'redirectMissing', message, fix);
}

/** The fault of a variable that the container's `envFrom` may set: nobody but the API server knows its value. */
export function elsewhere(target: Target, variable: string): Fault | undefined {
  if (!hasEnvFrom(target.container) || lastVariable(envOf(target), variable) !== undefined) return undefined;
  const message = `the container ${JSON.stringify(target.name)} has no ${variable} in env, so it may come from envFrom, which cannot be moved`;
  const fix = `write ${variable} into env with valueFrom: {configMapKeyRef: …} or {secretKeyRef: …}`;
  return faultAt(target, 'redirectFromEnvFrom', message, fix);
}
