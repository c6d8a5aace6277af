import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  NotNow,
  NotThere,
  PermissionRefused,
  Retryable,
  Terminal,
  TokenRefused,
  Uncertain,
  Unreadable,
} from '../../../domain/call-outcome.ts';
import { CaptureRefused } from '../../../providers/paypal/capture-refused.ts';
import { LostClaim } from '../../../store/database/due-row.ts';
import type { Effect } from '../../../store/entities/money.ts';
import type { Credential } from '../../../store/entities/people.ts';
import { Unproven } from '../../../store/send-once.ts';
import { Uncheckable } from '../../../workers/books/check-stage.ts';
import { Obstacle } from '../../../workers/browser/obstacle.ts';
import { ReconnectNeeded } from '../../../workers/connections/fresh-token.ts';
import { ProcessEnds } from '../../../workers/context/shutdown-signals.ts';
import { PagesMoved } from '../../../workers/feeds/feed-source.ts';
import { SaleUndecided } from '../../../workers/purchase/resend-purchase.ts';
import { type ErrorMeaning, meaningOf } from '../../../workers/step/error-meaning.ts';

const credential = { apiName: 'ebay', accountName: 'ana' } as Credential;
const effect = { purpose: 'buy', idempotencyKey: 'key' } as Effect;

/** Every class of ours that means something to a step, and what of it is thrown by others. */
const thrown: readonly [ErrorMeaning['kind'], readonly Error[]][] = [
  ['refused', [new Terminal('X', 'no'), new CaptureRefused('X', 'declined', {}), new Uncheckable('closed')]],
  ['not-now', [new NotNow('X', 'its circuit is open', { retryAfterMs: 1 })]],
  ['unreadable', [new Unreadable('X', 'in another form')]],
  ['reconnect', [new ReconnectNeeded(credential)]],
  ['not-permitted', [new PermissionRefused('X', 'not for us')]],
  ['retry', [new Retryable('X', 'away'), new TokenRefused('ebay', 'old'), new NotThere('X', 'none'), new PagesMoved()]],
  ['uncertain', [new Uncertain('X', 'no answer'), new SaleUndecided('asked for')]],
  ['unproven', [new Unproven(effect), new Unproven(effect, { note: 'its sale is over' })]],
  ['lost', [new LostClaim('order 1')]],
  ['database-away', [new Error('Connection terminated unexpectedly'), Object.assign(new Error(), { code: '57P01' })]],
  ['bug', [new TypeError('x is undefined'), new Obstacle('CAPTCHA', 'slide'), new ProcessEnds()]],
];

describe('what a thrown error means', () => {
  for (const [kind, errors] of thrown)
    for (const error of errors)
      it(`is ${kind} of a ${error.constructor.name} (${error.message})`, () => {
        expect(meaningOf(error)).to.deep.equal({ kind, error });
      });

  it('is a bug of what is no error at all', () => {
    for (const error of ['text', undefined, null, { code: '57P01' }])
      expect(meaningOf(error)).to.deep.equal({ kind: 'bug', error });
  });

  it('is asked above of every class that says how a step failed', () => {
    const top = fileURLToPath(new URL('../../..', import.meta.url));
    const rooms = ['domain', 'providers', 'queues', 'store', 'transactions', 'workers'];
    const files = rooms.flatMap(room =>
      readdirSync(join(top, room), { recursive: true, encoding: 'utf8' })
        .filter(path => path.endsWith('.ts'))
        .map(path => readFileSync(join(top, room, path), 'utf8')),
    );
    const families = /class (\w+) extends (Failure|Terminal|Retryable|Uncertain|Unreadable|NotNow|LostClaim)\b/g;
    const classes = files.flatMap(text => [...text.matchAll(families)].map(([, name]) => name));
    const asked = new Set(thrown.flatMap(([, errors]) => errors.map(error => error.constructor.name)));
    expect(classes.filter(name => name && !asked.has(name))).to.deep.equal([]);
    expect(classes).to.include.members(['Terminal', 'Unproven', 'NotNow', 'PagesMoved']);
  });
});
