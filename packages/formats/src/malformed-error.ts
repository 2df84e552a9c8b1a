/** What is wrong with some bytes, before it is known which file they are of. The reader of the file says which. */
export class MalformedError extends Error {
  /** What to do about it, one sentence in the imperative. */
  readonly hint: string;

  constructor(problem: string, hint = 'Copy or download it again.') {
    super(problem);
    this.hint = hint;
  }
}
