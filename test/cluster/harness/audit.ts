import {readFile} from 'node:fs/promises';
import {inject} from 'vitest';

/** What tests read of an audit event (https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/). */
export interface AuditEvent {
  readonly verb: string;
  readonly user: {readonly username: string};
  readonly objectRef: {readonly resource: string; readonly namespace?: string; readonly name?: string};
  readonly responseStatus?: {readonly code: number};
  /** Of webhooks, among others: `mutation.webhook.admission.k8s.io/round_0_index_0`, and those that a webhook gave. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Every answered write of a pod or a workload in the namespace, oldest first. An answer that came is in it. */
export async function auditEvents(namespace: string): Promise<AuditEvent[]> {
  const lines = (await readFile(inject('cluster').auditLog, 'utf8')).split('\n');
  // The last line may be half written.
  const events = lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEvent);
  return events.filter(({objectRef}) => objectRef.namespace === namespace);
}
