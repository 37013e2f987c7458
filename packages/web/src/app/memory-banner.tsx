import type { MemoryState, ModelState } from '@calque/api';
import { Button, CloseButton } from '@mantine/core';
import { IconStairsDown } from '@tabler/icons-react';
import { useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import { shortTitle } from '../panels/model-menu.tsx';
import styles from './connection-banner.module.css';
import { useServices } from './services.tsx';

interface MemoryBannerProps {
  readonly model: ModelState;
  readonly models: readonly ModelState[];
  readonly memory: MemoryState;
}

/** Says what the model does without since memory did not suffice, and offers to try everything again. */
export function MemoryBanner({ model, models, memory }: MemoryBannerProps) {
  const text = useText();
  const { client } = useServices();
  const [dismissed, setDismissed] = useState<string | null>(null);
  const said = `${memory.step} ${memory.since}`;
  if (dismissed === said) return null;
  const other = models.find(({ id }) => id === memory.answeredBy);
  const restore = () => {
    // What comes of it is told as events of the model.
    client.call('restoreModel', { params: { modelId: model.id } }).catch(() => undefined);
  };
  return (
    <div className={styles['banner']} data-kind="memory">
      <IconStairsDown size={16} stroke={1.8} />
      <span>
        {text(`memory.${memory.step}`, {
          model: shortTitle(model),
          other: other === undefined ? memory.answeredBy : shortTitle(other),
        })}
      </span>
      <Button size="compact-xs" onClick={restore}>
        {text('memory.restore')}
      </Button>
      <CloseButton size="sm" aria-label={text('dialog.close')} onClick={() => setDismissed(said)} />
    </div>
  );
}
