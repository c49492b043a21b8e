import {deepEqual, type Json} from '../core/json.ts';
import {parseYaml} from '../core/yaml.ts';

/** What a stub reads as. */
export const stubValue = 'stub';

/**
 * Checks added lines on their own, each text once: one template adds the same lines to a thousand documents. One for each run.
 */
export class Fragments {
  readonly #values = new Map<string, Json | undefined>();

  /**
   * Whether the lines read as the value. False too where they hold a block scalar: how far that reaches depends on the lines
   * that follow, so it is checked in its place.
   */
  reads(text: string, value: Json): boolean {
    if (!this.#values.has(text)) {
      const [document, ...more] = /[|>][-+\d]*\n/.test(text) ? [] : parseYaml(text);
      this.#values.set(text, document?.faults.length === 0 && more.length === 0 ? document.value : undefined);
    }
    return deepEqual(this.#values.get(text), value);
  }
}
