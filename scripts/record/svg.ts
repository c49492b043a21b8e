/** What was typed, and what came of it. */
export interface Step {
  /** Empty for what was printed without being asked. */
  readonly command: string;
  readonly output: string;
}

const columns = 118;
const lineHeight = 19;
const margin = 20;
const characterWidth = 7.83;

const colours = {background: '#16181d', text: '#d7dae0', prompt: '#8bd49c', command: '#ffffff'} as const;

/** A terminal as an SVG: the steps one after another, long lines wrapped as a terminal does. Pure. */
export function renderTerminal(title: string, steps: readonly Step[]): string {
  const lines = steps.flatMap(linesOf);
  const height = lines.length * lineHeight + 2 * margin;
  const width = Math.ceil(columns * characterWidth) + 2 * margin;
  const texts = lines.map((line, index) => textOf(line, margin + (index + 0.75) * lineHeight)).filter((text) => text !== '');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${colours.background}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="${colours.text}" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

interface Line {
  readonly text: string;
  readonly kind: 'first' | 'command' | 'output';
}

function linesOf({command, output}: Step): readonly Line[] {
  const typed = command === '' ? [] : wrapped(`$ ${command}`);
  const printed = output === '' ? [] : output.trimEnd().split('\n').flatMap(wrapped);
  return [
    ...typed.map((text, index): Line => ({text, kind: index === 0 ? 'first' : 'command'})),
    ...printed.map((text): Line => ({text, kind: 'output'})),
    {text: '', kind: 'output'},
  ];
}

function wrapped(line: string): readonly string[] {
  return line === ''
    ? ['']
    : Array.from({length: Math.ceil(line.length / columns)}, (_, index) => line.slice(index * columns, (index + 1) * columns));
}

function textOf({text, kind}: Line, y: number): string {
  if (text === '') return '';
  const [prompt, rest] = kind === 'first' ? [text.slice(0, 2), text.slice(2)] : ['', text];
  const start = prompt === '' ? '' : `<tspan fill="${colours.prompt}">${prompt}</tspan>`;
  const words = kind === 'output' ? escaped(rest) : `<tspan fill="${colours.command}">${escaped(rest)}</tspan>`;
  return `<text x="${margin}" y="${y}">${start}${words}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
