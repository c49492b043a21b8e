import type {ASTNode} from '@marcbachmann/cel-js';

/** A node of the CEL library's syntax tree; `start` and `end` count UTF-16 code units of the expression's text. */
export type Node = ASTNode;
export type Of<O extends Node['op']> = Extract<Node, {op: O}>;

/** The loops of CEL, by name: how many arguments they take. The first is the name of the variable. */
const loops: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

/** A loop over a list's elements or a map's keys. */
export interface Loop {
  readonly name: string;
  readonly range: Node;
  readonly variable: string;
  /** One or two expressions, evaluated for each element. */
  readonly bodies: readonly [Node, ...Node[]];
}

/** The loop that a call is; undefined for other calls. */
export function asLoop(node: Of<'rcall'>): Loop | undefined {
  const [name, range, [variable, first, ...more]] = node.args;
  if (variable?.op !== 'id' || first === undefined || loops.get(name)?.includes(more.length + 2) !== true) return undefined;
  return {name, range, variable: variable.args, bodies: [first, ...more]};
}

/** The field that `has` asks for; undefined for other calls and for an argument that is no field. */
export function asHas(node: Of<'call'>): Of<'.' | '.?'> | undefined {
  const [name, [argument]] = node.args;
  return name === 'has' && (argument?.op === '.' || argument?.op === '.?') ? argument : undefined;
}

/** `optional.of(x)` gives `[x]`, `optional.none()` `[]`; undefined for other calls. */
export function asOptional(node: Of<'rcall'>, variables: readonly string[]): readonly Node[] | undefined {
  const [name, receiver, args] = node.args;
  if (receiver.op !== 'id' || receiver.args !== 'optional' || variables.includes('optional')) return undefined;
  return (name === 'of' && args.length === 1) || (name === 'none' && args.length === 0) ? args : undefined;
}

/** A child of a node, and the variables that it can see. */
export interface Child {
  readonly node: Node;
  readonly variables: readonly string[];
}

/** What a node is made of, in the order of the text. */
export function childrenOf(node: Node, variables: readonly string[]): readonly Child[] {
  const plain = (...nodes: readonly Node[]) => nodes.map((child) => ({node: child, variables}));
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return plain(node.args[0]);
    case '!_':
    case '-_':
      return plain(node.args);
    case 'call':
      return plain(...node.args[1]);
    case 'rcall': {
      const made = asOptional(node, variables);
      if (made !== undefined) return plain(...made);
      const loop = asLoop(node);
      if (loop === undefined) return plain(node.args[1], ...node.args[2]);
      return [...plain(loop.range), ...loop.bodies.map((body) => ({node: body, variables: [...variables, loop.variable]}))];
    }
    case 'map':
      return plain(...node.args.flat());
    case 'list':
    case '?:':
    case '[]':
    case '[?]':
    case '||':
    case '&&':
    case '==':
    case '!=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return plain(...node.args);
  }
}

/** How many nodes a tree has. */
export function sizeOf(node: Node): number {
  return childrenOf(node, []).reduce((sum, child) => sum + sizeOf(child.node), 1);
}
