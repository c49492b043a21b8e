import {formatFault} from '../../src/core/errors.ts';
import {readTemplate} from '../../src/core/template/read.ts';
import type {Template, TemplateEntry, TemplateSnapshot} from '../../src/core/template.ts';

/** A template from its text; throws with all faults when it is not a right one. */
function template(name: string, text: string, format: 'template' | 'legacy' = 'template'): Template {
  const {entry} = readTemplate(text, {name, format, source: `${name}.yaml`});
  if (entry.kind === 'broken') throw new Error(entry.faults.map(formatFault).join('\n'));
  return entry.template;
}

/** A snapshot of templates given by name and text. */
export function snapshot(texts: Readonly<Record<string, string>>): TemplateSnapshot {
  return new Map<string, TemplateEntry>(
    Object.entries(texts).map(([name, text]) => [name, {kind: 'good', template: template(name, text)}]),
  );
}
