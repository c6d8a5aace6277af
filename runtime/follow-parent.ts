/**
 * Preloaded into the processes that the supervisor starts (`node --import`). They have sessions of their own, so they
 * would outlive a supervisor that was killed: the channel to it breaks then, and they stop as if asked to.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref(); // listening must not keep a process alive that is done
