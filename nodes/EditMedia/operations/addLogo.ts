import { logoField, logoLabels, logoOptions, readLogo } from '../../shared/parts/logo';
import { edits } from './edit';

/** Lays a picture over a video. */
export const addLogo = edits('logo', {
	option: {
		name: 'Add Logo',
		value: 'addLogo',
		action: 'Add logo to video',
		description: 'Lay a picture over a corner of a video',
	},
	fields: [{ ...logoField, required: true }],
	options: logoOptions,
	labels: logoLabels('logo'),
	read: (fields, options) => {
		const hint = 'Bring the picture in with Transfer File → Import, and give the field asset of its item.';
		return { logo: readLogo(options, fields.need('logo', 'Logo', hint)) };
	},
});
