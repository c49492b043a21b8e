import {referencesIn} from './references.ts';

/** A remote end written in one text; the four parts and a `:` between host and port are the text, byte for byte. */
export interface Address {
  /** Scheme, user and password: `redis://user:secret@`; often empty. */
  readonly before: string;
  /** With its brackets where it is an IPv6 address: `[fd00::1]`. May hold `$(NAME)`. */
  readonly host: string;
  /** Absent where the text leaves it to the scheme. Digits, or `$(NAME)`. */
  readonly port?: string;
  /** Path, query and fragment. */
  readonly after: string;
}

/**
 * Reads `redis://user:pw@host:6379/0`, `jdbc:postgresql://host/db`, `host:6379`, `[::1]:6379` (RFC 3986, section 3.2, with or
 * without a scheme). A `$(NAME)` counts as a piece of the part it stands in. Undefined: not one host that a port can stand
 * behind (several hosts, a socket's path, words such as `host=db port=5432`, a name that is looked up by SRV records, a named
 * instance). Linear in the text's length.
 */
export function readAddress(text: string): Address | undefined {
  const masked = withoutReferences(text);
  const from = startOfAuthority(masked);
  const scheme = masked.slice(0, from);
  if (scheme.endsWith('+srv://')) return undefined;
  // A `;` begins the properties of a JDBC URL, and one of them may hold an `@`: `user=sa@server`.
  const length = masked.slice(from).search(scheme.toLowerCase().startsWith('jdbc:') ? /[/?#;]/ : /[/?#]/);
  const to = length === -1 ? masked.length : from + length;
  const start = Math.max(from, masked.lastIndexOf('@', to - 1) + 1);
  const match = hostAndPort.exec(masked.slice(start, to));
  const [, host, port] = match ?? [];
  if (host === undefined || !isPort(port)) return undefined;
  const hostEnd = start + host.length;
  const end = port === undefined ? hostEnd : hostEnd + 1 + port.length;
  if (namesAnother.scheme.test(scheme) && namesAnother.word.test(masked.slice(end))) return undefined;
  return {
    before: text.slice(0, start),
    host: text.slice(start, hostEnd),
    ...(port === undefined ? {} : {port: text.slice(hostEnd + 1, end)}),
    after: text.slice(end),
  };
}

/** The address as a text again. */
export function formatAddress({before, host, port, after}: Address): string {
  return `${before}${host}${port === undefined ? '' : `:${port}`}${after}`;
}

/**
 * Whether the host is this pod itself: `localhost`, 127.0.0.0/8 (RFC 1122, 3.2.1.3), `::1` with or without brackets (RFC 4291,
 * 2.5.3), and the unspecified addresses, which Linux connects to it.
 */
export function isLoopback(host: string): boolean {
  return /^(?:localhost\.?|127(?:\.\d{1,3}){3}|0\.0\.0\.0|::1?|\[::1?\])$/i.test(host);
}

/** Whether the text may stand for a host alone: what it holds would not be read as another part of an address. */
export function isHostText(text: string): boolean {
  return /^[^\s:/?#@,;=()[\]]*$/.test(withoutReferences(text));
}

// A character of the private use area, so that no name can be taken for a delimiter; as long as what it hides.
const mask = '\uE000';

// With a `%` it is a socket's path (`%2Fvar%2Frun`), with a `\` a named instance of a SQL Server, whose properties begin with `;`.
const hostAndPort = /^(\[[^\]]+\]|[^\s:/?#@,;=()[\]%\\]+)(?::(\d{1,5}|\uE000+))?(?:;.*)?$/s;

// Words behind an address that go before its host and port. Sources: PostgreSQL's libpq, 34.1.2; Microsoft's JDBC driver.
const namesAnother = {
  scheme: /^(?:postgres|jdbc:sqlserver:)/i,
  word: /[?&;](?:host|hostaddr|port|server|serverName|portNumber)=/i,
};

function withoutReferences(text: string): string {
  let result = '';
  let at = 0;
  for (const {start, end} of referencesIn(text)) {
    result += text.slice(at, start) + mask.repeat(end - start);
    at = end;
  }
  return result + text.slice(at);
}

/** Behind `scheme://`, also one in two parts (`jdbc:postgresql://`); 0 where there is none. */
function startOfAuthority(text: string): number {
  const at = text.indexOf('://');
  return at > 0 && /^[A-Za-z\uE000][A-Za-z0-9+.:\uE000-]*$/.test(text.slice(0, at)) ? at + '://'.length : 0;
}

function isPort(port: string | undefined): boolean {
  if (port === undefined || port.startsWith(mask)) return true;
  const number = Number(port);
  return number >= 1 && number <= 65_535;
}
