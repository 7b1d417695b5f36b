/**
 * A place of an XML property list that Apple's published reader takes another way than it is read here, or than other
 * readers take it (docs/design/plist.md).
 */
export interface Doubt {
  /** Offset in the text. */
  readonly start: number;
  /** What stands there, and who does what with it: one sentence. */
  readonly message: string;
  /** What to write instead: one sentence. */
  readonly fix: string;
}
