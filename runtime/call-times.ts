/** How long a read at a provider may take. A call that we cut off may go on running there for a while. */
export const readMs = 10_000;
/** One that moves money or buys goods. */
export const moneyCallMs = 30_000;
/**
 * A call that moves money leaves within this time after it was marked as sent, or not at all: after a longer pause of
 * the process or the machine, the time for which the mark was made may be over.
 */
export const departMs = 10_000;
