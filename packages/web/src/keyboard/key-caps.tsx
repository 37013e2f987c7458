import styles from './key-caps.module.css';
import { keyParts } from './key-name.ts';

/** A key or a combination, drawn as keys. */
export function KeyCaps({ name, quiet }: { name: string; quiet?: 'quiet' }) {
  return (
    <span className={styles['caps']} data-quiet={quiet}>
      {keyParts(name, navigator.platform).map((part) => (
        <kbd key={part} className={styles['cap']}>
          {part}
        </kbd>
      ))}
    </span>
  );
}
