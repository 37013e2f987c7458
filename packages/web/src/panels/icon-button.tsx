import { ActionIcon, type ActionIconProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useRegistry } from '../keyboard/use-commands.tsx';
import { Tip } from './tip.tsx';

interface IconButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  /** Runs this command, and shows its key. */
  readonly command?: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly size?: number;
  readonly tip?: 'bottom' | 'right' | 'top' | 'left';
  readonly className?: string | undefined;
  readonly color?: ActionIconProps['color'];
  onClick?(): void;
}

/** A button that is an icon: named for all, explained by a tooltip with its key. */
export function IconButton(props: IconButtonProps) {
  const { label, icon, command, pressed, disabled = false, size = 32, tip = 'bottom', className } = props;
  const registry = useRegistry();
  const run = () => (props.onClick === undefined ? registry.run(command ?? '') : props.onClick());
  return (
    <Tip label={label} command={command} position={tip}>
      <ActionIcon
        aria-label={label}
        size={size}
        disabled={disabled}
        onClick={run}
        className={className ?? ''}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      >
        {icon}
      </ActionIcon>
    </Tip>
  );
}
