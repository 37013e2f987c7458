import { NativeSelect } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../panels/icon-button.tsx';
import type { ComparableState } from './comparable-states.ts';
import styles from './compare-panel.module.css';
import { stateTitle } from './state-title.ts';

interface StateChoiceProps {
  readonly states: readonly ComparableState[];
  readonly before: ComparableState;
  readonly after: ComparableState;
  /** Revisions of the two. */
  onChange(chosen: { readonly before: string; readonly after: string }): void;
}

/** Which two states are compared. */
export function StateChoice({ states, before, after, onChange }: StateChoiceProps) {
  const text = useText();
  const now = { before: before.annotation.revision, after: after.annotation.revision };
  const data = states.map((state) => ({ value: state.annotation.revision, label: stateTitle(state, text) }));
  return (
    <div className={styles['choice']}>
      {(['before', 'after'] as const).map((side) => (
        <NativeSelect
          key={side}
          size="xs"
          label={text(`compare.${side}`)}
          value={now[side]}
          onChange={(event) => onChange({ ...now, [side]: event.currentTarget.value })}
          data={data}
        />
      ))}
      <IconButton
        label={text('compare.swap')}
        icon={<IconArrowsExchange size={16} />}
        size={30}
        tip="left"
        onClick={() => onChange({ before: now.after, after: now.before })}
      />
    </div>
  );
}
