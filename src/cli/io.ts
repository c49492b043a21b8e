/** What the CLI touches of the world. */
export interface Io {
  /** A file's bytes; `-` is standard input. Rejects with the system's error. */
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly isFolder: (path: string) => Promise<boolean>;
  /** The names of what is directly in a folder. */
  readonly list: (path: string) => Promise<readonly string[]>;
  /** Documents. Resolves when they are written; a reader that went away (`| head`) is no error. */
  readonly out: (text: string) => Promise<void>;
  /** Words. */
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout and stderr are read by a person. */
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
}

/** 0: done, warnings alone too. 1: findings. 2: could not run. */
export type ExitCode = 0 | 1 | 2;
