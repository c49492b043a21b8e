import {isLoopback} from '../../address.ts';
import type {Fault} from '../../errors.ts';
import {asString} from '../../json.ts';
import {localhost} from '../../redirected.ts';
import type {Ambassador} from '../../template.ts';
import {isSameHeld, literal, type Held} from './held.ts';
import {readPair, type Reading, type ReadingResult, type Refused, type UpstreamKey} from './reading.ts';
import {readUrl} from './reading-url.ts';
import {faultAt, hasEnvFrom, type Target} from './target.ts';

/** One ambassador tied to the application: what its containers are told, and what becomes of the app's variables. */
export interface Redirection {
  readonly ambassador: Ambassador;
  /** Of every member of `upstream`: a template of which nothing in the app or in itself says one is refused when it is read. */
  readonly held: {readonly [K in UpstreamKey]?: Held | undefined};
  readonly readings: readonly Reading[];
  readonly kept: readonly string[];
}

export const upstreamKeys = ['host', 'port', 'url'] as const;

/**
 * Reads the variables of one redirect in all containers of the application. Those that have none are passed over where another
 * one has; where none has, they are added if `upstream` has defaults. Faults: those of readPair and readUrl, `redirectConflict`
 * for containers that differ, `redirectLoop`.
 */
export function readRedirection(ambassador: Ambassador, targets: readonly Target[], name: string): Redirection | Refused {
  const {redirect} = ambassador;
  const read = (target: Target, add: boolean): ReadingResult =>
    'url' in redirect ? readUrl(target, ambassador, redirect.url, add) : readPair(target, ambassador, redirect, add);
  let results = targets.map((target) => read(target, false));
  const silent = targets.filter((target, index) => results[index] === undefined && hasEnvFrom(target.container));
  const isAbsent = results.every((result) => result === undefined);
  if (isAbsent) results = targets.map((target) => read(target, true));
  const faults = results.flatMap((result) => (result !== undefined && 'faults' in result ? result.faults : []));
  const readings = results.filter((result) => result !== undefined && 'held' in result);
  const [first] = readings;
  if (faults.length > 0) return {faults};
  if (first === undefined) return {faults: [nobody(ambassador)]};
  const held = withDefaults(ambassador, first);
  const fault = conflict(ambassador, readings) ?? loop(ambassador, held, first, name);
  if (fault !== undefined) return {faults: [fault]};
  // They may have the variables from elsewhere and go on to the remote end, which somebody should know.
  const kept = isAbsent ? [] : silent.map((target) => `${target.list}/${target.name}/envFrom`);
  return {ambassador, held, readings, kept};
}

/** The app's variables of a redirect, as words. */
export function variablesOf({redirect}: Ambassador): readonly string[] {
  if ('url' in redirect) return [redirect.url];
  return redirect.port === undefined ? [redirect.host] : [redirect.host, redirect.port];
}

function withDefaults({upstream}: Ambassador, {held}: Reading): Redirection['held'] {
  const given = (key: UpstreamKey): Held | undefined => {
    const fallback = upstream[key]?.default;
    return held[key] ?? (fallback === undefined ? undefined : literal(fallback));
  };
  return {host: given('host'), port: given('port'), url: given('url')};
}

function conflict(ambassador: Ambassador, readings: readonly Reading[]): Fault | undefined {
  const [first, ...others] = readings;
  if (first === undefined) return undefined;
  for (const other of others) {
    const isSame = upstreamKeys.every((key) => {
      const [a, b] = [first.held[key], other.held[key]];
      return a === undefined || b === undefined ? a === b : isSameHeld(a, b);
    });
    if (isSame) continue;
    const names = [first, other].map(({target}) => JSON.stringify(target.name)).join(' and ');
    const message = `the containers ${names} have different values for ${variablesOf(ambassador).join(' and ')}, and one ambassador has one remote end`;
    const fix = 'make them the same, or name one of the containers in app.containers of the template';
    return faultAt(other.target, 'redirectConflict', message, fix);
  }
  return undefined;
}

/** What points at the ambassador says nothing of the remote end: a container that held it may have been taken out by somebody. */
function loop(ambassador: Ambassador, held: Redirection['held'], {target}: Reading, name: string): Fault | undefined {
  const [host, port] = [asString(held.host?.source['value']), asString(held.port?.source['value'])];
  // An app that is not told a port goes to the one that `listen` is.
  const isTold = 'url' in ambassador.redirect || ambassador.redirect.port !== undefined;
  const isOther = isTold && (port === undefined ? held.port !== undefined : port !== String(ambassador.listen));
  if (host === undefined || !isLoopback(host) || isOther) return undefined;
  const variables = variablesOf(ambassador).join(' and ');
  const message = `${variables} in the container ${JSON.stringify(target.name)} points at ${localhost}:${ambassador.listen}, where the ambassador of template ${name} itself listens`;
  return faultAt(target, 'redirectLoop', message, `write the remote end into ${variables}`);
}

function nobody(ambassador: Ambassador): Fault {
  const variables = variablesOf(ambassador).join(' and ');
  return {
    code: 'redirectMissing',
    message: `no container of the application is there to redirect ${variables} in`,
    fix: 'name one in app.containers of the template',
    path: '/spec/containers',
  };
}
