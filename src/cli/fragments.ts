import {deepEqual, type Json} from '../core/json.ts';
import {parseYaml} from '../core/yaml.ts';

/** What a stub reads as. */
export const stubValue = 'stub';

/**
 * Reads short texts to check them, each once: one template adds the same lines to a thousand documents, and what is around
 * them is often the same too. Give one to all documents of a run.
 */
export class Fragments {
  readonly #values = new Map<string, Json | undefined>();

  /** Whether the text is one document without faults that reads as the value. */
  reads(text: string, value: Json): boolean {
    if (!this.#values.has(text)) this.#values.set(text, valueOf(text));
    return deepEqual(this.#values.get(text), value);
  }

  /**
   * Whether added lines read as the value wherever they stand. False where they hold a block scalar: how far that reaches depends
   * on the lines that follow.
   */
  standAlone(lines: string, value: Json): boolean {
    return !/[|>][-+\d]*\n/.test(lines) && this.reads(lines, value);
  }
}

/** The value of a text that is one document without faults; undefined for any other. */
export function valueOf(text: string): Json | undefined {
  const [document, ...more] = parseYaml(text);
  return document?.faults.length === 0 && more.length === 0 ? document.value : undefined;
}
