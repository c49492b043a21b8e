import type {Explanation, ExplainedVerdict} from './explanation.ts';

/** How the verdicts are called. */
export const verdictWords: Readonly<Record<ExplainedVerdict, string>> = {
  injected: 'injected',
  alreadyInjected: 'already injected',
  missed: 'not injected',
  skipped: 'not injected',
  refused: 'refused',
  removed: 'injected, and nothing asks for it any more',
};

/** The last line: how many objects came to what. */
export function summaryOf(explanations: readonly Explanation[]): string {
  const counts = new Map<string, number>();
  for (const {verdict} of explanations) {
    const word = verdict === 'removed' ? 'no longer asked for' : verdictWords[verdict];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const parts = [...counts].map(([word, count]) => `${count} ${word}`);
  return `${explanations.length} ${explanations.length === 1 ? 'object' : 'objects'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}
