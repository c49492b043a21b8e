import type {Expression} from '../expression/expression.ts';
import {field, type JsonObject} from '../json.ts';
import type {Template} from '../template.ts';
import {checkLegacy, checkTemplate} from './check.ts';
import {contentOf} from './content.ts';
import {compileAt, prepare} from './expressions.ts';
import {fault, warning, type Finding} from './finding.ts';
import {frozen} from './frozen.ts';
import {hashOf} from './hash.ts';
import {written, type Hole} from './hole.ts';
import {readDeclarations, type Declarations} from './parameters.ts';
import {programOf} from './program.ts';
import {wrongType} from './kind.ts';

/** A document that was read as a template: all that is to say of it, and the template that it is where no finding is a fault. */
export interface Draft {
  readonly findings: () => Iterable<Finding>;
  readonly template: () => Template;
}

/** What a template is called and where it stands. */
interface Origin {
  readonly name: string;
  readonly source: string;
}

/** Reads a document of the whole format. Never throws; `template` is without meaning while there are faults. */
export function draftTemplate(raw: JsonObject, {name, source}: Origin): Draft {
  const declarations = readDeclarations(raw, name);
  const {document, holes, findings} = prepare(raw, declarations);
  const when = readWhen(raw, declarations);
  return {
    *findings() {
      yield* declarations.findings;
      yield* findings;
      if (when !== undefined && 'level' in when) yield when;
      yield* checkTemplate(document);
      yield* neverRead(declarations, holes, String(field(raw, 'when')));
    },
    template: () => {
      const {parameters} = declarations;
      const content = contentOf(written(document));
      const description = field(raw, 'description');
      const condition = when === undefined || 'level' in when ? undefined : when;
      const program = programOf(condition, document, holes, parameters.size > 0);
      return Object.freeze({
        name,
        ...content,
        parameters: frozen(new Map(parameters)),
        ...(typeof description === 'string' ? {description} : {}),
        hash: hashOf(content, raw, holes),
        source,
        ...(program === undefined ? {} : {program}),
      });
    },
  };
}

/** Reads an Initializer's `config`, which had no expressions. */
export function draftLegacy(document: JsonObject, {name, source}: Origin): Draft {
  return {
    findings: () => checkLegacy(document),
    template: () => {
      const content = contentOf(document);
      return Object.freeze({name, ...content, parameters: frozen(new Map()), hash: hashOf(content, document, []), source});
    },
  };
}

/** Compiles `when`: `wrongType`, `badExpression`. */
function readWhen(document: JsonObject, declarations: Declarations): Expression | Finding | undefined {
  const text = field(document, 'when') ?? null;
  const path = ['when'];
  if (text === null) return undefined;
  if (typeof text !== 'string') return wrongType('a string', text, path);
  if (/^\s*\$\{/.test(text))
    return fault('badExpression', path, '`when` is an expression as a whole', {fix: 'write it without `${` and `}`'});
  const expression = compileAt(text, 0, path, declarations);
  if (expression === undefined || 'level' in expression || expression.type === 'bool' || expression.type === 'dyn')
    return expression;
  return fault('wrongType', path, `\`when\` must give true or false, and gives a ${expression.type}`, {
    fix: 'compare it with something',
  });
}

/** A parameter that nothing reads is a mistake in the template, or would be one to set. */
function* neverRead({parameters}: Declarations, holes: readonly Hole[], when: string): Generator<Finding> {
  for (const name of parameters.keys()) {
    if (when.includes(name) || holes.some(({text}) => text.includes(name))) continue;
    yield warning('parameterNeverRead', ['parameters', name], `no expression reads the parameter \`${name}\``, {
      fix: `remove it, or use it: \`\${params.${name}}\``,
    });
  }
}
