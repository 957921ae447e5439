/** Somebody read the body before the receiver got the request, and left nothing of it. */
export class BodyConsumed extends Error {
  constructor() {
    super(
      'The body of the request was read before the receiver got it, and what came of it is not in request.body. ' +
        'Put the receiver before the body parser, or set request.body to what the parser made of it.',
    );
    this.name = 'BodyConsumed';
  }
}
