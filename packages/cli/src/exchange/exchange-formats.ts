/** Names of formats on the command line, apart from what reads and writes them: help loads no machinery. */
export const EXCHANGE_FORMATS = [
  'coco',
  'yolo',
  'voc',
  'labelme',
  'png',
  'geojson',
  'cutouts',
  'csv',
  'jsonl',
] as const;
