export const time = Date.now(); // reported: world.clock.now()
export const chance = Math.random(); // reported: in a protocol the effect 'choose'
