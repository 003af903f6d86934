import { createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that nobody listens on: `wanted` where it is free, else one the system picks.
 * The port is closed again before it is handed back, so somebody else could still take it in between.
 */
export async function freePort(wanted = 0): Promise<number> {
	const port = (await tryPort(wanted)) ?? (await tryPort(0));
	if (port === undefined) throw new Error('no free port on 127.0.0.1');
	return port;
}

function tryPort(port: number): Promise<number | undefined> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(undefined));
		server.listen(port, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
		});
	});
}
