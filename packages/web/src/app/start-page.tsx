import type { WireDataset } from '@calque/api';
import { useEffect } from 'react';
import { useText } from '../i18n/use-text.ts';
import { goTo, hrefOf } from './route.ts';
import { useServices } from './services.tsx';
import { Situation } from './situation.tsx';
import styles from './start-page.module.css';

/** The open datasets. With one alone, which is the usual case, its first image opens at once. */
export function StartPage({ datasets }: { datasets: readonly WireDataset[] }) {
  const text = useText();
  const { client } = useServices();
  const only = datasets.length === 1 ? datasets[0] : undefined;

  useEffect(() => {
    if (only === undefined) return;
    const leaving = new AbortController();
    const params = { datasetId: only.id };
    client
      .call('listImages', { params, query: { limit: 1 }, signal: leaving.signal })
      .then(({ images: [first] }) =>
        goTo(
          first === undefined
            ? { page: 'dataset', datasetId: only.id }
            : { page: 'image', datasetId: only.id, imageId: first.id },
          'replace',
        ),
      )
      .catch(() => {
        if (!leaving.signal.aborted) goTo({ page: 'dataset', datasetId: only.id }, 'replace');
      });
    return () => leaving.abort();
  }, [client, only]);

  if (only !== undefined) return <div className={styles['page']} />;
  if (datasets.length === 0) return <Situation name="no-dataset" />;
  return (
    <main className={styles['page']}>
      <h1 className={styles['title']}>{text('start.title')}</h1>
      <ul className={styles['list']}>
        {datasets.map((dataset) => (
          <li key={dataset.id}>
            <a
              className={styles['dataset']}
              href={hrefOf({ page: 'dataset', datasetId: dataset.id })}
              onClick={(event) => {
                event.preventDefault();
                goTo({ page: 'dataset', datasetId: dataset.id });
              }}
            >
              <strong>{dataset.name}</strong>
              <span>{text('start.images', { count: dataset.imageCount })}</span>
              <small>{dataset.folder}</small>
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}
