/**
 * NaN stays NaN. WGSL lets a driver calculate as if there were none, but a NaN in training must show in the loss
 * and not become 0 in a sigmoid. The programs here test for it by its bits; a softmax then passes it on in its sum.
 */

import { assert } from '@t2i/core';
import type { Program } from './correct-programs.ts';

/** Functions of one number, as the backend numbers them. */
const FUNCTION = /^unary_(\d+)$/;
/** Functions that give another result for NaN. */
const OF_NAN = new Set(Object.values({ isFinite: 15, isInf: 16, isNaN: 17, logicalNot: 21, sign: 31, toInt: 40 }));

const FUNCTION_BEGINS = 'fn unaryOperation(a : f32) -> f32 {';
const SUMMAND = 'threadSum += subExp;';

export function keepNaN(program: Program): void {
  const number = FUNCTION.exec(program.shaderKey)?.[1];
  if (program.shaderKey === 'softmax') {
    edit(program, SUMMAND, 'threadSum += select(subExp, uniforms.NAN, isnan(getLogits(row, col)));');
  } else if (number !== undefined && !OF_NAN.has(Number(number))) {
    edit(program, FUNCTION_BEGINS, `${FUNCTION_BEGINS} if (isnan(a)) { return a; }`);
  }
}

function edit(program: Program, text: string, replacement: string): void {
  const { shaderKey } = program;
  const getUserCode = program.getUserCode.bind(program);
  program.getUserCode = () => {
    const code = getUserCode();
    assert(code.includes(text), `the program ${shaderKey} is another than in tfjs-backend-webgpu 4.22`);
    return code.replace(text, replacement);
  };
}
