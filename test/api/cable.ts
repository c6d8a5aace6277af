import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A stretch of network between us and a server that can be cut. */
export type Cable = AsyncDisposable & {
  /** The server's address, through the cable. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Breaks every connection, and each new one at once, until it is told to stop. Tells how many came meanwhile. */
  slam(slamming: boolean): number;
  /** Swallows all that is sent, both ways and on new connections too, until it is told to go on. */
  swallow(swallowing: boolean): void;
};

export async function layCable(serverUrl: string): Promise<Cable> {
  const far = new URL(serverUrl);
  const ends = new Set<Socket>();
  let swallowing = false;
  let [slamming, slammed] = [false, 0];
  const server = createServer(near => {
    if (slamming) {
      slammed += 1;
      return void near.on('error', () => undefined).resetAndDestroy();
    }
    const other = connect(Number(far.port), far.hostname);
    for (const [socket, peer] of [
      [near, other],
      [other, near],
    ] as const) {
      ends.add(socket);
      socket.on('error', () => undefined); // the other end is told by the close
      socket.once('close', () => {
        ends.delete(socket);
        peer.destroy();
      });
      socket.on('data', bytes => swallowing || peer.write(bytes));
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of ends) socket.destroy();
    await closed;
  };
  const port = await listen(0);
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    cut,
    swallow: from => {
      swallowing = from;
    },
    slam: from => {
      slamming = from;
      if (slamming) for (const socket of ends) socket.destroy();
      return slammed;
    },
    mend: async () => {
      await listen(port);
    },
    [Symbol.asyncDispose]: cut,
  };
}
