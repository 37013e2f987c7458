import type { WireSensitivity } from '@calque/api';
import { useText } from '../i18n/use-text.ts';
import { clamped } from '../panels/measured-values.ts';
import styles from './sensitivity-panel.module.css';

/** How far the measures lie apart over the family, and how many pixels are unstable. */
export function SpreadTable({ made }: { readonly made: WireSensitivity }) {
  const text = useText();
  const { format } = text;
  const { spread, unstablePx, unstableShare } = made.sensitivity;
  const rows = [
    { name: 'sensitivity.row.area', of: spread.areaPx, decimals: 0 },
    { name: 'sensitivity.row.perimeter', of: spread.perimeterPx, decimals: 0 },
    { name: 'sensitivity.row.score', of: spread.score, decimals: 3 },
    { name: 'sensitivity.row.iou', of: spread.iou, decimals: 3 },
  ] as const;
  return (
    <>
      <table className={`${styles['table']} number`}>
        <thead>
          <tr>
            <th scope="col">{text('sensitivity.spread')}</th>
            <th scope="col">{text('sensitivity.mean')}</th>
            <th scope="col">{text('sensitivity.sd')}</th>
            <th scope="col">{text('sensitivity.least')}</th>
            <th scope="col">{text('sensitivity.greatest')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, of, decimals }) => (
            <tr key={name}>
              <th scope="row">{text(name)}</th>
              {[of.mean, of.sd, of.min, of.max].map((value, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns never change places
                <td key={column}>{format.fixed(value, decimals)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={`${styles['unstable']} number`}>
        {text('sensitivity.unstable', {
          pixels: format.number(unstablePx),
          share: format.percent(unstableShare),
        })}
      </p>
    </>
  );
}

/** Every box with what came of it: what the plots show, for those who do not see them, and exactly. */
export function OutcomeTable({ made }: { readonly made: WireSensitivity }) {
  const text = useText();
  const { format } = text;
  return (
    <details className={styles['details']}>
      <summary>{text('sensitivity.table', { count: made.sensitivity.outcomes.length })}</summary>
      <table className={`${styles['table']} number`}>
        <thead>
          <tr>
            <th scope="col">{text('sensitivity.box')}</th>
            <th scope="col">{text('sensitivity.change')}</th>
            <th scope="col">{text('sensitivity.plot.score')}</th>
            <th scope="col">{text('sensitivity.row.area')}</th>
            <th scope="col">{text('sensitivity.plot.iou')}</th>
          </tr>
        </thead>
        <tbody>
          {made.sensitivity.outcomes.map(({ kind, change, score, areaPx, iou }) => (
            <tr key={`${kind}${change}`}>
              <th scope="row">{text(`sensitivity.kind.${kind}`)}</th>
              <td>{signedPercent(change, format.percent)}</td>
              <td>{format.fixed(clamped(score), 3)}</td>
              <td>{format.number(areaPx)}</td>
              <td>{format.fixed(iou, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function signedPercent(change: number, percent: (share: number) => string): string {
  if (change === 0) return percent(0);
  return `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`;
}
