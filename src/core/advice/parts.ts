import type {JsonObject} from '../json.ts';
import {warning, type Finding, type Path} from '../template/finding.ts';
import type {AdviceCode} from './codes.ts';
import {see, seeObjects} from './seen.ts';

/** A container that a template injects. */
export interface Part {
  readonly container: JsonObject;
  readonly path: Path;
  /** `native`: runs beside the application, as an init container with `restartPolicy: Always`. `init`: runs to completion. */
  readonly kind: 'classic' | 'native' | 'init';
}

/** The containers of a template's document, in its order. */
export function partsOf(document: JsonObject): readonly Part[] {
  const native = ['auto', 'always'].includes(see(document, 'native') as string);
  return [
    ...seeObjects(document, 'containers').map(([index, container]): Part => ({
      container,
      path: ['containers', index],
      kind: native ? 'native' : 'classic',
    })),
    ...seeObjects(document, 'initContainers').map(([index, container]): Part => ({
      container,
      path: ['initContainers', index],
      kind: see(container, 'restartPolicy') === 'Always' ? 'native' : 'init',
    })),
  ];
}

/** A warning of advice, at its value's key. */
export function advise(code: AdviceCode, path: Path, message: string, fix: string): Finding {
  return warning(code, path, message, {fix});
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
