namespace VtPS.Engine.Stores;

/// <summary>What an observer remembers of the leases it has seen, over several runs on one machine and within one boot.</summary>
internal interface ILeaseMemory
{
    /// <summary>
    /// How long the lease's newest beat has been the one with this number, by this machine's monotonic clock. The first time a number is seen, zero.
    /// </summary>
    TimeSpan SilentFor(string leaseId, long beat);

    /// <summary>Forgets a lease that is gone.</summary>
    void Forget(string leaseId);
}
