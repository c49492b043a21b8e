import {formatAddress, readAddress, type Address} from './address.ts';
import {asString, isList, isObject, type Json, type JsonObject} from './json.ts';

/** Where an ambassador listens. An address, not a name: no resolver is asked, and nobody gets `::1`. */
export const localhost = '127.0.0.1';

/**
 * Where the old value of an app's variable is now. In the record a list of names and numbers, never of values:
 * `[container, variable]` of a host, with the port on localhost behind it for a port or an address, and for an address that was
 * moved by its parts the variable of the port, `''` where it had none.
 */
export interface Place {
  readonly container: string;
  readonly variable: string;
  readonly listen?: number;
  readonly portVariable?: string;
}

/** The place as it stands in the record. */
export function formatPlace({container, variable, listen, portVariable}: Place): Json {
  return [container, variable, ...(listen === undefined ? [] : [listen]), ...(portVariable === undefined ? [] : [portVariable])];
}

/** A place out of a record, which anybody may have written; undefined where it is not one of a variable. */
export function readPlace(value: Json | undefined): Place | undefined {
  if (!isList(value)) return undefined;
  const [container, variable, listen, portVariable] = value;
  if (typeof container !== 'string' || typeof variable !== 'string') return undefined;
  return {
    container,
    variable,
    ...(typeof listen === 'number' ? {listen} : {}),
    ...(typeof portVariable === 'string' ? {portVariable} : {}),
  };
}

/**
 * What we made of a value: an address whose host and port are ours, or a `whole` value that is. Undefined: the value is not
 * (any more) one of ours.
 */
export function redirectionOf(value: Json | undefined, listen: number | undefined): Address | 'whole' | undefined {
  if (typeof value !== 'string') return undefined;
  if (listen === undefined) return value === localhost ? 'whole' : undefined;
  if (value === String(listen)) return 'whole';
  const address = readAddress(value);
  return address?.host === localhost && address.port === String(listen) ? address : undefined;
}

/** Whether a variable of the app points at the ambassador as the record says. */
export function isRedirected(variable: Json | undefined, place: Json | undefined): boolean {
  const read = readPlace(place);
  if (read === undefined || !isObject(variable) || isObject(variable['valueFrom'])) return false;
  return redirectionOf(variable['value'], read.listen) !== undefined;
}

/** The address with the ambassador in the place of the remote end. */
export function toLocalhost(address: Address, listen: number): string {
  return formatAddress({...address, host: localhost, port: String(listen)});
}

/** The last variable of that name in a container's environment, which is the one that counts, and its index. */
export function lastVariable(
  env: readonly Json[],
  name: string,
): {readonly index: number; readonly item: JsonObject} | undefined {
  const index = env.findLastIndex((item) => isObject(item) && asString(item['name']) === name);
  return index === -1 ? undefined : {index, item: env[index] as JsonObject};
}
