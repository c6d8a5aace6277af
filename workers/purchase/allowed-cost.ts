import { expectedFees, expectedPayoutFees, feesAt, platformCurrency } from '../../domain/fees.ts';
import { convert, type Money, min, money, multiply, type Rate } from '../../domain/money.ts';
import { mostToSpend } from '../../domain/profit.ts';
import { commissionPercent } from '../../store/accounts/settings.ts';
import { findUser } from '../../store/accounts/users.ts';
import { productMaxBuy } from '../../store/catalogue/products.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Product } from '../../store/entities/people.ts';
import { leftOfSale } from '../../store/money/left-of-sale.ts';
import { custodyOf, salePrice } from '../../store/orders/orders.ts';
import type { Context } from '../context/context.ts';

/**
 * The most that the supplier may charge for an order now: the reseller's own maximum, and never so much that what is
 * left of the sale would be a loss, to the reseller or to the platform. Fees are those of the whole price: a refund
 * does not return them.
 */
export const allowedCost = (ctx: Context, order: Order, product: Product, rate: Rate): Promise<Money> =>
  ctx.store.read(async em => {
    const ours = feesAt(expectedFees(order.channel, salePrice(order), rate), rate);
    const reseller = await findUser(em, order.userId);
    const most = mostToSpend(
      { salePrice: convert(await leftOfSale(em, order), rate), ...ours },
      {
        commissionPercent: await commissionPercent(em),
        payoutFees: expectedPayoutFees(custodyOf(order), reseller?.payoutProvider ?? ctx.config.payoutProvider),
      },
    );
    return min(multiply(productMaxBuy(product), order.quantity), most);
  });

/** The most that any order may cost at the supplier. */
export const spendCap = ({ config }: Context): Money => money(BigInt(config.maxOrderSpendUsd) * 100n, platformCurrency);
