/**
 * Text of messages on one line: what an object holds may neither begin a line of its own nor send a terminal commands (control
 * characters, also C1, and those that reorder text, Unicode TR9). Each stands as JSON would write it: `\n`, `\u001b`.
 */
export function oneLine(text: string): string {
  return text.replaceAll(unsafe, (char) => {
    const escaped = JSON.stringify(char).slice(1, -1);
    return escaped === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}

// oxlint-disable-next-line no-control-regex -- these are what it is about
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
