import { latePart } from './late-part.tsx';

/** Panels that most visits do not open: their code comes later. */
export const ComparePlace = latePart(async () => (await import('../compare/compare-panel.tsx')).ComparePanel);

export const SensitivityPlace = latePart(
  async () => (await import('../sensitivity/sensitivity-panel.tsx')).SensitivityPanel,
);

export const MonitoringPlace = latePart(
  async () => (await import('../monitoring/monitoring-page.tsx')).MonitoringPage,
);

export const TablePlace = latePart(async () => (await import('../table/measures-page.tsx')).MeasuresPage);
