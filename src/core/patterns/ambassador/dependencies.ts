import {asObject, asString, isObject, withField, type Json, type JsonObject} from '../../json.ts';
import {referencesIn} from '../../references.ts';
import {immovable, isOptionalVariable, movedSource, type Immovable} from './source.ts';
import {envOf, hasEnvFrom, type Target} from './target.ts';

/** The variables that a value refers to by `$(NAME)`. */
export interface Dependencies {
  /** With those that they refer to themselves, in the order in which they must stand. */
  readonly dependencies: readonly JsonObject[];
  /** Names that may be defined nowhere: the value stays as it is where nobody else defines them. */
  readonly open: readonly string[];
}

/** Why the variables cannot come along: which one, and the reason. */
export interface Unresolved {
  readonly variable: string;
  readonly reason: Immovable;
}

/**
 * The variables that a text at that place of the container's environment refers to, transitively. A reference is to the last
 * definition before it (Kubernetes, makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go), so one walk towards the front finds
 * all of them.
 */
export function dependenciesOf(
  target: Target,
  {index, item}: {readonly index: number; readonly item: JsonObject},
  text: string,
): Dependencies | Unresolved {
  const env = envOf(target);
  const own = asString(item['name']) ?? '';
  const wanted = new Set(namesIn(text));
  const found = new Map<string, JsonObject>();
  const mayBeMissing = isOptionalVariable(item);
  for (let at = index - 1; at >= 0 && (wanted.size > 0 || mayBeMissing); at -= 1) {
    const variable = asObject(env[at]);
    const name = asString(variable?.['name']);
    if (variable === undefined || name === undefined) continue;
    if (name === own && mayBeMissing) return {variable: own, reason: optional(`another ${own} before it`)};
    if (!wanted.delete(name)) continue;
    const reason = found.has(name) ? twice(name) : immovable(variable);
    if (reason !== undefined) return {variable: name, reason};
    found.set(name, standing(variable, target.name));
    for (const more of namesIn(variable['value'])) wanted.add(more);
    // Where the key is not there, the definition before it counts.
    if (isOptionalVariable(variable)) wanted.add(name);
  }
  const [first] = wanted;
  if (hasEnvFrom(target.container)) {
    if (mayBeMissing) return {variable: own, reason: optional('an envFrom')};
    if (first !== undefined) return {variable: own, reason: undefinedHere(first)};
  }
  return {dependencies: [...found.values()].toReversed(), open: [...wanted]};
}

function namesIn(text: Json | undefined): readonly string[] {
  return typeof text === 'string' ? referencesIn(text).map((reference) => reference.name) : [];
}

/** The variable as it stands in another container. */
function standing(variable: JsonObject, container: string): JsonObject {
  const from = variable['valueFrom'];
  return isObject(from) ? withField(variable, 'valueFrom', movedSource(from, container)) : variable;
}

function twice(name: string): Immovable {
  return {message: 'is referred to with two of its values', fix: `define ${name} once`};
}

function optional(other: string): Immovable {
  return {
    message: `is optional beside ${other}, which counts where the key is missing`,
    fix: 'take off `optional`, or what else defines it',
  };
}

function undefinedHere(name: string): Immovable {
  return {
    message: `refers to $(${name}), which may come from the container's envFrom`,
    fix: `define ${name} in env before it, by a valueFrom that is not optional`,
  };
}
