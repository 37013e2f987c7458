import { CalqueError } from '@calque/core';

export function templateInvalid(file: string, line: number, problem: string, expected: string): CalqueError {
  return new CalqueError({
    code: 'template-invalid',
    message: `${file}, line ${line}: ${problem}`,
    expected,
    remedy: 'Correct the line; docs/report.md says how templates are written.',
    details: { file, line },
  });
}
