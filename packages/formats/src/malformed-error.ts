/** An error in some bytes whose file is not known yet. The reader of the file adds its name. */
export class MalformedError extends Error {
  /** How to fix it, one sentence in the imperative. */
  readonly hint: string;

  constructor(problem: string, hint = 'Copy or download it again.') {
    super(problem);
    this.hint = hint;
  }
}
