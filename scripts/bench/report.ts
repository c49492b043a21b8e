/** A table of one section, and what it shall prove. */
export interface Section {
  readonly title: string;
  /** What was measured, in a sentence. */
  readonly text: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
  /** The numbers behind the table, for `--json`. */
  readonly raw: unknown;
}

/** A ratio that must not be larger than a limit. */
export interface Goal {
  readonly name: string;
  readonly ratio: number;
  readonly limit: number;
}

/** The section as Markdown: text, table, goals. Numbers stand to the right. */
export function formatSection({title, text, columns, rows, goals}: Section): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, index) => (index === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const table = [line(columns), rule, ...rows.map(line)].join('\n');
  return `## ${title}\n\n${text}\n\n${table}\n\n${goals.map(formatGoal).join('\n')}\n`;
}

/** Whether the ratio is within its limit. */
export function isMet({ratio, limit}: Goal): boolean {
  return ratio <= limit;
}

/** A whole number, with commas between thousands. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A measured number, to three figures or to the whole. */
export function figures(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(3);
}

/** A ratio as a column shows it: `1.23 ×`. */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}

function formatGoal(goal: Goal): string {
  return `- ${isMet(goal) ? 'met' : '**missed**'}: ${goal.name}: ${times(goal.ratio)}, at most ${times(goal.limit)}`;
}
