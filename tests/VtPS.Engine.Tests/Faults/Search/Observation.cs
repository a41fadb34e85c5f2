namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>What a call saw, as <see cref="StoreImage.Observe"/> tells.</summary>
internal readonly record struct Observation(StorageCall Call, string Name, ulong Seen)
{
    public bool HoldsIn(StoreImage image) => image.Observe(Call, Name) == Seen;
}
