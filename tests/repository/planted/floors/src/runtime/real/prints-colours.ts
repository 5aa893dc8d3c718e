// breaks: runtime-knows-no-flags-and-colours
import colours from 'picocolors';

export const red = colours.red;
