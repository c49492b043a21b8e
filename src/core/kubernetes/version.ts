import {asObject, asString, field} from '../json.ts';
import {kubernetesVersion} from './types.generated.ts';

/** The minor version that the checked-in tables were taken from, 36 of 1.36: the newest that is known here. */
export const newestMinor = Number(kubernetesVersion.split('.')[1]);

/**
 * The minor version that a person or a client writes, 31 of `1.31`, `v1.31.4`, `1.31+` and `v1.31.4-gke.1183000`; undefined for
 * anything else. Never throws.
 */
export function readServerVersion(text: string): number | undefined {
  const minor = /^v?1\.(\d{1,3})(?:\+|\.\d+(?:[-+][\w.+-]*)?)?$/.exec(text.trim())?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/**
 * The minor version that an API server behaves as by the body of its `/version`: the lower of its own and the one that it
 * emulates (https://github.com/kubernetes/enhancements/tree/master/keps/sig-architecture/4330-compatibility-versions); a
 * provider may write `32+`. Undefined when the body names none. Never throws.
 */
export function minorOf(body: unknown): number | undefined {
  const [own, emulated] = (['minor', 'emulationMinor'] as const).map((name) => numberIn(body, name));
  if (own === undefined) return undefined;
  return emulated !== undefined && emulated < own ? emulated : own;
}

function numberIn(body: unknown, name: string): number | undefined {
  const digits = /^\d{1,3}/.exec(asString(field(asObject(body), name)) ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}
