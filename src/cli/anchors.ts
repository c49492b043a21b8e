import {isAlias, visit, type Alias, type Document, type Node} from 'yaml';

/** Keeps watch over what a change does to the anchors of a document, and so to the aliases that repeat them. */
export class AnchorWatch {
  /** Whether the document has anchors at all; few have. */
  readonly active: boolean;
  readonly #aliases: {readonly alias: Alias; readonly target: unknown; readonly around: readonly unknown[]}[] = [];
  readonly #forced = new Set<unknown>();
  readonly #disturbed = new Set<unknown>();
  readonly #open: unknown[] = [];

  constructor(text: string, doc: Document.Parsed) {
    this.active = text.includes('&');
    if (!this.active) return;
    visit(doc, {
      Alias: (_, alias, around) => {
        this.#aliases.push({alias, target: alias.resolve(doc), around});
      },
    });
  }

  /** Changes from here to {@link leave} are within the node. */
  enter(node: unknown): void {
    if (this.active && isAnchored(node)) this.#open.push(node);
  }

  leave(node: unknown): void {
    if (this.active && isAnchored(node)) this.#open.pop();
  }

  /** What was entered changes. */
  touch(): void {
    for (const node of this.#open) this.#disturbed.add(node);
  }

  /** The node goes, and the anchors in it. */
  lose(node: Node | null): void {
    if (!this.active || node === null) return;
    visit(node, {
      Node: (_, inner) => {
        if (isAnchored(inner)) this.#disturbed.add(inner);
      },
    });
  }

  /** Whether the node is, or holds, an alias that must be written out although its value is the same. */
  forces(node: unknown): boolean {
    return this.#forced.has(node);
  }

  /** Marks the aliases of all that changed or went to be written out; false when there is none more. */
  expandDisturbed(): boolean {
    const found = this.#aliases.filter(({alias, target}) => this.#disturbed.has(target) && !this.#forced.has(alias));
    for (const {alias, around} of found) for (const node of [alias, ...around]) this.#forced.add(node);
    this.#disturbed.clear();
    return found.length > 0;
  }
}

function isAnchored(node: unknown): boolean {
  return !isAlias(node) && typeof (node as {anchor?: unknown} | null)?.anchor === 'string';
}
