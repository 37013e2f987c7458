import { hostname, userInfo } from 'node:os';

/** To be run on another machine, from which this one's port is then reached. */
export function tunnelCommand(port: number): string {
  return `ssh -L ${port}:127.0.0.1:${port} ${userName()}@${hostname()}`;
}

/** Who is asked for at the other end of an `ssh` line. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container can run under a number that has no name.
    return 'USER';
  }
}
