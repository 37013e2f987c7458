import { useEffect } from 'react';
import { useText } from '../i18n/use-text.ts';
import { useCommands } from '../keyboard/use-commands.tsx';
import { Gallery } from '../panels/gallery.tsx';
import { TopBar } from '../panels/top-bar.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import styles from './dataset-page.module.css';
import { useInterface } from './interface-state.ts';
import { statusOf } from './login-page.tsx';
import { goTo } from './route.ts';
import { useDataset, useDatasets, useImageList } from './server-lists.ts';
import { Situation } from './situation.tsx';
import { useNavigationCommands } from './workbench-commands.ts';

export function DatasetPage({ datasetId }: { datasetId: string }) {
  const text = useText();
  const search = useInterface((state) => state.search);
  const choice = useInterface((state) => state.choice);
  const unreviewedOnly = useInterface((state) => state.unreviewedOnly);
  const list = useImageList(datasetId, { search, unreviewedOnly, choice });
  const datasets = useDatasets();
  const dataset = useDataset(datasetId);
  useCommands(useNavigationCommands(datasetId, undefined, list));
  useEffect(() => {
    document.title = `${dataset?.name ?? ''} · Calque`;
  }, [dataset?.name]);
  const forbidden = statusOf(list.error) === 403;
  const missing = datasets.isSuccess && dataset === undefined;
  return (
    <div className={styles['page']}>
      <div className={styles['top']}>
        <TopBar dataset={dataset} list={list} image={null} editing={false} />
      </div>
      <div className={styles['body']}>
        <ConnectionBanner />
        {missing ? (
          <Situation
            name="no-dataset"
            action={text('state.to-start')}
            onAction={() => goTo({ page: 'start' })}
          />
        ) : null}
        {dataset !== undefined && list.error !== null && list.images.length === 0 ? (
          <Situation
            name={forbidden ? 'no-permission' : 'failed'}
            details={forbidden ? dataset.folder : list.error.message}
            action={text('state.again')}
            onAction={() => window.location.reload()}
          />
        ) : null}
        {dataset !== undefined && (list.error === null || list.images.length > 0) ? (
          <Gallery dataset={dataset} list={list} />
        ) : null}
      </div>
    </div>
  );
}
