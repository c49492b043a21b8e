import {formatFault} from '../core/errors.ts';
import type {TemplateSnapshot} from '../core/template.ts';

/** What there is to say when the server has started. */
export interface StartFacts {
  /** `https://localhost:8443`, as a client on this machine writes it. */
  readonly webhookUrl: string;
  readonly healthUrl: string;
  /** Absent where the certificates are in a Secret. */
  readonly certDir: string | undefined;
  /** Whether `ca.crt` is there. */
  readonly hasAuthority: boolean;
  readonly templates: TemplateSnapshot;
  /** The API server and the namespace of the templates, where they come from a cluster. */
  readonly cluster?: {readonly server: string; readonly namespace: string};
}

/** One line for a shell that sends the example review and shows the injected pod. Pure. */
export function tryLine({
  webhookUrl,
  certDir,
  hasAuthority,
}: Pick<StartFacts, 'webhookUrl' | 'certDir' | 'hasAuthority'>): string {
  const trust = hasAuthority && certDir !== undefined ? `--cacert ${quote(`${certDir}/ca.crt`)}` : '--insecure';
  const header = "--header 'content-type: application/json'";
  return `curl --silent --show-error ${trust} ${header} --data @examples/review.json ${webhookUrl}/mutate | node examples/show.mjs`;
}

/** What a person at a terminal reads when the server has started. Pure. */
export function startText(facts: StartFacts): string {
  const templates = [...facts.templates].map(([name, entry]) => {
    if (entry.kind === 'good') return `  ${name} (${entry.template.pattern}, ${entry.template.source})\n`;
    return `  ${name} is BROKEN:\n${entry.faults.map((fault) => `    ${formatFault(fault)}\n`).join('')}`;
  });
  return [
    `\nwebhook    ${facts.webhookUrl}/mutate\n`,
    `health     ${facts.healthUrl}/readyz?verbose, ${facts.healthUrl}/metrics\n`,
    facts.cluster === undefined ? '' : `cluster    ${facts.cluster.server}, templates in namespace ${facts.cluster.namespace}\n`,
    facts.cluster !== undefined ? '' : templates.length === 0 ? 'templates  none\n' : `templates\n${templates.join('')}`,
    `\nTry it:\n\n${tryLine(facts)}\n\n`,
  ].join('');
}

function quote(word: string): string {
  return /^[\w./@:-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
