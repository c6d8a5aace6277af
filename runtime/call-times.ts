/** How long a call to a provider may take; what was cut off may go on there for a while. */
export const readMs = 10_000;
/** One that moves money or buys goods. */
export const moneyCallMs = 30_000;
/**
 * A call that moves money leaves within this of being marked as sent, or does not leave at all: after a pause of the
 * process or the machine the windows that it was marked in may be over.
 */
export const departMs = 10_000;
