export { isLoopback, type RunningServer, type ServerOptions, startServer } from './app/start-server.ts';
