import {readFileSync} from 'node:fs';
import {request} from 'node:https';

/** Where an API server is, and who asks. */
export interface ApiAccess {
  readonly url: string;
  /** File of the certificates that its own is checked against. */
  readonly caFile: string;
  readonly token: string;
}

export interface ApiRequest {
  /** GET when it is not given. */
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` when it is not given; patches have types of their own. */
  readonly contentType?: string;
}

export interface ApiResponse {
  readonly status: number;
  /** Parsed where it is JSON, else its text. */
  readonly body: unknown;
  /** What the API server, or a webhook through it, warns of. */
  readonly warnings: readonly string[];
}

const timeoutMs = 30_000;

/** Asks the API server once, over a connection of its own. Rejects when no answer comes in 30 seconds; a status of 400 and more is one. */
export function askApi(
  access: ApiAccess,
  path: string,
  {method = 'GET', body, contentType}: ApiRequest = {},
): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const message = request(
      `${access.url}${path}`,
      {
        method,
        ca: readFileSync(access.caFile),
        agent: false,
        timeout: timeoutMs,
        headers: {
          authorization: `Bearer ${access.token}`,
          accept: 'application/json',
          ...(text === undefined
            ? {}
            : {'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(text)}),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const warnings = warningsIn(response.headers['warning']);
          resolve({status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()), warnings});
        });
      },
    );
    message.on('timeout', () => message.destroy(new Error(`${method} ${path}: no answer in ${timeoutMs / 1000} s`)));
    message.on('error', reject);
    message.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The texts of a header of one or more `299 - "text"` (RFC 7234, 5.5), which Node joins with commas. */
function warningsIn(header: string | undefined): string[] {
  return [...(header ?? '').matchAll(/299 \S+ ("(?:[^"\\]|\\.)*")/g)].map((match) =>
    (match[1] ?? '').slice(1, -1).replaceAll(/\\(.)/g, '$1'),
  );
}
