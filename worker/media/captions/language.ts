const words = (list: string) => list.split(' ');

/**
 * Words that belong to what follows them: articles, possessives, prepositions, pronouns before their verb, in the
 * languages most films are told in. A line that ends on one reads badly (Netflix Timed Text Style Guide, "Line
 * Treatment"; BBC Subtitle Guidelines, "Break at natural points").
 */
const LEANS_ON_NEXT = new Set([
	...words('a an the this that these those my your his her its our their of in on at to for from with by into over'),
	...words(
		'under about as i you he she it we they is are was were be been am will would can could not no very mr. mrs.',
	),
	...words('ms. dr. st. every some any each than who which where when if and or but because'),
	...words(
		'der die das den dem des ein eine einen einem einer eines mein dein sein ihr unser euer im am zum zur vom',
	),
	...words(
		'mit bei nach von zu aus auf für über unter vor durch gegen ohne um ich du er sie es wir nicht kein keine',
	),
	...words('und oder aber weil dass le la les un une des du de à au aux en dans sur pour par avec sans chez mon ton'),
	...words('son ma ta sa mes tes ses notre votre leur je tu il elle on nous vous ils elles ne et ou mais que qui'),
	...words('el los las una unos unas del al con por para sin sobre mi tu su yo él ella y o e pero se lo'),
	...words(
		'il lo gli i uno dello della dei degli delle nel nella di da per tra fra mio tuo suo io lui lei noi non ma',
	),
	...words('os um uma do da dos das no na nos nas ao em com sem meu minha seu sua eu ele ela não mas'),
	...words('het een van met voor naar op aan bij ik jij hij zij wij niet en of maar'),
	...words('в во на с со к ко о об от до из за под над при для без у по и а но не я ты он она мы вы они'),
]);

/** Words that begin a new thought, before which a line breaks gladly: conjunctions and relative pronouns. */
const OPENS = new Set([
	...words(
		'and but or nor so yet because although though while when where which who whom whose that if unless until',
	),
	...words('since than as und aber oder denn sondern weil dass wenn als ob obwohl während damit bis bevor nachdem'),
	...words('et mais ou donc car ni que qui quand lorsque parce puisque si comme y pero o sino porque aunque cuando'),
	...words('donde quien mientras e ma però perché quando dove che chi mentre mas porque quando onde quem'),
	...words('en maar of want dat omdat als toen terwijl и а но или что чтобы когда если потому который где'),
]);

/** Prepositions, before which a line breaks well if nothing better is near. */
const LEADS = new Set([
	...words('in on at to for from with by into over under about after before between through during without against'),
	...words('of mit bei nach von zu aus auf für über unter vor durch gegen ohne im am zum zur dans sur pour par avec'),
	...words(
		'sans chez con por para sin sobre en de di da per tra fra com sem em met voor naar op aan bij в на с к о от',
	),
	...words('до из за под над при для без у по'),
]);

/** Shortened words whose full stop ends no sentence. */
const SHORT = new Set([
	...words(
		'mr mrs ms dr st jr sr prof vs etc no fig approx e.g i.e z.b d.h u.a bzw ca nr usw sog evtl inkl sra sr dra',
	),
	...words('m mme mlle p.ex avv sig dott dhr mevr бул ул г т.е т.д'),
]);

const bare = (word: string) => word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}.]+$/gu, '');
const bareOf = (word: string) => bare(word).replace(/\.+$/, '');

/** Whether a word belongs to the one behind it. */
export const leansOnNext = (word: string): boolean => LEANS_ON_NEXT.has(bare(word)) || /^(\p{N}+|\p{L}\.)$/u.test(word);
/** Whether a word begins a clause. */
export const opensClause = (word: string): boolean => OPENS.has(bareOf(word));
/** Whether a word is a preposition. */
export const leads = (word: string): boolean => LEADS.has(bareOf(word));

/** Closing quotation marks and brackets, which may follow the mark that ends a sentence. */
const CLOSING = `["'”’»›)\\]}」』）】》〉]*`;
const ENDS = new RegExp(`[.!?…。！？｡؟۔।॥։።။៕]${CLOSING}$`, 'u');
const HALTS = new RegExp(`[;:—–；：؛]${CLOSING}$`, 'u');
const PAUSES = new RegExp(`[,、，،،]${CLOSING}$`, 'u');

export type Mark = 'sentence' | 'halt' | 'pause' | 'none';

/** What the punctuation at the end of a word tells, given the word behind it. */
export function markAfter(word: string, next: string | undefined): Mark {
	if (ENDS.test(word)) {
		const stop = new RegExp(`\\.${CLOSING}$`, 'u').test(word);
		const initial = /^\p{L}\.$/u.test(word);
		const goesOn = next !== undefined && /^\p{Ll}/u.test(next);
		if (next === undefined || !((stop && (initial || SHORT.has(bareOf(word)))) || goesOn)) return 'sentence';
		return /…|\.\.\./.test(word) ? 'pause' : 'none';
	}
	if (HALTS.test(word)) return 'halt';
	return PAUSES.test(word) ? 'pause' : 'none';
}
