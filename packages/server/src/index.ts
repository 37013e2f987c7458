export { isLoopback, type RunningServer, type ServerOptions, startServer } from './app/start-server.ts';
export { walkFolder } from './datasets/walk-folder.ts';
