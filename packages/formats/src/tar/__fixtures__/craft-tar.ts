/** Builds tar archives block by block, including ones that no program writes: the fields of a header, and a body. */

export interface CraftedMember {
  readonly name: string | Uint8Array;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  /** Size in the header; default: the length of the body. */
  readonly size?: number;
  /** Whether to write it as a binary number, as GNU tar does for large files. */
  readonly binarySize?: boolean;
  readonly linkName?: string;
  /** `ustar` of POSIX, or of GNU tar. */
  readonly magic?: string;
  /** Old programs added the bytes as signed numbers. */
  readonly signedChecksum?: boolean;
  /** More fields by position. */
  readonly fields?: Readonly<Record<number, string>>;
}

export const GNU_MAGIC = 'ustar  \0';
const encoder = new TextEncoder();
const bytesOf = (text: string | Uint8Array) => (typeof text === 'string' ? encoder.encode(text) : text);

/** Members without the blocks of zeros at the end. */
export function craftMembers(members: readonly CraftedMember[]): Uint8Array {
  return joined(members.flatMap((member) => [headerOf(member), padded(bytesOf(member.body ?? ''))]));
}

/** A complete archive with a chosen number of zero blocks at its end. */
export function craftTar(members: readonly CraftedMember[], zeroBlocks = 2): Uint8Array {
  return joined([craftMembers(members), new Uint8Array(512 * zeroBlocks)]);
}

/** The body of a pax header. */
export function paxRecords(records: Readonly<Record<string, string>>): string {
  return Object.entries(records).map(([key, value]) => paxRecord(` ${key}=${value}\n`)).join('');
}

/** The length at the beginning of a record includes its own digits. */
function paxRecord(rest: string): string {
  const length = encoder.encode(rest).length;
  const digits = [1, 2, 3, 4].find((count) => String(length + count).length === count)!;
  return `${length + digits}${rest}`;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const padded = (body: Uint8Array) => joined([body, new Uint8Array((512 - (body.length % 512)) % 512)]);

function headerOf(member: CraftedMember): Uint8Array {
  const { type = '0', magic = 'ustar\0' + '00', linkName = '', fields = {} } = member;
  const block = new Uint8Array(512);
  const size = member.size ?? bytesOf(member.body ?? '').length;
  block.set(bytesOf(member.name));
  const texts = { 100: '0000644\0', 124: `${size.toString(8).padStart(11, '0')}\0`, 156: type, 157: linkName, 257: magic };
  for (const [at, text] of Object.entries({ ...texts, ...fields })) block.set(bytesOf(text), Number(at));
  if (member.binarySize) {
    block.fill(0, 124, 136);
    block[124] = 0x80;
    new DataView(block.buffer).setUint32(132, size);
  }
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + (member.signedChecksum && byte > 127 ? byte - 256 : byte), 0);
  block.set(bytesOf(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return block;
}
