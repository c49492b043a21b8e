import {isHostText, readAddress, type Address} from '../../address.ts';
import type {Fault} from '../../errors.ts';
import {asString} from '../../json.ts';
import {toLocalhost} from '../../redirected.ts';
import {referencesIn} from '../../references.ts';
import type {Ambassador} from '../../template.ts';
import {heldBy, literal, statedIn, type Held} from './held.ts';
import {elsewhere, missing, type ReadingResult, type Refused} from './reading.ts';
import {faultAt, type Target} from './target.ts';

/**
 * Reads the variable of one address: host and port go to the ambassador, everything else stays in the app's own. `add` adds
 * the variable where it is absent and `upstream.url` has a default. Faults: `redirectMissing`, `redirectFromEnvFrom`,
 * `redirectNotLiteral`, `redirectUnreadable`, and those of statedIn and heldBy.
 */
export function readUrl(target: Target, {listen, upstream}: Ambassador, variable: string, add: boolean): ReadingResult {
  const stated = statedIn(target, variable);
  if (stated !== undefined && 'code' in stated) return refused(stated);
  if (stated === undefined) {
    if (!add) return undefined;
    const fault = elsewhere(target, variable);
    if (fault !== undefined) return refused(fault);
  }
  const text = stated === undefined ? upstream.url?.default : stated.text;
  if (text === undefined) return refused(stated === undefined ? missing(target, variable, 'url') : notLiteral(target, variable));
  const address = readAddress(text);
  if (address === undefined) return refused(unreadable(target, variable));
  if (address.port === undefined && referencesIn(address.host).length > 0) return refused(portUnknown(target, variable));
  const part = (piece: string): Held | Fault => (stated === undefined ? literal(piece) : heldBy(target, stated, piece));
  const {host: hostText, port: portText} = address;
  const host = part(hostText);
  const port = portOf(target, variable, address, upstream, part);
  const url = upstream.url === undefined ? undefined : part(text);
  if ('code' in host) return refused(host);
  if (port !== undefined && 'code' in port) return refused(port);
  if (url !== undefined && 'code' in url) return refused(url);
  const held = {host, port, url};
  if (!isHost(held.host) || (portText !== undefined && held.port !== undefined && !isPort(held.port)))
    return refused(unreadable(target, variable));
  const change = {variable, value: toLocalhost(address, listen), listen};
  if (stated === undefined) return {target, held, changes: [change]};
  // Host and port are all that it takes to put the address back together.
  const store = heldBy(target, stated, portText === undefined ? hostText : `${hostText}:${portText}`);
  if ('code' in store) return refused(store);
  return {target, held, changes: [{store, hadPort: portText !== undefined, ...change}]};
}

function portOf(
  target: Target,
  variable: string,
  {port}: Address,
  upstream: Ambassador['upstream'],
  part: (piece: string) => Held | Fault,
): Held | Fault | undefined {
  if (port !== undefined) return part(port);
  if (upstream.port === undefined) return undefined;
  if (upstream.port.default !== undefined) return literal(upstream.port.default);
  const message = `the address in ${variable} of the container ${JSON.stringify(target.name)} has no port`;
  return faultAt(target, 'redirectMissing', message, 'write the port, or give upstream.port a default in the template');
}

/** A reference may hold more than a host. */
function portUnknown(target: Target, variable: string): Fault {
  const message = `${variable} in the container ${JSON.stringify(target.name)} has a host by $(NAME) and no port, which may stand in NAME or not`;
  return faultAt(target, 'redirectUnreadable', message, 'write the port behind it');
}

function refused(fault: Fault): Refused {
  return {faults: [fault]};
}

/** What a host refers to must be no more than a piece of a host, as far as that can be seen. */
function isHost({dependencies}: Held): boolean {
  return dependencies.every((item) => isHostText(asString(item['value']) ?? ''));
}

function isPort({dependencies}: Held): boolean {
  return dependencies.every((item) => {
    const value = asString(item['value']) ?? '';
    return referencesIn(value).length > 0 || /^\d*$/.test(value);
  });
}

function notLiteral(target: Target, variable: string): Fault {
  const message = `${variable} in the container ${JSON.stringify(target.name)} has a valueFrom, and only a literal address can be taken apart`;
  const fix = `write the address, with $(NAME) for what is secret in it, or let the app read host and port from two variables`;
  return faultAt(target, 'redirectNotLiteral', message, fix);
}

/** The value itself is not shown: it may hold a password. */
function unreadable(target: Target, variable: string): Fault {
  const message = `${variable} in the container ${JSON.stringify(target.name)} is not the address of one host, such as redis://host:6379/0 or host:6379`;
  return faultAt(target, 'redirectUnreadable', message, 'write one host and its port');
}
