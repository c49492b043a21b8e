import type {JsonObject} from '../../json.ts';
import type {Finding} from '../../template/finding.ts';
import {advise} from '../parts.ts';
import {baselineViolations} from './baseline.ts';
import {restrictedViolations} from './restricted.ts';
import type {Violation} from './violation.ts';

/** The levels of the Pod Security Standards, the strictest first. */
export type SecurityLevel = 'restricted' | 'baseline' | 'privileged';

/** The strictest level at which a namespace still admits what a template injects, and what a stricter one refuses. Never throws. */
export function securityLevelOf(document: JsonObject): {
  readonly level: SecurityLevel;
  readonly because: readonly Violation[];
} {
  const baseline = [...baselineViolations(document)];
  if (baseline.length > 0) return {level: 'privileged', because: baseline};
  const restricted = [...restrictedViolations(document)];
  return {level: restricted.length > 0 ? 'baseline' : 'restricted', because: restricted};
}

/** `podSecurity`: one finding for the template that is not fit for every namespace, with what makes it so where that is possible. */
export function* adviseSecurityLevel(document: JsonObject): Generator<Finding> {
  const {level, because} = securityLevelOf(document);
  if (level === 'restricted') return;
  const mends = [...new Set(because.flatMap(({mend}) => mend ?? []))];
  const others = because.some(({mend}) => mend === undefined);
  const context = `\`securityContext: {${mends.join(', ')}}\` in each container`;
  const fix =
    level === 'privileged' || others
      ? 'leave these out, or keep it to namespaces of that level'
      : `for \`restricted\` write ${context}`;
  const refused = level === 'privileged' ? '`baseline` or `restricted`' : '`restricted`';
  const unless = because.every(({byPod}) => byPod) ? ', unless they say it themselves,' : '';
  const message = `its pods are refused where Pod Security is ${refused}${unless} and need at least \`${level}\`, because of ${reasons(because)}`;
  yield advise('podSecurity', [], message, fix);
}

/** More places of one reason say nothing new. */
const maxPlaces = 3;

/** `missing runAsNonRoot: true (containers[0], initContainers[1]), hostNetwork`. */
function reasons(violations: readonly Violation[]): string {
  const places = new Map<string, string[]>();
  for (const {what, where} of violations) {
    const known = places.get(what) ?? [];
    places.set(what, where === undefined ? known : [...known, where]);
  }
  return [...places]
    .map(([what, where]) => {
      const more = where.length > maxPlaces ? [`${where.length - maxPlaces} more`] : [];
      return where.length === 0 ? what : `${what} (${[...where.slice(0, maxPlaces), ...more].join(', ')})`;
    })
    .join(', ');
}
