import type { RehearsalServer } from '../house/rehearsal-server.ts';

/** A brief as a user would write one. Its file name begins with the moment it was made, so each start drops a new one. */
const BRIEF = `A lighthouse at the edge of winter

Make a short, quiet film of sixteen seconds: four shots of four seconds, each told by the sea.
1. Dawn: a white lighthouse on black rocks, first light, gulls far off.
2. The keeper's hand lights the old lamp; brass, glass, warm light.
3. Dusk: waves break on the rocks below, spray in slow motion.
4. Night: the beam sweeps over a calm sea, snow begins to fall.
Sound of wind and waves, no speech.
`;

/** Puts the example brief into a folder of the rehearsal Drive. Gives its name. */
export async function dropBrief(rehearsal: RehearsalServer, folder: string): Promise<string> {
	const moment = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
	const name = `${moment} lighthouse.txt`;
	await rehearsal.dropFile({ name, mimeType: 'text/plain', text: BRIEF, parent: folder });
	return name;
}
