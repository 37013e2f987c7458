import { Button } from '@mantine/core';
import { IconCloudOff, IconDownload } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useText } from '../i18n/use-text.ts';
import { announce } from '../panels/live-region.tsx';
import { percentOf, shortTitle, stateOf } from '../panels/model-menu.tsx';
import styles from './connection-banner.module.css';
import { MemoryBanner } from './memory-banner.tsx';
import { useModelChoice } from './model-choice.ts';
import { useServices } from './services.tsx';

/** Shorter gaps are not worth a word: the stream is renewed now and then. */
const graceMs = 1500;

export function useConnected(): boolean {
  const { events } = useServices();
  const state = useSyncExternalStore(
    (listener) => events.watch(listener),
    () => events.state,
  );
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (state === 'connected') return setConnected(true);
    const timer = setTimeout(() => setConnected(false), graceMs);
    return () => clearTimeout(timer);
  }, [state]);
  return connected;
}

/** One line over the page for what concerns all of it: no server, or no model yet. Lies over the canvas, moves nothing. */
export function ConnectionBanner() {
  const text = useText();
  const connected = useConnected();
  const [wasGone, setWasGone] = useState(false);
  useEffect(() => {
    if (connected && wasGone) announce(text('banner.back'));
    setWasGone(!connected);
  }, [connected, wasGone, text]);
  return (
    <div className={styles['place']} aria-live="polite">
      {connected ? (
        <ModelBanner />
      ) : (
        <p className={styles['banner']} data-kind="gone">
          <IconCloudOff size={16} stroke={1.8} />
          {text('banner.gone')}
        </p>
      )}
    </div>
  );
}

function ModelBanner() {
  const text = useText();
  const { client } = useServices();
  const { model, models } = useModelChoice();
  if (model === undefined) return null;
  if (model.status === 'ready')
    return model.memory === undefined ? null : (
      <MemoryBanner model={model} models={models} memory={model.memory} />
    );
  const pull = () => {
    // How it goes on, and whether it fails, comes as events of the model.
    client.call('pullModel', { params: { modelId: model.id } }).catch(() => undefined);
  };
  return (
    <div className={styles['banner']} data-kind="model">
      <IconDownload size={16} stroke={1.8} />
      <span className="number">
        {model.status === 'downloading'
          ? `${shortTitle(model)}: ${stateOf(model, text)}`
          : text(model.status === 'failed' ? 'banner.model-failed' : 'banner.model-missing', {
              model: shortTitle(model),
            })}
      </span>
      {model.status === 'downloading' ? (
        <span
          className={styles['bar']}
          role="progressbar"
          aria-valuenow={Math.round(percentOf(model))}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-label={model.title}
        >
          <span style={{ width: `${percentOf(model)}%` }} />
        </span>
      ) : (
        <Button size="compact-xs" onClick={pull}>
          {text(model.status === 'failed' ? 'banner.again' : 'banner.download')}
        </Button>
      )}
    </div>
  );
}
