/** What lines are written to: fields and one constant sentence. A pino logger is one. */
export interface ClusterLog {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}
