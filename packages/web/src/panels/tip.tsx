import { Tooltip, type TooltipProps } from '@mantine/core';
import { KeyCaps } from '../keyboard/key-caps.tsx';
import { useKeyOf } from '../keyboard/use-commands.tsx';
import styles from './tip.module.css';

interface TipProps {
  readonly label: string;
  /** The command whose key is shown behind the label. */
  readonly command?: string | undefined;
  readonly position?: TooltipProps['position'];
  /** A sentence rather than a name: wraps. */
  readonly long?: 'long';
  readonly children: TooltipProps['children'];
}

export function Tip({ label, command, position = 'bottom', long, children }: TipProps) {
  const key = useKeyOf(command);
  const text = (
    <span className={styles['tip']}>
      {label}
      {key === undefined ? null : <KeyCaps name={key} />}
    </span>
  );
  return (
    <Tooltip
      label={text}
      position={position}
      classNames={{ tooltip: styles['surface'] ?? '' }}
      {...(long === undefined ? {} : { multiline: true, w: 260 })}
    >
      {children}
    </Tooltip>
  );
}
