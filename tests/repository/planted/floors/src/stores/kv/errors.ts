export const notFound = 'not-found';
