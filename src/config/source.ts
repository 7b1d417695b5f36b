/** Where files come from. Synchronous; the real one looks at owner and mode as well (interface §1, `file/untrusted`). */
export interface ConfigSource {
  /** `path` is absolute, or as the user wrote it after `-f`; `-` is standard input, with the real path `<stdin>`. */
  read(path: string): SourceReading;
  /** Files in `folder` that match, in any order. */
  glob(pattern: string, folder: string): readonly string[];
}

export type SourceReading =
  | {
      readonly ok: true;
      readonly text: string;
      /** Links followed; its folder is the base of relative paths. */
      readonly realPath: string;
    }
  | {
      readonly ok: false;
      readonly reason: 'missing' | 'unreadable' | 'too-large' | 'untrusted';
      /** One sentence. */
      readonly message: string;
      /** What to do about it, where the reason alone does not tell. */
      readonly hint?: string;
    };
