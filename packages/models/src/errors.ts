import { CalqueError } from '@calque/core';

export function notOnnx(name: string, reason: string, cause?: unknown): CalqueError {
  return new CalqueError({
    code: 'onnx-invalid',
    message: `${name} is not a readable ONNX model: ${reason}`,
    expected: 'an ONNX file (protobuf) with a graph',
    remedy: 'Fetch or export the file again',
    details: { name, reason },
    ...(cause === undefined ? {} : { cause }),
  });
}

export function sam1GraphUnexpected(name: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'sam1-graph-unexpected',
    message: `The candidates of the decoder ${name} cannot be exposed: ${reason}`,
    expected: 'a SAM 1 mask decoder exported to ONNX with a single mask',
    remedy: 'Use a decoder that publishes its candidates, or report the model',
    details: { name, reason },
  });
}
