import { ROLES, type Role, type RouteName, routes } from '@calque/api';

/** The least role that a route is for. Every route is here: the compiler says where one is missing. */
const ROUTE_ROLES: Readonly<Record<RouteName, Role | 'anybody'>> = {
  logIn: 'anybody',
  logOut: 'anybody',
  readSession: 'anybody',
  health: 'viewer',
  diagnose: 'admin',
  readSettings: 'viewer',
  changeSettings: 'viewer',
  listModels: 'viewer',
  pullModel: 'admin',
  restoreModel: 'annotator',
  readModelDecoder: 'viewer',
  listDatasets: 'viewer',
  readDataset: 'viewer',
  readAudit: 'admin',
  readLabels: 'viewer',
  writeLabels: 'annotator',
  startReport: 'annotator',
  readReport: 'viewer',
  cancelReport: 'annotator',
  readReportFile: 'viewer',
  writeCalibration: 'annotator',
  listImages: 'viewer',
  changeTags: 'annotator',
  readStatistics: 'viewer',
  proposeSelection: 'viewer',
  exportDataset: 'viewer',
  importDataset: 'annotator',
  readBundle: 'admin',
  storeCapture: 'annotator',
  uploadImages: 'annotator',
  readImage: 'viewer',
  readImageFile: 'viewer',
  readThumbnail: 'viewer',
  readDisplay: 'viewer',
  readTileDescriptor: 'viewer',
  readTile: 'viewer',
  readEmbedding: 'viewer',
  requestEmbedding: 'annotator',
  releaseEmbedding: 'annotator',
  readEmbeddingTensors: 'annotator',
  predict: 'annotator',
  predictBatch: 'annotator',
  measureSensitivity: 'annotator',
  findSensitivity: 'viewer',
  listMeasures: 'viewer',
  exportMeasures: 'viewer',
  recordPrediction: 'annotator',
  readLogits: 'annotator',
  findPredictions: 'viewer',
  readMask: 'viewer',
  writeMask: 'annotator',
  readDocument: 'viewer',
  appendEntries: 'annotator',
  readMonitoring: 'viewer',
  adoptReference: 'admin',
  readAdvice: 'viewer',
};

/** Routes that are not in the table of the interface, by method and pattern. */
const OTHER_ROLES: Readonly<Record<string, Role | 'anybody'>> = {
  'GET /livez': 'anybody',
  'GET /readyz': 'anybody',
  'GET /login': 'anybody',
  'POST /login': 'anybody',
  'GET /api/events': 'viewer',
  'GET /api/openapi.json': 'viewer',
  'GET /metrics': 'admin',
};

const BY_PATTERN = new Map<string, Role | 'anybody'>([
  ...Object.entries(OTHER_ROLES),
  ...(Object.keys(routes) as RouteName[]).map(
    (name) => [`${routes[name].method} ${routes[name].path}`, ROUTE_ROLES[name]] as const,
  ),
]);

/**
 * The least role that a request needs. Files of the page and the documentation are for everybody who is in; a route that nobody
 * thought of is for an admin.
 *
 * @param pattern as the route was registered; undefined where there is none.
 */
export function roleFor(method: string, pattern: string | undefined): Role | 'anybody' {
  const known = BY_PATTERN.get(`${method === 'HEAD' ? 'GET' : method} ${pattern ?? ''}`);
  if (known !== undefined) return known;
  const isFile =
    (method === 'GET' || method === 'HEAD') && !/^\/(api|metrics)(?!\/docs)/.test(pattern ?? '/');
  const isDocs = /^\/api\/docs(\/|$)/.test(pattern ?? '');
  return isFile || isDocs ? 'viewer' : 'admin';
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
