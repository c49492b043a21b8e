import {asObject, asString, field, type JsonObject} from '../core/json.ts';

/** Who holds a Lease, as its record says. */
export interface LeaseRecord {
  /** '' when nobody does. */
  readonly holder: string;
  /** For how long after it was last seen to change the record counts. 0 where it does not say. */
  readonly durationMs: number;
  readonly acquireTime: string | undefined;
  readonly renewTime: string | undefined;
  /** How often it went from one holder to another. */
  readonly transitions: number;
}

/**
 * Reads `spec` of a coordination.k8s.io/v1 Lease; what is missing there counts as nobody's. Pure.
 * Fields: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
 */
export function readLease(lease: JsonObject): LeaseRecord {
  const spec = asObject(field(lease, 'spec'));
  const seconds = field(spec, 'leaseDurationSeconds');
  const transitions = field(spec, 'leaseTransitions');
  return {
    holder: asString(field(spec, 'holderIdentity')) ?? '',
    durationMs: typeof seconds === 'number' ? seconds * 1000 : 0,
    acquireTime: asString(field(spec, 'acquireTime')),
    renewTime: asString(field(spec, 'renewTime')),
    transitions: typeof transitions === 'number' ? transitions : 0,
  };
}

/** The Lease with another record; its metadata, the resourceVersion among it, stays. Pure. */
export function withRecord(lease: JsonObject, record: LeaseRecord): JsonObject {
  const {holder, durationMs, acquireTime, renewTime, transitions} = record;
  return {
    ...lease,
    spec: {
      ...asObject(field(lease, 'spec')),
      holderIdentity: holder,
      leaseDurationSeconds: Math.max(1, Math.round(durationMs / 1000)),
      ...(acquireTime === undefined ? {} : {acquireTime}),
      ...(renewTime === undefined ? {} : {renewTime}),
      leaseTransitions: transitions,
    },
  };
}

/** A time as MicroTime is written: RFC 3339 with six digits (k8s.io/apimachinery/pkg/apis/meta/v1, RFC3339Micro). Pure. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
