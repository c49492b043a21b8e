import type {Readable} from 'node:stream';

/** Calls back for each line of a stream of UTF-8, as it arrives, empty ones left out. Resolves at its end; rejects with the stream's error. */
export async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  stream.setEncoding('utf8');
  // Parts of a line are joined once it is whole: an object may arrive in a hundred chunks.
  let parts: string[] = [];
  for await (const chunk of stream as AsyncIterable<string>) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      parts.push(chunk.slice(start, end));
      const line = parts.join('');
      parts = [];
      start = end + 1;
      if (line !== '') onLine(line);
    }
    if (start < chunk.length) parts.push(chunk.slice(start));
  }
}
