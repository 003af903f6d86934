import { hasFinished, spentOf, type Row } from './run.ts';
import { ratioText } from './table.ts';

const WIDTH = 860;
const LABELS = 300;
const BAR_HEIGHT = 14;
const ROW_HEIGHT = 44;
const TOP = 56;
const ROOM = WIDTH - LABELS - 110;

/** Readable on light and dark pages alike: the colours follow the reader's. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.small{font-size:11px;fill:#59636e}.theirs{fill:#c9d1d9}.ours{fill:#0a7d55}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}.theirs{fill:#3d444d}.ours{fill:#3fb984}}`;

/** A chart of processor time: for each comparison the other way as a whole bar and ours as a share of it. */
export function chartOf(rows: Row[], about: string): string {
	const pairs = rows.flatMap((base) =>
		base.base && base.name !== 'cat' && hasFinished(base)
			? rows.filter((row) => row.case === base.case && row.copied !== null).map((ours) => ({ base, ours }))
			: [],
	);
	const height = TOP + pairs.length * ROW_HEIGHT + 12;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
		`<title>Processor time of a film against re-encoding everything</title><style>${STYLE}</style>`,
		text(0, 18, 'Processor time of a film: Reelsmith against the other way (grey, 1)'),
		text(0, 36, escape(about), 'small'),
		...pairs.map(({ base, ours }, index) => pairOf(base, ours, TOP + index * ROW_HEIGHT)),
		'</svg>\n',
	].join('\n');
}

function pairOf(base: Row, ours: Row, y: number): string {
	const share = spentOf(ours) / spentOf(base);
	const longest = Math.max(1, share);
	const bar = (value: number) => Math.max(2, (value / longest) * ROOM).toFixed(1);
	const below = [ours.name.replace(/^Reelsmith(, )?/, ''), `against ${base.name}`].filter(Boolean).join(' · ');
	return [
		// What stands behind a colon is in the table.
		text(0, y + 13, escape(ours.title.split(':')[0]!)),
		text(0, y + 29, escape(below), 'small'),
		`<rect class="theirs" x="${LABELS + 60}" y="${y + 2}" width="${bar(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
		`<rect class="ours" x="${LABELS + 60}" y="${y + 18}" width="${bar(share)}" height="${BAR_HEIGHT}" rx="2"/>`,
		text(WIDTH, y + 29, ratioText(share), '', 'end'),
	].join('');
}

const text = (x: number, y: number, content: string, kind = '', anchor = 'start') =>
	`<text x="${x}" y="${y}"${kind && ` class="${kind}"`} text-anchor="${anchor}">${content}</text>`;

const escape = (content: string) => content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
