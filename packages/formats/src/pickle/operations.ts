/** The operations of pickle that build data, protocols 0 to 5, by their byte. */

import { latin1 } from '../bytes.ts';
import { MalformedError } from '../malformed-error.ts';
import type { Machine } from './machine.ts';

type Operation = (machine: Machine) => void;

const HIGHEST_PROTOCOL = 5;
export const STOP = 0x2e;

const byte = (character: string) => character.charCodeAt(0);

const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const copy = (bytes: Uint8Array) => new Uint8Array(bytes);

function setItems(machine: Machine, items: readonly unknown[]): void {
  const target = machine.top();
  if (!(target instanceof Map) || items.length % 2 !== 0)
    throw new MalformedError('it fills something that is not a dictionary');
  for (let k = 0; k < items.length; k += 2) target.set(items[k], items[k + 1]);
}

function append(machine: Machine, items: readonly unknown[]): void {
  const target = machine.top();
  if (!Array.isArray(target)) throw new MalformedError('it appends to something that is not a list');
  for (const item of items) target.push(item);
}

function addItems(machine: Machine, items: readonly unknown[]): void {
  const target = machine.top();
  if (!(target instanceof Set)) throw new MalformedError('it adds to something that is not a set');
  for (const item of items) target.add(item);
}

function dictionary(machine: Machine): void {
  const items = machine.popMark();
  machine.push(new Map());
  setItems(machine, items);
}

function protocol(machine: Machine): void {
  const version = machine.bytes.uint8();
  if (version > HIGHEST_PROTOCOL)
    throw new MalformedError(`it has the protocol ${version}, the highest known is ${HIGHEST_PROTOCOL}`);
}

/** `I01` and `I00` are booleans of protocol 0. */
function decimal(machine: Machine): void {
  const at = machine.bytes.position;
  const line = latin1(machine.bytes.line());
  if (line === '00' || line === '01') machine.push(line === '01');
  else {
    machine.bytes.position = at;
    machine.push(machine.bytes.decimalLine());
  }
}

export const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x80, protocol],
  [0x95, (m) => m.bytes.take(8)], // FRAME: a length for readers of streams

  [byte('N'), (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [byte('I'), decimal],
  [byte('L'), (m) => m.push(m.bytes.decimalLine())],
  [byte('J'), (m) => m.push(m.bytes.int32())],
  [byte('K'), (m) => m.push(m.bytes.uint8())],
  [byte('M'), (m) => m.push(m.bytes.uint16())],
  [0x8a, (m) => m.push(m.bytes.integer(m.bytes.uint8()))],
  [0x8b, (m) => m.push(m.bytes.integer(m.bytes.uint32()))],
  [byte('F'), (m) => m.push(m.bytes.floatLine())],
  [byte('G'), (m) => m.push(m.bytes.float64())],

  [byte('S'), (m) => m.push(m.bytes.quotedLine())],
  [byte('T'), (m) => m.push(latin1(m.bytes.take(m.bytes.uint32())))],
  [byte('U'), (m) => m.push(latin1(m.bytes.take(m.bytes.uint8())))],
  [byte('V'), (m) => m.push(m.bytes.unicodeLine())],
  [byte('X'), (m) => m.push(text(m.bytes.take(m.bytes.uint32())))],
  [0x8c, (m) => m.push(text(m.bytes.take(m.bytes.uint8())))],
  [0x8d, (m) => m.push(text(m.bytes.take(m.bytes.uint64())))],
  [byte('B'), (m) => m.push(copy(m.bytes.take(m.bytes.uint32())))],
  [byte('C'), (m) => m.push(copy(m.bytes.take(m.bytes.uint8())))],
  [0x8e, (m) => m.push(copy(m.bytes.take(m.bytes.uint64())))],
  [0x96, (m) => m.push(copy(m.bytes.take(m.bytes.uint64())))],

  [byte('('), (m) => m.mark()],
  [byte('0'), (m) => m.pop()],
  [byte('1'), (m) => m.popMark()],
  [byte('2'), (m) => m.push(m.top())],

  [byte(']'), (m) => m.push([])],
  [byte('l'), (m) => m.push(m.popMark())],
  [byte('a'), (m) => append(m, m.popSome(1))],
  [byte('e'), (m) => append(m, m.popMark())],
  [byte(')'), (m) => m.push([])],
  [byte('t'), (m) => m.push(m.popMark())],
  [0x85, (m) => m.push(m.popSome(1))],
  [0x86, (m) => m.push(m.popSome(2))],
  [0x87, (m) => m.push(m.popSome(3))],
  [byte('}'), (m) => m.push(new Map())],
  [byte('d'), dictionary],
  [byte('s'), (m) => setItems(m, m.popSome(2))],
  [byte('u'), (m) => setItems(m, m.popMark())],
  [0x8f, (m) => m.push(new Set())],
  [0x90, (m) => addItems(m, m.popMark())],
  [0x91, (m) => m.push(new Set(m.popMark()))],

  [byte('g'), (m) => m.get(Number(m.bytes.decimalLine()))],
  [byte('h'), (m) => m.get(m.bytes.uint8())],
  [byte('j'), (m) => m.get(m.bytes.uint32())],
  [byte('p'), (m) => m.put(Number(m.bytes.decimalLine()))],
  [byte('q'), (m) => m.put(m.bytes.uint8())],
  [byte('r'), (m) => m.put(m.bytes.uint32())],
  [0x94, (m) => m.put(m.memo.size)],

  [byte('c'), (m) => m.global(text(m.bytes.line()), text(m.bytes.line()))],
  [0x93, (m) => m.global(...(m.popSome(2) as [unknown, unknown]))],
  [byte('R'), (m) => m.call()],
  [0x81, (m) => m.call()], // NEWOBJ: a class without arguments of __init__
  [byte('b'), (m) => m.build()],
  [byte('Q'), (m) => m.persistent()],
]);

/** The other operations by name. They create objects of any class, or refer to external data. */
export const REFUSED: ReadonlyMap<number, string> = new Map([
  [byte('P'), 'PERSID'],
  [byte('i'), 'INST'],
  [byte('o'), 'OBJ'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x92, 'NEWOBJ_EX'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
]);
