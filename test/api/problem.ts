import { expect } from 'chai';
import type { Answer } from './open-api.ts';

/** Asserts RFC 9457's shape and our stable code; gives the fields that were wrong, when it was about fields. */
export function expectProblem(answer: Answer, status: number, code: string | RegExp): string[] {
  const what = `${answer.request} answered ${answer.status} ${answer.text.slice(0, 300)}`;
  expect(answer.status, what).to.equal(status);
  expect(answer.headers.get('content-type'), what).to.match(/^application\/problem\+json/);
  const { type, title, detail, errors, ...rest } = answer.json;
  expect(rest.status, what).to.equal(status);
  if (typeof code === 'string') expect(rest.code, what).to.equal(code);
  else expect(rest.code, what).to.match(code);
  expect(Object.keys(rest).sort(), what).to.deep.equal(['code', 'status']);
  expect(type, what).to.equal('about:blank');
  for (const text of [title, detail]) expect(text, what).to.be.a('string').that.is.not.equal('');
  if (errors === undefined) return [];
  for (const error of errors) {
    expect(Object.keys(error), what).to.deep.equal(['field', 'message']);
    expect(error.message, what).to.be.a('string').that.is.not.equal('');
  }
  return errors.map((error: { field: string }) => error.field);
}
