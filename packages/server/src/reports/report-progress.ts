/** What of a report is being made, and how far it is. */
export interface ReportProgress {
  readonly stage: 'examine' | 'gather' | 'draw' | 'typeset';
  readonly done: number;
  readonly total: number;
}
