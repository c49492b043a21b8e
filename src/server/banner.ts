import {formatFault} from '../core/errors.ts';
import type {TemplateSnapshot} from '../core/template.ts';

/** What there is to say when the server has started. */
export interface StartFacts {
  /** `https://localhost:8443`, as a client on this machine writes it. */
  readonly webhookUrl: string;
  readonly healthUrl: string;
  readonly certDir: string;
  /** Whether `ca.crt` is there. */
  readonly hasAuthority: boolean;
  readonly templates: TemplateSnapshot;
}

/** One line for a shell that sends the example review and shows the injected pod. Pure. */
export function tryLine({
  webhookUrl,
  certDir,
  hasAuthority,
}: Pick<StartFacts, 'webhookUrl' | 'certDir' | 'hasAuthority'>): string {
  const trust = hasAuthority ? `--cacert ${quote(`${certDir}/ca.crt`)}` : '--insecure';
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
    templates.length === 0 ? 'templates  none\n' : `templates\n${templates.join('')}`,
    `\nTry it:\n\n${tryLine(facts)}\n\n`,
  ].join('');
}

function quote(word: string): string {
  return /^[\w./@:-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
