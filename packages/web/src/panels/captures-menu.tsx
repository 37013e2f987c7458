import { Menu } from '@mantine/core';
import { IconCamera, IconCopy, IconDownload, IconReport } from '@tabler/icons-react';
import { captures } from '../captures/captures.ts';
import { useCapture } from '../captures/use-capture.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './top-bar.module.css';

export function CapturesMenu() {
  const text = useText();
  const { available, capture } = useCapture();
  return (
    <Menu width={280} position="bottom-end">
      <Menu.Target>
        <button type="button" className={styles['menu']} aria-label={text('captures.title')}>
          <IconCamera size={18} stroke={1.6} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {captures.map(({ name, copyable, forReport }) => (
          <div key={name}>
            <Menu.Label>{text(`captures.${name}`)}</Menu.Label>
            {copyable ? (
              <Menu.Item
                leftSection={<IconCopy size={16} />}
                disabled={!available(name)}
                onClick={() => void capture(name, 'copy')}
              >
                {text('captures.copy')}
              </Menu.Item>
            ) : null}
            <Menu.Item
              leftSection={<IconDownload size={16} />}
              disabled={!available(name)}
              onClick={() => void capture(name, 'save')}
            >
              {text('captures.save')}
            </Menu.Item>
            {forReport ? (
              <Menu.Item
                leftSection={<IconReport size={16} />}
                disabled={!available(name)}
                onClick={() => void capture(name, 'keep')}
              >
                {text('captures.keep')}
              </Menu.Item>
            ) : null}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
