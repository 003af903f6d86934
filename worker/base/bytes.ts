export const MEBIBYTE = 1024 ** 2;
export const GIBIBYTE = 1024 ** 3;
