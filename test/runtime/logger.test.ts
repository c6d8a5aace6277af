import { expect } from 'chai';
import { createLogger } from '../../runtime/logger.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(createLogger('test', 'info', { write: line => lines.push(line) }));
  expect(lines).to.have.length(1);
  return JSON.parse(lines[0] ?? '');
}

describe('logger', () => {
  it('writes one JSON line with name, level and time', () => {
    const line = logged(log => log.info({ orderId: 7 }, 'bought'));
    expect(line).to.include({ name: 'test', level: 'info', orderId: 7, msg: 'bought' });
    expect(line.time).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(line).not.to.have.any.keys('pid', 'hostname');
  });

  it('keeps secrets out, two levels down', () => {
    const secrets = {
      token: 't0p',
      headers: { authorization: 't0p', 'set-cookie': 't0p' },
      a: { b: { password: 't0p' } },
    };
    expect(JSON.stringify(logged(log => log.info(secrets))))
      .to.include('[redacted]')
      .and.not.include('t0p');
  });

  it('writes of an error and its causes nothing but name, code and stack', () => {
    const cause = Object.assign(new Error('refused'), {
      code: 'ECONNREFUSED',
      config: { headers: { Authorization: 't0p' } },
    });
    const line = logged(log => log.error({ err: new Error('no answer', { cause }) }));
    expect(line.err).to.include({ name: 'Error', message: 'no answer' });
    expect((line.err as { cause: object }).cause).to.include({ code: 'ECONNREFUSED' });
    expect(JSON.stringify(line)).not.to.include('t0p');
  });
});
