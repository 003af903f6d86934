import { Fault } from '../../base/errors.ts';
import type { EditOf } from '../../contract/edit.ts';
import { refuseUndrawable } from '../captions/fonts.ts';
import { planCard } from '../plan.ts';
import { readRate } from '../rate.ts';
import { reportOf } from '../report.ts';
import { makeFilm, withMeter, type Shop } from '../stitch.ts';
import { chooseTarget } from '../target.ts';
import type { Edited, EditJob } from './edit.ts';

/** No colour tags, as the clips of Veo have none: such a card is copied into a film of those. */
const COLOUR = { range: 'tv', space: 'unknown', transfer: 'unknown', primaries: 'unknown' };

/** A title card as a silent video of its own. */
export async function makeCard(
	shop: Shop,
	{ card, width, height, fps }: EditOf<'titleCard'>,
	{ out, signal, progress }: EditJob,
): Promise<Pick<Edited, 'report' | 'notes'>> {
	await refuseUndrawable([{ text: `${card.title} ${card.subtitle}`, about: 'the title card' }]);
	const rate = readRate(fps);
	if (!rate)
		throw new Fault('invalid_input', `${fps} is no frame rate`, {
			hint: 'Give frames a second as a whole number, say 24, or as a fraction such as 30000/1001.',
			refusals: [{ field: 'fps', message: 'expected a whole number above 0 or a fraction such as 30000/1001' }],
		});
	const { metered, cpuSeconds } = withMeter(shop);
	const picture = { width, height, rate, colour: COLOUR };
	const wanted = { width, height, fps, fit: 'pad', colour: card.background } as const;
	const plan = planCard(card, chooseTarget([{ picture, seconds: card.seconds }], wanted), shop.version);
	const wrapping = { title: card.title, captions: null, out };
	const made = await makeFilm(metered, plan, wrapping, { signal, progress });
	return { report: reportOf(plan, { ...made, cpuSeconds: cpuSeconds() }), notes: [] };
}
