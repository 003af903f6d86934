import { readOptions } from './options.ts';
import { startRehearsal } from './server.ts';

/** Starts the rehearsal from the environment, says where it listens in one JSON line, and stops cleanly on a signal. */
async function main(): Promise<void> {
	const rehearsal = await startRehearsal(readOptions(process.env));
	process.stdout.write(`${JSON.stringify({ listening: rehearsal.url })}\n`);
	let stopping = false;
	const stop = () => {
		if (stopping) return;
		stopping = true;
		rehearsal.close().then(
			() => process.exit(0),
			() => process.exit(1),
		);
	};
	// Not `once`: execa's exit handler ends the process itself when it finds no other listener.
	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
	process.stderr.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
	process.exit(1);
});
