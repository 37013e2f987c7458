import type { ReportJob, ReportRequest, WireDataset } from '@calque/api';
import { Button, Code, Modal, Progress, Radio } from '@mantine/core';
import { useState } from 'react';
import { openDialog, useInterface } from '../app/interface-state.ts';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './dialogs.module.css';
import { useReport } from './use-report.ts';

const formats = ['html', 'pdf'] as const;
const templates = ['lab', 'model-comparison'] as const;
const languages = { en: 'English', fr: 'Français' } as const;

/** Makes a report of the dataset, and gives it. */
export function ReportDialog({ dataset }: { dataset: WireDataset }) {
  const text = useText();
  const opened = useInterface(({ dialog }) => dialog === 'report');
  const report = useReport(dataset);
  const [request, setRequest] = useState<ReportRequest>({
    language: text.language,
    format: 'html',
    template: 'lab',
  });
  const running = report.job?.state === 'running';
  return (
    <Modal
      opened={opened}
      onClose={() => openDialog(null)}
      title={text('report.title')}
      closeButtonProps={{ 'aria-label': text('dialog.close') }}
      size={480}
    >
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          report.start(request);
        }}
      >
        <p>{text('report.what')}</p>
        <Choices request={request} disabled={running} onChange={setRequest} />
        <div aria-live="polite">
          {report.refusal === null ? null : <p>{text('report.failed', { reason: report.refusal })}</p>}
          {report.job === null ? null : <Outcome job={report.job} />}
        </div>
        {running ? (
          <Button key="cancel" variant="default" onClick={report.cancel}>
            {text('report.cancel')}
          </Button>
        ) : (
          <Button key="make" type="submit">
            {text(report.job === null ? 'report.make' : 'report.again')}
          </Button>
        )}
      </form>
    </Modal>
  );
}

interface ChoicesProps {
  readonly request: ReportRequest;
  readonly disabled: boolean;
  readonly onChange: (request: ReportRequest) => void;
}

function Choices({ request, disabled, onChange }: ChoicesProps) {
  const text = useText();
  return (
    <>
      <Radio.Group
        label={text('report.language')}
        value={request.language}
        onChange={(language) => onChange({ ...request, language: language as ReportRequest['language'] })}
      >
        {Object.entries(languages).map(([code, name]) => (
          <Radio key={code} value={code} label={name} lang={code} disabled={disabled} mt={4} />
        ))}
      </Radio.Group>
      <Radio.Group
        label={text('report.format')}
        value={request.format}
        onChange={(format) => onChange({ ...request, format: format as ReportRequest['format'] })}
      >
        {formats.map((format) => (
          <Radio
            key={format}
            value={format}
            label={text(`report.format.${format}`)}
            disabled={disabled}
            mt={4}
          />
        ))}
      </Radio.Group>
      <Radio.Group
        label={text('report.template')}
        value={request.template}
        onChange={(template) => onChange({ ...request, template: template as ReportRequest['template'] })}
      >
        {templates.map((name) => (
          <Radio key={name} value={name} label={text(`report.template.${name}`)} disabled={disabled} mt={4} />
        ))}
      </Radio.Group>
    </>
  );
}

function Outcome({ job }: { job: ReportJob }) {
  const text = useText();
  const { client } = useServices();
  const shown = text.format.percent(job.progress);
  if (job.state === 'running') {
    return (
      <Progress
        value={100 * job.progress}
        size="sm"
        aria-label={text('report.progress', { percent: shown })}
      />
    );
  }
  if (job.state === 'cancelled') return <p>{text('report.cancelled')}</p>;
  if (job.state === 'failed') return <p>{text('report.failed', { reason: job.problem ?? '' })}</p>;
  const address = client.addressOf('readReportFile', {
    params: { datasetId: job.datasetId, reportId: job.id },
  });
  return (
    <>
      <p>
        {text('report.done')}{' '}
        <a href={address} target="_blank" rel="noreferrer">
          {text('report.open')}
        </a>{' '}
        <a href={address} download={`${job.template}.${job.language}.${job.format}`}>
          {text('report.save')}
        </a>
      </p>
      {job.missingPictures === 0 ? null : (
        <p>{text('report.missing-pictures', { count: job.missingPictures })}</p>
      )}
      {job.authorPath === null ? null : (
        <p>
          {text('report.author')} <Code>{job.authorPath}</Code>
        </p>
      )}
      {job.path === null ? null : (
        <p>
          {text('report.records')} <Code>{job.path.replace(/\.[a-z]+$/, '.records')}</Code>
        </p>
      )}
    </>
  );
}
