/** The bytes do not have the announced form: too short, too long, or a value out of its range. */
export class MalformedBytes extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedBytes';
  }
}
