import type {Fault} from '../errors.ts';
import {isObject} from '../json.ts';
import {byPosition, located, type Path} from '../template/finding.ts';
import {readTemplate, readTemplateDocument, type TemplateOrigin, type TemplateReading} from '../template/read.ts';
import {parseYaml, positionOf, type YamlDocument} from '../yaml.ts';
import {adviceOn} from './advice.ts';
import {readIgnored} from './ignored.ts';

/**
 * {@link readTemplate}, with {@link adviceOn} a good template among the warnings, less those that comments silence. It costs a second
 * parse, so it is for who asks to be told, not for loading. Pure; never throws.
 */
export function readAdvised(text: string, origin: TemplateOrigin): TemplateReading {
  const reading = readTemplate(text, origin);
  const [document] = parseYaml(text, origin.source);
  return document === undefined ? reading : advised(reading, document, text.replace(/^\uFEFF/, '').split(/\r?\n/), origin);
}

/** The same for a document that was parsed already; `lines` are those that its positions count. */
export function readAdvisedDocument(document: YamlDocument, lines: readonly string[], origin: TemplateOrigin): TemplateReading {
  return advised(readTemplateDocument(document, origin), document, lines, origin);
}

function advised(
  reading: TemplateReading,
  document: YamlDocument,
  lines: readonly string[],
  {source, format, place = (position) => position}: TemplateOrigin,
): TemplateReading {
  if (reading.entry.kind === 'broken' || !isObject(document.value)) return reading;
  const ignored = readIgnored(document, lines);
  const unknown = ignored.unknown.map(({code, fix, line, column}): Fault => ({
    code: 'unknownIgnore',
    message: `the comment silences \`${code}\`, and there is no such warning`,
    fix,
    source,
    position: place({line, column}),
  }));
  const advice = [...adviceOn(document.value, format)]
    .filter((finding) => !ignored.covers(finding.path, finding.code))
    .map((finding) => located(finding, source, place(positionOf(document, finding.path, finding.at) ?? {line: 1, column: 1})));
  const warnings = reading.warnings.filter(({code, path}) => !ignored.covers(pathOf(path), code));
  return {...reading, warnings: [...warnings, ...advice, ...unknown].toSorted(byPosition)};
}

/** A JSON Pointer (RFC 6901) as the way through a document. */
function pathOf(pointer = ''): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
