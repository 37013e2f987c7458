import { isCalqueError } from '@calque/core';

/** Whether any decoder would refuse the question: the error says nothing about the one that was asked. */
export function isOfQuestion(error: unknown): boolean {
  return isCalqueError(error) && /^(prompt|box|point|mask|rle)-/.test(error.code);
}
