/**
 * JSON (RFC 8259) for untrusted files. `JSON.parse` silently keeps the last of equal keys, allows unlimited nesting
 * and needs seconds for objects of a million keys. This reader refuses the first two and returns maps.
 */

/** Objects are maps, and a number is NaN unless it is written as a whole one: `1.0` and `-0` are not sizes. */
export type StrictJson = string | number | boolean | null | StrictJson[] | Map<string, StrictJson>;

const MAX_DEPTH = 16;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WHOLE = /^(?:0|[1-9]\d*)$/;
const LITERALS = { true: true, false: false, null: null };
/** Characters of a string that need a check: escapes, control characters and surrogates. */
const NOT_PLAIN = /[\\\p{Control}\p{Surrogate}]/u;
/** A lone surrogate of UTF-16: JSON can express it, but text cannot contain it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** @throws SyntaxError if the text is not JSON, has a key twice, or is nested more than 16 deep */
export function parseStrictJson(text: string): StrictJson {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): StrictJson {
    if (depth > MAX_DEPTH) throw new SyntaxError(`it is nested more than ${MAX_DEPTH} deep`);
    const first = this.#next();
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    return this.#scalar();
  }

  end(): void {
    if (this.#next() !== undefined) throw this.#error();
  }

  #object(depth: number): Map<string, StrictJson> {
    const members = new Map<string, StrictJson>();
    this.#at += 1;
    if (this.#takes('}')) return members;
    do {
      this.#next();
      const key = this.#string();
      if (members.has(key)) throw new SyntaxError(`it has the key ${JSON.stringify(key.slice(0, 100))} twice`);
      if (!this.#takes(':')) throw this.#error();
      members.set(key, this.value(depth + 1));
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#error();
    return members;
  }

  #array(depth: number): StrictJson[] {
    const values: StrictJson[] = [];
    this.#at += 1;
    if (this.#takes(']')) return values;
    do values.push(this.value(depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) throw this.#error();
    return values;
  }

  #string(): string {
    const text = this.#text;
    const begin = this.#at;
    if (text[begin] !== '"') throw this.#error();
    let end = begin + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    if (end >= text.length) throw this.#error();
    const inside = text.slice(begin + 1, end);
    const value = NOT_PLAIN.test(inside) ? this.#unescaped(text.slice(begin, end + 1)) : inside;
    this.#at = end + 1;
    return value;
  }

  #unescaped(quoted: string): string {
    let value: string;
    try {
      value = JSON.parse(quoted) as string;
    } catch {
      throw this.#error();
    }
    if (LONE_SURROGATE.test(value)) throw this.#error();
    return value;
  }

  #scalar(): number | boolean | null {
    SCALAR.lastIndex = this.#at;
    const word = SCALAR.exec(this.#text)?.[0];
    if (word === undefined) throw this.#error();
    this.#at += word.length;
    if (word in LITERALS) return LITERALS[word as keyof typeof LITERALS];
    return WHOLE.test(word) ? Number(word) : Number.NaN;
  }

  #takes(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at += 1;
    return true;
  }

  /** The next character that is not white space; undefined at the end. */
  #next(): string | undefined {
    const text = this.#text;
    let at = this.#at;
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at += 1;
    this.#at = at;
    return text[at];
  }

  #error(): SyntaxError {
    return new SyntaxError(`it is not JSON at character ${this.#at}`);
  }
}
