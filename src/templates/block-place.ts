import {isScalar} from 'yaml';
import type {Position} from '../core/errors.ts';
import type {Path} from '../core/template/finding.ts';
import {positionAt, positionOf, type YamlDocument} from '../core/yaml.ts';

/**
 * Says where a place in the text that a string of a YAML file holds is in the file: exact for a `|` block, whose lines stand
 * there as they are behind their indentation; the string's start for any other style, and for one behind an alias. Never throws.
 *
 * @param lines the file's lines, without its byte order mark and without line ends.
 */
export function placeInFile(document: YamlDocument, path: Path, lines: readonly string[]): (position: Position) => Position {
  const start = positionOf(document, path, 'value') ?? {line: 1, column: 1};
  const node = document.doc.getIn(path, true);
  if (!isScalar(node) || node.type !== 'BLOCK_LITERAL' || !node.range) return () => start;
  const header = positionAt(document.lineCounter, node.range[0]).line;
  const values = String(node.value).split('\n');
  return ({line, column}) => {
    const value = values[line - 1];
    const written = lines[header + line - 1];
    if (value === undefined || written === undefined || !written.endsWith(value)) return start;
    return {line: header + line, column: written.length - value.length + column};
  };
}
