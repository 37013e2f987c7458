import { lazy, Suspense } from 'react';

const ComparePanel = lazy(async () => ({
  default: (await import('../compare/compare-panel.tsx')).ComparePanel,
}));

const SensitivityPanel = lazy(async () => ({
  default: (await import('../sensitivity/sensitivity-panel.tsx')).SensitivityPanel,
}));

const MeasuresPage = lazy(async () => ({
  default: (await import('../table/measures-page.tsx')).MeasuresPage,
}));

/** Panels that most visits do not open: their code comes when they are. */
export function ComparePlace() {
  return (
    <Suspense fallback={null}>
      <ComparePanel />
    </Suspense>
  );
}

export function SensitivityPlace() {
  return (
    <Suspense fallback={null}>
      <SensitivityPanel />
    </Suspense>
  );
}

export function TablePlace({ datasetId }: { datasetId: string }) {
  return (
    <Suspense fallback={null}>
      <MeasuresPage datasetId={datasetId} />
    </Suspense>
  );
}
