import type { ModelState } from '@calque/api';
import { Menu, Progress } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCube, IconDownload } from '@tabler/icons-react';
import { useModelChoice } from '../app/model-choice.ts';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './top-bar.module.css';

export function ModelMenu() {
  const text = useText();
  const { client, preferences } = useServices();
  const { models, model } = useModelChoice();
  const waiting = model !== undefined && model.status !== 'ready';
  const choose = (one: ModelState) => {
    preferences.change({ model: one.id });
    if (one.status !== 'missing' && one.status !== 'failed') return;
    // How the download goes, and whether it fails, comes as events of the model.
    client.call('pullModel', { params: { modelId: one.id } }).catch(() => undefined);
  };
  return (
    <Menu width={300} position="bottom-end">
      <Menu.Target>
        <button
          type="button"
          className={styles['menu']}
          data-warn={waiting || undefined}
          aria-label={text('model.menu', { model: model === undefined ? '' : shortTitle(model) })}
        >
          <IconCube size={16} stroke={1.6} />
          <span className={styles['long']}>
            {model === undefined ? text('model.none') : shortTitle(model)}
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text('model.title')}</Menu.Label>
        {models.map((one) => (
          <Menu.Item
            key={one.id}
            onClick={() => choose(one)}
            rightSection={<ModelMark model={one} chosen={one.id === model?.id} />}
          >
            <span className={styles['model']}>
              <span>{shortTitle(one)}</span>
              <small>{restOfTitle(one)}</small>
              <small>{stateOf(one, text)}</small>
              {one.progress === null ? null : (
                <Progress
                  size={3}
                  value={percentOf(one)}
                  aria-label={text('model.downloading', { done: '', total: '' })}
                />
              )}
            </span>
          </Menu.Item>
        ))}
        <p className={styles['explain']}>{text('model.explain')}</p>
      </Menu.Dropdown>
    </Menu>
  );
}

/** `SAM 2 Hiera tiny: the default` is called `SAM 2 Hiera tiny`. */
export function shortTitle({ title }: ModelState): string {
  return title.split(':')[0] ?? title;
}

function restOfTitle({ title }: ModelState): string {
  return title.includes(':') ? title.slice(title.indexOf(':') + 1).trim() : '';
}

function ModelMark({ model, chosen }: { model: ModelState; chosen: boolean }) {
  if (model.status === 'missing') return <IconDownload size={16} />;
  if (model.status === 'failed') return <IconAlertTriangle size={16} />;
  return chosen ? <IconCheck size={16} /> : null;
}

export function percentOf({ progress }: ModelState): number {
  return progress === null ? 0 : (100 * progress.doneBytes) / Math.max(1, progress.totalBytes);
}

export function stateOf(model: ModelState, text: ReturnType<typeof useText>): string {
  if (model.status === 'downloading' && model.progress !== null) {
    return text('model.downloading', {
      done: text.format.bytes(model.progress.doneBytes),
      total: text.format.bytes(model.progress.totalBytes),
    });
  }
  return `${text(`model.${model.status}`)} · ${model.licence}`;
}
