/** Panels that most visits do not open: their code comes when they are. */
export function ComparePlace() {
  return null;
}

export function SensitivityPlace() {
  return null;
}
