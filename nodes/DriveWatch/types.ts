/** What the field File Types offers, and the media types that each stands for; none means all. */
export const FILE_TYPES = [
	{ name: 'Any', value: 'any', description: 'All files', media: [] },
	{ name: 'Audio', value: 'audio', description: 'Say MP3, WAV, M4A', media: ['audio/*'] },
	{
		name: 'Documents',
		value: 'document',
		description: 'Text, Markdown, PDF and Google Docs: what Gemini Script reads',
		media: ['text/plain', 'text/markdown', 'application/pdf', 'application/vnd.google-apps.document'],
	},
	{ name: 'Images', value: 'image', description: 'Say JPEG, PNG, WebP', media: ['image/*'] },
	{ name: 'Videos', value: 'video', description: 'Say MP4, MOV, WebM', media: ['video/*'] },
];

/** The media types of a choice; an empty list where everything counts. */
export function mediaTypesOf(chosen: string[]): string[] {
	if (chosen.length === 0 || chosen.includes('any')) return [];
	return FILE_TYPES.filter(({ value }) => chosen.includes(value)).flatMap(({ media }) => media);
}
