import { isCalqueError } from '@calque/core';
import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useEditor, useEditorState } from '../app/use-editor.tsx';
import type { Notice } from '../editor/editor-state.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './notices.module.css';

const mostShown = 3;

/** What a person must know, over the canvas: newest first, with the one thing to do. */
export function Notices() {
  const text = useText();
  const notices = useEditorState((state) => state.notices);
  return (
    <ul className={styles['notices']} aria-live="polite" aria-label={text('notices.title')}>
      {notices
        .slice(-mostShown)
        .toReversed()
        .map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
    </ul>
  );
}

function NoticeCard({ notice }: { notice: Notice }) {
  const text = useText();
  const editor = useEditor();
  const Icon = notice.kind === 'info' ? IconInfoCircle : IconAlertTriangle;
  const { action } = notice;
  return (
    <li className={styles['notice']} data-kind={notice.kind}>
      <Icon size={18} stroke={1.8} className={styles['icon']} />
      <div className={styles['text']}>
        {isCalqueError(notice.text) ? (
          <>
            <p>{text.ofData(`error.${notice.text.code}`, { defaultValue: notice.text.message })}</p>
            {notice.text.remedy === undefined ? null : (
              <p className={styles['remedy']}>{notice.text.remedy}</p>
            )}
          </>
        ) : (
          <p>{text.ofData(notice.text.key, notice.text.values)}</p>
        )}
      </div>
      {action === undefined ? null : (
        <button
          type="button"
          className={styles['action']}
          onClick={() => {
            action.run();
            editor.dismissNotice(notice.id);
          }}
        >
          {text.ofData(action.key)}
        </button>
      )}
      <CloseButton
        size="sm"
        aria-label={text('dialog.close')}
        onClick={() => editor.dismissNotice(notice.id)}
      />
    </li>
  );
}
