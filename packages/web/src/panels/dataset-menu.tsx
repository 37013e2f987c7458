import type { WireDataset } from '@calque/api';
import { Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { openDialog, useInterface } from '../app/interface-state.ts';
import { latePart } from '../app/late-part.tsx';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';

const DatasetDialogs = latePart(async () => (await import('./dataset-dialogs.tsx')).DatasetDialogs);

const DIALOGS = ['statistics', 'selection', 'export', 'import'] as const;

/** What concerns all images at once; the dialogs' code comes when one is opened. */
export function DatasetMenu({ dataset }: { dataset: WireDataset }) {
  const text = useText();
  const { client } = useServices();
  const dialog = useInterface((state) => DIALOGS.find((name) => name === state.dialog) ?? null);
  return (
    <>
      <Menu width={260} position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={16} />}>
            {text('dataset.menu')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {DIALOGS.map((name) => (
            <Menu.Item key={name} onClick={() => openDialog(name)}>
              {text(`dataset.${name}`)}
            </Menu.Item>
          ))}
          <Menu.Item
            component="a"
            href={client.addressOf('readBundle', { params: { datasetId: dataset.id } })}
            download={`${dataset.name}.calque.zip`}
          >
            {text('dataset.bundle')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === null ? null : <DatasetDialogs dialog={dialog} dataset={dataset} />}
    </>
  );
}
