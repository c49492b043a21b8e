import type {Fault} from '../core/errors.ts';
import type {TemplateEntry, TemplateSnapshot} from '../core/template.ts';
import type {FileContent, FoundTemplate} from './file-content.ts';

/** What files and folders hold. */
export interface LoadedTemplates {
  /** A broken template is an entry too, with its faults. */
  readonly snapshot: TemplateSnapshot;
  /** All faults, those of the broken entries included (the same references), in the order of the files. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** Files and folders that could not be read or parsed: that a template of theirs is absent says nothing. */
  readonly unreadable: readonly Pick<PathContent, 'path' | 'inside'>[];
}

/** What was read at one path. */
export interface PathContent {
  /** As faults name it. */
  readonly path: string;
  /** For a folder: how the paths of its files begin. */
  readonly inside?: string;
  readonly content: FileContent;
}

/**
 * What several files hold together. Templates of one name break each other, because which one is meant can't be known:
 * `duplicateTemplate` at each but the first, naming the first. Pure; never throws.
 */
export function combine(contents: readonly PathContent[]): LoadedTemplates {
  const byName = new Map<string, {readonly first: FoundTemplate; readonly faults: Fault[]}>();
  const snapshot = new Map<string, TemplateEntry>();
  const faults: Fault[] = [];
  for (const {content} of contents) {
    faults.push(...content.faults);
    for (const template of content.found) {
      const own = faultsOf(template);
      const earlier = byName.get(template.name);
      if (earlier === undefined) {
        byName.set(template.name, {first: template, faults: [...own]});
        snapshot.set(template.name, template.reading.entry);
        faults.push(...own);
      } else {
        const all = [...own, duplicate(earlier.first, template)];
        earlier.faults.push(...all);
        snapshot.set(template.name, {kind: 'broken', name: template.name, faults: earlier.faults});
        faults.push(...all);
      }
    }
  }
  return {
    snapshot,
    faults,
    warnings: contents.flatMap(({content}) => [...content.warnings, ...content.found.flatMap(({reading}) => reading.warnings)]),
    unreadable: contents.filter(({content}) => content.incomplete),
  };
}

function faultsOf({reading}: FoundTemplate): readonly Fault[] {
  return reading.entry.kind === 'broken' ? reading.entry.faults : [];
}

function duplicate(first: FoundTemplate, {name, source, position}: FoundTemplate): Fault {
  const place = `${first.source}:${first.position.line}:${first.position.column}`;
  return {
    code: 'duplicateTemplate',
    message: `the template "${name}" is at ${place} too, so neither is used`,
    fix: 'rename one of them',
    source,
    position,
  };
}
