import { onnxDataType } from '../onnx-constants.ts';

/** Element types that the graphs use, as ONNX calls them in TypeScript's words. */
export type ElementType = 'float32' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool';

interface ElementFacts {
  readonly onnx: number;
  readonly bytes: number;
}

export const elementTypes: Readonly<Record<ElementType, ElementFacts>> = {
  float32: { onnx: onnxDataType.float, bytes: 4 },
  float16: { onnx: onnxDataType.float16, bytes: 2 },
  int64: { onnx: onnxDataType.int64, bytes: 8 },
  int32: { onnx: onnxDataType.int32, bytes: 4 },
  int8: { onnx: onnxDataType.int8, bytes: 1 },
  uint8: { onnx: onnxDataType.uint8, bytes: 1 },
  bool: { onnx: onnxDataType.bool, bytes: 1 },
};
