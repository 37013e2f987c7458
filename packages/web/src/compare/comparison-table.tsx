import { useText } from '../i18n/use-text.ts';
import styles from './compare-panel.module.css';
import type { Comparison } from './comparison.ts';
import { comparisonRows } from './comparison-rows.ts';
import { overlapText } from './overlap-text.ts';

export function ComparisonTable({ comparison }: { readonly comparison: Comparison }) {
  const text = useText();
  return (
    <>
      <dl className={styles['overlap']}>
        <div>
          <dt>{text('compare.iou')}</dt>
          <dd className="number">{overlapText(comparison.iou, text)}</dd>
        </div>
        <div>
          <dt>{text('compare.dice')}</dt>
          <dd className="number">{overlapText(comparison.dice, text)}</dd>
        </div>
      </dl>
      <table className={`${styles['table']} number`}>
        <thead>
          <tr>
            <th scope="col">{text('compare.measure')}</th>
            <th scope="col">A</th>
            <th scope="col">B</th>
            <th scope="col">{text('compare.change')}</th>
          </tr>
        </thead>
        <tbody>
          {comparisonRows(comparison, text).map(({ name, before, after, change }) => (
            <tr key={name}>
              <th scope="row">{text(name)}</th>
              <td>{before}</td>
              <td>{after}</td>
              <td>{change}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
