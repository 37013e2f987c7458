import { IconChevronDown } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { usePreference, useServices } from '../app/services.tsx';
import styles from './section.module.css';

interface SectionProps {
  /** Kept with the preferences when a person folds it. */
  readonly name: string;
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of the panel that folds under its title. */
export function Section({ name, title, aside, children }: SectionProps) {
  const id = useId();
  const { preferences } = useServices();
  const folded = usePreference('folded');
  const open = !folded.includes(name);
  const toggle = () =>
    preferences.change({ folded: open ? [...folded, name] : folded.filter((one) => one !== name) });
  return (
    <section className={styles['section']} aria-labelledby={id} data-section={name}>
      <div className={styles['head']}>
        <h3 className={styles['title']} id={id}>
          <button type="button" className={styles['toggle']} aria-expanded={open} onClick={toggle}>
            <IconChevronDown size={14} stroke={2} className={styles['chevron']} />
            {title}
          </button>
        </h3>
        {aside === undefined ? null : <div className={styles['aside']}>{aside}</div>}
      </div>
      {open ? <div className={styles['body']}>{children}</div> : null}
    </section>
  );
}
